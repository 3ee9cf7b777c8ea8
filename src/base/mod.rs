//! Floor 0: words everybody shares. Ids, time, paths, units, limits, the observer and the bounded cursor.
//!
//! Nothing here reads a file, a clock or the environment.

pub mod cursor;
pub mod encoding;
pub mod id;
pub mod limits;
pub mod observer;
pub mod path;
pub mod time;
pub mod units;

pub use cursor::{Fields, FieldsError};
pub use encoding::Encoding;
pub use id::{ChunkId, IdError, LeaseId, ObjectId, PackId, RepositoryId, SnapshotId};
pub use observer::{Observer, Phase, Progress, Silent, Warning};
pub use path::{PathError, TreePath, escape};
pub use time::Timestamp;

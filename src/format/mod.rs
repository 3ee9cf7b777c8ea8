//! Floor 1: the objects of a repository as bytes and back. No I/O, no keys, no clock.
//!
//! Every page of `format-spec/` has a module here that includes it. Decoders take nothing that the page says must be refused.

mod cbor;
pub mod config;
pub mod entry;
pub mod envelope;
pub mod index;
mod keeping;
pub mod keyslot;
pub mod lease;
pub mod loss;
pub mod manifest;
pub mod object;
pub mod pack;
pub mod recipe;
pub mod recovery;
pub mod table_map;
pub mod tree;

pub use config::{Config, ConfigHeader, Parameters};
pub use entry::{Compressed, CompressedFormat, Entry, EntryKind, Recipe, Record, Replay};
pub use envelope::{Envelope, padme};
pub use index::IndexedPack;
pub use keeping::{Forgetting, Hold};
pub use keyslot::{KeySlotBody, KeySlotHeader};
pub use lease::{Lease, LeasePurpose, Mark};
pub use loss::Loss;
pub use manifest::{
    COST_TABLES_MAX, Component, ComponentKind, ContentCost, DumpCost, Manifest, Root, Statistics, Status,
    TableCost, TableMapRef, TablesCost,
};
pub use object::{ObjectHeader, ObjectKind};
pub use pack::{ChunkRecord, Contents, PackHeader, RegionKind, RegionRecord, Trailer};
pub use recipe::RecipeBuilder;
pub use tree::{Child, Items, TreeBuilder, decode_node};

use crate::base::{FieldsError, PathError};

/// Why bytes are not an object of the format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The fixed fields are not there or not what they must be.
    #[error(transparent)]
    Layout(#[from] FieldsError),
    /// The CBOR is not well-formed, lacks a key, or has a value of another type.
    #[error("not the CBOR that must be here: {0}")]
    Cbor(String),
    /// A path is not one.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A value is outside of what the page allows.
    #[error("{field} is not possible here")]
    Value {
        /// What the page calls the field.
        field: &'static str,
    },
    /// The digest over the object does not match.
    #[error("its digest does not match")]
    Digest,
    /// The repository needs a newer program.
    #[error("needs a program that knows version {needed} of the format; this one knows {known}")]
    Newer {
        /// The version it needs.
        needed: u16,
        /// The version this program knows.
        known: u16,
    },
}

/// The version of the format that this program writes and the highest it reads.
pub const FORMAT_VERSION: u16 = 1;

pub(crate) const fn refuse_unless(holds: bool, field: &'static str) -> Result<(), FormatError> {
    if holds { Ok(()) } else { Err(FormatError::Value { field }) }
}

/// A length or count as the 32 bits it has in the format.
pub(crate) fn to_u32(value: usize, field: &'static str) -> Result<u32, FormatError> {
    u32::try_from(value).map_err(|_| FormatError::Value { field })
}

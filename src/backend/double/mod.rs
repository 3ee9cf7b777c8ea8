//! Test doubles: backends that fail, forget, lag and remember. For tests of this crate and nothing else.

mod delayed;
mod faulty;
mod nondurable;
mod recording;
mod simulated;

pub use delayed::Delayed;
pub use faulty::{Calls, Effect, Fault, Faulty, Plan};
pub use nondurable::NonDurable;
pub use recording::{Call, Recording};
pub use simulated::{Answer, Script, Step, Survivors};

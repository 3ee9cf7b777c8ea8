#![doc = include_str!("../../../format-spec/delta.md")]

mod decode;
mod encode;
#[cfg(test)]
mod tests;
mod window;

pub use decode::{Delta, decode, read};
pub use encode::encode;
pub use window::{Match, Window};

/// Bytes that are inserted, and bytes of the base that are copied behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// How many bytes are inserted.
    pub insert: u32,
    /// Where in the base the copy begins.
    pub from: u32,
    /// How many bytes are copied.
    pub copy: u32,
}

/// Bytes of the three lengths before the steps.
const LENGTHS_BYTES: usize = 12;
/// The longest steps that a reader takes.
const STEPS_BYTES_MAX: usize = 64 << 20;
/// The fewest bytes that a step takes.
const STEP_BYTES_MIN: usize = 3;
/// The most groups of seven bits in a number.
const GROUPS_MAX: usize = 5;

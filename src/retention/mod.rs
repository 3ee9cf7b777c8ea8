//! Floor 1: which snapshots stay. A pure decision from what is known of them, a policy and a calendar.
//!
//! Wrong clocks do not make it drop anything: only snapshots that count have a say, and those are complete, whole and plausibly dated. The newest
//! of a group that counts never goes by a rule, nor does one that is held or lost something.

mod judge;
mod order;
mod period;
mod policy;
#[cfg(test)]
mod tests;

pub use judge::{Group, Grouping, Judgement, Note, Reason, Verdict, judge};
pub use policy::{Policy, Within};

use crate::base::{SnapshotId, Timestamp};

/// What is known of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which it is.
    pub id: SnapshotId,
    /// Its place among all, whatever clocks say.
    pub sequence: u64,
    /// The time it stands for.
    pub time: Timestamp,
    /// When the run started, by that host's clock. Another time than the one it stands for is meant: something older was imported.
    pub started: Timestamp,
    /// Whether everything that was asked for is in it.
    pub is_complete: bool,
    /// Its host.
    pub host: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it is of.
    pub paths: Vec<Vec<u8>>,
    /// Whether somebody said that it stays.
    pub is_held: bool,
    /// Whether something in it is lost.
    pub is_damaged: bool,
}

/// Why nothing can be decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetentionError {
    /// No rule keeps anything.
    #[error("no rule says what stays")]
    EmptyPolicy,
    /// A text that is no duration.
    #[error("{0:?} is no duration like 30d, 2w, 1y6m or 12h")]
    Duration(String),
    /// A text that is no preset.
    #[error("{0:?} is no preset like 7-4-12: days, weeks, months and years to keep")]
    Preset(String),
}

//! Floor 1: which snapshots are kept, and why: a pure decision from snapshots and a policy.
//!
//! [`judge()`] gives each snapshot its reasons to stay; one without a reason may be forgotten. Snapshots are ordered by their sequence and not by
//! a clock; only complete ones with a credible date count, and what does not count takes nobody's place. This folder knows no
//! repository, no clock and no record of forgetting: it is told everything, the time of day too.

mod calendar;
mod clock;
mod judge;
mod outcome;
mod policy;
mod rules;
mod standing;
#[cfg(test)]
mod tests;

pub use judge::judge;
pub use outcome::{Group, Judgement, Note, Reason, Verdict, Why};
pub use policy::{Grouping, Policy, Within};

use crate::base::{SnapshotId, Timestamp};

/// A snapshot, as far as it matters for whether it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub id: SnapshotId,
    /// Its place among all snapshots of the repository; of two with one number, the one that started last is the newer one.
    pub sequence: u64,
    /// The time it stands for: `started`, unless a person dated it.
    pub time: Timestamp,
    /// When its run started, by the clock of its host.
    pub started: Timestamp,
    /// Whether all that was asked for is in it, verified.
    pub is_complete: bool,
    /// The host it was made on.
    pub host: String,
    /// Its tags, in any order.
    pub tags: Vec<String>,
    /// The paths it was made of, in any order.
    pub paths: Vec<Vec<u8>>,
    /// Whether somebody said that it is not to be forgotten.
    pub is_held: bool,
    /// Whether it is known to have lost something.
    pub is_damaged: bool,
}

/// A stretch of the calendar of which the newest snapshot is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// An hour of the wall clock; one that comes twice in a night is two.
    Hour,
    /// A day, from midnight to midnight, however long.
    Day,
    /// An ISO week, from Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// A year, from January on.
    Year,
}

impl Period {
    /// All of them, the shortest first.
    pub const ALL: [Self; 5] = [Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];
}

/// Why there is no judgement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetentionError {
    /// No rule says that anything is kept; a rule of zero is none.
    #[error("the policy keeps nothing: no rule is given")]
    EmptyPolicy,
    /// Nothing in a group has a reason to stay but that its newest snapshot is never dropped.
    #[error("the policy keeps nothing of {group}")]
    DropsAll {
        /// Which group.
        group: Box<Group>,
    },
    /// The text is not a span of time.
    #[error("{0:?} is not a span of time such as 30d, 2w or 1y6m (years, months, weeks, days, hours)")]
    NotASpan(String),
    /// The text is not a preset.
    #[error("{0:?} is not a preset such as 7-4-12: days, weeks, months and years to keep, not all 0")]
    NotAPreset(String),
}

//! What a judgement says, and the short words for it.

use std::fmt;

use super::{Period, Within};
use crate::base::{SnapshotId, Timestamp};

/// What is kept and what is not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judgement {
    /// The groups, in the order of host, paths and tags.
    pub groups: Vec<Group>,
    /// One for each candidate, in the order of sequence.
    pub verdicts: Vec<Verdict>,
    /// What a person should know besides.
    pub notes: Vec<Note>,
}

/// What the snapshots of a group have in common; `None` for what they were not grouped by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// The host.
    pub host: Option<String>,
    /// The paths, sorted, each once.
    pub paths: Option<Vec<Vec<u8>>>,
    /// The tags, sorted, each once.
    pub tags: Option<Vec<String>>,
}

impl fmt::Display for Group {
    /// In one line; what does not print is escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.host.as_ref().map(|host| format!("host {}", host.escape_debug())));
        parts.extend(self.paths.as_ref().map(|paths| {
            let paths: Vec<String> =
                paths.iter().map(|path| String::from_utf8_lossy(path).escape_debug().to_string()).collect();
            format!("paths {}", listed(&paths))
        }));
        parts.extend(self.tags.as_ref().map(|tags| {
            let tags: Vec<String> = tags.iter().map(|tag| tag.escape_debug().to_string()).collect();
            format!("tags {}", listed(&tags))
        }));
        if parts.is_empty() { f.write_str("all snapshots") } else { f.write_str(&parts.join(", ")) }
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "(none)".to_owned() } else { names.join(" ") }
}

/// What becomes of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Of which.
    pub id: SnapshotId,
    /// The number of its group in [`Judgement::groups`].
    pub group: usize,
    /// Why it is kept; empty: it is dropped.
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// Whether the snapshot stays.
    pub fn is_kept(&self) -> bool {
        !self.reasons.is_empty()
    }
}

/// Why a snapshot is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is one of the newest.
    Last,
    /// It is the newest of a period, and that is one of the newest periods.
    Of(Period),
    /// It is in the span.
    Within(Within),
    /// It is the newest of a period, and in the span.
    OfWithin(Period, Within),
    /// It has this tag.
    Tag(String),
    /// Somebody holds it.
    Held,
    /// It is known to have lost something: what is left of it is not dropped by a rule.
    Damaged,
    /// It is the newest of its group that counts, which no rule drops.
    Newest,
    /// It does not count, and nothing in its group that counts is newer.
    NothingNewer,
    /// The clock of this machine cannot be right: nothing is dropped.
    Clock,
    /// It takes nobody's place, for this; the other reasons say why it is kept all the same.
    NotCounted(Why),
}

/// Why a snapshot does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// It is not complete, or not verified.
    Incomplete,
    /// It has lost something.
    Damaged,
    /// It is dated more than a day after now, or as no calendar has it.
    DatedAhead,
    /// By its date it does not belong where its sequence puts it, by more than a day.
    OutOfOrder,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last => f.write_str("last"),
            Self::Of(period) => write!(f, "{period}"),
            Self::Within(span) => write!(f, "within {span}"),
            Self::OfWithin(period, span) => write!(f, "{period} within {span}"),
            Self::Tag(tag) => write!(f, "tag {}", tag.escape_debug()),
            Self::Held => f.write_str("held"),
            Self::Damaged => f.write_str("damaged"),
            Self::Newest => f.write_str("newest"),
            Self::NothingNewer => f.write_str("nothing newer"),
            Self::Clock => f.write_str("clock"),
            Self::NotCounted(why) => write!(f, "not counted: {why}"),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hour => "hourly",
            Self::Day => "daily",
            Self::Week => "weekly",
            Self::Month => "monthly",
            Self::Year => "yearly",
        })
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Incomplete => "incomplete",
            Self::Damaged => "damaged",
            Self::DatedAhead => "dated ahead",
            Self::OutOfOrder => "date out of order",
        })
    }
}

/// What a person should know besides the verdicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Snapshots started more than a day after now, the newest or most of them: nothing is dropped.
    ClockBehind {
        /// What the clock says.
        now: Timestamp,
        /// When one of them started.
        started: Timestamp,
    },
    /// No snapshot started within the year before now: nothing is dropped.
    ClockAhead {
        /// What the clock says.
        now: Timestamp,
        /// When the last one started.
        started: Timestamp,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (now, started, how) = match self {
            Self::ClockBehind { now, started } => (now, started, "a snapshot started later, on"),
            Self::ClockAhead { now, started } => {
                (now, started, "the last snapshot started over a year before, on")
            }
        };
        write!(f, "the clock says {}, and {how} {}: nothing is dropped", now.rfc3339(), started.rfc3339())
    }
}

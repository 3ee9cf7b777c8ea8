//! The decision.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::tz::TimeZone;

use super::order::{Count, Counted, count};
use super::period::Period;
use super::{Candidate, Policy, RetentionError, Within};
use crate::base::{SnapshotId, Timestamp, escape};

/// By what snapshots are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grouping {
    /// By host.
    pub host: bool,
    /// By what they are of.
    pub paths: bool,
    /// By all their tags.
    pub tags: bool,
}

impl Default for Grouping {
    fn default() -> Self {
        Self { host: true, paths: true, tags: false }
    }
}

/// What the snapshots of a group have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Group {
    /// The host, if they are grouped by it.
    pub host: Option<String>,
    /// What they are of, sorted, if they are grouped by it.
    pub paths: Option<Vec<Vec<u8>>>,
    /// Their tags, sorted, if they are grouped by them.
    pub tags: Option<Vec<String>>,
}

/// Why a snapshot stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is one of the newest.
    Last,
    /// It is the newest of its hour.
    Hourly,
    /// It is the newest of its day.
    Daily,
    /// It is the newest of its week.
    Weekly,
    /// It is the newest of its month.
    Monthly,
    /// It is the newest of its year.
    Yearly,
    /// It is young enough.
    Within(Within),
    /// It has this tag.
    Tag(String),
    /// Somebody said that it stays.
    Held,
    /// Something in it is lost: nobody knows yet whether it is the last copy of the rest.
    Damaged,
    /// It is the newest of its group that counts.
    Newest,
    /// It is not complete, and there is none that counts after it.
    NotComplete,
    /// Its date cannot be right.
    Implausible,
    /// Nothing is dropped at all: see the notes.
    Clock,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last => f.write_str("last"),
            Self::Hourly => f.write_str("hourly"),
            Self::Daily => f.write_str("daily"),
            Self::Weekly => f.write_str("weekly"),
            Self::Monthly => f.write_str("monthly"),
            Self::Yearly => f.write_str("yearly"),
            Self::Within(within) => write!(f, "within {within}"),
            Self::Tag(tag) => write!(f, "tag {}", escape(tag.as_bytes())),
            Self::Held => f.write_str("held"),
            Self::Damaged => f.write_str("lost something"),
            Self::Newest => f.write_str("newest"),
            Self::NotComplete => f.write_str("not complete, and none after it is"),
            Self::Implausible => f.write_str("date cannot be right"),
            Self::Clock => f.write_str("clock cannot be right"),
        }
    }
}

/// What becomes of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which one.
    pub id: SnapshotId,
    /// The number of its group in [`Judgement::groups`].
    pub group: usize,
    /// Why it stays; it goes if there is no reason.
    pub reasons: Vec<Reason>,
}

/// What people should know of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// So many snapshots have a date that cannot be right.
    Implausible(u64),
    /// The newest snapshot started more than a day from now: this machine's clock may be the wrong one, so that nothing is dropped.
    Clock,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Implausible(count) => write!(
                f,
                "{count} with a date that cannot be right: kept, and not counted; forget them by name if they may go"
            ),
            Self::Clock => f.write_str(
                "the newest snapshot is from the future: its clock was wrong, or this machine's is; nothing is dropped",
            ),
        }
    }
}

/// What becomes of all snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The groups, sorted.
    pub groups: Vec<Group>,
    /// For each snapshot what becomes of it, in the order of their sequence.
    pub verdicts: Vec<Verdict>,
    /// What people should know.
    pub notes: Vec<Note>,
}

/// Decides what becomes of each snapshot.
///
/// In each group, of the snapshots that count, a rule for the last N days keeps the newest of each of the N newest days that have one. What does not
/// count neither is kept by such a rule nor takes the place of one that is. A snapshot that is not complete goes when there is one that counts after it. One with a date that cannot be
/// right goes by name only.
///
/// # Errors
/// [`RetentionError::EmptyPolicy`].
pub fn judge(
    candidates: &[Candidate],
    policy: &Policy,
    grouping: Grouping,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Judgement, RetentionError> {
    if policy.is_empty() {
        return Err(RetentionError::EmptyPolicy);
    }
    let mut sorted: Vec<&Candidate> = candidates.iter().collect();
    sorted.sort_by_key(|candidate| (candidate.sequence, candidate.started, candidate.id));
    let counts = count(&sorted, now, zone);
    let mut members: BTreeMap<Group, Vec<usize>> = BTreeMap::new();
    for (place, candidate) in sorted.iter().enumerate() {
        members.entry(group_of(candidate, grouping)).or_default().push(place);
    }
    let mut verdicts: Vec<Verdict> =
        sorted.iter().map(|candidate| Verdict { id: candidate.id, group: 0, reasons: vec![] }).collect();
    for (number, places) in members.values().enumerate() {
        let counted = places.iter().filter_map(|place| match counts.get(*place) {
            Some(Count::Yes(counted)) => Some(counted),
            _ => None,
        });
        let mut rules = Rules { policy, sorted: &sorted, counted: counted.collect(), kept: BTreeMap::new() };
        rules.apply();
        for place in places {
            let (Some(verdict), Some(count), Some(candidate)) =
                (verdicts.get_mut(*place), counts.get(*place), sorted.get(*place))
            else {
                continue;
            };
            verdict.group = number;
            verdict.reasons = rules.reasons(*place, candidate, count);
        }
    }
    let mut notes = vec![];
    let implausible = counts.iter().filter(|count| matches!(count, Count::Implausible)).count();
    if implausible > 0 {
        notes.push(Note::Implausible(implausible as u64));
    }
    let is_ahead = |candidate: &&Candidate| candidate.started.seconds > now.seconds.saturating_add(86_400);
    if sorted.last().is_some_and(is_ahead) {
        notes.push(Note::Clock);
        let goes = verdicts.iter_mut().filter(|verdict| verdict.reasons.is_empty());
        goes.for_each(|verdict| verdict.reasons.push(Reason::Clock));
    }
    Ok(Judgement { groups: members.into_keys().collect(), verdicts, notes })
}

fn group_of(candidate: &Candidate, grouping: Grouping) -> Group {
    let sorted = |mut paths: Vec<Vec<u8>>| {
        paths.sort();
        paths
    };
    let set = |tags: &[String]| tags.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    Group {
        host: grouping.host.then(|| candidate.host.clone()),
        paths: grouping.paths.then(|| sorted(candidate.paths.clone())),
        tags: grouping.tags.then(|| set(&candidate.tags)),
    }
}

/// The rules at work in one group.
struct Rules<'c> {
    policy: &'c Policy,
    sorted: &'c [&'c Candidate],
    /// What counts.
    counted: Vec<&'c Counted>,
    /// By place: why it stays.
    kept: BTreeMap<usize, Vec<Reason>>,
}

impl Rules<'_> {
    fn apply(&mut self) {
        self.counted.sort_by_key(|counted| std::cmp::Reverse(counted.order));
        let policy = self.policy;
        let last: Vec<_> =
            self.counted.iter().take(policy.last.unwrap_or(0) as usize).map(|it| it.place).collect();
        last.into_iter().for_each(|place| self.keep(place, Reason::Last));
        for (period, number, within, reason) in [
            (Period::Hour, policy.hourly, policy.within_hourly, Reason::Hourly),
            (Period::Day, policy.daily, policy.within_daily, Reason::Daily),
            (Period::Week, policy.weekly, policy.within_weekly, Reason::Weekly),
            (Period::Month, policy.monthly, policy.within_monthly, Reason::Monthly),
            (Period::Year, policy.yearly, policy.within_yearly, Reason::Yearly),
        ] {
            self.periods(period, number.unwrap_or(0), within, &reason);
        }
        if let Some(within) = policy.within {
            let earliest = self.earliest(within);
            let young: Vec<_> = self
                .counted
                .iter()
                .filter(|it| Some(it.time.timestamp()) >= earliest)
                .map(|it| it.place)
                .collect();
            young.into_iter().for_each(|place| self.keep(place, Reason::Within(within)));
        }
    }

    /// The newest of each of so many periods, and of each period as far back as `within`.
    fn periods(&mut self, period: Period, number: u32, within: Option<Within>, reason: &Reason) {
        let mut newest: BTreeMap<(i64, i64), &Counted> = BTreeMap::new();
        // Newest first: the first one that comes is the one of its period.
        for counted in &self.counted {
            newest.entry(period.of(&counted.time)).or_insert(counted);
        }
        let earliest = within.map(|within| self.earliest(within));
        let stays = newest.values().rev().enumerate().filter(|(nth, counted)| {
            *nth < number as usize
                || earliest.is_some_and(|earliest| Some(counted.time.timestamp()) >= earliest)
        });
        let stays: Vec<_> = stays.map(|(_, counted)| counted.place).collect();
        stays.into_iter().for_each(|place| self.keep(place, reason.clone()));
    }

    /// The earliest time that is so far before the newest that counts at most.
    fn earliest(&self, within: Within) -> Option<jiff::Timestamp> {
        self.counted.first().map(|newest| within.before(&newest.time))
    }

    fn keep(&mut self, place: usize, reason: Reason) {
        self.kept.entry(place).or_default().push(reason);
    }

    fn reasons(&self, place: usize, candidate: &Candidate, count: &Count) -> Vec<Reason> {
        let mut reasons = self.kept.get(&place).cloned().unwrap_or_default();
        let tags = self.policy.tags.iter().filter(|tag| candidate.tags.contains(tag));
        reasons.extend(tags.cloned().map(Reason::Tag));
        if candidate.is_held {
            reasons.push(Reason::Held);
        }
        // By sequence and not by time: whatever an import says it stands for, what came last is the last.
        let newest = self.counted.iter().map(|it| it.place).max();
        match count {
            Count::Yes(_) if newest == Some(place) => reasons.push(Reason::Newest),
            Count::Yes(_) => {}
            Count::Damaged => reasons.push(Reason::Damaged),
            Count::Implausible => reasons.push(Reason::Implausible),
            Count::NotComplete if newest.is_none_or(|newest| newest < place) => {
                reasons.push(Reason::NotComplete)
            }
            Count::NotComplete => {}
        }
        debug_assert!(self.sorted.get(place).is_some_and(|it| it.id == candidate.id));
        reasons
    }
}

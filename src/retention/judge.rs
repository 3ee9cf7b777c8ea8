//! The judgement: groups, who counts, and every snapshot's reasons.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::calendar::Calendar;
use super::rules::Rules;
use super::standing::{Counted, Place};
use super::{Candidate, Group, Grouping, Judgement, Policy, Reason, RetentionError, Verdict, Why, clock};
use crate::base::Timestamp;

/// A candidate, its place in the sequence, and what keeps it from counting.
struct Ranked<'a> {
    candidate: &'a Candidate,
    rank: usize,
    /// Why its date says nothing.
    misdated: Option<Why>,
}

/// Every snapshot has its reasons to stay, or none and may be dropped; `candidates` come in any order, all of the repository.
///
/// - **Groups.** The policy is followed in each group by itself.
/// - **Order.** Snapshots stand in the order of their sequence; one dated by a person (`time` is not `started`) stands where its date puts it. Periods are
///   those of `time` in `zone`.
/// - **Who counts.** Complete ones that have lost nothing and whose date is credible: not over a day after `now`, and for those dated by
///   a clock not over a day out of the order of the sequence, among those of their host and of their group.
/// - **Who does not count** takes nobody's place. It is kept for as long as the rules would keep it if it, alone of its kind, counted; and as
///   long as nothing in its group that counts is newer. So a night that is not complete is there as long as a complete one would have been, or longer,
///   what goes is never the newest of a kind, and what is not complete does go in the end. One whose date is not credible is judged by its
///   sequence: as if it were made right before the next that is credible.
/// - **Never dropped:** the newest of a group that counts; what is held; what has lost something.
/// - **The clock.** If that of this machine cannot be right, nothing is dropped, and a note says so.
///
/// # Errors
/// [`RetentionError::EmptyPolicy`] if no rule keeps anything; [`RetentionError::DropsAll`] if in a group that has one that counts no snapshot has
/// a reason but to be the newest, which only a policy of nothing but tags can do, unless [`Policy::may_empty_groups`] says that it may.
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
    let doubt = clock::doubt(&sorted, now);
    let calendar = Calendar::new(zone);
    let mut ranked: Vec<Ranked<'_>> =
        sorted.iter().enumerate().map(|(rank, candidate)| rank_of(candidate, rank, now, &calendar)).collect();
    blame(ranked.iter_mut(), |one| one.candidate.host.as_str());

    let mut members: BTreeMap<Group, Vec<Ranked<'_>>> = BTreeMap::new();
    for one in ranked {
        members.entry(group_of(one.candidate, grouping)).or_default().push(one);
    }
    let mut judgement = Judgement { notes: doubt.into_iter().collect(), ..Judgement::default() };
    let mut verdicts: BTreeMap<usize, Verdict> = BTreeMap::new();
    for (number, (group, mut members)) in members.into_iter().enumerate() {
        let reasons: Vec<Vec<Reason>> = if judgement.notes.is_empty() {
            blame(members.iter_mut(), |_| "");
            in_group(&members, policy, &calendar, &group)?
        } else {
            members.iter().map(|one| [vec![Reason::Clock], protection(one.candidate)].concat()).collect()
        };
        for (one, reasons) in members.iter().zip(reasons) {
            verdicts.insert(one.rank, Verdict { id: one.candidate.id, group: number, reasons });
        }
        judgement.groups.push(group);
    }
    judgement.verdicts = verdicts.into_values().collect();
    Ok(judgement)
}

fn rank_of<'a>(candidate: &'a Candidate, rank: usize, now: Timestamp, calendar: &Calendar<'_>) -> Ranked<'a> {
    let is_in_calendar = calendar.periods(candidate.time).is_some();
    let impossible = (!is_in_calendar).then_some(Why::DatedAhead);
    Ranked { candidate, rank, misdated: impossible.or_else(|| clock::dated_ahead(candidate, now)) }
}

fn is_by_clock(candidate: &Candidate) -> bool {
    candidate.time == candidate.started
}

/// Marks those of each kind whose dates are out of the order of the sequence.
fn blame<'r, 'c: 'r>(
    ranked: impl Iterator<Item = &'r mut Ranked<'c>>,
    kind: impl Fn(&Ranked<'c>) -> &'c str,
) {
    let mut kinds: BTreeMap<&str, Vec<&mut Ranked<'_>>> = BTreeMap::new();
    for one in ranked.filter(|one| one.misdated.is_none() && is_by_clock(one.candidate)) {
        kinds.entry(kind(one)).or_default().push(one);
    }
    for mut members in kinds.into_values() {
        let starts: Vec<Timestamp> = members.iter().map(|one| one.candidate.started).collect();
        let blamed = clock::out_of_order(&starts);
        for (one, _) in members.iter_mut().zip(blamed).filter(|(_, is_blamed)| *is_blamed) {
            one.misdated = Some(Why::OutOfOrder);
        }
    }
}

fn group_of(candidate: &Candidate, grouping: Grouping) -> Group {
    Group {
        host: grouping.host.then(|| candidate.host.clone()),
        paths: grouping.paths.then(|| as_set(&candidate.paths)),
        tags: grouping.tags.then(|| as_set(&candidate.tags)),
    }
}

fn as_set<T: Ord + Clone>(names: &[T]) -> Vec<T> {
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    names
}

/// The reasons of each member of a group, which come in the order of sequence.
fn in_group(
    members: &[Ranked<'_>],
    policy: &Policy,
    calendar: &Calendar<'_>,
    group: &Group,
) -> Result<Vec<Vec<Reason>>, RetentionError> {
    let places = places(members, calendar);
    let not_counted: Vec<Option<Why>> = members.iter().map(why_not_counted).collect();
    let counting = places.iter().zip(&not_counted).filter(|(_, why)| why.is_none());
    let counted = Counted::new(counting.filter_map(|(place, _)| *place).collect());
    let rules = Rules::new(policy, &counted, calendar);
    let mut has_reason = counted.newest_time().is_none() || policy.may_empty_groups;
    let mut all = Vec::new();
    for ((one, place), why) in members.iter().zip(&places).zip(&not_counted) {
        let standing = match place {
            Some(place) => Some(counted.standing(*place)),
            None => counted.standing_by_sequence(one.rank),
        };
        let is_newest = standing.is_none_or(|standing| standing.newer == 0);
        let mut reasons = standing.map(|standing| rules.reasons(&standing)).unwrap_or_default();
        reasons.extend(rules.reasons_of_tags(&one.candidate.tags));
        reasons.extend(protection(one.candidate));
        has_reason |= !reasons.is_empty();
        match why {
            None if is_newest => reasons.insert(0, Reason::Newest),
            Some(_) if is_newest => reasons.push(Reason::NothingNewer),
            _ => {}
        }
        if let Some(why) = why.filter(|_| !reasons.is_empty()) {
            reasons.push(Reason::NotCounted(why));
        }
        all.push(reasons);
    }
    if has_reason { Ok(all) } else { Err(RetentionError::DropsAll { group: Box::new(group.clone()) }) }
}

/// Where the members stand in the order of their group; `None` for those whose date says nothing.
fn places(members: &[Ranked<'_>], calendar: &Calendar<'_>) -> Vec<Option<Place>> {
    let mut latest: Option<Timestamp> = None;
    let place = |one: &Ranked<'_>| {
        let time = one.candidate.time;
        let periods = calendar.periods(time).filter(|_| one.misdated.is_none())?;
        let is_by_clock = is_by_clock(one.candidate);
        let mut order = (time, one.rank);
        if is_by_clock {
            order.0 = latest.map_or(time, |latest| latest.max(time));
            latest = Some(order.0);
        }
        Some(Place { order, time, periods, is_by_clock })
    };
    members.iter().map(place).collect()
}

fn why_not_counted(one: &Ranked<'_>) -> Option<Why> {
    let incomplete = (!one.candidate.is_complete).then_some(Why::Incomplete);
    let damaged = one.candidate.is_damaged.then_some(Why::Damaged);
    one.misdated.or(incomplete).or(damaged)
}

/// What keeps a snapshot whatever the policy is.
fn protection(candidate: &Candidate) -> Vec<Reason> {
    let held = candidate.is_held.then_some(Reason::Held);
    let damaged = candidate.is_damaged.then_some(Reason::Damaged);
    held.into_iter().chain(damaged).collect()
}

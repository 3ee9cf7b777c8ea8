//! Any repository and policy: the same as a slow model says, which takes each snapshot by itself and walks back from the newest.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const NOW: &str = "2027-06-01T00:00";
const ZONE: &str = "Europe/Berlin";

/// The name of the period of a time, which sorts as the periods do.
fn name(period: Period, time: Timestamp) -> String {
    let utc = jiff::Timestamp::new(time.seconds, 0).unwrap();
    let local = utc.to_zoned(zone(ZONE));
    let name = match period {
        // Berlin's hours begin when those of UTC do.
        Period::Hour => utc.strftime("%F %H"),
        Period::Day => local.strftime("%F"),
        Period::Week => local.strftime("%G week %V"),
        Period::Month => local.strftime("%Y-%m"),
        Period::Year => local.strftime("%Y"),
    };
    name.to_string()
}

/// Whether a case gave it a wrong date.
fn is_misdated(one: &Candidate) -> bool {
    one.time == one.started && (one.time >= at("2090-01-01T00:00") || one.time < at("2020-01-01T00:00"))
}

fn counts(one: &Candidate) -> bool {
    one.is_complete && !one.is_damaged && !is_misdated(one)
}

/// What the rules say to `one` among those of its group that count; `others` do not have it.
fn expected(one: &Candidate, others: &[&Candidate], policy: &Policy) -> BTreeSet<String> {
    let mut counted: Vec<&Candidate> = others.iter().filter(|other| counts(other)).copied().collect();
    if counts(one) {
        counted.push(one);
    }
    counted.sort_by_key(|other| (other.time, other.sequence));
    let anchor = counted.last().map(|newest| newest.time.seconds);
    // One that is misdated is put right before the next that is by the clock.
    let by_clock =
        counted.iter().filter(|other| other.time == other.started && other.sequence > one.sequence);
    let next = by_clock.min_by_key(|other| other.sequence).copied();
    let newer: Vec<&Candidate> = match next {
        Some(next) if is_misdated(one) => counted
            .into_iter()
            .filter(|other| (other.time, other.sequence) >= (next.time, next.sequence))
            .collect(),
        None if is_misdated(one) => Vec::new(),
        _ => counted
            .into_iter()
            .filter(|other| (other.time, other.sequence) > (one.time, one.sequence))
            .collect(),
    };
    let time = if is_misdated(one) { next.map(|next| next.time) } else { Some(one.time) };

    let mut reasons = BTreeSet::new();
    if newer.is_empty() {
        reasons.insert(if counts(one) { "newest" } else { "nothing newer" }.to_owned());
    }
    if let Some(time) = time {
        let is_in = |span: &Within| {
            anchor.is_some_and(|anchor| time.seconds >= anchor - i64::from(span.hours) * 3_600)
        };
        if newer.len() < policy.last.unwrap_or(0) as usize {
            reasons.insert("last".to_owned());
        }
        if let Some(span) = policy.within.filter(is_in) {
            reasons.insert(format!("within {span}"));
        }
        for period in Period::ALL {
            let names: BTreeSet<String> = newer.iter().map(|other| name(period, other.time)).collect();
            let own = name(period, time);
            if !is_misdated(one) && names.contains(&own) {
                continue;
            }
            let later = names.iter().filter(|name| **name > own || is_misdated(one)).count();
            if later < policy.count_of(period) as usize {
                reasons.insert(period.to_string());
            }
            let span = policy.span_of(period);
            if let Some(span) = span.filter(is_in) {
                reasons.insert(format!("{period} within {span}"));
            }
        }
    }
    let tags = policy.tags.iter().filter(|tag| one.tags.contains(tag));
    reasons.extend(tags.map(|tag| format!("tag {tag}")));
    reasons.extend(one.is_held.then(|| "held".to_owned()));
    reasons.extend(one.is_damaged.then(|| "damaged".to_owned()));
    if !reasons.is_empty() && !counts(one) {
        let why = match one {
            _ if is_misdated(one) && one.time > at(NOW) => "dated ahead",
            _ if is_misdated(one) => "date out of order",
            _ if !one.is_complete => "incomplete",
            _ => "damaged",
        };
        reasons.insert(format!("not counted: {why}"));
    }
    reasons
}

#[derive(Debug, Clone)]
enum Date {
    ByClock,
    /// So many hours before it started.
    ByPerson(i64),
    Ahead,
    Back,
}

prop_compose! {
    /// The hours since the last one, and what kind of snapshot it is.
    fn any_snapshot()(
        hours in 0_i64..60,
        date in prop_oneof![
            12 => Just(Date::ByClock),
            3 => (1_i64..9_000).prop_map(Date::ByPerson),
            1 => Just(Date::Ahead),
            1 => Just(Date::Back),
        ],
        is_complete in prop::bool::weighted(0.85),
        is_held in prop::bool::weighted(0.05),
        is_damaged in prop::bool::weighted(0.05),
        is_tagged in prop::bool::weighted(0.1),
        is_other in prop::bool::weighted(0.3),
    ) -> (i64, Date, Candidate) {
        let tags = if is_tagged { vec!["close".to_owned()] } else { Vec::new() };
        let paths = if is_other { vec![b"/etc".to_vec()] } else { vec![b"/srv".to_vec()] };
        (hours, date, Candidate { is_complete, is_held, is_damaged, tags, paths, ..snapshot(1, "2026-01-01T00:00") })
    }
}

/// A repository whose first and last snapshot have credible dates.
fn any_repository() -> impl Strategy<Value = Vec<Candidate>> {
    let few = |parts: Vec<(i64, Date, Candidate)>| {
        let ahead = parts.iter().filter(|(_, date, _)| matches!(date, Date::Ahead)).count();
        let count = parts.len();
        let mut clock = at("2026-08-20T00:30").seconds;
        let mut candidates = Vec::new();
        for (number, (hours, date, candidate)) in (0_i64..).zip(parts) {
            clock += hours * 3_600;
            let is_end = number == 0 || number + 1 == i64::try_from(count).unwrap();
            let (started, time) = match date {
                Date::ByPerson(hours) => (clock, clock - hours * 3_600),
                Date::Ahead if !is_end && ahead * 2 < count => {
                    (at("2099-01-01T00:00").seconds + number, at("2099-01-01T00:00").seconds + number)
                }
                // Each before the one before it: of two that agree, it would be the others that are wrong.
                Date::Back if !is_end => {
                    let back = at("2016-01-01T00:00").seconds - number * 3_600;
                    (back, back)
                }
                _ => (clock, clock),
            };
            let sequence = u64::try_from(number).unwrap() + 1;
            let id = snapshot(sequence, "2026-01-01T00:00").id;
            let (started, time) = (Timestamp::new(started, 0), Timestamp::new(time, 0));
            candidates.push(Candidate { id, sequence, started, time, ..candidate });
        }
        // The first by the clock: without one before it, a date that goes back does not go back.
        let first = &mut candidates[0];
        first.time = first.started;
        candidates
    };
    prop::collection::vec(any_snapshot(), 1..60).prop_map(few)
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let count = || prop::option::weighted(0.4, 0_u32..9);
    let span = || {
        prop::option::weighted(0.2, (1_u32..2_000).prop_map(|hours| Within { hours, ..Within::default() }))
    };
    let counts = (count(), count(), count(), count(), count(), count());
    let spans = (span(), span(), span(), span(), span(), span());
    (counts, spans, prop::bool::weighted(0.2)).prop_map(|(counts, spans, is_tagged)| Policy {
        last: counts.0,
        hourly: counts.1,
        daily: counts.2,
        weekly: counts.3,
        monthly: counts.4,
        yearly: counts.5,
        within: spans.0,
        within_hourly: spans.1,
        within_daily: spans.2,
        within_weekly: spans.3,
        within_monthly: spans.4,
        within_yearly: spans.5,
        tags: if is_tagged { vec!["close".to_owned()] } else { Vec::new() },
        may_empty_groups: true,
    })
}

fn judged_in_berlin(candidates: &[Candidate], policy: &Policy) -> Judgement {
    judge(candidates, policy, Grouping::default(), at(NOW), &zone(ZONE)).unwrap()
}

proptest! {
    #[test]
    fn the_judgement_is_that_of_the_model(candidates in any_repository(), policy in any_policy()) {
        prop_assume!(!policy.is_empty());
        let judgement = judged_in_berlin(&candidates, &policy);
        prop_assert_eq!(&judgement.notes, &[]);
        for (one, verdict) in candidates.iter().zip(&judgement.verdicts) {
            let others: Vec<&Candidate> =
                candidates.iter().filter(|other| other.paths == one.paths && other.id != one.id).collect();
            let reasons: BTreeSet<String> = verdict.reasons.iter().map(ToString::to_string).collect();
            prop_assert_eq!(reasons, expected(one, &others, &policy), "{:?}", one);
        }
    }

    #[test]
    fn the_order_in_which_they_come_does_not_matter(
        (candidates, shuffled) in any_repository().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        policy in any_policy(),
    ) {
        prop_assume!(!policy.is_empty());
        prop_assert_eq!(judged_in_berlin(&candidates, &policy), judged_in_berlin(&shuffled, &policy));
    }

    #[test]
    fn a_hold_changes_nothing_for_others(candidates in any_repository(), policy in any_policy(), which: prop::sample::Index) {
        prop_assume!(!policy.is_empty());
        let before = judged_in_berlin(&candidates, &policy);
        let mut held = candidates.clone();
        let which = which.index(held.len());
        held[which].is_held = true;
        let mut after = judged_in_berlin(&held, &policy);
        prop_assert!(after.verdicts[which].is_kept());
        after.verdicts[which] = before.verdicts[which].clone();
        prop_assert_eq!(before, after);
    }

    #[test]
    fn one_that_is_not_complete_drops_nothing(candidates in any_repository(), policy in any_policy(), which: prop::sample::Index) {
        prop_assume!(!policy.is_empty() && candidates.len() > 2);
        // Neither the first nor the last: without them, others would be believed.
        let which = 1 + which.index(candidates.len() - 2);
        let mut spoilt = candidates.clone();
        spoilt[which].is_complete = false;
        let spoilt = judged_in_berlin(&spoilt, &policy);
        let mut without = candidates.clone();
        without.remove(which);
        let kept_without = judged_in_berlin(&without, &policy);
        for verdict in kept_without.verdicts.iter().filter(|verdict| verdict.is_kept()) {
            prop_assert!(spoilt.verdicts.iter().any(|other| other.id == verdict.id && other.is_kept()));
        }
    }
}

//! The rules once more, written as simply as can be, and compared.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Whether `all[at]`, of one group in UTC in which everything counts, is kept: by asking of each other one whether it is in the way.
fn is_kept(all: &[Candidate], at: usize, policy: &Policy) -> bool {
    let newer = |a: &Candidate, b: &Candidate| (a.time, a.sequence) > (b.time, b.sequence);
    let me = &all[at];
    let civil = |candidate: &Candidate| {
        jiff::Timestamp::new(candidate.time.seconds, 0).unwrap().to_zoned(TimeZone::UTC).datetime()
    };
    let key = |candidate: &Candidate, rule: usize| {
        let time = civil(candidate);
        let text = match rule {
            0 => time.strftime("%Y-%m-%d %H"),
            1 => time.strftime("%Y-%m-%d"),
            2 => time.strftime("%G-%V"),
            3 => time.strftime("%Y-%m"),
            _ => time.strftime("%Y"),
        };
        text.to_string()
    };
    if all.iter().filter(|other| newer(other, me)).count() < policy.last.unwrap_or(0) as usize {
        return true;
    }
    let rules = [policy.hourly, policy.daily, policy.weekly, policy.monthly, policy.yearly];
    for (rule, number) in rules.into_iter().enumerate() {
        let mine = key(me, rule);
        let is_newest = !all.iter().any(|other| newer(other, me) && key(other, rule) == mine);
        let later: BTreeSet<String> =
            all.iter().map(|other| key(other, rule)).filter(|it| *it > mine).collect();
        if is_newest && later.len() < number.unwrap_or(0) as usize {
            return true;
        }
    }
    let newest = all.iter().fold(me, |best, other| if newer(other, best) { other } else { best });
    let is_last = all.iter().all(|other| other.sequence <= me.sequence);
    let age = newest.time.seconds - me.time.seconds;
    is_last || policy.within.is_some_and(|within| age <= i64::from(within.hours) * 3_600)
}

fn policy() -> impl Strategy<Value = Policy> {
    let number = || proptest::option::of(0_u32..5);
    (number(), number(), number(), number(), number(), number(), proptest::option::of(1_u32..400)).prop_map(
        |(last, hourly, daily, weekly, monthly, yearly, hours)| Policy {
            last,
            hourly,
            daily,
            weekly,
            monthly,
            yearly,
            within: hours.map(|hours| Within { hours, ..Within::default() }),
            ..Policy::default()
        },
    )
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    proptest::collection::vec(0_i64..2_000_000, 1..60).prop_map(|gaps| {
        let mut time = 1_600_000_000;
        (1..)
            .zip(gaps)
            .map(|(sequence, gap)| {
                time += gap;
                candidate(sequence, time)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn what_is_kept_is_what_the_rules_say(all in candidates(), policy in policy()) {
        prop_assume!(!policy.is_empty());
        let wanted: Vec<u64> =
            (0..all.len()).filter(|at| is_kept(&all, *at, &policy)).map(|at| all[at].sequence).collect();
        prop_assert_eq!(kept_now(&all, &policy), wanted);
    }

    /// Whatever is put between them: what does not count changes nothing for what does.
    #[test]
    fn what_does_not_count_pushes_nothing_out(
        all in candidates(),
        policy in policy(),
        odd in proptest::collection::vec((any::<proptest::sample::Index>(), 0_u8..4), 0..6),
    ) {
        prop_assume!(!policy.is_empty());
        let mut mixed: Vec<Candidate> =
            all.iter().map(|it| Candidate { sequence: it.sequence * 10, ..it.clone() }).collect();
        for (at, (place, kind)) in odd.iter().enumerate() {
            let near = all[place.index(all.len())].clone();
            let sequence = near.sequence * 10 + 1;
            let mut other = Candidate { sequence, id: SnapshotId::new([255 - at as u8; 32]), ..near };
            match kind {
                0 => other.is_complete = false,
                1 => other.is_damaged = true,
                2 => (other.time, other.started) = (Timestamp::new(4_000_000_000, 0), Timestamp::new(4_000_000_000, 0)),
                _ => (other.time, other.started) = (Timestamp::new(5, 0), Timestamp::new(5, 0)),
            }
            mixed.push(other);
        }
        let now = all.last().unwrap().started.seconds + 60;
        let counted = |sequences: Vec<u64>| sequences.into_iter().filter(|it| it % 10 == 0).map(|it| it / 10).collect::<Vec<_>>();
        let judged = counted(kept(&mixed, &policy, now, &TimeZone::UTC));
        let alone = kept_now(&all, &policy);
        // Where the newest is from the future nothing is dropped at all.
        prop_assert!(judged == alone || judged.len() == all.len());
    }
}

use jiff::tz::TimeZone;

use super::*;

mod calendar;
mod clocks;
mod model;

pub const DAY: i64 = 86_400;

/// A complete snapshot of one group, that started when it says.
pub fn candidate(sequence: u64, seconds: i64) -> Candidate {
    let time = Timestamp::new(seconds, 0);
    Candidate {
        id: SnapshotId::new(blake3::hash(&sequence.to_le_bytes()).into()),
        sequence,
        time,
        started: time,
        is_complete: true,
        host: "h".into(),
        tags: vec![],
        paths: vec![b"srv".to_vec()],
        is_held: false,
        is_damaged: false,
    }
}

/// A night at three o'clock UTC each day, the last one on the day `days` after 2026-01-01.
pub fn nights(count: i64, days: i64) -> Vec<Candidate> {
    let first = 1_767_225_600 + 3 * 3_600;
    (0..count)
        .map(|night| candidate(u64::try_from(night).unwrap() + 1, first + (days - count + 1 + night) * DAY))
        .collect()
}

/// The sequence numbers of those that stay.
pub fn kept(candidates: &[Candidate], policy: &Policy, now: i64, zone: &TimeZone) -> Vec<u64> {
    let judgement = judge(candidates, policy, Grouping::default(), Timestamp::new(now, 0), zone).unwrap();
    let mut sequences: Vec<u64> = candidates
        .iter()
        .filter(|candidate| {
            let verdict = judgement.verdicts.iter().find(|verdict| verdict.id == candidate.id).unwrap();
            !verdict.reasons.is_empty()
        })
        .map(|candidate| candidate.sequence)
        .collect();
    sequences.sort_unstable();
    sequences
}

pub fn kept_now(candidates: &[Candidate], policy: &Policy) -> Vec<u64> {
    let newest = candidates.iter().map(|candidate| candidate.started.seconds).max().unwrap();
    kept(candidates, policy, newest + 60, &TimeZone::UTC)
}

#[test]
fn the_newest_so_many_stay() {
    let policy = Policy { last: Some(3), ..Policy::default() };
    assert_eq!(kept_now(&nights(10, 200), &policy), [8, 9, 10]);
    assert_eq!(kept_now(&nights(2, 200), &policy), [1, 2]);
}

#[test]
fn seven_days_four_weeks_and_twelve_months() {
    // 2026-12-31, a Thursday, is the last of 365 nights.
    let all = nights(365, 364);
    let policy = Policy::preset("7-4-12").unwrap();
    let stays = kept_now(&all, &policy);
    // Days: 359 to 365. Sundays: 361 (in it), 354, 347 (and this week's 365). Ends of months.
    let ends = [31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let mut wanted: Vec<u64> = ends.into_iter().chain(359..=365).chain([347, 354]).collect();
    wanted.sort_unstable();
    assert_eq!(stays, wanted);
    let policy = Policy::preset("7-4").unwrap();
    assert_eq!(kept_now(&all, &policy), [347, 354, 359, 360, 361, 362, 363, 364, 365]);
}

#[test]
fn runs_by_number_and_by_age() {
    let all = nights(60, 100);
    let policy = Policy { last: Some(10), within: Some("14d".parse().unwrap()), ..Policy::default() };
    assert_eq!(kept_now(&all, &policy), (46..=60).collect::<Vec<_>>());
    let policy = Policy { last: Some(20), within: Some("2d".parse().unwrap()), ..Policy::default() };
    assert_eq!(kept_now(&all, &policy), (41..=60).collect::<Vec<_>>());
}

#[test]
fn an_empty_policy_is_refused_and_zeros_are_no_rules() {
    let judged = |policy: Policy| {
        judge(&nights(3, 9), &policy, Grouping::default(), Timestamp::new(0, 0), &TimeZone::UTC)
    };
    assert_eq!(judged(Policy::default()), Err(RetentionError::EmptyPolicy));
    let zeros = Policy { last: Some(0), daily: Some(0), ..Policy::default() };
    assert_eq!(judged(zeros), Err(RetentionError::EmptyPolicy));
}

#[test]
fn the_newest_that_counts_stays_whatever_the_rules_say() {
    let policy = Policy { tags: vec!["keep".into()], ..Policy::default() };
    assert_eq!(kept_now(&nights(5, 50), &policy), [5]);
    let mut all = nights(5, 50);
    all[4].is_complete = false;
    assert_eq!(kept_now(&all, &policy), [4, 5], "what is not complete is no reason for the other one to go");
}

#[test]
fn what_is_not_complete_neither_counts_nor_takes_a_place_and_goes_when_something_complete_follows() {
    let mut all = nights(6, 60);
    for place in [1, 3] {
        all[place].is_complete = false;
    }
    let policy = Policy { last: Some(3), ..Policy::default() };
    assert_eq!(kept_now(&all, &policy), [3, 5, 6]);
    all[5].is_complete = false;
    assert_eq!(kept_now(&all, &policy), [1, 3, 5, 6]);
}

#[test]
fn what_is_held_or_lost_something_or_has_a_tag_stays_and_counts_for_nobody() {
    let mut all = nights(8, 60);
    all[0].is_held = true;
    all[1].is_damaged = true;
    all[2].tags = vec!["pre-close".into()];
    all[7].is_damaged = true;
    let policy = Policy { last: Some(2), tags: vec!["pre-close".into()], ..Policy::default() };
    assert_eq!(kept_now(&all, &policy), [1, 2, 3, 6, 7, 8]);
}

#[test]
fn rules_hold_for_each_group() {
    let mut all = nights(6, 60);
    all.iter_mut().step_by(2).for_each(|candidate| candidate.host = "other".into());
    let policy = Policy { last: Some(1), ..Policy::default() };
    assert_eq!(kept_now(&all, &policy), [5, 6]);
    all[0].paths = vec![b"etc".to_vec()];
    assert_eq!(kept_now(&all, &policy), [1, 5, 6]);
    let one = Grouping { host: false, paths: false, tags: false };
    let judgement = judge(&all, &policy, one, Timestamp::new(FAR, 0), &TimeZone::UTC).unwrap();
    assert_eq!(judgement.groups, [Group::default()]);
    assert_eq!(judgement.verdicts.iter().filter(|verdict| !verdict.reasons.is_empty()).count(), 1);
}

const FAR: i64 = 1_900_000_000;

#[test]
fn durations_and_presets_are_read_and_nonsense_is_refused() {
    let within = |text: &str| text.parse::<Within>();
    assert_eq!(within("1y6m2w3d4h"), Ok(Within { years: 1, months: 6, days: 17, hours: 4 }));
    assert_eq!(within("30d").unwrap().to_string(), "30d");
    for wrong in ["", "d", "30", "0d", "5x", "1y-2d", "99999999999y", "70000m", "1001y"] {
        assert!(within(wrong).is_err(), "{wrong}");
    }
    for wrong in ["", "x", "0", "0-0", "7-", "7-4-12-10-1", "-1"] {
        assert!(Policy::preset(wrong).is_err(), "{wrong}");
    }
    assert_eq!(Policy::preset("30").unwrap().last, Some(30));
    assert_eq!(Policy::preset("7-0-12-2").unwrap().yearly, Some(2));
}

//! Clocks that are wrong drop nothing that is right.

use super::*;

fn policy() -> Policy {
    Policy { last: Some(2), daily: Some(3), ..Policy::default() }
}

const FUTURE: i64 = 4_000_000_000;

#[test]
fn a_snapshot_of_the_year_2099_pushes_nothing_out_and_stays() {
    let mut all = nights(6, 60);
    let right = kept_now(&all, &policy());
    let now = all[5].started.seconds + 60;
    all[2] = Candidate { sequence: 3, ..candidate(3, FUTURE) };
    let with_it = kept(&all, &policy(), now, &TimeZone::UTC);
    assert_eq!(with_it, [&[3][..], &right].concat());
}

#[test]
fn if_the_newest_is_from_the_future_nothing_is_dropped_since_this_clock_may_be_the_wrong_one() {
    let mut all = nights(6, 60);
    let now = all[5].started.seconds + 60;
    all[5] = candidate(6, FUTURE);
    let judgement =
        judge(&all, &policy(), Grouping::default(), Timestamp::new(now, 0), &TimeZone::UTC).unwrap();
    assert!(judgement.verdicts.iter().all(|verdict| !verdict.reasons.is_empty()));
    assert_eq!(judgement.notes, [Note::Implausible(1), Note::Clock]);
    // This machine's clock fell back by ten years.
    let all = nights(6, 60);
    assert_eq!(kept(&all, &policy(), now - 3_650 * DAY, &TimeZone::UTC), [1, 2, 3, 4, 5, 6]);
    // It is a hundred years ahead: rules count periods that have snapshots, and not back from now.
    assert_eq!(kept(&all, &policy(), now + 36_500 * DAY, &TimeZone::UTC), kept_now(&all, &policy()));
}

#[test]
fn a_clock_that_stepped_back_ten_years_makes_its_snapshots_neither_count_nor_go() {
    let mut all = nights(6, 60);
    let back = all[3].started.seconds - 3_650 * DAY;
    all[3] = candidate(4, back);
    assert_eq!(kept_now(&all, &policy()), [3, 4, 5, 6]);
    // Hours are no steps: clocks of two hosts may differ.
    let mut all = nights(6, 60);
    let little = all[4].started.seconds - DAY - 7_200;
    all[4] = candidate(5, little);
    assert_eq!(kept_now(&all, &Policy { last: Some(2), ..Policy::default() }), [5, 6]);
}

#[test]
fn an_import_counts_at_the_time_it_stands_for() {
    let mut all = nights(4, 60);
    let started = all[3].started;
    for (number, days) in (5..).zip([400, 300, 200]) {
        let time = Timestamp::new(started.seconds - days * DAY, 0);
        all.push(Candidate {
            started: Timestamp::new(started.seconds + 60, 0),
            time,
            ..candidate(number, 0)
        });
    }
    let policy = Policy { last: Some(2), yearly: Some(2), ..Policy::default() };
    // The two newest nights; the newest of each year (that of 2025 was imported); and what came last is never dropped.
    assert_eq!(kept_now(&all, &policy), [3, 4, 7]);
    let tomorrow = Timestamp::new(started.seconds + 2 * DAY, 0);
    all[4].time = tomorrow;
    assert_eq!(kept_now(&all, &policy), [3, 4, 5, 7], "what stands for the future cannot be right");
}

#[test]
fn times_that_no_calendar_has_are_not_right() {
    for seconds in [i64::MIN, i64::MAX, -400_000_000_000] {
        let mut all = nights(3, 60);
        all[1].time = Timestamp::new(seconds, 0);
        let stays = kept_now(&all, &Policy { last: Some(1), ..Policy::default() });
        assert_eq!(stays, [2, 3], "{seconds}");
    }
    let now = Timestamp::new(i64::MAX, 0);
    let all = nights(3, 60);
    let policy = Policy { within: Some("1000y".parse().unwrap()), ..Policy::default() };
    assert_eq!(judge(&all, &policy, Grouping::default(), now, &TimeZone::UTC).unwrap().notes, []);
}

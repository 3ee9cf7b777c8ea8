//! Clocks that are wrong: those of the snapshots, and that of this machine.

use super::*;

fn last(count: u32) -> Policy {
    Policy { last: Some(count), ..Policy::default() }
}

fn daily(count: u32) -> Policy {
    Policy { daily: Some(count), ..Policy::default() }
}

/// A judgement at a time of its own.
fn at_now(candidates: &[Candidate], policy: &Policy, now: &str) -> Judgement {
    judge(candidates, policy, Grouping::default(), at(now), &TimeZone::UTC).unwrap()
}

fn dated(mut candidate: Candidate, time: &str) -> Candidate {
    candidate.time = at(time);
    candidate.started = at(time);
    candidate
}

#[test]
fn a_snapshot_dated_2099_pushes_nothing_out() {
    let mut candidates = nights("2026-05-01", 12);
    candidates[5] = dated(candidates[5].clone(), "2099-01-01T03:00");
    for policy in [last(4), daily(4)] {
        assert_eq!(kept_by(&candidates, &policy), [9, 10, 11, 12], "{policy:?}");
    }
    let judgement = judged(&candidates, &daily(7));
    assert_eq!(
        kept(&candidates, &judgement),
        [5, 6, 7, 8, 9, 10, 11, 12],
        "seven count, and it is kept besides"
    );
    assert_eq!(reasons(&candidates, &judgement, 6), ["daily", "not counted: dated ahead"]);
    assert_eq!(judgement.notes, []);
}

#[test]
fn a_span_does_not_reach_back_from_2099() {
    let mut candidates = nights("2026-05-01", 12);
    candidates[10] = dated(candidates[10].clone(), "2099-01-01T03:00");
    let policy = Policy { within: Some("3d".parse().unwrap()), ..Policy::default() };
    assert_eq!(kept_by(&candidates, &policy), [9, 10, 11, 12]);
}

#[test]
fn nights_of_a_clock_that_stepped_back_ten_years_push_nothing_out_and_go_in_their_turn() {
    let mut candidates = nights("2026-05-01", 12);
    candidates[6] = dated(candidates[6].clone(), "2016-05-07T03:00");
    candidates[7] = dated(candidates[7].clone(), "2016-05-08T03:00");
    let judgement = judged(&candidates, &daily(5));
    assert_eq!(kept(&candidates, &judgement), [6, 7, 8, 9, 10, 11, 12]);
    assert_eq!(reasons(&candidates, &judgement, 8), ["daily", "not counted: date out of order"]);
    assert_eq!(kept_by(&candidates, &daily(4)), [9, 10, 11, 12]);
}

#[test]
fn the_newest_is_not_dropped_for_a_wrong_date() {
    let mut candidates = nights("2026-05-01", 12);
    candidates[11] = dated(candidates[11].clone(), "2016-05-12T03:00");
    let judgement = at_now(&candidates, &daily(2), "2026-05-12T04:00");
    assert_eq!(kept(&candidates, &judgement), [10, 11, 12]);
    assert_eq!(reasons(&candidates, &judgement, 12), ["nothing newer", "not counted: date out of order"]);
    assert_eq!(reasons(&candidates, &judgement, 11), ["newest", "daily"]);
}

#[test]
fn a_clock_that_ran_a_month_ahead_for_a_night_does_not_spoil_the_nights_after_it() {
    let mut candidates = nights("2026-05-01", 60);
    candidates[9] = dated(candidates[9].clone(), "2026-06-10T03:00");
    let kept = kept_by(&candidates, &last(20));
    assert_eq!(kept, (41..=60).collect::<Vec<u64>>());
}

#[test]
fn a_clock_is_believed_by_what_others_of_its_host_say() {
    // In its own group the second snapshot stands alone with one other, and either could be wrong.
    let mut candidates = nights("2026-05-01", 9);
    candidates[3].paths = vec![b"/etc".to_vec()];
    candidates[4] = dated(candidates[4].clone(), "2026-03-01T03:00");
    candidates[4].paths = vec![b"/etc".to_vec()];
    let judgement = judged(&candidates, &last(1));
    assert_eq!(kept(&candidates, &judgement), [4, 5, 9]);
    assert_eq!(reasons(&candidates, &judgement, 4), ["newest", "last"]);
    assert_eq!(reasons(&candidates, &judgement, 5), ["nothing newer", "not counted: date out of order"]);
}

#[test]
fn hosts_whose_clocks_disagree_may_be_one_group() {
    let mut candidates = nights("2026-05-01", 9);
    for (at, time) in [(2, "2016-01-01T03:00"), (5, "2016-01-02T03:00")] {
        candidates[at] = dated(candidates[at].clone(), time);
        candidates[at].host = "web2".to_owned();
    }
    let all = Grouping { host: false, ..Grouping::default() };
    let judgement = judge(&candidates, &last(3), all, at("2026-05-09T04:00"), &TimeZone::UTC).unwrap();
    assert_eq!(kept(&candidates, &judgement), [7, 8, 9]);
    // By themselves they are as good as any.
    assert_eq!(kept(&candidates, &at_now(&candidates, &last(1), "2026-05-09T04:00")), [6, 9]);
}

#[test]
fn within_a_day_the_sequence_is_the_order_and_not_the_clock() {
    let times = ["2026-05-01T20:00", "2026-05-01T10:00", "2026-05-01T12:00"];
    let candidates = snapshots(&times);
    assert_eq!(kept_by(&candidates, &daily(3)), [3]);
    assert_eq!(kept_by(&candidates, &last(1)), [3]);
}

#[test]
fn of_two_with_one_sequence_the_later_start_is_newer_and_then_the_greater_id() {
    let mut candidates = snapshots(&["2026-05-01T04:00", "2026-05-01T03:00", "2026-05-01T04:00"]);
    for candidate in &mut candidates {
        candidate.sequence = 7;
    }
    let judgement = judged(&candidates, &last(1));
    assert!(judgement.verdicts[2].is_kept() && judgement.verdicts[2].id == candidates[2].id);
    assert!(!judgement.verdicts[1].is_kept() && judgement.verdicts[1].id == candidates[0].id);
    assert!(!judgement.verdicts[0].is_kept() && judgement.verdicts[0].id == candidates[1].id);
}

#[test]
fn old_nights_that_are_brought_in_count_at_the_time_they_stand_for() {
    let mut candidates = nights("2026-05-01", 10);
    for number in 0..8 {
        let mut import = dated(snapshot(11 + number, "2026-05-10T12:00"), "2026-05-10T12:00");
        import.time = at(&format!("2025-0{}-15T03:00", number + 1));
        candidates.push(import);
    }
    assert_eq!(kept_by(&candidates, &last(3)), [8, 9, 10], "they do not push out the last nights");
    let judgement = judged(&candidates, &Policy::preset("2-0-4").unwrap());
    assert_eq!(kept(&candidates, &judgement), [9, 10, 16, 17, 18]);
    assert_eq!(reasons(&candidates, &judgement, 10), ["newest", "daily", "monthly"]);
    assert_eq!(reasons(&candidates, &judgement, 18), ["monthly"]);
}

#[test]
fn one_that_a_person_dated_tomorrow_week_does_not_count() {
    let mut candidates = nights("2026-05-01", 10);
    candidates[4].time = at("2026-05-20T03:00");
    let judgement = judged(&candidates, &last(3));
    assert_eq!(kept(&candidates, &judgement), [8, 9, 10]);
    assert_eq!(kept_by(&candidates, &last(6)), [4, 5, 6, 7, 8, 9, 10]);
}

#[test]
fn a_date_that_no_calendar_has_does_not_count() {
    let mut candidates = nights("2026-05-01", 4);
    candidates[1].time = Timestamp::new(i64::MIN, 0);
    candidates[2].time = Timestamp::new(i64::MAX, 0);
    assert_eq!(kept_by(&candidates, &daily(2)), [1, 2, 3, 4]);
    assert_eq!(kept_by(&candidates, &daily(1)), [4]);
}

#[test]
fn nothing_is_dropped_when_the_clock_of_this_machine_cannot_be_right() {
    let mut candidates = nights("2026-05-01", 12);
    candidates[3].is_held = true;
    for (now, name) in
        [("2016-05-12T04:00", "behind"), ("2126-05-12T04:00", "ahead"), ("2026-05-11T02:59", "a day behind")]
    {
        let judgement = at_now(&candidates, &last(1), now);
        assert_eq!(kept(&candidates, &judgement).len(), 12, "{name}");
        assert_eq!(judgement.notes.len(), 1, "{name}");
        assert_eq!(reasons(&candidates, &judgement, 4), ["clock", "held"], "{name}");
    }
    let note = &at_now(&candidates, &last(1), "2016-05-12T04:00").notes[0];
    assert!(note.to_string().starts_with(
        "the clock says 2016-05-12T04:00:00Z, and a snapshot started later, on 2026-05-12T03:00:00Z"
    ));
    for now in ["2026-05-11T03:00", "2027-05-13T03:00"] {
        assert_eq!(kept(&candidates, &at_now(&candidates, &last(1), now)), [4, 12], "{now}");
    }
}

#[test]
fn a_clock_that_stepped_back_is_found_out_even_after_it_made_a_snapshot() {
    let mut candidates = nights("2026-05-01", 12);
    candidates.push(snapshot(13, "2016-05-13T03:00"));
    let judgement = at_now(&candidates, &last(1), "2016-05-13T04:00");
    assert_eq!(kept(&candidates, &judgement).len(), 13);
    let started = at("2026-05-12T03:00");
    assert_eq!(judgement.notes, [Note::ClockBehind { now: at("2016-05-13T04:00"), started }]);
}

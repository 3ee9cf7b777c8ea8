//! What does not count takes nobody's place, and goes in the end; what is protected stays.

use super::*;

fn daily(count: u32) -> Policy {
    Policy { daily: Some(count), ..Policy::default() }
}

#[test]
fn an_incomplete_night_takes_nobodys_place() {
    let mut candidates = nights("2026-05-01", 10);
    candidates[8].is_complete = false;
    let judgement = judged(&candidates, &daily(3));
    assert_eq!(kept(&candidates, &judgement), [7, 8, 9, 10]);
    assert_eq!(reasons(&candidates, &judgement, 9), ["daily", "not counted: incomplete"]);
}

#[test]
fn an_incomplete_night_goes_when_a_complete_one_would_have_gone() {
    let mut candidates = nights("2026-05-01", 10);
    candidates[6].is_complete = false;
    assert_eq!(kept_by(&candidates, &daily(4)), [6, 7, 8, 9, 10]);
    assert_eq!(kept_by(&candidates, &daily(3)), [8, 9, 10]);
}

#[test]
fn an_incomplete_run_goes_once_a_complete_one_of_the_same_day_is_newer() {
    let mut candidates = snapshots(&["2026-05-01T03:00", "2026-05-02T03:00", "2026-05-02T04:00"]);
    candidates[1].is_complete = false;
    assert_eq!(kept_by(&candidates, &daily(7)), [1, 3]);
    candidates[1].is_complete = true;
    candidates[2].is_complete = false;
    let judgement = judged(&candidates, &daily(7));
    assert_eq!(kept(&candidates, &judgement), [1, 2, 3]);
    assert_eq!(reasons(&candidates, &judgement, 2), ["newest", "daily"]);
    assert_eq!(reasons(&candidates, &judgement, 3), ["daily", "nothing newer", "not counted: incomplete"]);
}

#[test]
fn a_group_in_which_nothing_is_complete_keeps_everything() {
    let mut candidates = nights("2026-05-01", 10);
    for candidate in &mut candidates {
        candidate.is_complete = false;
    }
    let tags = Policy { tags: vec!["keep".to_owned()], ..Policy::default() };
    for policy in [daily(1), tags] {
        assert_eq!(kept_by(&candidates, &policy).len(), 10);
    }
}

#[test]
fn what_is_held_counts_and_is_not_dropped() {
    let mut candidates = nights("2026-05-01", 10);
    candidates[2].is_held = true;
    candidates[8].is_held = true;
    let judgement = judged(&candidates, &daily(2));
    assert_eq!(kept(&candidates, &judgement), [3, 9, 10]);
    assert_eq!(reasons(&candidates, &judgement, 3), ["held"]);
    assert_eq!(reasons(&candidates, &judgement, 9), ["daily", "held"]);
}

#[test]
fn what_has_lost_something_does_not_count_and_is_not_dropped() {
    let mut candidates = nights("2026-05-01", 10);
    candidates[2].is_damaged = true;
    candidates[9].is_damaged = true;
    let judgement = judged(&candidates, &daily(2));
    assert_eq!(kept(&candidates, &judgement), [3, 8, 9, 10]);
    assert_eq!(reasons(&candidates, &judgement, 3), ["damaged", "not counted: damaged"]);
    assert_eq!(reasons(&candidates, &judgement, 9), ["newest", "daily"]);
}

#[test]
fn a_policy_of_tags_may_go_by_what_is_protected() {
    let mut candidates = nights("2026-05-01", 3);
    candidates[0].is_held = true;
    let tags = Policy { tags: vec!["keep".to_owned()], ..Policy::default() };
    assert_eq!(kept_by(&candidates, &tags), [1, 3]);
}

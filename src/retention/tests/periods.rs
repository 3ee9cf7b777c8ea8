//! Hours, days, weeks, months and years, in the nights that are not as others.

use super::*;

fn kept_in(name: &str, times: &[&str], policy: &Policy) -> Vec<u64> {
    let candidates = snapshots(times);
    let now = Timestamp::new(candidates.last().unwrap().time.seconds + 60, 0);
    kept(&candidates, &judge(&candidates, policy, Grouping::default(), now, &zone(name)).unwrap())
}

fn hourly(count: u32) -> Policy {
    Policy { hourly: Some(count), ..Policy::default() }
}

fn daily(count: u32) -> Policy {
    Policy { daily: Some(count), ..Policy::default() }
}

#[test]
fn the_hour_that_comes_twice_in_autumn_is_two_hours() {
    let berlin = [
        "2026-10-25T01:30+02:00[Europe/Berlin]",
        "2026-10-25T02:10+02:00[Europe/Berlin]",
        "2026-10-25T02:50+02:00[Europe/Berlin]",
        "2026-10-25T02:10+01:00[Europe/Berlin]",
        "2026-10-25T03:10+01:00[Europe/Berlin]",
    ];
    assert_eq!(kept_in("Europe/Berlin", &berlin, &hourly(3)), [3, 4, 5]);
    let new_york = [
        "2026-11-01T00:30-04:00[America/New_York]",
        "2026-11-01T01:30-04:00[America/New_York]",
        "2026-11-01T01:30-05:00[America/New_York]",
    ];
    assert_eq!(kept_in("America/New_York", &new_york, &hourly(2)), [2, 3]);
}

#[test]
fn the_hour_that_is_left_out_in_spring_is_no_hour() {
    let berlin = [
        "2026-03-29T00:59+01:00[Europe/Berlin]",
        "2026-03-29T01:59+01:00[Europe/Berlin]",
        "2026-03-29T03:00+02:00[Europe/Berlin]",
    ];
    assert_eq!(kept_in("Europe/Berlin", &berlin, &hourly(2)), [2, 3]);
    let new_york = [
        "2026-03-08T00:30-05:00[America/New_York]",
        "2026-03-08T01:30-05:00[America/New_York]",
        "2026-03-08T03:30-04:00[America/New_York]",
    ];
    assert_eq!(kept_in("America/New_York", &new_york, &hourly(3)), [1, 2, 3]);
}

#[test]
fn a_day_of_25_hours_is_one_day() {
    let times = [
        "2026-10-24T23:30[Europe/Berlin]",
        "2026-10-25T00:30[Europe/Berlin]",
        "2026-10-25T23:30[Europe/Berlin]",
        "2026-10-26T00:30[Europe/Berlin]",
    ];
    assert_eq!(kept_in("Europe/Berlin", &times, &daily(3)), [1, 3, 4]);
}

#[test]
fn days_are_those_of_the_zone() {
    let times = ["2026-06-01T21:30", "2026-06-01T22:30"];
    assert_eq!(kept_in("UTC", &times, &daily(5)), [2]);
    assert_eq!(kept_in("Europe/Berlin", &times, &daily(5)), [1, 2]);
}

#[test]
fn a_day_before_a_night_of_the_time_change_is_no_24_hours() {
    let times = [
        "2026-03-28T11:59[Europe/Berlin]",
        "2026-03-28T12:00[Europe/Berlin]",
        "2026-03-29T12:00[Europe/Berlin]",
    ];
    let span = |text: &str| Policy { within: Some(text.parse().unwrap()), ..Policy::default() };
    assert_eq!(kept_in("Europe/Berlin", &times, &span("1d")), [2, 3]);
    assert_eq!(kept_in("Europe/Berlin", &times, &span("24h")), [1, 2, 3]);
}

#[test]
fn week_53_reaches_over_the_turn_of_the_year() {
    // Monday 28 December 2026 to Sunday 3 January 2027 is week 53 of 2026.
    let times = ["2026-12-27T03:00", "2026-12-28T03:00", "2027-01-03T03:00", "2027-01-04T03:00"];
    let weekly = Policy { weekly: Some(9), ..Policy::default() };
    assert_eq!(kept_in("UTC", &times, &weekly), [1, 3, 4]);
    // 29 December 2025 is in week 1 of 2026, which is not the week of 5 January 2025.
    let times = ["2025-01-05T03:00", "2025-12-28T03:00", "2025-12-29T03:00", "2026-01-04T03:00"];
    assert_eq!(kept_in("UTC", &times, &weekly), [1, 2, 4]);
}

#[test]
fn months_and_years_end_where_they_end() {
    let times =
        ["2025-11-30T23:59", "2025-12-01T00:00", "2025-12-31T23:59", "2026-01-01T00:00", "2026-01-31T00:00"];
    assert_eq!(kept_in("UTC", &times, &Policy { monthly: Some(2), ..Policy::default() }), [3, 5]);
    assert_eq!(kept_in("UTC", &times, &Policy { yearly: Some(2), ..Policy::default() }), [3, 5]);
}

#[test]
fn a_leap_day_is_a_day_and_spans_respect_it() {
    let times = ["2028-02-28T03:00", "2028-02-29T03:00", "2028-03-01T03:00"];
    assert_eq!(kept_in("UTC", &times, &daily(2)), [2, 3]);
    // A month before 31 March 2028 is the leap day.
    let times = ["2028-02-28T03:00", "2028-02-29T03:00", "2028-03-31T03:00"];
    assert_eq!(
        kept_in("UTC", &times, &Policy { within: Some("1m".parse().unwrap()), ..Policy::default() }),
        [2, 3]
    );
    // A year before the leap day is 28 February.
    let times = ["2027-02-27T03:00", "2027-02-28T03:00", "2028-02-29T03:00"];
    assert_eq!(
        kept_in("UTC", &times, &Policy { within: Some("1y".parse().unwrap()), ..Policy::default() }),
        [2, 3]
    );
}

#[test]
fn periods_without_a_snapshot_are_not_counted() {
    let times = ["2020-01-01T03:00", "2023-05-05T03:00", "2026-06-06T03:00"];
    assert_eq!(kept_in("UTC", &times, &daily(2)), [2, 3]);
}

#[test]
fn a_span_beyond_the_calendar_keeps_everything() {
    let times = ["1950-01-01T03:00", "2026-06-06T03:00"];
    let policy = Policy { within: Some("99999999y".parse().unwrap()), ..Policy::default() };
    assert_eq!(kept_in("UTC", &times, &policy), [1, 2]);
}

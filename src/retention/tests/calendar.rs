//! Days, weeks and hours as a calendar has them.

use super::*;

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

fn all(times: &[&str]) -> Vec<Candidate> {
    (1..).zip(times).map(|(sequence, time)| candidate(sequence, at(time))).collect()
}

fn in_zone(times: &[&str], policy: &Policy, zone: &str) -> Vec<u64> {
    let all = all(times);
    kept(&all, policy, all.last().unwrap().started.seconds, &TimeZone::get(zone).unwrap())
}

fn daily(number: u32) -> Policy {
    Policy { daily: Some(number), ..Policy::default() }
}

#[test]
fn a_day_is_that_of_the_time_zone() {
    let times = ["2026-05-01T21:30:00Z", "2026-05-01T22:30:00Z", "2026-05-02T10:00:00Z"];
    assert_eq!(in_zone(&times, &daily(2), "UTC"), [2, 3]);
    assert_eq!(in_zone(&times, &daily(2), "Europe/Berlin"), [1, 3]);
    assert_eq!(in_zone(&times, &daily(2), "America/New_York"), [2, 3]);
}

#[test]
fn nights_in_which_clocks_change_are_one_day_each() {
    // 2026-03-29 has 23 hours in Berlin, 2026-10-25 has 25.
    for (before, day, after) in [
        ("2026-03-28T02:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T01:30:00Z"),
        ("2026-10-24T01:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T02:30:00Z"),
    ] {
        assert_eq!(in_zone(&[before, day, after], &daily(2), "Europe/Berlin"), [2, 3]);
        assert_eq!(in_zone(&[before, day, after], &daily(3), "Europe/Berlin"), [1, 2, 3]);
    }
}

#[test]
fn an_hour_that_comes_twice_is_two() {
    let times = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"];
    let hourly = |number| Policy { hourly: Some(number), ..Policy::default() };
    assert_eq!(in_zone(&times, &hourly(2), "Europe/Berlin"), [2, 3]);
    assert_eq!(in_zone(&times, &hourly(3), "Europe/Berlin"), [1, 2, 3]);
    assert_eq!(in_zone(&times, &hourly(3), "Asia/Kolkata"), [1, 2, 3]);
}

#[test]
fn weeks_are_those_of_iso_8601_and_go_over_the_turn_of_the_year() {
    // Week 53 of 2026 has the days from 2026-12-28 to 2027-01-03.
    let times =
        ["2026-12-27T12:00:00Z", "2026-12-28T12:00:00Z", "2027-01-03T12:00:00Z", "2027-01-04T12:00:00Z"];
    let weekly = |number| Policy { weekly: Some(number), ..Policy::default() };
    assert_eq!(in_zone(&times, &weekly(2), "UTC"), [3, 4]);
    assert_eq!(in_zone(&times, &weekly(3), "UTC"), [1, 3, 4]);
}

#[test]
fn a_leap_day_is_a_day_and_a_year_before_it_is_the_28th() {
    let times = ["2028-02-28T12:00:00Z", "2028-02-29T12:00:00Z", "2028-03-01T12:00:00Z"];
    assert_eq!(in_zone(&times, &daily(2), "UTC"), [2, 3]);
    let within = |text: &str| Policy { within: Some(text.parse().unwrap()), ..Policy::default() };
    let times = ["2027-02-27T12:00:00Z", "2027-02-28T12:00:00Z", "2028-02-29T12:00:00Z"];
    assert_eq!(in_zone(&times, &within("1y"), "UTC"), [2, 3]);
    // A month before the 31st of March.
    let times = ["2026-02-27T12:00:00Z", "2026-02-28T12:00:00Z", "2026-03-31T12:00:00Z"];
    assert_eq!(in_zone(&times, &within("1m"), "UTC"), [2, 3]);
}

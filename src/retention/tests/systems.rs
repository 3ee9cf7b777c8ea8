//! The rules that five systems have, presets and spans, and what is refused.

use super::*;

#[test]
fn seven_days_and_four_weeks() {
    // Friday 1 May to Tuesday 30 June 2026.
    let candidates = nights("2026-05-01", 61);
    let kept = kept_by(&candidates, &Policy::preset("7-4").unwrap());
    // The last seven nights, 24 to 30 June; the Sundays of 14, 21 and 28 June and the week that is not over.
    assert_eq!(kept, [45, 52, 55, 56, 57, 58, 59, 60, 61]);
}

#[test]
fn seven_days_four_weeks_and_twelve_months() {
    let candidates = nights("2025-01-01", 730);
    let policy = Policy::preset("7-4-12").unwrap();
    let kept = kept_by(&candidates, &policy);
    // 365 + 31 = 31 January 2026, ... 365 + 334 = 30 November; the Sundays 13, 20 and 27 December; 25 to 31 December.
    let months = [396, 424, 455, 485, 516, 546, 577, 608, 638, 669, 699];
    let rest = [712, 719, 724, 725, 726, 727, 728, 729, 730];
    assert_eq!(kept, [&months[..], &rest].concat());
    assert_eq!(
        reasons(&candidates, &judged(&candidates, &policy), 730),
        ["newest", "daily", "weekly", "monthly"]
    );
    assert_eq!(reasons(&candidates, &judged(&candidates, &policy), 711), [""; 0]);
}

#[test]
fn the_newest_ten_runs() {
    let candidates = nights("2026-05-01", 31);
    let policy = Policy { last: Some(10), ..Policy::default() };
    assert_eq!(kept_by(&candidates, &policy), (22..=31).collect::<Vec<u64>>());
}

#[test]
fn the_newest_three_and_all_of_ten_days() {
    // Backups stopped for a month: what is younger than ten days is counted from the newest.
    let mut candidates = nights("2026-05-01", 31);
    let policy = Policy { last: Some(3), within: Some("10d".parse().unwrap()), ..Policy::default() };
    assert_eq!(kept_by(&candidates, &policy), (21..=31).collect::<Vec<u64>>());
    candidates.push(snapshot(32, "2026-07-01T03:00"));
    assert_eq!(kept_by(&candidates, &policy), [30, 31, 32]);
}

#[test]
fn seven_days_by_span_and_one_a_week_by_span() {
    let candidates = nights("2026-05-01", 61);
    let policy = Policy {
        within: Some("7d".parse().unwrap()),
        within_weekly: Some("4w".parse().unwrap()),
        ..Policy::default()
    };
    assert_eq!(kept_by(&candidates, &policy), [38, 45, 52, 54, 55, 56, 57, 58, 59, 60, 61]);
    assert_eq!(reasons(&candidates, &judged(&candidates, &policy), 45), ["weekly within 4w"]);
}

#[test]
fn a_tag_keeps_whatever_has_it() {
    let mut candidates = nights("2026-05-01", 31);
    candidates[4].tags = vec!["close-2026".to_owned(), "shop".to_owned()];
    let policy = Policy { last: Some(1), tags: vec!["close-2026".to_owned()], ..Policy::default() };
    assert_eq!(kept_by(&candidates, &policy), [5, 31]);
    assert_eq!(reasons(&candidates, &judged(&candidates, &policy), 5), ["tag close-2026"]);
}

#[test]
fn each_group_follows_the_policy_by_itself() {
    let mut candidates = nights("2026-05-01", 6);
    candidates[0].host = "db1".to_owned();
    candidates[1].paths = vec![b"/etc".to_vec(), b"/srv".to_vec()];
    candidates[2].paths = vec![b"/srv".to_vec(), b"/etc".to_vec(), b"/srv".to_vec()];
    candidates[3].tags = vec!["manual".to_owned()];
    let policy = Policy { last: Some(1), ..Policy::default() };
    let judgement = judged(&candidates, &policy);
    assert_eq!(kept(&candidates, &judgement), [1, 3, 6]);
    assert_eq!(judgement.verdicts.iter().map(|one| one.group).collect::<Vec<_>>(), [0, 1, 1, 2, 2, 2]);
    let groups: Vec<String> = judgement.groups.iter().map(ToString::to_string).collect();
    assert_eq!(groups, ["host db1, paths /srv", "host web1, paths /etc /srv", "host web1, paths /srv"]);

    let now = candidates[5].time;
    let by =
        |grouping| kept(&candidates, &judge(&candidates, &policy, grouping, now, &TimeZone::UTC).unwrap());
    assert_eq!(by(Grouping { host: false, paths: false, tags: false }), [6]);
    assert_eq!(by(Grouping { host: false, paths: false, tags: true }), [4, 6]);
}

#[test]
fn a_policy_that_keeps_nothing_is_refused() {
    let candidates = nights("2026-05-01", 3);
    let refused = |policy: &Policy| {
        judge(&candidates, policy, Grouping::default(), candidates[2].time, &TimeZone::UTC).unwrap_err()
    };
    assert_eq!(refused(&Policy::default()), RetentionError::EmptyPolicy);
    assert_eq!(
        refused(&Policy { last: Some(0), monthly: Some(0), ..Policy::default() }),
        RetentionError::EmptyPolicy
    );
    let tags = Policy { tags: vec!["keep".to_owned()], ..Policy::default() };
    assert_eq!(refused(&tags).to_string(), "the policy keeps nothing of host web1, paths /srv");
    assert_eq!(kept_by(&candidates, &Policy { may_empty_groups: true, ..tags }), [3]);
}

#[test]
fn a_repository_without_snapshots_has_nothing_to_judge() {
    let policy = Policy { last: Some(1), ..Policy::default() };
    let judgement = judge(&[], &policy, Grouping::default(), at("2026-01-01T00:00"), &TimeZone::UTC);
    assert_eq!(judgement, Ok(Judgement::default()));
}

#[test]
fn a_preset_has_days_weeks_months_and_years() {
    let policy =
        |daily, weekly, monthly, yearly| Policy { daily, weekly, monthly, yearly, ..Policy::default() };
    assert_eq!(Policy::preset("30"), Ok(policy(Some(30), None, None, None)));
    assert_eq!(Policy::preset("7-4"), Ok(policy(Some(7), Some(4), None, None)));
    assert_eq!(Policy::preset("7-0-12"), Ok(policy(Some(7), None, Some(12), None)));
    assert_eq!(Policy::preset("7-4-12-10"), Ok(policy(Some(7), Some(4), Some(12), Some(10))));
    for text in ["", "0", "0-0", "7-", "-7", "7--4", "+7", "7-4-12-10-1", "a", "7 4", "４", "99999999999"] {
        assert_eq!(Policy::preset(text), Err(RetentionError::NotAPreset(text.to_owned())));
    }
}

#[test]
fn a_span_is_read_as_it_is_shown() {
    for text in ["1y6m2w3d12h", "30d", "4w", "99999999h"] {
        assert_eq!(text.parse::<Within>().unwrap().to_string(), text);
    }
    assert_eq!("5d1y".parse::<Within>().unwrap().to_string(), "1y5d");
    for text in
        ["", "d", "30", "30 d", "-1d", "+1d", "1d1d", "1x", "1.5d", "0d", "1dd", "4294967296d", "1D", "1é"]
    {
        assert_eq!(text.parse::<Within>(), Err(RetentionError::NotASpan(text.to_owned())), "{text}");
    }
}

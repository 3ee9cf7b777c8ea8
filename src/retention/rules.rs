//! What each rule of a policy says to a snapshot.

use super::calendar::Calendar;
use super::standing::{Counted, Standing};
use super::{Period, Policy, Reason, Within};
use crate::base::Timestamp;

/// A policy, and where its spans begin in one group.
pub(super) struct Rules<'a> {
    policy: &'a Policy,
    counted: &'a Counted,
    /// `None` if the rule is not given.
    all: Option<(Within, Timestamp)>,
    of_periods: Vec<(Period, Within, Timestamp)>,
}

impl<'a> Rules<'a> {
    pub(super) fn new(policy: &'a Policy, counted: &'a Counted, calendar: &Calendar<'_>) -> Self {
        let begin = |span: Within| Some((span, calendar.before(counted.newest_time()?, span)));
        let of_period = |period: Period| {
            let (span, begin) = policy.span_of(period).and_then(begin)?;
            Some((period, span, begin))
        };
        Self {
            policy,
            counted,
            all: policy.within.and_then(begin),
            of_periods: Period::ALL.iter().filter_map(|period| of_period(*period)).collect(),
        }
    }

    /// The rules that keep a snapshot, by where it stands.
    pub(super) fn reasons(&self, standing: &Standing) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if is_below(standing.newer, self.policy.newest()) {
            reasons.push(Reason::Last);
        }
        let newer: Vec<(Period, usize)> = Period::ALL
            .iter()
            .filter_map(|period| Some((*period, self.counted.newer_periods(standing, *period)?)))
            .collect();
        let counted = newer.iter().filter(|(period, newer)| is_below(*newer, self.policy.count_of(*period)));
        reasons.extend(counted.map(|(period, _)| Reason::Of(*period)));
        let all = self.all.iter().filter(|(_, begin)| standing.time >= *begin);
        reasons.extend(all.map(|(span, _)| Reason::Within(*span)));
        let of_periods = self.of_periods.iter().filter(|(period, _, begin)| {
            standing.time >= *begin && newer.iter().any(|(other, _)| other == period)
        });
        reasons.extend(of_periods.map(|(period, span, _)| Reason::OfWithin(*period, *span)));
        reasons
    }

    /// The tags that keep a snapshot, wherever it stands.
    pub(super) fn reasons_of_tags(&self, tags: &[String]) -> Vec<Reason> {
        let kept = self.policy.tags.iter().filter(|tag| tags.contains(tag));
        kept.map(|tag| Reason::Tag(tag.clone())).collect()
    }
}

fn is_below(newer: usize, count: u32) -> bool {
    usize::try_from(count).map_or(true, |count| newer < count)
}

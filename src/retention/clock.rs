//! Whether clocks can be believed: that of this machine now, and those by which snapshots were dated.

use super::{Candidate, Note, Why};
use crate::base::Timestamp;

/// How far clocks may disagree: time zones set wrong, and runs that overlap, stay below it.
const SLACK_SECONDS: i64 = 86_400;
/// After how long without a snapshot the clock is doubted rather than the backups.
const SILENCE_SECONDS: i64 = 366 * 86_400;

/// What is wrong with the clock of this machine; `candidates` in the order of sequence.
///
/// It is behind if the newest snapshot started more than a day after `now`, or more than half of all did. A single snapshot dated 2099 says
/// nothing about the clock once another is newer. It is ahead if nothing started within 366 days before `now`. That is also what a
/// repository looks like to which nobody has saved for a year, and there a rule should drop nothing either: a new snapshot ends the doubt.
pub(super) fn doubt(candidates: &[&Candidate], now: Timestamp) -> Option<Note> {
    let newest = candidates.last()?.started;
    if is_ahead(newest, now) {
        return Some(Note::ClockBehind { now, started: newest });
    }
    let (ahead, behind): (Vec<Timestamp>, Vec<Timestamp>) =
        candidates.iter().map(|candidate| candidate.started).partition(|started| is_ahead(*started, now));
    if let Some(started) = ahead.iter().max().filter(|_| ahead.len() > behind.len()) {
        return Some(Note::ClockBehind { now, started: *started });
    }
    let latest = *behind.iter().max()?;
    let is_silent = latest.seconds.saturating_add(SILENCE_SECONDS) < now.seconds;
    is_silent.then_some(Note::ClockAhead { now, started: latest })
}

/// Whether the date of a snapshot lies in the future.
pub(super) fn dated_ahead(candidate: &Candidate, now: Timestamp) -> Option<Why> {
    let is_ahead = is_ahead(candidate.time, now);
    is_ahead.then_some(Why::DatedAhead)
}

fn is_ahead(time: Timestamp, now: Timestamp) -> bool {
    later(now) < time
}

fn later(time: Timestamp) -> Timestamp {
    Timestamp { seconds: time.seconds.saturating_add(SLACK_SECONDS), ..time }
}

/// Which of these starts, in the order of sequence, do not belong where they stand, by more than a day.
///
/// The fewest possible are blamed: the longest run of starts that never goes back is believed, and of two as long the one that is
/// later in time, so that of two snapshots the second is blamed for going back. A run of several days, overtaken by another's, is blamed too: it
/// counts less than it might, and is not lost for it.
pub(super) fn out_of_order(starts: &[Timestamp]) -> Vec<bool> {
    let believed = longest_ascent(starts);
    let mut latest: Option<Timestamp> = None;
    let lowest: Vec<Option<Timestamp>> = starts
        .iter()
        .zip(&believed)
        .map(|(start, is_believed)| {
            latest = if *is_believed { Some(*start) } else { latest };
            latest
        })
        .collect();
    let mut earliest: Option<Timestamp> = None;
    let mut blamed: Vec<bool> = starts
        .iter()
        .zip(&believed)
        .zip(&lowest)
        .rev()
        .map(|((start, is_believed), lowest)| {
            earliest = if *is_believed { Some(*start) } else { earliest };
            let is_low = lowest.is_some_and(|lowest| later(*start) < lowest);
            is_low || earliest.is_some_and(|highest| later(highest) < *start)
        })
        .collect();
    blamed.reverse();
    blamed
}

/// Which of the starts are in the longest subsequence that never descends, found from the end by patience sorting.
fn longest_ascent(starts: &[Timestamp]) -> Vec<bool> {
    // Of the ascents of each length that begin where we are: the latest beginning.
    let mut heads: Vec<(Timestamp, usize)> = Vec::new();
    // Of each start, from the last: the number of the one that follows it.
    let mut following: Vec<Option<usize>> = Vec::new();
    for (at, start) in starts.iter().rev().enumerate() {
        let length = heads.partition_point(|(head, _)| head >= start);
        following.push(length.checked_sub(1).and_then(|at| heads.get(at)).map(|(_, at)| *at));
        match heads.get_mut(length) {
            Some(head) => *head = (*start, at),
            None => heads.push((*start, at)),
        }
    }
    let mut is_in = vec![false; starts.len()];
    let mut next = heads.last().map(|(_, at)| *at);
    while let Some(at) = next {
        if let Some(mark) = is_in.get_mut(at) {
            *mark = true;
        }
        next = following.get(at).copied().flatten();
    }
    is_in.reverse();
    is_in
}

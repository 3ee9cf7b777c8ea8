//! Made-up repositories, and what is kept of them.

mod clocks;
mod model;
mod periods;
mod systems;
mod uncounted;

use jiff::tz::TimeZone;

use super::*;

/// A time as people write it in a zone: `2026-11-20T03:00`, or with `[Europe/Berlin]` or an offset and zone behind it.
fn at(text: &str) -> Timestamp {
    let text = if text.contains('[') { text.to_owned() } else { format!("{text}[UTC]") };
    let zoned: jiff::Zoned = text.parse().unwrap();
    Timestamp::new(zoned.timestamp().as_second(), 0)
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn snapshot(sequence: u64, time: &str) -> Candidate {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&sequence.to_be_bytes());
    Candidate {
        id: SnapshotId::new(id),
        sequence,
        time: at(time),
        started: at(time),
        is_complete: true,
        host: "web1".to_owned(),
        tags: Vec::new(),
        paths: vec![b"/srv".to_vec()],
        is_held: false,
        is_damaged: false,
    }
}

/// One for each text, with the sequence numbers 1, 2, 3...
fn snapshots(times: &[&str]) -> Vec<Candidate> {
    times.iter().zip(1..).map(|(time, sequence)| snapshot(sequence, time)).collect()
}

/// So many nights at 03:00 UTC from a day on.
fn nights(first: &str, count: u64) -> Vec<Candidate> {
    let start = at(&format!("{first}T03:00")).seconds;
    let night = |number: u64| {
        let time = Timestamp::new(start + i64::try_from(number).unwrap() * 86_400, 0);
        Candidate { time, started: time, ..snapshot(number + 1, "2000-01-01T00:00") }
    };
    (0..count).map(night).collect()
}

/// A judgement in UTC, half an hour after the newest in sequence started.
fn judged(candidates: &[Candidate], policy: &Policy) -> Judgement {
    let newest = candidates.iter().max_by_key(|one| one.sequence).unwrap().started;
    let now = Timestamp::new(newest.seconds + 1_800, 0);
    judge(candidates, policy, Grouping::default(), now, &TimeZone::UTC).unwrap()
}

/// The sequence numbers of those that are kept.
fn kept(candidates: &[Candidate], judgement: &Judgement) -> Vec<u64> {
    let sequence = |id: SnapshotId| candidates.iter().find(|one| one.id == id).unwrap().sequence;
    judgement.verdicts.iter().filter(|one| one.is_kept()).map(|one| sequence(one.id)).collect()
}

fn kept_by(candidates: &[Candidate], policy: &Policy) -> Vec<u64> {
    kept(candidates, &judged(candidates, policy))
}

/// The reasons of the one with a sequence number, as a table shows them.
fn reasons(candidates: &[Candidate], judgement: &Judgement, sequence: u64) -> Vec<String> {
    let id = candidates.iter().find(|one| one.sequence == sequence).unwrap().id;
    let verdict = judgement.verdicts.iter().find(|one| one.id == id).unwrap();
    verdict.reasons.iter().map(ToString::to_string).collect()
}

//! Deltas that must be refused, in the order of the page.

use serde_json::json;

use super::conventions::{ALONE, TORN, WINDOW};
use super::delta::{BASE, INSERTS, PLAIN, STEPS, Steps, frame_of_runs, grouped, of, of_parts, rows};
use super::vector::{Vector, changed, longer};
use super::{files, seal};

const SHORT: &str = "fewer bytes than the three lengths and the stored steps need";
const STORED: &str = "steps that are stored with more bytes than they have";
const MANY: &str = "steps of over 64 MiB, or more steps than a third of their bytes";
const LENGTH: &str =
    "steps or inserted bytes that are neither as long as they must be nor a frame that gives exactly as many";
const ROWS: &str = "fewer or more numbers than three rows of S, or a last number that does not end";
const GROUPS: &str = "a number of more than five groups";
const NEEDLESS: &str = "a number of more groups than it needs";
const OVER: &str = "a number over 2^32 - 1";
const NOTHING: &str = "a step that neither inserts nor copies";
const ELSEWHERE: &str = "a step that copies nothing and whose `d` is not 0";
pub const WITHIN: &str = "a copy that is not within the base";
const SUM: &str = "steps that do not give exactly the region's plain bytes";

/// A delta on the base of the first vector, which would be as long as that one's plaintext.
fn refused(name: &str, delta: Vec<u8>, reason: &'static str, error: &'static str) -> Vector {
    let vector = Vector::refused("delta", format!("delta-{name}"), delta, reason, error);
    vector.with("base", files::hex(BASE)).with("plain_bytes", PLAIN.len())
}

pub fn vectors() -> Vec<Vector> {
    [lengths(), parts(), numbers(), steps(), copies()].concat()
}

fn lengths() -> Vec<Vector> {
    let good = of(STEPS, INSERTS);
    let short = |name: &str, bytes: usize| refused(name, good[..bytes].to_vec(), SHORT, "fewer bytes");
    let count = |count: u32| [&count.to_le_bytes(), &good[4..]].concat();
    let rows = rows(STEPS);
    vec![
        short("of-nothing", 0),
        short("cut-in-its-lengths", 11),
        short("of-lengths-alone", 12),
        short("cut-in-its-steps", 20),
        refused("stored-steps-longer", changed(&good, 8, 10), STORED, "longer stored"),
        refused("stored-steps-of-all-bits", changed(&good, 11, 255), STORED, "longer stored"),
        refused(
            "steps-in-a-longer-frame",
            of_parts(3, 9, &seal::frame(&rows), INSERTS),
            STORED,
            "longer stored",
        ),
        steps_over_64_mib(),
        refused(
            "steps-of-all-bits",
            of_parts(3, u32::MAX, &rows, INSERTS),
            MANY,
            "more steps than there can be",
        ),
        refused("more-steps-than-bytes-for-them", count(4), MANY, "more steps than there can be"),
        refused("as-many-steps-as-bytes", count(9), MANY, "more steps than there can be"),
        refused("number-of-steps-overflows", count(u32::MAX), MANY, "more steps than there can be"),
    ]
}

/// Steps that would be right if they were fewer: each copies the byte behind the one before.
fn steps_over_64_mib() -> Vector {
    let count = (64 << 20) / 3 + 1;
    let delta = of_parts(count, 3 * count, &frame_of_runs(&[(0, count), (0, count), (1, count)]), b"");
    let vector = refused("steps-over-64-mib", delta, MANY, "more steps than there can be");
    vector.with("base", json!([["00", count]])).with("plain_bytes", count)
}

/// Steps and inserted bytes as they are stored.
fn parts() -> Vec<Vector> {
    let steps = |name: &str, stored: &[u8], reason, error| {
        let refused = refused(name, of_parts(20, 60, stored, &[b'-'; 20]), reason, error);
        refused.with("base", files::hex(&[b'.'; 60])).with("plain_bytes", 60)
    };
    let inserts = |name: &str, stored: &[u8], reason, error| refused(name, of(STEPS, stored), reason, error);
    let good = frame_of_runs(&[(1, 20), (0, 20), (2, 20)]);
    let frame = seal::frame(INSERTS);
    let cut = frame.len() - 1;
    vec![
        steps("steps-no-frame", &[1; 59], LENGTH, "not a frame"),
        steps("steps-of-no-bytes", b"", LENGTH, "not a frame"),
        steps("frame-of-too-few-steps", &frame_of_runs(&[(1, 20), (0, 20), (2, 19)]), LENGTH, "not to 60"),
        steps("frame-of-too-many-steps", &frame_of_runs(&[(1, 20), (0, 20), (2, 21)]), LENGTH, "does not"),
        steps("byte-after-the-frame-of-steps", &longer(&good), ALONE, "bytes after the frame"),
        steps("frame-of-steps-cut", &good[..good.len() - 1], TORN, "does not decompress"),
        steps(
            "frame-of-steps-with-a-wide-window",
            &changed(&good, 5, 18 << 3),
            WINDOW,
            "window over 128 MiB",
        ),
        inserts("one-insert-less", &INSERTS[1..], LENGTH, "not a frame"),
        inserts("one-insert-more", &longer(INSERTS), LENGTH, "not a frame"),
        inserts("without-inserts", b"", LENGTH, "not a frame"),
        inserts("frame-of-too-few-inserts", &seal::frame(&INSERTS[1..]), LENGTH, "not to 10"),
        inserts("frame-of-too-many-inserts", &seal::frame(&longer(INSERTS)), LENGTH, "does not decompress"),
        inserts("byte-after-the-frame-of-inserts", &longer(&frame), ALONE, "bytes after the frame"),
        inserts("frame-of-inserts-cut", &frame[..cut], TORN, "does not decompress"),
    ]
}

/// Three numbers and what is wrong with them: a step that inserts 5 bytes and copies 5 from the base's start.
fn numbers() -> Vec<Vector> {
    let (five, back) = (grouped(5, 1), grouped(9, 1));
    let numbers = |name: &str, numbers: [&[u8]; 3], reason, error| {
        let rows = numbers.concat();
        let delta = of_parts(1, rows.len().try_into().unwrap(), &rows, b"hello");
        refused(name, delta, reason, error).with("plain_bytes", 10)
    };
    let [six, over, all] = [grouped(5, 6), grouped(1 << 32, 5), grouped((1 << 35) - 1, 5)];
    vec![
        numbers("one-number-less", [&[], &five, &[0x89, 1]], ROWS, "other steps"),
        numbers("one-number-more", [&five, &back, &[5, 0]], ROWS, "other steps"),
        numbers("one-step-more", [&[5, 5], &[9, 9], &[5, 5]], ROWS, "other steps"),
        numbers("last-number-without-end", [&five, &back, &[0x85]], ROWS, "other steps"),
        numbers("end-of-the-last-number-missing", [&five, &back, &[5, 0x80]], ROWS, "other steps"),
        numbers("six-groups-in-row-1", [&six, &back, &five], GROUPS, "more than five groups"),
        numbers("six-groups-in-row-2", [&five, &grouped(9, 6), &five], GROUPS, "more than five groups"),
        numbers("many-groups-in-row-3", [&five, &back, &grouped(5, 8)], GROUPS, "more than five groups"),
        numbers("two-groups-for-5", [&grouped(5, 2), &back, &five], NEEDLESS, "more groups than it needs"),
        numbers("five-groups-for-9", [&five, &grouped(9, 5), &five], NEEDLESS, "more groups than it needs"),
        numbers("two-groups-for-0", [&grouped(0, 2), &[0], &grouped(10, 1)], NEEDLESS, "more groups"),
        numbers("number-of-33-bits-in-row-1", [&over, &back, &five], OVER, "over 2^32 - 1"),
        numbers("number-of-33-bits-in-row-2", [&five, &over, &five], OVER, "over 2^32 - 1"),
        numbers("number-of-35-bits-in-row-3", [&five, &back, &all], OVER, "over 2^32 - 1"),
    ]
}

fn steps() -> Vec<Vector> {
    let steps = |name: &str, steps: Steps<'_>, plain_bytes: usize, reason, error| {
        let inserts: u64 = steps.iter().map(|step| step.0).sum();
        let inserts = vec![b'x'; usize::try_from(inserts.min(100)).unwrap()];
        refused(name, of(steps, &inserts), reason, error).with("plain_bytes", plain_bytes)
    };
    let half = 1 << 31;
    vec![
        steps("step-of-nothing", &[(0, 0, 0), (0, 0, 5)], 5, NOTHING, "a step of nothing"),
        steps("last-step-of-nothing", &[(5, 0, 5), (0, 0, 0)], 10, NOTHING, "a step of nothing"),
        steps("step-of-nothing-elsewhere", &[(0, 7, 0), (0, -7, 5)], 5, NOTHING, "a step of nothing"),
        steps("copy-of-nothing-ahead", &[(5, 1, 0), (0, -6, 5)], 10, ELSEWHERE, "from elsewhere"),
        steps("copy-of-nothing-behind", &[(5, -1, 0)], 5, ELSEWHERE, "from elsewhere"),
        steps("steps-of-one-byte-more", STEPS, PLAIN.len() - 1, SUM, "another length"),
        steps("steps-of-one-byte-less", STEPS, PLAIN.len() + 1, SUM, "another length"),
        steps("no-steps", &[], 5, SUM, "another length"),
        steps("steps-that-insert-too-much", &[(u64::from(u32::MAX), 0, 0)], 5, SUM, "another length"),
        steps("copies-that-overflow", &[(0, 0, half), (0, 0, half), (0, 0, 5)], 5, SUM, "another length"),
        steps("inserts-and-copies-that-overflow", &[(half, 0, half), (0, 0, 5)], 5, SUM, "another length"),
    ]
}

fn copies() -> Vec<Vector> {
    let copies = |name: &str, steps: Steps<'_>| {
        let vector = refused(name, of(steps, b"hello"), WITHIN, "not within the base");
        let bytes: u64 = steps.iter().map(|step| step.0 + step.2).sum();
        vector.with("plain_bytes", bytes)
    };
    let end = BASE.len() as i64;
    vec![
        copies("copy-one-byte-beyond", &[(5, end - 9, 5)]),
        copies("copy-behind-the-end", &[(5, end - 5, 1)]),
        copies("copy-longer-than-the-base", &[(5, -5, end as u64 + 1)]),
        copies("copy-where-it-is-expected-beyond", &[(5, -5, end as u64), (0, 0, 1)]),
        copies("copy-one-byte-before", &[(5, -6, 5)]),
        copies("copy-across-the-start", &[(0, 3, 3), (5, -12, 5)]),
        copies("copy-as-far-ahead-as-can-be", &[(5, (1 << 31) - 1, 5)]),
        copies("copy-as-far-back-as-can-be", &[(5, -(1 << 31), 5)]),
        copies("copy-of-a-base-of-nothing", &[(5, -5, 1)]).with("base", ""),
    ]
}

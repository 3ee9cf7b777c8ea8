//! Deltas: regions of codec 2, opened.

use serde_json::{Value, json};
use strongroom::base::Encoding;
use strongroom::codec::delta::{Step, encode};
use strongroom::codec::{Compression, Compressor, Decompressor};

use super::decode::{Decoded, number, said};
use super::vector::Vector;
use super::{delta_refusals, files, seal};

/// How many bytes a step inserts, how far from where it is expected its copy begins, how many bytes it copies.
pub type Steps<'s> = &'s [(u64, i64, u64)];

/// A number in as few groups as it needs, or in more.
pub fn grouped(number: u64, groups: usize) -> Vec<u8> {
    let group = |at: usize| (number >> (7 * at) & 0x7f) as u8;
    let needed = (1..).find(|groups| number >> (7 * groups) == 0).unwrap();
    let last = needed.max(groups) - 1;
    (0..=last).map(|at| group(at) | if at < last { 0x80 } else { 0 }).collect()
}

/// The three rows of numbers.
pub fn rows(steps: Steps<'_>) -> Vec<u8> {
    let folded = |d: i64| if d < 0 { -2 * d - 1 } else { 2 * d }.unsigned_abs();
    let row = |number: &dyn Fn(&(u64, i64, u64)) -> u64| -> Vec<u8> {
        steps.iter().flat_map(|step| grouped(number(step), 1)).collect()
    };
    [row(&|step| step.0), row(&|step| folded(step.1)), row(&|step| step.2)].concat()
}

/// A delta of these parts, whether they fit together or not.
pub fn of_parts(count: u32, steps_bytes: u32, stored: &[u8], inserts: &[u8]) -> Vec<u8> {
    let stored_bytes = u32::try_from(stored.len()).unwrap();
    let lengths = [count, steps_bytes, stored_bytes].map(u32::to_le_bytes).concat();
    [&lengths, stored, inserts].concat()
}

/// A delta in which nothing is compressed.
pub fn of(steps: Steps<'_>, inserts: &[u8]) -> Vec<u8> {
    let rows = rows(steps);
    of_parts(steps.len().try_into().unwrap(), rows.len().try_into().unwrap(), &rows, inserts)
}

/// A delta that makes no use of its base.
pub fn inserting(plain: &[u8]) -> Vec<u8> {
    of(&[(plain.len() as u64, 0, 0)], plain)
}

/// A delta that takes its first byte from its base's start.
pub fn leaning(plain: &[u8]) -> Vec<u8> {
    of(&[(0, 0, 1), (plain.len() as u64 - 1, 0, 0)], &plain[1..])
}

/// A zstd frame in whose blocks one byte stands for as many as there are of it.
pub fn frame_of_runs(runs: &[(u8, u32)]) -> Vec<u8> {
    const BLOCK_BYTES: u32 = 1 << 17;
    const OF_RUNS: u32 = 1 << 1;
    let blocks_of = |(byte, count): &(u8, u32)| {
        let (byte, count) = (*byte, *count);
        let starts = (0..count).step_by(BLOCK_BYTES as usize);
        starts.map(move |start| (byte, BLOCK_BYTES.min(count - start))).collect::<Vec<_>>()
    };
    let blocks: Vec<_> = runs.iter().flat_map(blocks_of).collect();
    let last = blocks.len() - 1;
    let blocks = blocks.into_iter().enumerate().flat_map(|(at, (byte, count))| {
        [&(count << 3 | OF_RUNS | u32::from(at == last)).to_le_bytes()[..3], &[byte]].concat()
    });
    [0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3].into_iter().chain(blocks).collect()
}

pub const BASE: &[u8] = b"1,apple,red\n2,pear,green\n3,plum,blue\n";
pub const PLAIN: &[u8] = b"1,apple,red\n2,pear,ripe!\n3,plum,blue\n4,fig,red\n";
pub const INSERTS: &[u8] = b"ripe!4,fig";
pub const STEPS: Steps<'_> = &[(0, 0, 19), (5, 0, 13), (5, -35, 5)];

/// The delta of the first vector, as the program writes it.
pub fn rewritten() -> Vec<u8> {
    let step = |insert, from, copy| Step { insert, from, copy };
    let mut body = vec![];
    let steps = [step(0, 0, 19), step(5, 24, 13), step(5, 7, 5)];
    encode(&mut Compressor::new(Compression::default()), &steps, PLAIN, &mut body).unwrap();
    body
}

pub fn decode(vector: &Value, bytes: &[u8]) -> Decoded {
    let base = files::bytes(&vector["base"]);
    let plain = Decompressor::new()
        .decompress(Encoding::Delta, bytes.to_vec(), &[&base], number(vector, "plain_bytes"))
        .map_err(said)?;
    Ok(json!({"plain": seal::hex(&plain), "digest": blake3::hash(&plain).to_hex().as_str()}))
}

fn taken(name: &str, delta: Vec<u8>, base: &[u8], plain: &[u8]) -> Vector {
    let decoded = if plain.len() < 4096 {
        json!({"plain": seal::hex(plain)})
    } else {
        json!({"digest": blake3::hash(plain).to_hex().as_str()})
    };
    let vector = Vector::taken("delta", format!("delta-{name}"), delta, decoded);
    vector.with("base", files::hex(base)).with("plain_bytes", plain.len())
}

pub fn vectors() -> Vec<Vector> {
    [whole(), compressed(), far(), delta_refusals::vectors()].concat()
}

fn whole() -> Vec<Vector> {
    let forth_and_back: Steps<'_> = &[(0, 12, 3), (0, -15, 2), (1, 8, 4), (0, -1, 4), (2, -20, 1), (0, 0, 6)];
    let beyond: Steps<'_> = &[(0, 20, 5), (200, 0, 0), (300, 0, 0), (1, -526, 2)];
    vec![
        taken("1", of(STEPS, INSERTS), BASE, PLAIN),
        taken("that-inserts-only", inserting(b"hello"), BASE, b"hello"),
        taken("that-copies-only", of(&[(0, 0, BASE.len() as u64)], b""), BASE, BASE),
        taken("on-a-base-of-nothing", inserting(b"hello"), b"", b"hello"),
        taken(
            "that-copies-the-same-again",
            of(&[(0, 0, 3), (0, -3, 3), (0, -2, 2)], b""),
            b"abc",
            b"abcabcbc",
        ),
        taken(
            "that-copies-forth-and-back",
            of(forth_and_back, b"x, "),
            b"0123456789abcdefghijklmnopqrstuvwxyz",
            b"cde01xbcdeefgh, 0123456",
        ),
        taken(
            "of-steps-that-copy-nothing",
            of(beyond, &[b'x'; 501]),
            b"0123456789abcdefghijklmnopqrstuvwxyz",
            [b"klmno".as_slice(), &[b'x'; 501], b"01"].concat().as_slice(),
        ),
    ]
}

fn compressed() -> Vec<Vector> {
    let (text, text_frame) = seal::text();
    let same: Vec<(u64, i64, u64)> = vec![(1, 0, 2); 20];
    let steps = frame_of_runs(&[(1, 20), (0, 20), (2, 20)]);
    let plain: Vec<u8> = (0..20).flat_map(|n: u8| [b'-', b'a' + n, b'A' + n]).collect();
    let base: Vec<u8> = (0..20).flat_map(|n: u8| [b'.', b'a' + n, b'A' + n]).collect();
    assert_eq!(rows(&same).len(), 60);
    let of_text = [b"1,apple,", text.as_slice()].concat();
    let text_steps: Steps<'_> = &[(0, 0, 8), (800, 0, 0)];
    vec![
        taken("of-compressed-steps", of_parts(20, 60, &steps, &[b'-'; 20]), &base, &plain),
        taken("of-compressed-inserts", of(text_steps, &text_frame), BASE, &of_text),
        taken(
            "of-compressed-steps-and-inserts",
            of_parts(20, 60, &steps, &frame_of_runs(&[(b'-', 20)])),
            &base,
            &plain,
        ),
        taken("of-inserts-in-a-longer-frame", of(STEPS, &seal::frame(INSERTS)), BASE, PLAIN),
        taken("of-no-inserts-in-a-frame", of(&[(0, 0, 3)], &seal::frame(b"")), b"abc", b"abc"),
    ]
}

/// Numbers of all lengths.
fn far() -> Vec<Vector> {
    const LARGEST: usize = 128 << 20;
    let (to, from) = (LARGEST as i64 - 1, LARGEST as i64);
    let across: Steps<'_> = &[(0, to, 1), (3, -from - 3, 1), (0, to - 1, 1)];
    let lengths = [1, 127, 128, (1 << 14) - 1, 1 << 14, (1 << 21) - 1];
    let inserts: Vec<u8> = vec![b'x'; lengths.iter().sum()];
    let base = vec![b'y'; 1 << 21];
    // Each copy begins at the base's start, wherever the one before ended.
    let mut end = 0;
    let steps = lengths.map(|length| {
        let distance = -end - length as i64;
        end = length as i64 + 1;
        (length as u64, distance, length as u64 + 1)
    });
    let plain: Vec<u8> =
        lengths.iter().flat_map(|length| [vec![b'x'; *length], vec![b'y'; length + 1]].concat()).collect();
    let largest = json!([["61", 1], ["00", LARGEST - 2], ["62", 1]]);
    vec![
        taken("of-numbers-of-all-lengths", of(&steps, &inserts), &base, &plain),
        taken("across-128-mib", of(across, b"xyz"), b"", b"bxyzab").with("base", largest),
    ]
}

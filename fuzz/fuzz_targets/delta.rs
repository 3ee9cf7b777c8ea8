//! Law: a delta gives exactly the length that was stated, memory follows that length and the steps; what was found in a window comes back.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use strongroom::codec::delta::{Match, Step, Window, decode, encode};
use strongroom::codec::{Compression, Compressor, Decompressor};
use strongroom_fuzz::{bounded, memory_for};

/// Part of a new stream: bytes of its own, or those of the old one.
#[derive(Debug, Arbitrary)]
enum Piece<'a> {
    New(&'a [u8]),
    Old { at: u16, bytes: u16 },
}

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// The body, or steps to be put into one.
    body: &'a [u8],
    steps: Option<u8>,
    base: &'a [u8],
    plain_bytes: u16,
    start: u32,
    pushed_bytes: u16,
    forgotten_bytes: u16,
    expected: u64,
    level: i8,
    pieces: Vec<Piece<'a>>,
}

const STEPS_BYTES_MAX: usize = 64 << 20;
/// A new stream that is made of the old one over and over would take all the time there is.
const NEW_BYTES_MAX: usize = 64 << 10;

/// The body as it is, or with lengths before it that fit it.
fn body(input: &Input<'_>) -> Vec<u8> {
    let Some(steps) = input.steps else { return input.body.to_vec() };
    let (count, row_bytes) = (u32::from(steps % 16), usize::from(steps / 16) * usize::from(steps % 16));
    let length = row_bytes.min(input.body.len()) as u32;
    [&[count, length, length].map(u32::to_le_bytes).concat(), input.body].concat()
}

fn any_body(input: &Input<'_>) {
    let (body, plain_bytes) = (body(input), usize::from(input.plain_bytes));
    let field = body.get(4..8).map_or(0, |field| u32::from_le_bytes(field.try_into().unwrap()) as usize);
    let steps_bytes = if field > STEPS_BYTES_MAX { 0 } else { field };
    let memory = steps_bytes + 2 * plain_bytes + memory_for(0);
    let mut decompressor = Decompressor::new();
    let decoded = bounded(memory, || decode(&mut decompressor, &body, &[input.base], plain_bytes));
    if let Ok(plain) = decoded {
        assert_eq!(plain.len(), plain_bytes);
        assert!(decode(&mut decompressor, &body, &[input.base], plain_bytes + 1).is_err());
    }
}

/// What two streams have in common is found, encoded and decoded.
fn there_and_back(input: &Input<'_>) {
    let old = input.base;
    let mut new = vec![];
    for piece in &input.pieces {
        new.extend_from_slice(match piece {
            Piece::New(bytes) => bytes,
            Piece::Old { at, bytes } => {
                let at = usize::from(*at).min(old.len());
                &old[at..(at + usize::from(*bytes)).min(old.len())]
            }
        });
        new.truncate(NEW_BYTES_MAX);
    }
    let start = u64::from(input.start);
    let mut window = Window::default();
    window.restart(start);
    for part in old.chunks(usize::from(input.pushed_bytes).max(1)) {
        window.push(part);
    }
    window.forget_before(start + u64::from(input.forgotten_bytes));
    let base = window.get(window.start(), window.end()).unwrap().to_vec();
    assert!(old.ends_with(&base) && base.len() == old.len().saturating_sub(input.forgotten_bytes.into()));
    for expected in [input.expected, start.wrapping_add(input.expected % 70_000)] {
        let start = window.start();
        let step =
            |found: Match| Step { insert: found.insert, from: (found.from - start) as u32, copy: found.copy };
        let steps: Vec<_> = window.find(&new, expected).into_iter().map(step).collect();
        let level = Compression::Level(i32::from(input.level).rem_euclid(20) - 7);
        for compression in [level, Compression::Off] {
            let mut body = b"before".to_vec();
            encode(&mut Compressor::new(compression), &steps, &new, &mut body).unwrap();
            let body = body.strip_prefix(b"before").unwrap();
            let decoded = decode(&mut Decompressor::new(), body, &[&base], new.len());
            assert_eq!(decoded.as_deref(), Ok(new.as_slice()));
        }
    }
}

fuzz_target!(|input: Input<'_>| {
    any_body(&input);
    there_and_back(&input);
});

//! Law: the chunks of any stream join to it within their bounds, and none goes on over a place where one must end.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use strongroom::chunker::{Chunker, ChunkerParameters, CutHint};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    /// Halves of the smallest and of what the largest has over the average; the average as a power of two.
    sizes: (u8, u8, u8),
    any_sizes: Option<(u32, u32, u32)>,
    normalization: u8,
    gear: u64,
    hints: Vec<(bool, u16)>,
    stream: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let Some(chunker) = chunker_of(&input) else { return };
    let mut offsets: Vec<_> = input.hints.iter().map(|(hard, at)| (usize::from(*at), *hard)).collect();
    // Hints that are out of order are a mistake of the source: chunks are whole nevertheless.
    let unordered: Vec<_> = offsets.iter().map(|(at, hard)| hint(*at, *hard)).collect();
    let _ = chunker.1.cut(input.stream, &unordered);
    offsets.sort();
    let (bytes_min, chunker) = chunker;
    let mut start = 0;
    while start < input.stream.len() {
        let window = &input.stream[start..input.stream.len().min(start + chunker.bytes_max())];
        let ahead = offsets.iter().filter_map(|(at, hard)| Some((at.checked_sub(start)?, *hard)));
        let hints: Vec<_> = ahead.map(|(at, hard)| hint(at, hard)).collect();
        let cut = chunker.cut(window, &hints);
        let walls = hints.iter().filter_map(|hint| match hint {
            CutHint::Hard(at) if *at > 0 => Some(*at),
            _ => None,
        });
        let end = walls.min().unwrap_or(usize::MAX).min(window.len());
        assert!((1..=chunker.bytes_max()).contains(&cut) && cut <= end, "{cut} of {end}");
        assert!(cut >= bytes_min.min(end), "{cut} under {bytes_min}");
        assert_eq!(cut, chunker.cut(window, &hints));
        start += cut;
    }
    assert_eq!(start, input.stream.len());
});

fn chunker_of(input: &Input<'_>) -> Option<(usize, Chunker)> {
    let (min, average, above) = input.sizes;
    let average = 1_u32 << (average % 14);
    let (min, max) = (2 * u32::from(min), average + 2 * u32::from(above));
    let (bytes_min, bytes_average, bytes_max) = input.any_sizes.unwrap_or((min, average, max));
    let parameters =
        ChunkerParameters { bytes_min, bytes_average, bytes_max, normalization: input.normalization % 5 };
    let mut gear = Box::new([0; 256]);
    let mut bytes = blake3::Hasher::new().update(&input.gear.to_le_bytes()).finalize_xof();
    for entry in gear.iter_mut().filter(|_| input.gear > 0) {
        let mut number = [0; 8];
        bytes.fill(&mut number);
        *entry = u64::from_le_bytes(number);
    }
    Some((bytes_min as usize, Chunker::new(parameters, gear).ok()?))
}

fn hint(at: usize, hard: bool) -> CutHint {
    if hard { CutHint::Hard(at) } else { CutHint::Soft(at) }
}

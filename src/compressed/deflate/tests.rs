use proptest::prelude::*;

use super::*;
use crate::compressed::inflate::{BitReader, Halt, Inflater};

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let (mut inflater, mut bits, mut input) = (Inflater::new(), BitReader::default(), bytes);
    let mut plain = Vec::new();
    while inflater.read(&mut bits, &mut input, 1 << 16, &mut plain).unwrap() != Halt::End {}
    bits.align();
    assert_eq!(bits.offset(), bytes.len() as u64);
    plain
}

fn deflated(parameters: DeflateParameters, pieces: &[&[u8]], flushes: &[Option<Flush>]) -> Vec<u8> {
    let mut deflater = Deflater::new(parameters);
    let mut out = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        deflater.push(piece);
        if let Some(flush) = flushes.get(at).copied().flatten() {
            deflater.flush(flush);
        }
        deflater.drain(&mut out);
    }
    deflater.finish();
    deflater.drain(&mut out);
    out
}

fn all_parameters() -> impl proptest::strategy::Strategy<Value = DeflateParameters> {
    let flavours = prop_oneof![
        any::<bool>().prop_map(|rsyncable| Flavour::Gnu { rsyncable }),
        (1..=9_u8).prop_map(|memory| Flavour::Zlib { memory }),
    ];
    let strategies = prop::sample::select(vec![
        Matching::Default,
        Matching::Filtered,
        Matching::HuffmanOnly,
        Matching::Rle,
        Matching::Fixed,
    ]);
    (flavours, 1..=9_u8, strategies).prop_map(|(flavour, level, strategy)| {
        let strategy = if matches!(flavour, Flavour::Gnu { .. }) { Matching::Default } else { strategy };
        DeflateParameters { flavour, level, strategy }
    })
}

/// Noise, repetitions from near and far, and letters of few kinds, in turns.
fn plaintext() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
    let piece = (any::<u64>(), 0..4_u8, 0..40_000_usize);
    prop::collection::vec(piece, 0..6).prop_map(|pieces| {
        let mut plain = Vec::new();
        for (seed, kind, bytes) in pieces {
            let mut noise = vec![0; bytes];
            blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut noise);
            match kind {
                0 => plain.append(&mut noise),
                1 => plain.extend(noise.iter().map(|byte| b'a' + byte % 5)),
                2 => plain.extend(std::iter::repeat_n(seed as u8, bytes)),
                _ => plain.extend_from_within(..plain.len().min(bytes)),
            }
        }
        plain
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back_wherever_it_is_flushed(
        parameters in all_parameters(),
        plain in plaintext(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..5_u8), 0..6),
    ) {
        let mut ends: Vec<_> = cuts.iter().map(|(at, flush)| (at.index(plain.len() + 1), *flush)).collect();
        ends.sort_unstable();
        let starts = std::iter::once(0).chain(ends.iter().map(|(end, _)| *end));
        let last = std::iter::once(plain.len());
        let pieces: Vec<&[u8]> =
            starts.zip(ends.iter().map(|(end, _)| *end).chain(last)).map(|(start, end)| &plain[start..end]).collect();
        let is_gnu = parameters.is_gnu();
        let flushes: Vec<_> = ends.iter().map(|(_, flush)| match flush {
            0 if !is_gnu => Some(Flush::Block),
            1 if !is_gnu => Some(Flush::Sync),
            2 if !is_gnu => Some(Flush::Full),
            _ => None,
        }).collect();
        prop_assert_eq!(inflated(&deflated(parameters, &pieces, &flushes)), plain);
    }

    #[test]
    fn how_the_plaintext_is_cut_makes_no_difference(
        parameters in all_parameters(),
        plain in plaintext(),
        piece_bytes in 1..100_000_usize,
    ) {
        let pieces: Vec<&[u8]> = plain.chunks(piece_bytes).collect();
        prop_assert!(deflated(parameters, &pieces, &[]) == deflated(parameters, &[&plain], &[]));
    }

    #[test]
    fn a_dictionary_is_what_came_before(
        level in 1..=9_u8,
        dictionary in plaintext(),
        plain in plaintext(),
    ) {
        let mut deflater = Deflater::new(DeflateParameters::zlib(level));
        deflater.push(&dictionary);
        deflater.flush(Flush::Sync);
        deflater.restart();
        deflater.set_dictionary(&dictionary);
        deflater.push(&plain);
        deflater.finish();
        let mut out = Vec::new();
        deflater.drain(&mut out);
        prop_assert_eq!(inflated(&out), [dictionary, plain].concat());
    }
}

#[test]
fn an_empty_stream_is_one_empty_block_with_the_fixed_code() {
    for parameters in [DeflateParameters::gnu(6, false), DeflateParameters::zlib(9)] {
        assert_eq!(deflated(parameters, &[], &[]), [3, 0]);
    }
}

#[test]
fn a_sync_flush_is_an_empty_stored_block() {
    let written = deflated(DeflateParameters::zlib(6), &[b"x"], &[Some(Flush::Sync)]);
    assert_eq!(written, *b"\xaa\x00\x00\x00\x00\xff\xff\x03\x00");
}

#[test]
fn both_flavours_end_blocks_where_the_programs_do() {
    let noise: Vec<u8> = (0..70_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let ends = |parameters: DeflateParameters| {
        let written = deflated(DeflateParameters { ..parameters }, &[&noise], &[]);
        let (mut inflater, mut bits, mut input) = (Inflater::new(), BitReader::default(), written.as_slice());
        while inflater.read(&mut bits, &mut input, 1 << 20, &mut Vec::new()).unwrap() != Halt::End {}
        inflater.notes.iter().map(|note| note.symbols).collect::<Vec<_>>()
    };
    let literals = |memory| DeflateParameters {
        flavour: Flavour::Zlib { memory },
        level: 6,
        strategy: Matching::HuffmanOnly,
    };
    assert!(ends(literals(8)).iter().take(4).all(|symbols| [0, 16_383].contains(symbols)));
    assert!(ends(literals(9)).iter().take(2).all(|symbols| [0, 32_767].contains(symbols)));
}

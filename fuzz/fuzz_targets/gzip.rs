//! Law: a gzip file is read within the room that is given, damage is an error, and a recipe that is called exact makes the same file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::compressed::{Decoder, Format, Replayer, Verdict, Verifier};
use strongroom_fuzz::bounded;

const ROOM: usize = 64 << 10;
/// Tables and windows of a decoder, and the plaintext of a room.
const DECODER_MEMORY: usize = 4 << 20;
const PLAIN_MAX: usize = 1 << 20;

fuzz_target!(|input: &[u8]| {
    let file = [b"\x1f\x8b\x08".as_slice(), input].concat();
    let mut decoder = Decoder::new(Format::Gzip);
    let mut verifier = Verifier::new();
    let (mut all, mut rest) = (Vec::new(), file.as_slice());
    while !rest.is_empty() && all.len() < PLAIN_MAX {
        let mut plain = Vec::new();
        let piece = &rest[..rest.len().min(97)];
        let Ok(taken) = bounded(DECODER_MEMORY, || decoder.push(piece, ROOM, &mut plain)) else { return };
        assert!(taken > 0 || !plain.is_empty());
        assert!(plain.len() <= ROOM + 258);
        verifier.push(&piece[..taken], &plain, &decoder.take_marks());
        all.extend_from_slice(&plain);
        rest = &rest[taken..];
    }
    if !rest.is_empty() {
        return;
    }
    if let Verdict::Exact(recipe) = verifier.finish(decoder.finish()) {
        let mut replayer = Replayer::new(&recipe).unwrap();
        let mut out = Vec::new();
        replayer.push(&all, &mut out).unwrap();
        replayer.finish(&mut out).unwrap();
        assert!(out == file);
    }
});

//! Law: what is written with any parameters is read back, and does not depend on how the plaintext was cut.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use strongroom::compressed::{
    Decoder, DeflateParameters, Flavour, Format, Matching, MemberRun, Producer, ReplayRecipe, Replayer,
};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    kind: u8,
    level: u8,
    strategy: u8,
    memory: u8,
    flags: [bool; 2],
    repeats: u8,
    piece_bytes: u16,
    plain: &'a [u8],
}

fn producer(input: &Input<'_>) -> Producer {
    let strategies =
        [Matching::Default, Matching::Filtered, Matching::HuffmanOnly, Matching::Rle, Matching::Fixed];
    let (level, strategy) = (input.level % 9 + 1, strategies[usize::from(input.strategy) % 5]);
    let zlib = |memory| DeflateParameters { flavour: Flavour::Zlib { memory }, level, strategy };
    match input.kind % 3 {
        0 => Producer::Stream { parameters: zlib(input.memory % 9 + 1), ends_flushed: input.flags[0] },
        1 => Producer::stream(DeflateParameters::gnu(level, input.flags[0])),
        _ => Producer::Pigz {
            parameters: zlib(8),
            block_bytes: 32 << 10,
            is_independent: input.flags[0],
            is_one_thread: input.flags[1],
        },
    }
}

fuzz_target!(|input: Input<'_>| {
    let plain = input.plain.repeat(usize::from(input.repeats));
    let recipe = ReplayRecipe {
        producers: vec![producer(&input)],
        headers: vec![b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()],
        members: vec![MemberRun { count: 1, plain_bytes: plain.len() as u64, producer: 0, header: 0 }],
        ..ReplayRecipe::default()
    };
    let written = |piece_bytes: usize| {
        let (mut replayer, mut out) = (Replayer::new(&recipe).unwrap(), Vec::new());
        for piece in plain.chunks(piece_bytes) {
            replayer.push(piece, &mut out).unwrap();
        }
        replayer.finish(&mut out).unwrap();
        out
    };
    let file = written(plain.len().max(1));
    assert!(file == written(usize::from(input.piece_bytes).max(100)));
    let (mut decoder, mut read, mut rest) = (Decoder::new(Format::Gzip), Vec::new(), file.as_slice());
    while !rest.is_empty() {
        rest = &rest[decoder.push(rest, 1 << 20, &mut read).unwrap()..];
    }
    assert!(read == plain && !decoder.finish().is_truncated);
});

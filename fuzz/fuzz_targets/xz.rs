//! Law: an xz file is read within the room that is given, damage is an error, and how the bytes are cut makes no difference.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::compressed::{DecodeError, Decoder, Ending, Format};
use strongroom_fuzz::bounded;

const ROOM: usize = 64 << 10;
/// The model and the window of a decoder, and the plaintext of a room. The window grows with what is in it, twice at a time.
const DECODER_MEMORY: usize = 8 << 20;
const PLAIN_MAX: usize = 1 << 20;

/// CRC-32, bit by bit: headers are short.
fn crc32(bytes: &[u8]) -> [u8; 4] {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
        }
    }
    (!crc).to_le_bytes()
}

/// The file that the input stands for. The first byte says how much of what no fuzzer guesses is made for it.
fn file(input: &[u8]) -> Vec<u8> {
    let (first, rest) = input.split_first().unwrap_or((&0, &[]));
    let mut file = b"\xfd7zXZ\0".to_vec();
    if first & 3 == 0 {
        file.extend_from_slice(rest);
        return file;
    }
    let flags = [0, [0, 1, 4, 10][usize::from(first >> 2 & 3)]];
    file.extend_from_slice(&flags);
    file.extend_from_slice(&crc32(&flags));
    // LZMA2 with a dictionary of 4 to 768 KiB.
    let usual = [0, 0x21, 1, first >> 4, 0, 0, 0];
    let (header, rest) = match first & 3 {
        // A header of the fuzzer's own.
        1 if rest.len() > 7 => rest.split_at(7),
        1 => return file,
        _ => (usual.as_slice(), rest),
    };
    let header = [&[2], header].concat();
    file.extend_from_slice(&header);
    file.extend_from_slice(&crc32(&header));
    file.extend_from_slice(rest);
    file
}

fn read(file: &[u8], piece_bytes: usize) -> (Vec<u8>, Result<Ending, DecodeError>) {
    let mut decoder = Decoder::new(Format::Xz);
    let (mut all, mut rest) = (Vec::new(), file);
    while all.len() < PLAIN_MAX {
        let mut plain = Vec::new();
        let piece = &rest[..rest.len().min(piece_bytes)];
        let pushed = bounded(DECODER_MEMORY, || decoder.push(piece, ROOM, &mut plain));
        assert!(plain.len() <= ROOM);
        all.extend_from_slice(&plain);
        let taken = match pushed {
            Ok(taken) => taken,
            Err(error) => return (all, Err(error)),
        };
        if taken == 0 && plain.is_empty() {
            assert!(piece.is_empty(), "nothing became of {} bytes", piece.len());
            break;
        }
        rest = &rest[taken..];
    }
    (all, Ok(decoder.finish()))
}

fuzz_target!(|input: &[u8]| {
    let file = file(input);
    let (plain, ended) = read(&file, 97);
    let (whole, whole_ended) = read(&file, usize::MAX);
    // What is decoded before damage is seen may be more or less of what is right.
    assert!(plain.starts_with(&whole) || whole.starts_with(&plain));
    assert_eq!(ended.is_ok(), whole_ended.is_ok(), "{ended:?} and {whole_ended:?}");
    if plain.len() < PLAIN_MAX
        && let (Ok(ending), Ok(whole_ending)) = (ended, whole_ended)
    {
        assert_eq!((plain == whole, ending), (true, whole_ending));
    }
});

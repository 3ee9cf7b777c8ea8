use super::*;

fn text(bytes: usize) -> Vec<u8> {
    (0..).flat_map(|n: u64| format!("({n},'row {}'),", n * n % 977).into_bytes()).take(bytes).collect()
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut out = vec![0; bytes];
    blake3::Hasher::new().finalize_xof().fill(&mut out);
    out
}

fn round_trip(compression: Compression, plain: &[u8]) -> (Encoding, usize) {
    let mut out = b"before".to_vec();
    let codec = Compressor::new(compression).compress(plain, &mut out).unwrap();
    let body = out.strip_prefix(b"before".as_slice()).unwrap().to_vec();
    let bytes = body.len();
    assert_eq!(Decompressor::new().decompress(codec, body, &[], plain.len()).unwrap(), plain);
    (codec, bytes)
}

#[test]
fn what_was_compressed_comes_back_at_every_level_and_length() {
    for level in [-7, 1, 3, 19] {
        for bytes in [1, 100, 70_000, 600_000] {
            round_trip(Compression::Level(level), &text(bytes));
            round_trip(Compression::Level(level), &noise(bytes));
        }
    }
}

#[test]
fn text_shrinks_noise_is_stored_and_off_means_off() {
    let (codec, bytes) = round_trip(Compression::Level(3), &text(512 << 10));
    assert!(codec == Encoding::Zstd && bytes < 200_000, "{bytes}");
    assert_eq!(round_trip(Compression::Level(3), &noise(512 << 10)), (Encoding::Stored, 512 << 10));
    assert_eq!(round_trip(Compression::Off, &text(5000)), (Encoding::Stored, 5000));
}

#[test]
fn a_frame_of_another_length_is_refused_and_allocates_no_more_than_said() {
    let mut frame = Vec::new();
    assert_eq!(
        Compressor::new(Compression::Level(3)).compress(&vec![0; 1 << 20], &mut frame),
        Ok(Encoding::Zstd)
    );
    for wanted in [0, 1, 1000, (1 << 20) - 1, (1 << 20) + 1] {
        assert!(
            Decompressor::new().decompress(Encoding::Zstd, frame.clone(), &[], wanted).is_err(),
            "{wanted}"
        );
    }
}

#[test]
fn bytes_after_the_frame_and_a_second_frame_are_refused() {
    let mut frame = Vec::new();
    Compressor::new(Compression::Level(3)).compress(&text(1000), &mut frame).unwrap();
    let twice = [frame.as_slice(), frame.as_slice()].concat();
    assert!(Decompressor::new().decompress(Encoding::Zstd, twice, &[], 2000).is_err());
    frame.push(0);
    assert!(Decompressor::new().decompress(Encoding::Zstd, frame, &[], 1000).is_err());
}

#[test]
fn frames_that_are_skipped_or_of_old_versions_of_zstd_are_refused() {
    let skipped = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc".to_vec();
    let version_7 = b"\x27\xb5\x2f\xfd\x00\x00\x40\x00\x05hello\xc0\x00\x00".to_vec();
    let refused = Err(CodecError::Decompress("not a frame"));
    for (frame, bytes) in [(skipped, 0), (version_7, 5)] {
        assert_eq!(Decompressor::new().decompress(Encoding::Zstd, frame, &[], bytes), refused);
    }
}

#[test]
fn a_frame_that_wants_a_larger_window_or_a_dictionary_is_refused() {
    // A raw block of five bytes after a descriptor and what it calls for.
    let frame = |header: &[u8]| [&FRAME_MAGIC, header, b"\x29\x00\x00hello"].concat();
    let decompress = |header: &[u8]| {
        Decompressor::new()
            .decompress(Encoding::Zstd, frame(header), &[], 5)
            .map_err(|error| error.to_string())
    };
    for taken in [[0_u8, 0].as_slice(), &[0, 17 << 3], &[0x20, 5], &[0xa0, 5, 0, 0, 0]] {
        assert_eq!(decompress(taken), Ok(b"hello".to_vec()), "{taken:?}");
    }
    for (refused, reason) in [
        ([0_u8, 17 << 3 | 1].as_slice(), "window"),
        (&[0, 0xff], "window"),
        (&[0xa0, 1, 0, 0, 8], "window"),
        (&[0xe0, 255, 255, 255, 255, 255, 255, 255, 255], "window"),
        (&[1, 0, 9], "dictionary"),
        (&[3, 0, 0, 0, 0, 0], "dictionary"),
    ] {
        assert!(decompress(refused).unwrap_err().contains(reason), "{refused:?}");
    }
}

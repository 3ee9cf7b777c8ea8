use super::*;

/// Reads the stream with `piece_bytes` of input at a time.
fn read(bytes: &[u8], piece_bytes: usize, room: usize) -> Result<(Vec<u8>, Halt), &'static str> {
    let (mut inflater, mut bits) = (Inflater::new(), BitReader::default());
    let mut plain = Vec::new();
    let mut halt = Halt::Input;
    for mut piece in bytes.chunks(piece_bytes) {
        loop {
            halt = inflater.read(&mut bits, &mut piece, room, &mut plain)?;
            if halt != Halt::Room {
                break;
            }
        }
    }
    Ok((plain, halt))
}

/// `hello, hello, hello` with the fixed code, and the same stored.
const FIXED: &[u8] = b"\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\x40\xa2\x00";
const STORED: &[u8] = b"\x01\x05\x00\xfa\xffhello";

#[test]
fn streams_are_read_in_pieces_of_any_size() {
    for piece_bytes in 1..=12 {
        for room in [1, 2, 1000] {
            let hello = Ok((b"hello, hello, hello".to_vec(), Halt::End));
            assert_eq!(read(FIXED, piece_bytes, room), hello, "{piece_bytes} {room}");
            assert_eq!(read(STORED, piece_bytes, room), Ok((b"hello".to_vec(), Halt::End)));
        }
    }
}

#[test]
fn a_stream_that_is_cut_short_gives_what_there_is() {
    for bytes in 0..FIXED.len() {
        let (plain, halt) = read(&FIXED[..bytes], 100, 100).unwrap();
        assert!(b"hello, hello, hello".starts_with(&plain));
        assert_eq!(halt, Halt::Input);
    }
}

#[test]
fn what_is_no_stream_is_refused_with_a_reason() {
    let cases: [(&[u8], &str); 7] = [
        (b"\x07", "no known kind"),
        (b"\x01\x05\x00\xfb\xffhello", "do not agree"),
        // A match at the very start.
        (b"\x03\x02\x00", "before the start"),
        // 287 codes for literals.
        (b"\xf5\x00\x00\x00\x00\x00\x00\x00\x00\x00", "for code lengths"),
        // All 19 code lengths are 7: far too many codes.
        (b"\x05\xe0\xff\xff\xff\xff\xff\xff\xff\xff", "for code lengths"),
        // Symbol 16 first: the code for code lengths has `0` and `16`, one bit each.
        (b"\x05\xe0\x03\x04\x00\x00\x00\x00\x00\x04", "before the first"),
        // All codes of literals are absent.
        (b"\x05\xe0\x81\x04\x00\x00\x00\x00\x00\xfc\x6f\x03", "cannot end"),
    ];
    for (bytes, reason) in cases {
        match read(bytes, 100, 1000) {
            Err(error) => assert!(error.contains(reason), "{bytes:02x?}: {error}"),
            Ok(read) => panic!("{bytes:02x?}: {read:?}, not {reason}"),
        }
    }
}

#[test]
fn blocks_are_noted_with_their_symbols_and_ends() {
    let twice = [b"\x00\x05\x00\xfa\xffhello".as_slice(), FIXED].concat();
    let (mut inflater, mut bits, mut input) = (Inflater::new(), BitReader::default(), twice.as_slice());
    assert_eq!(inflater.read(&mut bits, &mut input, 100, &mut Vec::new()), Ok(Halt::End));
    let stored = BlockNote { kind: BlockKind::Stored, symbols: 0, plain_end: 5, is_last: false };
    assert_eq!(inflater.notes.first(), Some(&stored));
    let fixed = inflater.notes.last().unwrap();
    assert_eq!((fixed.kind, fixed.plain_end, fixed.is_last), (BlockKind::Fixed, 24, true));
}

#[test]
fn a_bomb_stops_where_the_room_ends() {
    // A block of a zero and its repetition 258 bytes long, two bits each.
    let mut deflater = crate::compressed::Deflater::new(crate::compressed::DeflateParameters::zlib(9));
    let mut bomb = Vec::new();
    for _ in 0..64 {
        deflater.push(&[0; 1 << 20]);
    }
    deflater.finish();
    deflater.drain(&mut bomb);
    let (mut inflater, mut bits, mut input) = (Inflater::new(), BitReader::default(), bomb.as_slice());
    let mut plain = Vec::new();
    assert_eq!(inflater.read(&mut bits, &mut input, 100_000, &mut plain), Ok(Halt::Room));
    assert!((100_000..100_300).contains(&plain.len()), "{}", plain.len());
}

//! Streams that are put together here, so that anything in them can be wrong. What `xz` writes is looked at in `tests/compressed.rs`.

use super::check::Check;
use super::header::Number;
use super::*;
use crate::compressed::crc32::Crc32;
use crate::compressed::{Decoder, Tail};

/// `hello, hello, hello` and a line feed, by `xz -6`.
const HELLO: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a3e00013000e5d00341949ee8def8c8731f52f640000000000\
                     b0488559d7a9ae4b00012a147ead37551fb6f37d010000000004595a";

fn with_crc(bytes: &[u8]) -> Vec<u8> {
    let mut crc = Crc32::new();
    crc.add(bytes);
    [bytes, &crc.value().to_le_bytes()].concat()
}

fn number(mut value: u64) -> Vec<u8> {
    let mut out = vec![];
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// LZMA2 without compression.
fn stored(plain: &[u8]) -> Vec<u8> {
    let mut out = vec![];
    for (at, chunk) in plain.chunks(40_000).enumerate() {
        out.push(if at == 0 { 1 } else { 2 });
        out.extend_from_slice(&(chunk.len() as u16 - 1).to_be_bytes());
        out.extend_from_slice(chunk);
    }
    out.push(0);
    out
}

/// A header with these fields behind its length, all of them but the CRC.
fn block_header(fields: &[u8]) -> Vec<u8> {
    let bytes = (fields.len() + 5).next_multiple_of(4);
    let mut header = vec![(bytes / 4 - 1) as u8];
    header.extend_from_slice(fields);
    header.resize(bytes - 4, 0);
    with_crc(&header)
}

/// A stream whose blocks are these, each as its header and plaintext.
fn stream_of(check: u8, blocks: &[(Vec<u8>, &[u8])]) -> Vec<u8> {
    let flags = with_crc(&[0, check]);
    let mut out = [MAGIC.as_slice(), &flags].concat();
    let mut index = [vec![0], number(blocks.len() as u64)].concat();
    for (header, plain) in blocks {
        let data = stored(plain);
        let mut sum = Check::new(check).unwrap_or(Check::None);
        sum.add(plain);
        index.extend(number((header.len() + data.len() + sum.value().len()) as u64));
        index.extend(number(plain.len() as u64));
        out.extend([header.clone(), padded(data), sum.value()].concat());
    }
    let index = with_crc(&padded(index));
    let quarters = (index.len() / 4 - 1) as u32;
    let end = with_crc(&[quarters.to_le_bytes().as_slice(), &[0, check]].concat());
    out.extend(index);
    out.extend([&end[6..], &end[..6], b"YZ"].concat());
    out
}

/// As most programs write it: one filter, a dictionary of 8 MiB.
fn plain_header() -> Vec<u8> {
    block_header(&[0, 0x21, 1, 22])
}

fn stream(check: u8, blocks: &[&[u8]]) -> Vec<u8> {
    stream_of(check, &blocks.iter().map(|plain| (plain_header(), *plain)).collect::<Vec<_>>())
}

fn read(file: &[u8], piece_bytes: usize, room: usize) -> Result<(Vec<u8>, Vec<Mark>, Ending), DecodeError> {
    let mut decoder = Decoder::new(Format::Xz);
    let (mut plain, mut marks) = (vec![], vec![]);
    for piece in file.chunks(piece_bytes) {
        let mut rest = piece;
        loop {
            let before = plain.len();
            let taken = decoder.push(rest, room, &mut plain)?;
            assert!(plain.len() - before <= room, "more than there is room for");
            rest = &rest[taken..];
            if taken == 0 && plain.len() == before {
                assert!(rest.is_empty(), "nothing became of {} bytes", rest.len());
                break;
            }
        }
        marks.extend(decoder.take_marks());
    }
    let ending = decoder.finish();
    Ok((plain, marks, ending))
}

/// Whether a file is read as one without anything wrong.
fn is_whole(file: &[u8]) -> bool {
    read(file, 100, 1 << 20)
        .is_ok_and(|(_, _, ending)| !ending.is_truncated && ending.tail.garbage_bytes == 0)
}

fn reason(file: &[u8]) -> String {
    read(file, 100, 1 << 20).unwrap_err().to_string()
}

fn plaintext(bytes: usize) -> Vec<u8> {
    (0..).flat_map(|n: u64| format!("({n},'row {}'),", n * n % 977).into_bytes()).take(bytes).collect()
}

#[test]
fn what_xz_itself_writes_is_read() {
    let file = data_encoding::HEXLOWER.decode(HELLO.as_bytes()).unwrap();
    for piece_bytes in [1, 7, 100] {
        let (plain, _, ending) = read(&file, piece_bytes, 1 << 20).unwrap();
        assert_eq!(plain, b"hello, hello, hello\n");
        assert_eq!(ending, Ending { members: 1, tail: Tail::default(), is_truncated: false });
    }
}

#[test]
fn blocks_streams_and_the_zeros_between_them_are_read_in_pieces_with_every_check() {
    let plain = plaintext(300_000);
    let (first, rest) = plain.split_at(120_000);
    let (second, third) = rest.split_at(7);
    for check in [0, 1, 4, 10] {
        let two = stream(check, &[first, second]);
        let file = [two.as_slice(), &[0; 8], &stream(1, &[]), &stream(check, &[third]), &[0; 512]].concat();
        for (piece_bytes, room) in [(1, 1 << 20), (1000, 1000), (1 << 20, 70_000)] {
            let (decoded, marks, ending) = read(&file, piece_bytes, room).unwrap();
            assert!(decoded == plain, "check {check}, {piece_bytes}");
            assert_eq!((ending.members, ending.is_truncated), (3, false));
            assert_eq!(ending.tail, Tail { zeros: 512, ..Tail::default() });
            let end = Mark::End { plain_at: 120_007, compressed_at: two.len() as u64 };
            let (plain_at, compressed_at) = (120_007, two.len() as u64 + 8);
            let start = Mark::Start { plain_at, compressed_at, header: vec![] };
            assert_eq!((marks.len(), marks.get(1..3)), (6, Some([end, start].as_slice())));
        }
    }
}

#[test]
fn not_a_bit_may_be_another() {
    let file = stream(4, &[b"some rows", b"and more"]);
    let file = [file.as_slice(), &stream(10, &[b"of another stream"])].concat();
    assert!(is_whole(&file));
    for at in 0..file.len() * 8 {
        let mut other = file.clone();
        other[at / 8] ^= 1 << (at % 8);
        assert!(!is_whole(&other), "bit {at}");
    }
}

#[test]
fn a_file_that_is_cut_short_is_said_to_be_with_what_is_there() {
    let (first, second) = (stream(4, &[b"some rows", b"and more"]), stream(1, &[b"the last"]));
    let file = [first.as_slice(), &[0; 4], &second].concat();
    let whole = [first.len(), first.len() + 4];
    for bytes in 1..file.len() {
        let (plain, _, ending) = read(&file[..bytes], 100, 1 << 20).unwrap();
        assert!(b"some rowsand morethe last".starts_with(&plain));
        let is_begun = (first.len() + 5..first.len() + 10).contains(&bytes);
        assert_eq!(ending.is_truncated, !whole.contains(&bytes) && !is_begun, "{bytes}");
        assert_eq!(ending.tail.garbage_bytes > 0, is_begun, "{bytes}");
    }
}

#[test]
fn what_follows_the_last_stream_is_not_taken_for_one() {
    let file = stream(1, &[b"rows"]);
    let told = |tail: &[u8]| {
        let (plain, _, ending) = read(&[&file, tail].concat(), 100, 1 << 20).unwrap();
        assert_eq!((plain.as_slice(), ending.members), (b"rows".as_slice(), 1));
        (ending.tail.zeros, ending.tail.garbage_bytes, ending.is_truncated)
    };
    assert_eq!(told(b"something"), (0, 9, false));
    assert_eq!(told(b"\0\0\0\0\xfd7zX"), (4, 4, false));
    assert_eq!(told(b"\0\0\0\0\xfd7zX and other"), (4, 14, false));
    // Zeros come in fours.
    assert_eq!(told(b"\0\0\0"), (3, 0, true));
    assert_eq!(told(&[b"\0\0".as_slice(), &file].concat()), (2, file.len() as u64, false));
    assert!(reason(b"\0\0\0\0").contains("no stream"));
}

#[test]
fn a_dictionary_over_128_mib_is_refused_before_it_is_made() {
    let with = |dictionary| stream_of(1, &[(block_header(&[0, 0x21, 1, dictionary]), b"rows")]);
    assert!(is_whole(&with(30)));
    for dictionary in [31, 32, 39, 40] {
        let error = read(&with(dictionary), 100, 1 << 20).unwrap_err();
        assert_eq!(error, DecodeError::Memory { format: Format::Xz, bytes_max: 128 << 20 });
    }
    assert!(reason(&with(41)).contains("impossible size"));
}

#[test]
fn sizes_that_a_header_tells_are_those_of_the_block() {
    let with = |compressed: u64, plain: u64| {
        let fields = [vec![0xc0], number(compressed), number(plain), vec![0x21, 1, 22]].concat();
        stream_of(1, &[(block_header(&fields), &[b'x'; 200])])
    };
    assert!(is_whole(&with(204, 200)));
    for other in [with(203, 200), with(204, 201), with(0, 200)] {
        assert!(reason(&other).contains("another size"));
    }
}

#[test]
fn what_is_not_known_or_makes_no_sense_is_refused() {
    let header = |fields: &[u8]| stream_of(1, &[(block_header(fields), b"rows")]);
    let not_lzma2 = with_data(&[3, 0, 0, 0]);
    for (file, why) in [
        (stream(2, &[b"rows"]), "a check that is not known"),
        (header(&[1, 3, 1, 0, 0x21, 1, 22]), "a filter that is not known"),
        (header(&[4, 0x21, 1, 22]), "a filter that is not known"),
        (header(&[0, 0x21, 2, 22, 0]), "a filter that is not known"),
        (header(&[0xc0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]), "too short"),
        (
            header(&[0xc0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
            "a number that is too long",
        ),
        (header(&[0, 0x21, 1, 22, 0, 1]), "something behind it"),
        (not_lzma2, "not LZMA2"),
        (b"\xfd7zXZ\0\0\x01 and no CRC".to_vec(), "a stream header"),
        (b"\xfd7z and more".to_vec(), "no stream"),
    ] {
        let found = reason(&file);
        assert!(found.contains(why), "{why}: {found}");
    }
}

/// A stream in whose block these bytes stand for data.
fn with_data(data: &[u8]) -> Vec<u8> {
    [MAGIC.as_slice(), &with_crc(&[0, 1]), &plain_header(), data].concat()
}

#[test]
fn the_index_is_that_of_the_blocks() {
    let (one, two) = (stream(1, &[b"rows"]), stream(1, &[b"rows", b"more"]));
    // Behind the block of the one: 12 and 12 bytes, 8 of data, 4 of the check.
    let mixed = [&one[..36], &two[60..]].concat();
    assert!(reason(&mixed).contains("an index of other blocks"));
    let longer = stream(1, &[b"other rows"]);
    let mixed = [&one[..36], &longer[44..]].concat();
    assert!(reason(&mixed).contains("an index of other blocks"));
    let with_end = |quarters| [&one[..one.len() - 12], &end(quarters)].concat();
    assert_eq!(with_end(1), one);
    assert!(reason(&with_end(2)).contains("does not end"));
}

/// The end of a stream whose index has four times as many bytes and four more.
fn end(quarters: u32) -> Vec<u8> {
    let end = with_crc(&[quarters.to_le_bytes().as_slice(), &[0, 1]].concat());
    [&end[6..], &end[..6], b"YZ"].concat()
}

#[test]
fn numbers_have_up_to_nine_bytes_and_none_too_many() {
    let read = |bytes: &[u8]| {
        let mut reading = Number::default();
        bytes
            .iter()
            .map(|byte| reading.grow(*byte))
            .collect::<Result<Vec<_>, _>>()
            .map(|all| all.last().copied())
    };
    for value in [0, 1, 127, 128, 300, u64::MAX >> 1] {
        assert_eq!(read(&number(value)), Ok(Some(Some(value))));
    }
    assert!(read(&number(u64::MAX)).is_err() && read(&[0x80, 0]).is_err());
}

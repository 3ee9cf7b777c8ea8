//! Files of gzip as a whole. What other programs write is looked at in `tests/compressed.rs`.

mod properties;

use super::*;

fn plaintext(bytes: usize) -> Vec<u8> {
    (0..).flat_map(|n: u64| format!("({n},'row {}'),", n * n % 977).into_bytes()).take(bytes).collect()
}

fn recipe(members: &[(usize, Producer)]) -> ReplayRecipe {
    let mut recipe =
        ReplayRecipe { headers: vec![b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()], ..Default::default() };
    for (plain_bytes, producer) in members {
        let run = MemberRun {
            count: 1,
            plain_bytes: *plain_bytes as u64,
            producer: recipe.producers.len(),
            header: 0,
        };
        recipe.producers.push(*producer);
        recipe.members.push(run);
    }
    recipe
}

fn written(recipe: &ReplayRecipe, plain: &[u8], piece_bytes: usize) -> Vec<u8> {
    let (mut replayer, mut out) = (Replayer::new(recipe).unwrap(), Vec::new());
    for piece in plain.chunks(piece_bytes) {
        replayer.push(piece, &mut out).unwrap();
    }
    replayer.finish(&mut out).unwrap();
    out
}

/// Decodes the file and verifies beside it; plaintext, ending and verdict.
fn examined(file: &[u8], piece_bytes: usize, room: usize) -> Result<(Vec<u8>, Ending, Verdict), DecodeError> {
    let (mut decoder, mut verifier) = (Decoder::new(Format::recognise(file).unwrap()), Verifier::new());
    let (mut all, mut plain) = (Vec::new(), Vec::new());
    for piece in file.chunks(piece_bytes) {
        let mut rest = piece;
        while !rest.is_empty() {
            let taken = decoder.push(rest, room, &mut plain)?;
            verifier.push(&rest[..taken], &plain, &decoder.take_marks());
            all.append(&mut plain);
            rest = &rest[taken..];
        }
    }
    let ending = decoder.finish();
    Ok((all, ending.clone(), verifier.finish(ending)))
}

fn exact(file: &[u8]) -> ReplayRecipe {
    match examined(file, 1000, 50_000).unwrap() {
        (_, _, Verdict::Exact(recipe)) => recipe,
        (_, _, differs) => panic!("{differs:?}"),
    }
}

const GNU: Producer = Producer::stream(DeflateParameters::gnu(6, false));
const ZLIB: Producer = Producer::stream(DeflateParameters::zlib(6));

#[test]
fn a_file_of_several_members_by_different_programs_comes_back() {
    let plain = plaintext(300_000);
    let wanted = recipe(&[(100_000, GNU), (0, GNU), (150_000, ZLIB), (50_000, GNU)]);
    let file = written(&wanted, &plain, 70_000);
    let (decoded, ending, verdict) = examined(&file, 999, 10_000).unwrap();
    assert!(decoded == plain);
    assert_eq!((ending.members, ending.is_truncated), (4, false));
    let Verdict::Exact(found) = verdict else { panic!("{verdict:?}") };
    // Levels 8 and 9 write the same here: whichever is told, the bytes are what counts.
    assert_eq!((found.producers.len(), found.producers.first()), (2, Some(&GNU)));
    assert!(written(&found, &plain, 12_345) == file);
}

#[test]
fn members_that_are_alike_are_one_run() {
    let mut wanted = recipe(&[(1000, GNU)]);
    wanted.members[0].count = 300;
    let file = written(&wanted, &vec![b'x'; 300_000], 5_000);
    let found = exact(&file);
    assert_eq!(found.members, wanted.members);
    assert!(found.encode().unwrap().len() < 50);
}

#[test]
fn every_field_of_a_header_is_kept() {
    let plain = plaintext(5_000);
    let body = written(&recipe(&[(plain.len(), GNU)]), &plain, 5_000).split_off(10);
    let fixed = |flags: u8| vec![0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 2, 255];
    let (extra, name, comment, check) = (
        b"\x05\0AB\x01\0\0".as_slice(),
        b"dump.sql\0".as_slice(),
        b"\xe9t\xe9\0".as_slice(),
        b"\x12\x34".as_slice(),
    );
    for flags in 0..32_u8 {
        let mut header = fixed(flags);
        for (flag, field) in [(4, extra), (8, name), (16, comment), (2, check)] {
            if flags & flag != 0 {
                header.extend_from_slice(field);
            }
        }
        let found = exact(&[header.as_slice(), &body].concat());
        assert_eq!(found.headers, [header], "{flags}");
    }
    let empty = [fixed(4).as_slice(), b"\0\0", &body].concat();
    assert_eq!(exact(&empty).headers, [empty[..12].to_vec()]);
}

#[test]
fn zeros_and_garbage_behind_the_last_member_are_kept() {
    let plain = plaintext(5_000);
    let file = written(&recipe(&[(plain.len(), GNU)]), &plain, 5_000);
    for tail in
        [b"\0\0\0".as_slice(), b"garbage", b"\0\0garbage\0", b"\x1f", b"\x1f\x8b\x08", b"\x1f\x8b\x07\x08"]
    {
        let file = [file.as_slice(), tail].concat();
        let recipe = exact(&file);
        assert!(recipe.zeros + recipe.garbage.len() as u64 == tail.len() as u64);
        assert!(written(&recipe, &plain, 1_000) == file, "{tail:?}");
    }
    let long = [file.as_slice(), &[1; (64 << 10) + 1]].concat();
    let (_, ending, verdict) = examined(&long, 1 << 20, 1 << 20).unwrap();
    assert_eq!(ending.tail.garbage_bytes, (64 << 10) + 1);
    assert!(matches!(verdict, Verdict::Differs { reason: Difference::Tail, .. }), "{verdict:?}");
}

#[test]
fn what_no_recipe_is_for_is_not_waited_for() {
    let plain = plaintext(300_000);
    let file = written(&recipe(&[(plain.len(), GNU)]), &plain, 5_000);
    let pushed = |file: &[u8], more: &[u8], times: usize| {
        let (mut decoder, mut verifier) = (Decoder::new(Format::Gzip), Verifier::new());
        for piece in std::iter::once(file).chain(std::iter::repeat_n(more, times)) {
            let mut plain = Vec::new();
            assert_eq!(decoder.push(piece, usize::MAX >> 1, &mut plain).unwrap(), piece.len());
            verifier.push(piece, &plain, &decoder.take_marks());
        }
        verifier.has_failed().then(|| verifier.finish(decoder.finish()))
    };
    let same_bytes = file.len() as u64;
    let behind = Some(Verdict::Differs { same_bytes, reason: Difference::Tail });
    assert_eq!(pushed(&file, &vec![0; 1 << 20], 16), None);
    assert_eq!(pushed(&file, &vec![0; 1 << 20], 17), behind);
    // Blocks without plaintext, as many as one likes.
    let empty = [0, 0, 0, 255, 255].repeat(1 << 17);
    let short = [&file[..10], &empty].concat();
    let bytes = Some(Verdict::Differs { same_bytes: 10, reason: Difference::Bytes });
    assert_eq!(pushed(&short, &empty, 4), None);
    assert_eq!(pushed(&short, &empty, 7), bytes);
}

#[test]
fn a_file_of_too_many_different_members_is_given_up_when_that_is_known() {
    // As BGZF has them: each header tells the length of its member.
    let body = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let member = |n: u32| {
        let extra = [b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x08\0BC\x04\0".as_slice(), &n.to_le_bytes()];
        [extra.concat().as_slice(), &body].concat()
    };
    let (mut decoder, mut verifier) = (Decoder::new(Format::Gzip), Verifier::new());
    let mut members = 0;
    while !verifier.has_failed() && members < 100_000 {
        let (bytes, mut plain) = (member(members), Vec::new());
        assert_eq!(decoder.push(&bytes, 100, &mut plain).unwrap(), bytes.len());
        verifier.push(&bytes, &plain, &decoder.take_marks());
        members += 1;
    }
    // 27 bytes or a little more of each.
    assert!((30_000..40_000).contains(&members), "{members}");
    let verdict = verifier.finish(decoder.finish());
    assert!(matches!(verdict, Verdict::Differs { reason: Difference::Recipe, .. }), "{verdict:?}");
}

#[test]
fn a_file_that_is_cut_short_is_said_to_be_with_what_is_there() {
    let plain = plaintext(50_000);
    let file = written(&recipe(&[(plain.len(), GNU)]), &plain, 5_000);
    for bytes in [4, 10, 11, file.len() / 2, file.len() - 9, file.len() - 1] {
        let (decoded, ending, verdict) = examined(&file[..bytes], 100, 1000).unwrap();
        assert!(ending.is_truncated && ending.members == 0, "{bytes}");
        assert!(plain.starts_with(&decoded), "{bytes}");
        assert!(
            matches!(verdict, Verdict::Differs { reason: Difference::Truncated, .. }),
            "{bytes}: {verdict:?}"
        );
    }
}

#[test]
fn damage_is_an_error_with_its_place() {
    let plain = plaintext(50_000);
    let file = written(&recipe(&[(plain.len(), GNU)]), &plain, 5_000);
    for at in [file.len() - 1, file.len() - 8] {
        let mut file = file.clone();
        file[at] ^= 1;
        let error = examined(&file, 1000, 1 << 20).unwrap_err();
        assert!(error.to_string().contains("checksum or length"), "{error}");
    }
}

#[test]
fn what_no_known_program_writes_is_said_to_differ() {
    let plain = plaintext(200_000);
    let stored = |last: u8, bytes: &[u8]| {
        let length = bytes.len() as u16;
        [&[last], length.to_le_bytes().as_slice(), &(!length).to_le_bytes(), bytes].concat()
    };
    let (first, second) = plain.split_at(60_000);
    let file = written(&recipe(&[(60_000, GNU)]), first, 5_000);
    // The same member, its plaintext in small stored blocks.
    let (header, trailer) = (&file[..10], &file[file.len() - 8..]);
    let mut odd = header.to_vec();
    for piece in first.chunks(10_000) {
        odd.extend(stored(0, piece));
    }
    odd.extend(stored(1, b""));
    odd.extend_from_slice(trailer);
    let (decoded, _, verdict) = examined(&odd, 1000, 1 << 20).unwrap();
    assert!(decoded == first && !second.is_empty());
    assert_eq!(verdict, Verdict::Differs { same_bytes: 0, reason: Difference::NoProducer });
    let (_, _, verdict) = examined(&[file.as_slice(), &odd].concat(), 1000, 1 << 20).unwrap();
    assert_eq!(verdict, Verdict::Differs { same_bytes: file.len() as u64, reason: Difference::NoProducer });
}

#[test]
fn a_replayer_takes_exactly_the_plaintext_of_its_recipe() {
    let recipe = recipe(&[(10, GNU)]);
    let mut replayer = Replayer::new(&recipe).unwrap();
    let more = ReplayError { wanted: 10, found: 11 };
    assert_eq!(replayer.push(&[0; 11], &mut Vec::new()), Err(more));
    let mut replayer = Replayer::new(&recipe).unwrap();
    replayer.push(&[0; 9], &mut Vec::new()).unwrap();
    assert_eq!(replayer.finish(&mut Vec::new()), Err(ReplayError { wanted: 10, found: 9 }));
}

#[test]
fn zstd_frames_are_read_in_pieces_and_said_not_to_come_back() {
    let plain = plaintext(400_000);
    let frame = |plain: &[u8]| ::zstd::bulk::compress(plain, 3).unwrap();
    let skipped = b"\x53\x2a\x4d\x18\x03\0\0\0abc".to_vec();
    let (first, second) = plain.split_at(150_000);
    let file = [frame(first), skipped, frame(second), frame(b"")].concat();
    for (piece_bytes, room) in [(1, 1 << 20), (1000, 1000), (1 << 20, 70_000)] {
        let (decoded, ending, verdict) = examined(&file, piece_bytes, room).unwrap();
        assert!(decoded == plain, "{piece_bytes}");
        assert_eq!((ending.members, ending.is_truncated), (4, false));
        assert_eq!(verdict, Verdict::Differs { same_bytes: 0, reason: Difference::NoProducer });
    }
    for bytes in [4, 100, frame(first).len() - 1, file.len() - 1] {
        let (decoded, ending, _) = examined(&file[..bytes], 1000, 1 << 20).unwrap();
        assert!(plain.starts_with(&decoded) && ending.is_truncated, "{bytes}");
    }
    let (_, ending, _) = examined(&[file.as_slice(), b"\0\0garbage"].concat(), 1000, 1 << 20).unwrap();
    assert_eq!((ending.tail.zeros, ending.tail.garbage.as_slice()), (2, b"garbage".as_slice()));
}

#[test]
fn zstd_windows_over_128_mib_are_refused() {
    let wide = b"\x28\xb5\x2f\xfd\x00\x90\x29\x00\x00hello";
    let error = examined(wide, 100, 1 << 20).unwrap_err();
    assert_eq!(error, DecodeError::Memory { format: Format::Zstd, bytes_max: 128 << 20 });
}

#[test]
fn what_each_producer_writes_stays_the_same() {
    let noise: Vec<u8> = (0..90_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let plain = [plaintext(200_000), noise, plaintext(150_000)].concat();
    let pigz = |is_independent, is_one_thread| Producer::Pigz {
        parameters: DeflateParameters::zlib(1),
        block_bytes: 128 << 10,
        is_independent,
        is_one_thread,
    };
    let with = |strategy| Producer::stream(DeflateParameters { strategy, ..DeflateParameters::zlib(6) });
    let mut producers: Vec<Producer> = Vec::new();
    for level in 1..=9 {
        producers.push(Producer::stream(DeflateParameters::gnu(level, false)));
        producers.push(Producer::stream(DeflateParameters::zlib(level)));
    }
    producers.push(Producer::stream(DeflateParameters::gnu(6, true)));
    producers.extend([pigz(false, false), pigz(false, true), pigz(true, false), pigz(true, true)]);
    producers.extend([Matching::Filtered, Matching::HuffmanOnly, Matching::Rle, Matching::Fixed].map(with));
    let mut digest = blake3::Hasher::new();
    for producer in producers {
        digest.update(&written(&recipe(&[(plain.len(), producer)]), &plain, 100_000));
    }
    assert_eq!(
        digest.finalize().to_hex().as_str(),
        "a512f36a7ce30b81621efc9802021f71f956adad71c6d5b125aad13c38642817"
    );
}

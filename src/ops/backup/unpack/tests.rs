use super::*;

/// A member of gzip without compression: stored blocks.
fn stored(plain: &[u8]) -> Vec<u8> {
    let mut out = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
    let blocks: Vec<&[u8]> = plain.chunks(65_535).collect();
    for (number, block) in blocks.iter().enumerate() {
        out.push(u8::from(number + 1 == blocks.len()));
        let length = u16::try_from(block.len()).unwrap();
        out.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
        out.extend_from_slice(block);
    }
    let mut crc = !0_u32;
    for byte in plain {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
        }
    }
    out.extend((!crc).to_le_bytes());
    out.extend(u32::try_from(plain.len()).unwrap().to_le_bytes());
    out
}

const DUMP: &[u8] = b"-- MySQL dump 10.13\n\nCREATE TABLE `a` (`b` int);\nINSERT INTO `a` VALUES (1),(2);\n";

/// That, by `zstd`.
const ZSTD: &str = "28b52ffd04588902002d2d204d7953514c2064756d702031302e31330a0a435245415445205441424c45206061602028\
    60626020696e74293b0a494e5345525420494e544f206061602056414c554553202831292c2832293b0a8bf41c62";

/// And by `xz`.
const XZ: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a30100502d2d204d7953514c2064756d702031302e31330a0a\
    435245415445205441424c4520606160202860626020696e74293b0a494e5345525420494e544f206061602056414c55\
    4553202831292c2832293b0a000000004283e1f44ce410ce00016951a704d5881fb6f37d010000000004595a";

fn by_others() -> [(Vec<u8>, &'static str); 2] {
    [(ZSTD, "zst"), (XZ, "xz")]
        .map(|(hex, name)| (data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap(), name))
}

fn small(file: &[u8], mode: GzipMode) -> Small {
    Small::of(file, mode, usize::MAX)
}

#[test]
fn only_dumps_and_archives_are_taken_apart() {
    let archive = [vec![b'a'; 257], b"ustar\x0000".to_vec(), vec![0; 1000]].concat();
    assert_eq!(look(&stored(DUMP), GzipMode::Replay), Look::Unpack(Format::Gzip));
    assert_eq!(look(&stored(&archive), GzipMode::Replay), Look::Unpack(Format::Gzip));
    for foreign in [DUMP, &stored(b"a page of a manual"), &stored(b""), b"", b"\x1f\x8b\x08\0 and no gzip"] {
        assert_eq!(look(foreign, GzipMode::Replay), Look::Foreign);
    }
    assert_eq!(look(&stored(DUMP), GzipMode::Opaque), Look::Foreign);
}

#[test]
fn a_file_that_nobody_writes_is_kept_or_only_its_plaintext_is() {
    // Stored blocks of one length each: no level of any program that is known writes short text like that.
    let file = stored(DUMP);
    assert!(matches!(small(&file, GzipMode::Replay), Small::Kept(reason) if reason.contains("--gzip plain")));
    let Small::Unpacked(plain, unpacked) = small(&file, GzipMode::Plain) else { panic!("not taken apart") };
    assert_eq!((plain.as_slice(), unpacked.bytes), (DUMP, file.len() as u64));
    let plain_bytes = DUMP.len() as u64;
    let only = Compressed { format: CompressedFormat::Gzip, plain_bytes, replay: None };
    assert_eq!(unpacked.compressed, only);
}

#[test]
fn zstd_and_xz_files_are_kept_and_what_to_do_is_said() {
    for (file, name) in by_others() {
        let Small::Kept(reason) = small(&file, GzipMode::Replay) else { panic!("{name}: taken apart") };
        for wanted in [name, "let gzip or nothing compress the dump", "--gzip plain"] {
            assert!(reason.contains(wanted), "{wanted} in {reason}");
        }
        assert_eq!(look(&file, GzipMode::Opaque), Look::Foreign, "what nobody asked for is not told of");
        let Small::Unpacked(plain, unpacked) = small(&file, GzipMode::Plain) else { panic!("{name}: kept") };
        assert!(plain == DUMP && unpacked.compressed.replay.is_none());
    }
}

#[test]
fn a_file_that_wants_too_much_memory_to_be_looked_into_is_told_of() {
    let wide = b"\x28\xb5\x2f\xfd\x00\x90\x29\x00\x00hello";
    for mode in [GzipMode::Replay, GzipMode::Plain] {
        assert!(matches!(look(wide, mode), Look::Keep(reason) if reason.contains("more memory")), "{mode:?}");
    }
    assert_eq!(look(wide, GzipMode::Opaque), Look::Foreign);
}

#[test]
fn what_would_be_lost_is_kept() {
    let file = stored(DUMP);
    let cut = &file[..file.len() - 3];
    let longer = [file.as_slice(), b"something else"].concat();
    let mut wrong = file.clone();
    *wrong.last_mut().unwrap() ^= 1;
    for (file, why) in [(cut, "ends early"), (&longer, "follows"), (&wrong, "damaged")] {
        assert!(matches!(small(file, GzipMode::Plain), Small::Kept(reason) if reason.contains(why)), "{why}");
    }
    let zeros = [file.as_slice(), &[0; 512]].concat();
    assert!(matches!(small(&zeros, GzipMode::Plain), Small::Unpacked(..)), "zeros of a tape are nothing");
}

#[test]
fn a_small_file_that_holds_much_is_kept() {
    let file = stored(DUMP);
    for (file, name) in by_others().into_iter().chain([(file, "gz")]) {
        let kept = Small::of(&file, GzipMode::Plain, DUMP.len() - 1);
        assert!(
            matches!(kept, Small::Kept(reason) if reason.contains(&format!("ends in .{name} "))),
            "{name}"
        );
        assert!(
            matches!(Small::of(&file, GzipMode::Plain, DUMP.len()), Small::Unpacked(plain, _) if plain == DUMP),
            "{name}"
        );
    }
}

#[test]
fn the_tally_names_the_first_files_and_counts_all() {
    let mut tally = CompressedTally::default();
    let path = TreePath::new("a").unwrap();
    (0..KEPT_FILES_TOLD_MAX + 5).for_each(|_| tally.note(&path, Fate::Kept("so".into())));
    assert_eq!((tally.kept, tally.kept_files.len()), (105, 100));
}

/// How much is read of a file and `more` bytes, all alike, behind it, and why it is kept.
fn read_of(file: &[u8], byte: u8, more: usize, mode: GzipMode) -> (usize, String) {
    let (mut rest, mut left, mut read) = (file, more, 0);
    let mut unpacker =
        reader::Unpacker::new(Format::Gzip, verify::Checking::here(mode), |buffer: &mut [u8]| {
            let mut bytes = std::io::Read::read(&mut rest, buffer).unwrap();
            if bytes == 0 {
                bytes = buffer.len().min(left);
                buffer[..bytes].fill(byte);
                left -= bytes;
            }
            read += bytes;
            Ok::<_, std::convert::Infallible>(bytes)
        });
    let mut buffer = vec![0; 64 * 1024];
    let why = loop {
        match unpacker.read(&mut buffer) {
            Ok(0) => break unpacker.finish().map_or_else(|reason| reason, |_| "taken apart".into()),
            Ok(_) => {}
            Err(reader::Stop::Keep(reason)) => break reason,
            Err(reader::Stop::Source(never)) => match never {},
        }
    };
    (read, why)
}

#[test]
fn what_follows_a_dump_is_read_no_further_than_it_could_be_kept() {
    let member = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0".as_slice();
    let most = 1 << 30;
    for (byte, mode, bytes_max) in
        [(b'x', GzipMode::Replay, 1 << 20), (b'x', GzipMode::Plain, 1 << 20), (0, GzipMode::Replay, 17 << 20)]
    {
        let (read, why) = read_of(member, byte, most, mode);
        assert!(why.contains("follows") && read < bytes_max, "{byte}, {mode:?}: {read}, {why}");
    }
    let kept = read_of(member, 0, 16 << 20, GzipMode::Replay);
    assert_eq!(kept, (member.len() + (16 << 20), "taken apart".into()));
}

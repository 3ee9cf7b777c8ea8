//! What real programs write comes back bit for bit, or is honestly said not to; and so it does out of a repository.
//!
//! The programs are those that write backups: GNU gzip, pigz, PHP, Python, zstd and xz. `.ci/run` installs them.
#![cfg(test)]

#[path = "compressed/place.rs"]
mod place;
#[path = "compressed/plain_only.rs"]
mod plain_only;
#[path = "compressed/saved.rs"]
mod saved;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use strongroom::compressed::{Decoder, Format, Producer, ReplayRecipe, Replayer, Verdict, Verifier};
use strongroom::nights::{Shop, ShopSize};

/// Bytes of several kinds that dumps have in them.
fn plaintexts() -> Vec<(String, Vec<u8>)> {
    let size =
        ShopSize { dump_bytes: 1 << 20, changed_permille: 10, uploads_bytes: 0, uploads_grow_bytes: 0 };
    let mut dump = Vec::new();
    Shop::new(7, size).write_dump(&mut dump).unwrap();
    let mut noise = vec![0; 300_000];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    let mixed = [&dump[..500_000], &noise, &dump[100_000..700_000], &vec![0; 200_000], &noise].concat();
    // Where the window of GNU gzip ends before the file does.
    let window = dump[..65_400].to_vec();
    let mut all: Vec<(String, Vec<u8>)> = vec![
        ("nothing".into(), vec![]),
        ("one byte".into(), b"x".to_vec()),
        ("noise".into(), noise),
        ("mixed".into(), mixed),
        ("a window".into(), window),
        ("dump".into(), dump),
    ];
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    for name in ["chinook-mysql.sql", "pagila-copy.sql", "states-mysql/night-0-2025-11-18.sql"] {
        match std::fs::read(corpora.join(name)) {
            Ok(mut bytes) => {
                bytes.truncate(800_000);
                all.push((name.into(), bytes));
            }
            Err(_) => eprintln!("skipped: no {name} beside the repository"),
        }
    }
    all
}

/// What a command of the shell makes of its standard input.
fn made_by(command: &str, input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "is it installed? {command}");
    output.stdout
}

fn examined(file: &[u8]) -> (Vec<u8>, Verdict) {
    let (mut decoder, mut verifier) = (Decoder::new(Format::recognise(file).unwrap()), Verifier::new());
    let mut all = Vec::new();
    for piece in file.chunks(100_000) {
        let mut rest = piece;
        while !rest.is_empty() {
            let mut plain = Vec::new();
            let taken = decoder.push(rest, 1 << 20, &mut plain).unwrap();
            verifier.push(&rest[..taken], &plain, &decoder.take_marks());
            all.append(&mut plain);
            rest = &rest[taken..];
        }
    }
    let ending = decoder.finish();
    (all, verifier.finish(ending))
}

/// The file is read, and comes back from its recipe.
fn assert_comes_back(what: &str, plain: &[u8], file: &[u8]) -> Vec<Producer> {
    let (decoded, verdict) = examined(file);
    assert!(decoded == plain, "{what}: other plaintext");
    let Verdict::Exact(recipe) = verdict else { panic!("{what}: {verdict:?}") };
    let bytes = recipe.encode().unwrap();
    assert!(bytes.len() < 200, "{what}: a recipe of {} bytes", bytes.len());
    let recipe = ReplayRecipe::decode(&bytes).unwrap();
    let mut replayer = Replayer::new(&recipe).unwrap();
    let mut out = Vec::new();
    for piece in plain.chunks(77_777) {
        replayer.push(piece, &mut out).unwrap();
    }
    replayer.finish(&mut out).unwrap();
    assert!(out == file, "{what}: other bytes");
    recipe.producers
}

fn assert_all_come_back(commands: impl IntoIterator<Item = String>) {
    let plaintexts = plaintexts();
    for command in commands {
        for (name, plain) in &plaintexts {
            assert_comes_back(&format!("{command} of {name}"), plain, &made_by(&command, plain));
        }
    }
}

#[test]
fn gnu_gzip_at_every_level() {
    assert_all_come_back((1..=9).map(|level| format!("gzip -{level}")));
}

#[test]
fn gnu_gzip_rsyncable() {
    assert_all_come_back([1, 6, 9].iter().map(|level| format!("gzip --rsyncable -{level}")));
}

#[test]
fn pigz_with_threads_and_without() {
    let options = ["-1", "-6", "-9", "-p 1 -1", "-p 1 -6", "-i -6", "-i -1 -p 1"];
    assert_all_come_back(options.iter().map(|options| format!("pigz {options}")));
}

#[test]
fn pigz_with_blocks_of_another_size_is_found_where_the_data_compresses() {
    // Of blocks that are only stored, or that go on behind what is looked at first, the size cannot be told.
    for (name, plain) in plaintexts().iter().filter(|(name, _)| !["noise", "mixed"].contains(&name.as_ref()))
    {
        for options in ["-b 512", "-b 64 -3"] {
            let command = format!("pigz {options}");
            assert_comes_back(&format!("{command} of {name}"), plain, &made_by(&command, plain));
        }
    }
}

#[test]
fn php_by_each_of_its_ways() {
    let encode = |level: i8| format!("php -r 'echo gzencode(stream_get_contents(STDIN), {level});'");
    let open = "t=$(mktemp) && php -r '$h = gzopen($argv[1], \"wb9\"); while (!feof(STDIN)) gzwrite($h, fread(STDIN, 1000)); \
                gzclose($h);' $t && cat $t && rm $t";
    let copy = "t=$(mktemp) && php -r 'file_put_contents(\"compress.zlib://\" . $argv[1], stream_get_contents(STDIN));' $t \
                && cat $t && rm $t";
    assert_all_come_back([encode(-1), encode(1), encode(9), open.into(), copy.into()]);
}

#[test]
fn python_at_every_level_and_with_every_setting_of_zlib() {
    let open = |level: u8| {
        format!(
            "python3 -c 'import gzip, sys; gzip.GzipFile(\"dump.sql\", \"wb\", {level}, sys.stdout.buffer).write(sys.stdin.buffer.read())'"
        )
    };
    let zlib = |level: u8, memory: u8, strategy: u8| {
        format!(
            "python3 -c 'import sys, zlib; z = zlib.compressobj({level}, 8, 31, {memory}, {strategy}); \
                 sys.stdout.buffer.write(z.compress(sys.stdin.buffer.read()) + z.flush())'"
        )
    };
    let all = (1..=9).map(open);
    let settings = [(6, 9, 0), (1, 7, 0), (6, 8, 1), (9, 8, 2), (6, 8, 3), (6, 8, 4), (6, 1, 0)];
    // What a small table writes of a short text may be what no other does: these are for what fills a block.
    let plain = plaintexts().pop().unwrap().1;
    for (level, memory, strategy) in settings {
        let command = zlib(level, memory, strategy);
        assert_comes_back(&command, &plain, &made_by(&command, &plain));
    }
    assert_all_come_back(all);
}

#[test]
fn files_one_behind_the_other_by_different_programs() {
    let plain = plaintexts().pop().unwrap().1;
    let commands =
        ["gzip -6", "gzip -6", "pigz -1", "gzip -9", "php -r 'echo gzencode(stream_get_contents(STDIN));'"];
    let file: Vec<u8> = commands.iter().flat_map(|command| made_by(command, &plain)).collect();
    let producers = assert_comes_back("five members", &plain.repeat(5), &file);
    assert_eq!(producers.len(), 4);
}

#[test]
fn zstd_at_several_levels_is_read_and_said_not_to_come_back() {
    for command in ["zstd -1", "zstd -3 --no-check", "zstd -19 --single-thread", "zstd --ultra -22 -T0"] {
        for (name, plain) in plaintexts() {
            let (decoded, verdict) = examined(&made_by(command, &plain));
            assert!(decoded == plain, "{command} of {name}");
            assert!(matches!(verdict, Verdict::Differs { same_bytes: 0, .. }), "{verdict:?}");
        }
    }
}

#[test]
fn xz_with_threads_and_every_check_is_read_and_said_not_to_come_back() {
    let python = "python3 -c 'import lzma, sys; sys.stdout.buffer.write(lzma.compress(sys.stdin.buffer.read(), check=lzma.CHECK_SHA256))'";
    for command in ["xz -0 -C crc32", "xz -6 -C none", "xz -9e", "xz -1 -T2 --block-size=65536", python] {
        for (name, plain) in plaintexts() {
            let (decoded, verdict) = examined(&made_by(command, &plain));
            assert!(decoded == plain, "{command} of {name}");
            assert!(matches!(verdict, Verdict::Differs { same_bytes: 0, .. }), "{verdict:?}");
        }
    }
}

#[test]
fn what_is_not_reproduced_is_said_and_still_read() {
    let (_, plain) = plaintexts().pop().unwrap();
    let command = "python3 -c 'import sys, zlib; z = zlib.compressobj(6, 8, 31); d = sys.stdin.buffer.read(); \
                   sys.stdout.buffer.write(z.compress(d[:70000]) + z.flush(zlib.Z_SYNC_FLUSH) + z.compress(d[70000:]) + z.flush())'";
    let (decoded, verdict) = examined(&made_by(command, &plain));
    assert!(decoded == plain);
    assert!(matches!(verdict, Verdict::Differs { .. }), "{verdict:?}");
}

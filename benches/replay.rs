//! What reading and writing again of gzip files costs: `cargo bench --bench replay`, or with `-- FILE.gz...` on these files.
//!
//! Without files a dump of a made-up shop is written as each producer does, and for each the speeds and the length of the recipe are shown.

#![expect(clippy::print_stdout, reason = "a table on standard output is what this program is for")]

use std::error::Error;
use std::time::{Duration, Instant};

use strongroom::compressed::{
    Decoder, DeflateParameters, Format, MemberRun, Producer, ReplayRecipe, Replayer, Verdict, Verifier,
};
use strongroom::nights::{Shop, ShopSize};

const DUMP_BYTES: u64 = 16 << 20;
const PIECE_BYTES: usize = 256 << 10;
const ROOM: usize = 1 << 20;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What came of one file.
struct Outcome {
    plain: Vec<u8>,
    decode: Duration,
    verify: Duration,
    verdict: Verdict,
}

fn main() -> Result<()> {
    let files: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    println!("{:<32} {:>9} {:>9} {:>9} {:>9}", "MB/s of plaintext", "decode", "verify", "replay", "recipe");
    if files.is_empty() { every_producer() } else { these(&files) }
}

fn every_producer() -> Result<()> {
    let size =
        ShopSize { dump_bytes: DUMP_BYTES, changed_permille: 10, uploads_bytes: 0, uploads_grow_bytes: 0 };
    let mut plain = Vec::new();
    Shop::new(7, size).write_dump(&mut plain)?;
    let mut producers: Vec<(String, Producer)> = Vec::new();
    for level in 1..=9 {
        producers.push((format!("gzip -{level}"), Producer::stream(DeflateParameters::gnu(level, false))));
        producers.push((format!("zlib, level {level}"), Producer::stream(DeflateParameters::zlib(level))));
    }
    let parameters = DeflateParameters::zlib(6);
    let pigz =
        Producer::Pigz { parameters, block_bytes: 128 << 10, is_independent: false, is_one_thread: false };
    producers.push(("pigz -6".into(), pigz));
    for (name, producer) in producers {
        let recipe = ReplayRecipe {
            producers: vec![producer],
            headers: vec![b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()],
            members: vec![MemberRun { count: 1, plain_bytes: plain.len() as u64, producer: 0, header: 0 }],
            ..ReplayRecipe::default()
        };
        show(&name, &replayed(&recipe, &plain)?)?;
    }
    Ok(())
}

fn these(files: &[String]) -> Result<()> {
    let mut exact = 0;
    for file in files {
        exact += u64::from(show(file, &std::fs::read(file)?)?);
    }
    println!("{exact} of {} files come back bit for bit", files.len());
    Ok(())
}

/// Shows a line about the file; whether it comes back.
fn show(name: &str, file: &[u8]) -> Result<bool> {
    let Outcome { plain, decode, verify, verdict } = examined(file)?;
    let speed = |time: Duration| plain.len() as f64 / 1e6 / time.as_secs_f64();
    match verdict {
        Verdict::Exact(recipe) => {
            let start = Instant::now();
            let same = replayed(&recipe, &plain)? == file;
            let replay = start.elapsed();
            let (decode, verify, replay) = (speed(decode), speed(verify), speed(replay));
            println!("{name:<32} {decode:>9.0} {verify:>9.1} {replay:>9.1} {:>7} B", recipe.encode()?.len());
            Ok(same)
        }
        Verdict::Differs { same_bytes, reason } => {
            println!("{name:<32} {reason:?} after {same_bytes} of {} bytes", file.len());
            Ok(false)
        }
    }
}

fn replayed(recipe: &ReplayRecipe, plain: &[u8]) -> Result<Vec<u8>> {
    let (mut replayer, mut out) = (Replayer::new(recipe)?, Vec::new());
    for piece in plain.chunks(PIECE_BYTES) {
        replayer.push(piece, &mut out)?;
    }
    replayer.finish(&mut out)?;
    Ok(out)
}

fn examined(file: &[u8]) -> Result<Outcome> {
    let format = Format::recognise(file).ok_or("not a format that is known")?;
    let (mut decoder, mut verifier) = (Decoder::new(format), Verifier::new());
    let (mut decode, mut verify) = (Duration::ZERO, Duration::ZERO);
    let (mut all, mut plain, mut rest) = (Vec::new(), Vec::new(), file);
    while !rest.is_empty() {
        let piece = rest.get(..PIECE_BYTES).unwrap_or(rest);
        let start = Instant::now();
        let taken = decoder.push(piece, ROOM, &mut plain)?;
        decode += start.elapsed();
        let (now, later) = rest.split_at(taken);
        let start = Instant::now();
        verifier.push(now, &plain, &decoder.take_marks());
        verify += start.elapsed();
        all.append(&mut plain);
        rest = later;
    }
    let verdict = verifier.finish(decoder.finish());
    Ok(Outcome { plain: all, decode, verify, verdict })
}

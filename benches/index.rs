//! Measures the index with very many chunks: how fast it is loaded, how fast it answers, and in how much memory.
//!
//! The packs are made up, 512 chunks each in 16 regions, as a repository of incompressible data has them. The memory is the
//! peak of this process; what the kernel keeps of the file is not in it.
#![expect(clippy::print_stdout, reason = "a tool for people at a terminal")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use strongroom::base::{ChunkId, Encoding, PackId, RepositoryId};
use strongroom::format::{ChunkRecord, Contents, IndexedPack, RegionKind, RegionRecord};
use strongroom::index::{Index, IndexError};

const REPOSITORY: RepositoryId = RepositoryId::new([1; 32]);
const PACK_CHUNKS: u64 = 512;
const REGION_CHUNKS: u64 = 32;

/// Loads a made-up index and looks chunks up in it.
#[derive(Parser)]
#[command(bin_name = "cargo bench --bench index --")]
struct Arguments {
    /// How many chunks are loaded at once
    #[arg(long, default_value_t = 20_000_000)]
    chunks: u64,
    /// How many chunks come in each of three nights after that
    #[arg(long, default_value_t = 65_536)]
    night: u64,
    /// How many chunks are looked up, each way
    #[arg(long, default_value_t = 1_000_000)]
    lookups: u64,
    /// Where the index is made [default: the directory of temporary files]
    #[arg(long)]
    dir: Option<PathBuf>,
    /// What cargo adds
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let dir = arguments.dir.clone().unwrap_or_else(std::env::temp_dir);
    let place = tempfile::tempdir_in(dir)?;
    let mut index = Index::open(place.path(), REPOSITORY)?;
    println!("{} chunks, {:.1} MB of memory before", arguments.chunks, peak_memory_mb()?);
    let packs = arguments.chunks.div_ceil(PACK_CHUNKS);
    let seconds = load(&mut index, 0..packs)?;
    let bytes = bytes_below(place.path())?;
    println!("loaded in {seconds:.1} s, {:.0} chunks/s", (packs * PACK_CHUNKS) as f64 / seconds);
    println!(
        "file of {:.0} MB, {:.1} bytes a chunk",
        bytes as f64 / 1e6,
        bytes as f64 / arguments.chunks as f64
    );
    println!("{:.1} MB of memory at most so far", peak_memory_mb()?);
    let mut known = packs;
    for _ in 0..3 {
        let night = arguments.night.div_ceil(PACK_CHUNKS);
        let seconds = load(&mut index, known..known + night)?;
        known += night;
        println!("a night of {} chunks in {seconds:.2} s", night * PACK_CHUNKS);
    }
    drop(index);
    let start = Instant::now();
    let index = Index::open(place.path(), REPOSITORY)?;
    println!("opened again in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let count = arguments.lookups;
    let chunks = known * PACK_CHUNKS;
    let scattered = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % chunks;
    let mut sorted: Vec<ChunkId> = (0..count).map(|n| chunk_id(scattered(n))).collect();
    sorted.sort_unstable();
    look_up(&index, "in random order", true, (0..count).map(|n| chunk_id(scattered(n + count))))?;
    look_up(&index, "in random order once more", true, (0..count).map(|n| chunk_id(scattered(n + count))))?;
    look_up(&index, "in the order they were stored", true, (0..count).map(chunk_id))?;
    look_up(&index, "sorted by id", true, sorted.into_iter())?;
    look_up(&index, "not there", false, (0..count).map(|n| chunk_id(u64::MAX - n)))?;
    let places = known.min(20_000);
    let start = Instant::now();
    for pack in 0..places {
        index.pack(u32::try_from(pack)?)?;
    }
    println!("packs: {:.0}/s", places as f64 / start.elapsed().as_secs_f64());
    println!("{:.1} MB of memory at most", peak_memory_mb()?);
    Ok(())
}

/// Loads these packs as one index object and returns the seconds it took.
fn load(index: &mut Index, packs: std::ops::Range<u64>) -> Result<f64, IndexError> {
    let start = Instant::now();
    let mut build = index.build()?;
    for number in packs {
        build.add_pack(&pack(number))?;
    }
    build.finish()?;
    Ok(start.elapsed().as_secs_f64())
}

fn look_up(
    index: &Index,
    how: &str,
    are_there: bool,
    ids: impl Iterator<Item = ChunkId>,
) -> Result<(), Box<dyn Error>> {
    let (start, mut count) = (Instant::now(), 0_u64);
    for id in ids {
        count += 1;
        if index.find(&id)?.is_some() != are_there {
            return Err(format!("wrong answer for {id}").into());
        }
    }
    println!("{:.0} lookups/s {how}", count as f64 / start.elapsed().as_secs_f64());
    Ok(())
}

fn chunk_id(number: u64) -> ChunkId {
    ChunkId::new(*blake3::hash(&number.to_le_bytes()).as_bytes())
}

fn pack(number: u64) -> IndexedPack {
    let chunk = |n| ChunkRecord { id: chunk_id(n), plain_bytes: 32_768 };
    let first = number * PACK_CHUNKS;
    let region = |n| RegionRecord {
        stored_bytes: 1 << 20,
        encoding: Encoding::Stored,
        depth: 0,
        kind: RegionKind::Content,
        chunks: (n..n + REGION_CHUNKS).map(chunk).collect(),
        bases: vec![],
    };
    let regions = (first..first + PACK_CHUNKS).step_by(REGION_CHUNKS as usize).map(region).collect();
    let id = PackId::new(*blake3::hash(&[number.to_le_bytes(), [1; 8]].concat()).as_bytes());
    IndexedPack { id, bytes: 16 << 20, contents: Contents { regions } }
}

/// The most memory this process had so far.
fn peak_memory_mb() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? * 1024.0 / 1e6)
}

fn bytes_below(path: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        bytes +=
            if entry.file_type()?.is_dir() { bytes_below(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

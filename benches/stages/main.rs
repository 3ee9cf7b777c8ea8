//! Measures each stage that data goes through by itself: `cargo bench --bench stages`, or with a word only those that have it.
//!
//! The data are dumps of made-up shops with several seeds, and noise that no codec makes smaller. One thread does the work.

mod delta;
mod lex;
mod objects;
mod parity;

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
use strongroom::base::{Encoding, RepositoryId};
use strongroom::chunker::{Chunker, ChunkerParameters};
use strongroom::codec::{Compression, Compressor, Decompressor};
use strongroom::crypto::{Keys, MasterKey, MessageKind};
use strongroom::format::Parameters;
use strongroom::nights::{Shop, ShopSize};

const REPOSITORY: RepositoryId = RepositoryId::new([1; 32]);
const SEEDS: [u64; 3] = [7, 19, 1_001];
const DATA_BYTES: usize = 8 << 20;
const REGION_BYTES: usize = 1 << 20;

type Group<'c> = BenchmarkGroup<'c, WallTime>;

/// Bytes to measure with, and what they are.
struct Sample {
    name: String,
    bytes: Vec<u8>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1_500))
        .configure_from_args();
    let samples = samples()?;
    let keys = Keys::new(REPOSITORY, MasterKey::new([5; 32]));
    chunking(&mut criterion, &samples, &keys)?;
    ids(&mut criterion, &samples, &keys);
    codec(&mut criterion, &samples)?;
    delta::nights(&mut criterion)?;
    sealing(&mut criterion, &keys)?;
    lex::dumps(&mut criterion)?;
    objects::tree(&mut criterion, &keys)?;
    objects::recipe(&mut criterion)?;
    objects::index(&mut criterion)?;
    parity::pack(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}

/// A night of each shop, with its dump about as long as the noise.
fn samples() -> Result<Vec<Sample>, Box<dyn Error>> {
    let mut samples = vec![Sample { name: "noise".into(), bytes: noise(DATA_BYTES) }];
    for seed in SEEDS {
        let size = ShopSize {
            dump_bytes: DATA_BYTES as u64,
            changed_permille: 10,
            uploads_bytes: 0,
            uploads_grow_bytes: 0,
        };
        let mut shop = Shop::new(seed, size);
        shop.night(2);
        let mut bytes = Vec::new();
        shop.write_dump(&mut bytes)?;
        samples.push(Sample { name: format!("dump of seed {seed}"), bytes });
    }
    Ok(samples)
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut out = vec![0; bytes];
    blake3::Hasher::new().finalize_xof().fill(&mut out);
    out
}

fn with_bytes<'c>(criterion: &'c mut Criterion, name: &str, bytes: usize) -> Group<'c> {
    let mut group = criterion.benchmark_group(name);
    group.sampling_mode(SamplingMode::Flat).throughput(Throughput::Bytes(bytes as u64));
    group
}

fn with_elements<'c>(criterion: &'c mut Criterion, name: &str, count: u64) -> Group<'c> {
    let mut group = criterion.benchmark_group(name);
    group.sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(count));
    group
}

fn chunker(keys: &Keys) -> Result<Chunker, Box<dyn Error>> {
    let Parameters { chunk_bytes: [bytes_min, bytes_average, bytes_max], normalization, .. } =
        Parameters::default();
    let parameters = ChunkerParameters { bytes_min, bytes_average, bytes_max, normalization };
    Ok(Chunker::new(parameters, keys.gear_table())?)
}

/// The chunks of a stream.
fn cut<'b>(chunker: &Chunker, mut bytes: &'b [u8]) -> Vec<&'b [u8]> {
    let mut chunks = vec![];
    while !bytes.is_empty() {
        let window = bytes.get(..chunker.bytes_max()).unwrap_or(bytes);
        let (chunk, rest) = bytes.split_at(chunker.cut(window, &[]));
        chunks.push(chunk);
        bytes = rest;
    }
    chunks
}

fn chunking(criterion: &mut Criterion, samples: &[Sample], keys: &Keys) -> Result<(), Box<dyn Error>> {
    let chunker = chunker(keys)?;
    for Sample { name, bytes } in samples {
        let mut group = with_bytes(criterion, "chunking", bytes.len());
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| cut(&chunker, black_box(bytes)).len());
        });
    }
    Ok(())
}

fn ids(criterion: &mut Criterion, samples: &[Sample], keys: &Keys) {
    let Some(Sample { bytes, .. }) = samples.first() else { return };
    for chunk_bytes in [8 << 10, 32 << 10, 128 << 10] {
        let mut group = with_bytes(criterion, "ids", bytes.len());
        group.bench_function(format!("chunks of {} KiB", chunk_bytes >> 10), |bencher| {
            bencher.iter(|| {
                let ids = black_box(bytes).chunks(chunk_bytes).map(|chunk| keys.chunk_id(chunk));
                ids.max()
            });
        });
    }
}

fn codec(criterion: &mut Criterion, samples: &[Sample]) -> Result<(), Box<dyn Error>> {
    let mut compressor = Compressor::new(Compression::default());
    let mut decompressor = Decompressor::new();
    for Sample { name, bytes } in samples {
        let mut packed: Vec<(Encoding, Vec<u8>, usize)> = vec![];
        for region in bytes.chunks(REGION_BYTES) {
            let mut body = Vec::new();
            packed.push((compressor.compress(region, &mut body)?, body, region.len()));
        }
        let mut group = with_bytes(criterion, "zstd 3, compress regions", bytes.len());
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            let mut body = Vec::with_capacity(2 * REGION_BYTES);
            bencher.iter(|| {
                for region in black_box(bytes).chunks(REGION_BYTES) {
                    body.clear();
                    black_box(compressor.compress(region, &mut body)).ok();
                }
            });
        });
        group.finish();
        let mut group = with_bytes(criterion, "zstd 3, decompress regions", bytes.len());
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter_batched(
                || packed.clone(),
                |packed| {
                    for (encoding, body, plain_bytes) in packed {
                        black_box(decompressor.decompress(encoding, body, &[], plain_bytes)).ok();
                    }
                },
                BatchSize::LargeInput,
            );
        });
    }
    Ok(())
}

fn sealing(criterion: &mut Criterion, keys: &Keys) -> Result<(), Box<dyn Error>> {
    let seal = keys.seal(MessageKind::Region, &[3; 32], b"a header");
    let plain = noise(REGION_BYTES);
    let mut sealed = plain.clone();
    seal.seal(0, &mut sealed)?;
    let mut group = with_bytes(criterion, "sealed messages", plain.len());
    group.bench_function("seal a region", |bencher| {
        bencher.iter_batched_ref(
            || plain.clone(),
            |message| black_box(seal.seal(0, message)).is_ok(),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("open a region", |bencher| {
        bencher.iter_batched_ref(
            || sealed.clone(),
            |message| black_box(seal.open(0, message)).is_ok(),
            BatchSize::LargeInput,
        );
    });
    Ok(())
}

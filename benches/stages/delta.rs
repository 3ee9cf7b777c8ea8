//! One night as deltas against the night before it.

use std::error::Error;
use std::hint::black_box;

use criterion::Criterion;
use strongroom::codec::delta::{Match, Step, Window, decode, encode};
use strongroom::codec::{Compression, Compressor, Decompressor};
use strongroom::nights::{Shop, ShopSize};
use zstd::zstd_safe::{self, CCtx, CParameter};

use super::{DATA_BYTES, REGION_BYTES, SEEDS, with_bytes};

/// A prefix has so many bytes before and behind the place of a region.
const AROUND_BYTES: usize = 256 << 10;
/// The level of a frame with a prefix: that of regions.
const LEVEL: i32 = 3;
/// Rows of a thousand that change from one night to the next.
const CHANGED_PERMILLE: [u32; 2] = [10, 100];

pub fn nights(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    for changed_permille in CHANGED_PERMILLE {
        for seed in SEEDS {
            let [old, new] = two_nights(seed, changed_permille)?;
            one(criterion, &format!("{changed_permille} permille changed, seed {seed}"), &old, &new)?;
        }
    }
    Ok(())
}

fn two_nights(seed: u64, changed_permille: u32) -> Result<[Vec<u8>; 2], Box<dyn Error>> {
    let dump_bytes = DATA_BYTES as u64;
    let size = ShopSize { dump_bytes, changed_permille, uploads_bytes: 0, uploads_grow_bytes: 0 };
    let mut shop = Shop::new(seed, size);
    let mut nights = [vec![], vec![]];
    for (number, dump) in (2..).zip(&mut nights) {
        shop.night(number);
        shop.write_dump(&mut *dump)?;
    }
    Ok(nights)
}

#[expect(clippy::print_stderr, reason = "a tool for people at a terminal")]
fn one(criterion: &mut Criterion, name: &str, old: &[u8], new: &[u8]) -> Result<(), Box<dyn Error>> {
    let (mut compressor, mut decompressor) = (Compressor::new(Compression::default()), Decompressor::new());
    let mut window = Window::default();
    fill(&mut window, old);
    let regions = || (0_u64..).step_by(REGION_BYTES).zip(new.chunks(REGION_BYTES));
    let mut bodies = vec![];
    for (at, region) in regions() {
        let mut body = vec![];
        encode(&mut compressor, &found(&mut window, region, at), region, &mut body)?;
        if decode(&mut decompressor, &body, &[old], region.len())? != region {
            return Err("a delta does not give what it was made of".into());
        }
        bodies.push((body, region.len()));
    }
    let mut prefixed = Prefixed::new(old)?;
    let mut frames_bytes = 0;
    for (at, region) in regions() {
        frames_bytes += prefixed.compress(region, at as usize)?.len();
    }
    let bodies_bytes: usize = bodies.iter().map(|(body, _)| body.len()).sum();
    let all = new.len();
    eprintln!("{name}: {all} bytes as deltas {bodies_bytes}, as frames of zstd with a prefix {frames_bytes}");
    let mut group = with_bytes(criterion, "delta, frames of zstd with a prefix instead", new.len());
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            regions().try_for_each(|(at, region)| {
                prefixed.compress(black_box(region), at as usize).map(|frame| drop(black_box(frame)))
            })
        });
    });
    group.finish();
    let mut group = with_bytes(criterion, "delta, fill a window", old.len());
    group.bench_function(name, |bencher| bencher.iter(|| fill(&mut window, black_box(old))));
    group.finish();
    let mut group = with_bytes(criterion, "delta, find and encode", new.len());
    group.bench_function(name, |bencher| {
        let mut body = Vec::with_capacity(2 * REGION_BYTES);
        bencher.iter(|| {
            regions().try_for_each(|(at, region)| {
                body.clear();
                encode(&mut compressor, &found(&mut window, region, at), black_box(region), &mut body)
            })
        });
    });
    group.finish();
    let mut group = with_bytes(criterion, "delta, decode", new.len());
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            bodies.iter().try_for_each(|(body, plain_bytes)| {
                decode(&mut decompressor, black_box(body), &[old], *plain_bytes)
                    .map(|plain| drop(black_box(plain)))
            })
        });
    });
    Ok(())
}

/// What deltas are instead of: the compressor finds by itself what a region has in common with the old bytes around its place.
struct Prefixed<'o> {
    context: CCtx<'o>,
    old: &'o [u8],
}

impl<'o> Prefixed<'o> {
    fn new(old: &'o [u8]) -> Result<Self, Box<dyn Error>> {
        let mut context = CCtx::create();
        for parameter in [
            CParameter::CompressionLevel(LEVEL),
            CParameter::EnableLongDistanceMatching(true),
            CParameter::WindowLog(22),
        ] {
            context.set_parameter(parameter).map_err(zstd_safe::get_error_name)?;
        }
        Ok(Self { context, old })
    }

    fn compress(&mut self, region: &[u8], at: usize) -> Result<Vec<u8>, Box<dyn Error>> {
        let end = self.old.len().min(at + region.len() + AROUND_BYTES);
        let prefix = self.old.get(at.saturating_sub(AROUND_BYTES).min(end)..end).unwrap_or_default();
        let mut frame = Vec::with_capacity(zstd_safe::compress_bound(region.len()));
        self.context.ref_prefix(prefix).map_err(zstd_safe::get_error_name)?;
        self.context.compress2(&mut frame, region).map_err(zstd_safe::get_error_name)?;
        Ok(frame)
    }
}

fn fill(window: &mut Window, old: &[u8]) {
    window.restart(0);
    old.chunks(REGION_BYTES).for_each(|bytes| window.push(bytes));
}

/// The steps of a region whose base is the whole window.
fn found(window: &mut Window, region: &[u8], expected: u64) -> Vec<Step> {
    let step = |found: Match| Step { insert: found.insert, from: found.from as u32, copy: found.copy };
    window.find(region, expected).into_iter().map(step).collect()
}

//! One night as deltas against the night before it.

use std::error::Error;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use strongroom::codec::delta::{Match, Step, Window, decode, encode};
use strongroom::codec::{Compression, Compressor, Decompressor};
use strongroom::nights::{Shop, ShopSize};

use super::{DATA_BYTES, REGION_BYTES, SEEDS, with_bytes};

/// Rows of a thousand that change from one night to the next.
const CHANGED_PERMILLE: [u32; 2] = [10, 100];

pub fn nights(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    for changed_permille in CHANGED_PERMILLE {
        for seed in SEEDS {
            let [old, new] = two_nights(seed, changed_permille)?;
            let name = BenchmarkId::new(format!("{changed_permille} permille changed"), seed);
            one(criterion, name, &old, &new)?;
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

fn one(criterion: &mut Criterion, name: BenchmarkId, old: &[u8], new: &[u8]) -> Result<(), Box<dyn Error>> {
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
    let mut group = with_bytes(criterion, "delta, fill a window", old.len());
    group.bench_function(name.clone(), |bencher| bencher.iter(|| fill(&mut window, black_box(old))));
    group.finish();
    let mut group = with_bytes(criterion, "delta, find and encode", new.len());
    group.bench_function(name.clone(), |bencher| {
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

fn fill(window: &mut Window, old: &[u8]) {
    window.restart(0);
    old.chunks(REGION_BYTES).for_each(|bytes| window.push(bytes));
}

/// The steps of a region whose base is the whole window.
fn found(window: &mut Window, region: &[u8], expected: u64) -> Vec<Step> {
    let step = |found: Match| Step { insert: found.insert, from: found.from as u32, copy: found.copy };
    window.find(region, expected).into_iter().map(step).collect()
}

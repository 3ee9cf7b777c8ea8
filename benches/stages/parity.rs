//! Parity of a full pack: made, and the pack healed by it.

use std::error::Error;
use std::hint::black_box;

use criterion::Criterion;
use strongroom::base::PackId;
use strongroom::base::limits::PACK_BYTES_FULL;
use strongroom::parity::{self, Parity};

use super::{noise, with_bytes};

/// What a new repository has.
const PERCENT: u8 = 5;

pub fn pack(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    let pack = noise(PACK_BYTES_FULL);
    let id = PackId::new(blake3::hash(&pack).into());
    let object = parity::encode(id, &pack, PERCENT)?;
    let found = Parity::decode(&object)?;
    let mut torn = pack.clone();
    torn.chunks_mut(4096).step_by(20).for_each(|block| block.fill(0));
    let mut group = with_bytes(criterion, "parity of 5 %", pack.len());
    group.bench_function("make", |bencher| {
        bencher.iter(|| black_box(parity::encode(id, &pack, PERCENT)).is_ok());
    });
    group.bench_function("look for what is lost", |bencher| bencher.iter(|| found.data_lost(&pack).len()));
    group.bench_function("heal a twentieth", |bencher| bencher.iter(|| black_box(found.heal(&torn)).is_ok()));
    Ok(())
}

//! Packs: there, of the right length, and, where they are read, whole.

use std::collections::BTreeMap;
use std::sync::Mutex;

use rayon::prelude::*;

use super::{Bad, CheckOptions, CheckReport, Choose};
use crate::base::{Observer, PackId, Phase, Progress, units};
use crate::ops::OpsError;
use crate::repo::{ChunkReader, IndexState, PackScan, ParityState, RepoError, Repository};

/// Looks at all packs and reads the chosen ones.
pub fn check(
    repo: &Repository,
    reader: &ChunkReader,
    state: &IndexState,
    choose: Choose<'_>,
    observer: &dyn Observer,
    report: &mut CheckReport,
    bad: &mut Bad,
) -> Result<(), OpsError> {
    let index = state.index.view();
    let numbers: BTreeMap<PackId, u32> = index.packs().map_err(RepoError::from)?.into_iter().collect();
    // What a prune is about to delete goes at any moment, and what it leans on before it. That is no damage, unless a snapshot needs it after all:
    // then it is among what that loses.
    let is_doomed = |id: &PackId| state.doomed.contains(id);
    let packs = repo.packs()?;
    report.packs = packs.len();
    report.bytes = packs.iter().map(|(_, bytes)| bytes).sum();
    note_parity(repo, packs.iter().map(|(id, _)| *id).filter(|id| !is_doomed(id)), report)?;
    for (id, bytes) in &packs {
        if let Some(number) = numbers.get(id) {
            let told = index.pack(*number).map_err(RepoError::from)?.bytes;
            if told != *bytes {
                if !is_doomed(id) {
                    let id = id.short();
                    report.errors.push(format!("pack {id} is damaged: it has {bytes} bytes and not {told}"));
                }
                bad.packs.insert(*number);
            }
        }
    }
    let to_read = choose(&packs);
    let bytes_total: u64 = to_read.iter().map(|(_, bytes)| bytes).sum();
    let done = Mutex::new((0_u64, 0_u64));
    let scans: Vec<Result<(PackId, PackScan, ParityState), RepoError>> = to_read
        .par_iter()
        .map(|(id, _)| {
            if observer.is_cancelled() {
                return Err(RepoError::Cancelled);
            }
            let scan = repo.scan_pack(*id, reader)?;
            let parity = repo.check_parity(*id)?;
            let mut done = done.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *done = (done.0 + 1, done.1 + scan.bytes);
            observer.progress(&Progress {
                phase: Phase::Check,
                items_done: done.0,
                items_total: Some(to_read.len() as u64),
                bytes_done: done.1,
                bytes_total: Some(bytes_total),
                current: None,
            });
            Ok((*id, scan, parity))
        })
        .collect();
    for scan in scans {
        let (id, scan, parity) = scan?;
        report.packs_read += 1;
        report.bytes_read += scan.bytes;
        if scan.damage.is_empty() {
            report.packs_whole.push(id);
        } else if !is_doomed(&id) {
            report.packs_damaged.push(id);
            report.errors.extend(scan.damage.iter().map(ToString::to_string));
        }
        if parity == ParityState::Damaged && !is_doomed(&id) {
            let loses = "nothing is lost with it, but it may not heal the pack";
            report.errors.push(format!("parity of pack {} is damaged: {loses}", id.short()));
        }
        let Some(number) = numbers.get(&id) else { continue };
        bad.regions.extend(scan.regions_damaged.iter().map(|region| (*number, *region)));
        if scan.contents.is_none() {
            // Its table of contents is gone; the regions may be whole, and are looked at one by one when a file needs them.
            bad.packs.insert(*number);
        }
    }
    report.all_packs = packs;
    Ok(())
}

/// The packs of a part, which a number chooses. A part of a small repository is at least one pack, another one each time.
pub fn by_seed(packs: &[(PackId, u64)], options: &CheckOptions) -> Vec<(PackId, u64)> {
    let mut chosen: Vec<_> = packs.iter().filter(|(id, _)| is_chosen(id, options)).copied().collect();
    if chosen.is_empty() && options.read_data > 0.0 && !packs.is_empty() {
        let number = usize::try_from(options.seed % packs.len() as u64).unwrap_or(0);
        chosen.extend(packs.get(number));
    }
    chosen
}

/// Says which packs lack the parity that they should have: a run that was killed leaves such.
fn note_parity(
    repo: &Repository,
    packs: impl Iterator<Item = PackId>,
    report: &mut CheckReport,
) -> Result<(), OpsError> {
    if repo.parameters().parity_percent == 0 {
        return Ok(());
    }
    let there = repo.packs_with_parity()?;
    let without = packs.filter(|id| !there.contains(id)).count() as u64;
    if without > 0 {
        let has = units::counted(without, "pack has", "packs have");
        report.notes.push(format!("{has} no parity: strongroom repair packs makes it"));
    }
    Ok(())
}

/// Whether a pack belongs to the part that is read.
fn is_chosen(id: &PackId, options: &CheckOptions) -> bool {
    if options.read_data >= 1.0 {
        return true;
    }
    if options.read_data <= 0.0 {
        return false;
    }
    let [a, b, c, d, ..] = *id.as_bytes();
    let parts = parts(options.read_data);
    u64::from(u32::from_le_bytes([a, b, c, d])) % parts == options.seed % parts
}

/// Into how many parts the packs fall, each of them at least the share that is asked for.
///
/// In as many runs as there are parts, with seeds one after another, every pack is read once.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part has a small number")]
fn parts(share: f64) -> u64 {
    // What is a whole number but for rounding is that number.
    (1.0 / share + 1e-9).floor().clamp(1.0, 1e9) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_all_seeds_are_every_pack_once() {
        let packs: Vec<_> =
            (0..2_000_u32).map(|n| PackId::new(blake3::hash(&n.to_le_bytes()).into())).collect();
        for read_data in [0.01, 0.05, 0.07, 0.3, 0.5, 0.6, 1.0] {
            let runs = parts(read_data);
            let options = |seed| CheckOptions { read_data, seed: 20_000 + seed };
            for id in &packs {
                let times = (0..runs).filter(|seed| is_chosen(id, &options(*seed))).count();
                assert_eq!(times, 1, "{read_data}");
            }
        }
    }

    #[test]
    fn a_part_is_no_smaller_than_what_is_asked_for() {
        let shares = [0.01, 0.05, 0.07, 0.1, 0.3, 1.0 / 3.0, 0.4, 0.5, 0.6, 1.0];
        assert_eq!(shares.map(parts), [100, 20, 14, 10, 3, 3, 2, 2, 1, 1]);
    }
}

//! Counts what there is to save, beside the backup, so that progress knows the whole.

use std::sync::PoisonError;

use super::advance::Totals;
use crate::source::Walk;

/// Starts counting; `totals` is there when it is done. It ends by itself with the process if the backup is faster.
pub fn start(walk: Option<Walk>, totals: Totals) {
    let Some(walk) = walk else { return };
    let count = move || {
        let (mut items, mut bytes) = (0, 0);
        for found in walk.flatten() {
            items += 1;
            bytes += found.entry.size;
        }
        *totals.lock().unwrap_or_else(PoisonError::into_inner) = Some((items, bytes));
    };
    // Without a thread there is no total, and nothing else is lost.
    drop(std::thread::Builder::new().name("strongroom-scan".into()).spawn(count));
}

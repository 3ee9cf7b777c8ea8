//! Content: chunks of many files gathered in a window, read region by region in pack order on all cores, and written where they belong.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::window::{Failure, FileTask, Placement, Wanted, Window, lock, place};
use super::{Restore, is_damage, replay, warn_of};
use crate::base::TreePath;
use crate::base::limits::{RESTORE_WINDOW_CHUNKS, RESTORE_WINDOW_FILES};
use crate::format::{Entry, Recipe};
use crate::ops::OpsError;
use crate::repo::{ChunkReader, Records, RepoError};
use crate::target::{DirectoryTarget, Plan};

impl Restore<'_> {
    /// Plans a file's chunks; fills the window's files when it is full.
    pub(super) fn queue(
        &mut self,
        at: &TreePath,
        entry: Entry,
        plan: Plan,
        window: &mut Window,
    ) -> Result<(), OpsError> {
        let recipe = entry.content.clone().unwrap_or_default();
        let size = entry.size;
        let task = Arc::new(FileTask {
            at: at.clone(),
            entry,
            plan,
            writer: Mutex::new(None),
            left: AtomicUsize::new(1),
            failure: Mutex::new(None),
            has_failed: AtomicBool::new(false),
            is_finished: AtomicBool::new(false),
        });
        if task.entry.compressed.is_some() {
            task.left.store(0, Ordering::Release);
            window.replays.push(task);
            return self.fill_if_full(window);
        }
        window.files.push(task.clone());
        if let Err(error) = self.queue_chunks(&task, &recipe, size, window) {
            match error {
                OpsError::Repo(error) if is_damage(&error) => task.fail(Failure::Damage(error.to_string())),
                error => return Err(error),
            }
        }
        task.left.fetch_sub(1, Ordering::AcqRel);
        self.fill_if_full(window)
    }

    fn queue_chunks(
        &mut self,
        task: &Arc<FileTask>,
        recipe: &Recipe,
        size: u64,
        window: &mut Window,
    ) -> Result<(), OpsError> {
        let mut records = Records::new(self.reader, recipe);
        let mut offset = 0_u64;
        while let Some(record) = records.next_record()? {
            let end = offset + u64::from(record.bytes);
            if end > size {
                let subject = crate::repo::Subject::Object(format!("recipe of {}", task.at));
                return Err(RepoError::damaged(subject, "it is longer than its file").into());
            }
            if !record.is_hole() {
                let file = u32::try_from(window.files.len() - 1).unwrap_or(u32::MAX);
                task.left.fetch_add(1, Ordering::AcqRel);
                window.chunks.push(Wanted { id: record.id, bytes: record.bytes, file, offset });
                if window.chunks.len() >= RESTORE_WINDOW_CHUNKS {
                    self.fill(window)?;
                    window.files.push(task.clone());
                }
            }
            offset = end;
        }
        if offset == size {
            return Ok(());
        }
        let subject = crate::repo::Subject::Object(format!("recipe of {}", task.at));
        Err(RepoError::damaged(subject, "it is shorter than its file").into())
    }

    fn fill_if_full(&mut self, window: &mut Window) -> Result<(), OpsError> {
        if window.files.len() + window.replays.len() >= RESTORE_WINDOW_FILES {
            self.fill(window)
        } else {
            Ok(())
        }
    }

    /// Writes everything in the window and finishes the files that are complete.
    pub(super) fn fill(&mut self, window: &mut Window) -> Result<(), OpsError> {
        let files = std::mem::take(&mut window.files);
        let chunks = std::mem::take(&mut window.chunks);
        let replays = std::mem::take(&mut window.replays);
        let mut placements: Vec<Placement> =
            chunks.into_par_iter().filter_map(|chunk| place(self.reader, chunk, &files)).collect();
        placements.par_sort_unstable_by_key(|chunk| (chunk.location, chunk.file, chunk.offset));
        let regions: Vec<&[Placement]> = placements
            .chunk_by(|a, b| (a.location.pack, a.location.region) == (b.location.pack, b.location.region))
            .collect();
        let (next, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (reader, target, observer) = (self.reader, self.target, self.observer);
        rayon::scope(|scope| {
            for task in &replays {
                scope.spawn(|_| {
                    bytes.fetch_add(replay::write(reader, target, task, observer), Ordering::Relaxed);
                });
            }
            for _ in 0..rayon::current_num_threads() {
                scope.spawn(|_| {
                    while let Some(region) = regions.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if observer.is_cancelled() {
                            return;
                        }
                        bytes.fetch_add(write_region(reader, target, region, &files), Ordering::Relaxed);
                        finish_files(target, region, &files, observer);
                    }
                });
            }
        });
        self.bytes_done += bytes.load(Ordering::Relaxed) as u64;
        self.report.bytes += bytes.load(Ordering::Relaxed) as u64;
        if self.observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
        for file in files.into_iter().chain(replays) {
            self.settle(&file)?;
        }
        self.progress(None);
        Ok(())
    }

    /// Counts a file that is complete, or says why it is not there. One that goes on in the next window is left alone.
    fn settle(&mut self, file: &Arc<FileTask>) -> Result<(), OpsError> {
        if let Some(failure) = lock(&file.failure).take() {
            drop(lock(&file.writer).take());
            return match failure {
                Failure::Damage(reason) => {
                    self.damaged(&file.at, &reason);
                    Ok(())
                }
                Failure::Target(error) => self.tolerate::<()>(Err(error)).map(drop),
                Failure::Fatal(error) => Err(error.into()),
            };
        }
        if file.has_failed.load(Ordering::Relaxed) || file.left.load(Ordering::Acquire) > 0 {
            return Ok(());
        }
        // Files without data, and those whose last chunk was written before all were queued, are still to be finished.
        if !file.is_finished.load(Ordering::Acquire) {
            finish_file(self.target, file, self.observer);
            if lock(&file.failure).is_some() {
                return self.settle(file);
            }
        }
        self.report.files += 1;
        Ok(())
    }
}

/// Reads one region and writes its chunks; returns the bytes written. What fails is noted in the files it concerns.
fn write_region(
    reader: &ChunkReader,
    target: &DirectoryTarget,
    region: &[Placement],
    files: &[Arc<FileTask>],
) -> usize {
    let Some(first) = region.first() else { return 0 };
    let plain = match reader.region(first.location.pack, first.location.region) {
        Ok(plain) => plain,
        Err(error) => {
            let text = error.to_string();
            let mut fatal = Some(error).filter(|error| !is_damage(error));
            for placement in region {
                let Some(file) = files.get(placement.file as usize) else { continue };
                file.fail(fatal.take().map_or_else(|| Failure::Damage(text.clone()), Failure::Fatal));
            }
            return 0;
        }
    };
    let is_next = |a: &Placement, b: &Placement| {
        let bytes = a.location.bytes;
        a.file == b.file
            && a.location.offset + bytes == b.location.offset
            && a.offset + u64::from(bytes) == b.offset
    };
    let mut written = 0;
    for run in region.chunk_by(is_next) {
        let (Some(start), Some(end)) = (run.first(), run.last()) else { continue };
        let Some(file) = files.get(start.file as usize) else { continue };
        if file.has_failed.load(Ordering::Relaxed) {
            continue;
        }
        let bad = run.iter().find_map(|chunk| reader.chunk_of(&plain, chunk.location, &chunk.id).err());
        if let Some(error) = bad {
            file.fail(Failure::Damage(error.to_string()));
            continue;
        }
        let range = start.location.offset as usize..(end.location.offset + end.location.bytes) as usize;
        let bytes = plain.get(range).unwrap_or_default();
        match file.write(target, bytes, start.offset) {
            Ok(()) => written += bytes.len(),
            Err(error) => file.fail(Failure::Target(error)),
        }
    }
    written
}

fn finish_files(
    target: &DirectoryTarget,
    region: &[Placement],
    files: &[Arc<FileTask>],
    observer: &dyn crate::base::Observer,
) {
    for run in region.chunk_by(|a, b| a.file == b.file) {
        let Some(file) = run.first().and_then(|placement| files.get(placement.file as usize)) else {
            continue;
        };
        if file.left.fetch_sub(run.len(), Ordering::AcqRel) == run.len() {
            finish_file(target, file, observer);
        }
    }
}

/// Gives a file its length and metadata; makes it first if it has no data.
pub(super) fn finish_file(target: &DirectoryTarget, file: &FileTask, observer: &dyn crate::base::Observer) {
    let writer = lock(&file.writer).take();
    if file.has_failed.load(Ordering::Relaxed) {
        return;
    }
    let writer = match writer {
        Some(writer) => Ok(writer),
        None => target.file(&file.at, &file.entry, file.plan),
    };
    match writer.and_then(|writer| writer.finish(&file.entry)) {
        Ok(losses) => {
            file.is_finished.store(true, Ordering::Release);
            warn_of(&losses, observer);
        }
        Err(error) => file.fail(Failure::Target(error)),
    }
}

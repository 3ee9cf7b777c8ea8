//! Last night's tree beside tonight's walk: both are sorted, so one pass finds what stood at each path.
//!
//! A thread of its own reads the tree ahead of the walk, in batches.

use std::thread::{Scope, ScopedJoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::base::limits::{LAST_NIGHT_BATCH_ENTRIES, LAST_NIGHT_BATCHES};
use crate::base::{Observer, TreePath, Warning};
use crate::format::{Entry, Root};
use crate::repo::{ChunkReader, RepoError, TreeReader};

/// Last night's entries, asked for in tree order.
#[derive(Debug, Default)]
pub struct LastNight {
    batches: Option<Receiver<Vec<Entry>>>,
    batch: std::vec::IntoIter<Entry>,
    next: Option<Entry>,
}

impl LastNight {
    /// The entries below `root`, read by a thread in `scope` that ends when the value is dropped.
    ///
    /// # Errors
    /// [`RepoError::Encode`] if the thread cannot be started.
    pub fn read<'scope, 'env>(
        scope: &'scope Scope<'scope, 'env>,
        reader: &'env ChunkReader,
        root: Root,
        observer: &'env dyn Observer,
    ) -> Result<(Self, ScopedJoinHandle<'scope, ()>), RepoError> {
        let (send, batches) = bounded(LAST_NIGHT_BATCHES);
        let thread = std::thread::Builder::new()
            .name("strongroom-last".into())
            .spawn_scoped(scope, move || {
                if let Err(error) = read_all(reader, root, &send) {
                    // A tree that cannot be read any further is no reason to fail: files are read instead.
                    let message = format!("cannot be compared with any further: {error}");
                    observer.warning(Warning { subject: "the snapshot before".into(), message });
                }
            })
            .map_err(|error| RepoError::Encode(format!("no thread can be started: {error}")))?;
        Ok((Self { batches: Some(batches), ..Self::default() }, thread))
    }

    /// The entry at `path`, which must be after every path asked for before.
    pub fn at(&mut self, path: &TreePath) -> Option<Box<Entry>> {
        loop {
            if self.next.is_none() {
                self.next = self.advance();
            }
            if self.next.as_ref()?.path >= *path {
                break;
            }
            self.next = None;
        }
        self.next.take_if(|entry| entry.path == *path).map(Box::new)
    }

    fn advance(&mut self) -> Option<Entry> {
        loop {
            if let Some(entry) = self.batch.next() {
                return Some(entry);
            }
            match self.batches.as_ref()?.recv() {
                Ok(batch) => self.batch = batch.into_iter(),
                Err(_) => self.batches = None,
            }
        }
    }
}

/// Sends all entries; ends early if nobody listens any more.
fn read_all(reader: &ChunkReader, root: Root, send: &Sender<Vec<Entry>>) -> Result<(), RepoError> {
    let mut tree = TreeReader::new(reader, root)?;
    loop {
        let mut batch = Vec::with_capacity(LAST_NIGHT_BATCH_ENTRIES);
        let end = loop {
            if batch.len() == LAST_NIGHT_BATCH_ENTRIES {
                break Ok(false);
            }
            match tree.next_entry() {
                Ok(Some(entry)) => batch.push(entry),
                Ok(None) => break Ok(true),
                Err(error) => break Err(error),
            }
        };
        // What was read before an error counts.
        if send.send(batch).is_err() || end? {
            return Ok(());
        }
    }
}

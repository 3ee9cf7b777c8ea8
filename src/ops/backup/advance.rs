//! How far a backup has come, in files and bytes of the source.

use std::sync::{Arc, Mutex};

use crate::base::{Observer, Phase, Progress, TreePath};

/// How much there is, where that was counted beforehand.
pub type Totals = Arc<Mutex<Option<(u64, u64)>>>;

/// Counts what is done.
#[derive(Debug)]
pub struct Advance {
    items: u64,
    bytes: u64,
    /// Bytes of the file at hand among these.
    file_bytes: u64,
    /// Whether the content that comes is not what is counted: it is the plaintext of a compressed file.
    is_unpacked: bool,
    totals: Totals,
}

impl Advance {
    /// Nothing is done yet.
    pub const fn new(totals: Totals) -> Self {
        Self { items: 0, bytes: 0, file_bytes: 0, is_unpacked: false, totals }
    }

    /// A file begins, perhaps anew; then what was counted of it does not count.
    pub const fn start(&mut self, is_unpacked: bool) {
        self.bytes = self.bytes.saturating_sub(self.file_bytes);
        self.file_bytes = 0;
        self.is_unpacked = is_unpacked;
    }

    /// So many bytes of the source were read.
    pub const fn taken(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.file_bytes = self.file_bytes.saturating_add(bytes);
    }

    /// So many bytes of content came, which are those of the source unless that is compressed.
    pub const fn content(&mut self, bytes: u64) {
        if !self.is_unpacked {
            self.taken(bytes);
        }
    }

    /// The file at hand is whole: it counts from now on.
    pub const fn file_ended(&mut self) {
        self.file_bytes = 0;
        self.is_unpacked = false;
    }

    /// An entry is in the tree.
    pub const fn item(&mut self) {
        self.items += 1;
    }

    /// Tells the observer.
    pub fn tell(&self, observer: &dyn Observer, current: Option<&TreePath>) {
        let totals = *self.totals.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        observer.progress(&Progress {
            phase: Phase::Backup,
            items_done: self.items,
            items_total: totals.map(|(items, _)| items),
            bytes_done: self.bytes,
            bytes_total: totals.map(|(_, bytes)| bytes),
            current,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_file_counts_by_its_own_bytes_and_once() {
        let mut advance = Advance::new(Totals::default());
        advance.start(true);
        advance.taken(100);
        advance.content(1_000);
        // It is not what it seemed: once more, as it is.
        advance.start(false);
        advance.content(150);
        advance.file_ended();
        advance.start(false);
        advance.content(7);
        assert_eq!(advance.bytes, 157);
    }
}

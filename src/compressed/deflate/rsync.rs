//! Where GNU gzip's `--rsyncable` ends blocks: after a byte at which the sum of the last 4,096 is a multiple of 4,096.

/// Bytes that are summed up, and what the sum is divided by.
const SUM_BYTES: usize = 4_096;

/// The rolling sum over a window.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rsync {
    sum: usize,
    /// The place in the window behind which the block ends.
    end: Option<usize>,
}

impl Rsync {
    /// Takes in `bytes` of the window from `from` on.
    pub fn roll(&mut self, window: &[u8], from: usize, bytes: usize) {
        for at in from..from + bytes {
            let byte = |at: usize| window.get(at).map_or(0, |byte| usize::from(*byte));
            self.sum = self.sum.wrapping_add(byte(at));
            // The first bytes of a stream are summed up without a look at the sum.
            if let Some(gone) = at.checked_sub(SUM_BYTES) {
                self.sum = self.sum.wrapping_sub(byte(gone));
                if self.end.is_none() && self.sum.is_multiple_of(SUM_BYTES) {
                    self.end = Some(at);
                }
            }
        }
    }

    /// Whether the block ends before `at`; the answer is yes once.
    pub fn ends_before(&mut self, at: usize) -> bool {
        let is_due = self.end.is_some_and(|end| at > end);
        if is_due {
            self.end = None;
        }
        is_due
    }

    /// The window has moved on.
    pub fn slide(&mut self, bytes: usize) {
        self.end = self.end.map(|end| end.wrapping_sub(bytes));
    }
}

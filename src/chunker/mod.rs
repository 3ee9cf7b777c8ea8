#![doc = include_str!("../../format-spec/chunker.md")]
//!
//! This module decides where cuts are and touches no bytes otherwise.

use fastcdc::v2020::{MASKS, cut_gear};

/// The parameters of a repository's chunker, as they stand in `config`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkerParameters {
    /// Smallest chunk in bytes, even; the last of a stream may be shorter.
    pub bytes_min: u32,
    /// Size that chunks gather around, in bytes; a power of two.
    pub bytes_average: u32,
    /// Largest chunk in bytes, even.
    pub bytes_max: u32,
    /// Normalization level, 0 to 3: how closely sizes keep to the average.
    pub normalization: u8,
}

/// A place at which a source would like, or needs, a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutHint {
    /// A record ends here; offset in bytes from the start of the window, over 0.
    Soft(usize),
    /// A chunk must end here.
    Hard(usize),
}

impl CutHint {
    const fn offset(self) -> usize {
        match self {
            Self::Soft(offset) | Self::Hard(offset) => offset,
        }
    }
}

/// Why parameters are not those of a chunker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("chunk sizes {min}, {average}, {max} at level {level} are not possible")]
pub struct ChunkerError {
    min: u32,
    average: u32,
    max: u32,
    level: u8,
}

/// How many times as large the chunks of dumps are, if there are masks for that.
const COARSE: [u32; 4] = [16, 8, 4, 2];

/// Cuts streams with a repository's own gear table.
#[derive(Clone)]
pub struct Chunker {
    parameters: ChunkerParameters,
    min: usize,
    average: usize,
    max: usize,
    mask_strict: u64,
    mask_relaxed: u64,
    gear: Box<[u64; 256]>,
    gear_shifted: Box<[u64; 256]>,
}

impl std::fmt::Debug for Chunker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chunker({}, {}, {})", self.min, self.average, self.max)
    }
}

impl Chunker {
    /// A chunker with these parameters and gear table.
    ///
    /// # Errors
    /// [`ChunkerError`] if the sizes are not even and ascending, the average is no power of two, or there is no mask for them.
    pub fn new(parameters: ChunkerParameters, gear: Box<[u64; 256]>) -> Result<Self, ChunkerError> {
        let ChunkerParameters {
            bytes_min: min,
            bytes_average: average,
            bytes_max: max,
            normalization: level,
        } = parameters;
        let refused = ChunkerError { min, average, max, level };
        let even = [min, average, max].iter().all(|bytes| *bytes > 0 && bytes.is_multiple_of(2));
        let bits = average.checked_ilog2().unwrap_or(0) as usize;
        let mask = |at: Option<usize>| MASKS.get(at?).filter(|mask| **mask != 0);
        let masks = (mask(bits.checked_add(level.into())), mask(bits.checked_sub(level.into())));
        match masks {
            (Some(&mask_strict), Some(&mask_relaxed))
                if even && min < average && average < max && average.is_power_of_two() && level <= 3 =>
            {
                let gear_shifted = Box::new(gear.map(|entry| entry << 1));
                let [min, average, max] = [min, average, max].map(|bytes| bytes as usize);
                Ok(Self { parameters, min, average, max, mask_strict, mask_relaxed, gear, gear_shifted })
            }
            _ => Err(refused),
        }
    }

    /// The chunker for dumps: what is new in their chunks is found anyway, so that fewer of them do.
    #[must_use]
    pub fn coarse(&self) -> Self {
        let larger = |times: u32| {
            let ChunkerParameters { bytes_min, bytes_average, bytes_max, normalization } = self.parameters;
            let parameters = ChunkerParameters {
                bytes_min: bytes_min.checked_mul(times)?,
                bytes_average: bytes_average.checked_mul(times)?,
                bytes_max: bytes_max.checked_mul(times / 2)?,
                normalization,
            };
            Self::new(parameters, self.gear.clone()).ok()
        };
        COARSE.into_iter().find_map(larger).unwrap_or_else(|| self.clone())
    }

    /// The smallest chunk in bytes, but for walls and the end of a stream.
    pub const fn bytes_min(&self) -> usize {
        self.min
    }

    /// The largest chunk in bytes: a window of that length, or the rest of the stream, is enough for [`Self::cut`].
    pub const fn bytes_max(&self) -> usize {
        self.max
    }

    /// A number for a few bytes that nobody can tell who has not the gear table.
    pub fn fingerprint(&self, bytes: &[u8]) -> u64 {
        let entries = bytes.iter().map(|byte| self.gear.get(usize::from(*byte)).copied().unwrap_or(0));
        let mix =
            |print: u64, entry: u64| (print ^ entry).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        entries.fold(0, mix)
    }

    /// The length of the chunk that starts at the start of `window`; 0 for an empty window.
    ///
    /// `window` must hold [`Self::bytes_max`] bytes or all that is left of the stream. `hints` are ascending offsets in it.
    pub fn cut(&self, window: &[u8], hints: &[CutHint]) -> usize {
        let wall =
            hints.iter().find(|hint| matches!(hint, CutHint::Hard(at) if *at > 0)).map(|hint| hint.offset());
        let window = wall.and_then(|wall| window.get(..wall)).unwrap_or(window);
        let (_, content_cut) = cut_gear(
            window,
            self.min,
            self.average,
            self.max,
            self.mask_strict,
            self.mask_relaxed,
            self.mask_strict << 1,
            self.mask_relaxed << 1,
            self.gear.as_slice(),
            self.gear_shifted.as_slice(),
        );
        if content_cut == window.len() && window.len() < self.max {
            return content_cut;
        }
        let offsets = hints.iter().map(|hint| hint.offset());
        let after = offsets.clone().find(|offset| *offset >= content_cut);
        let before =
            || offsets.take_while(|offset| *offset < content_cut).last().filter(|offset| *offset >= self.min);
        after.filter(|offset| *offset <= self.max.min(window.len())).or_else(before).unwrap_or(content_cut)
    }
}

#[cfg(test)]
mod tests;

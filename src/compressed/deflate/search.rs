//! The window, and the chains of places in it where the same three bytes stand.
#![expect(
    clippy::indexing_slicing,
    reason = "places are under 65,536 and matches end at most 258 bytes behind them, which the window has room for; places in chains are masked"
)]

use super::parameters::{DeflateParameters, Effort};
use crate::compressed::rfc1951::{MATCH_BYTES_MAX, MATCH_BYTES_MIN, WINDOW_BYTES};

/// Plaintext that the search looks at: one window back, and one ahead.
pub const ROOM: usize = 2 * WINDOW_BYTES;
/// With less plaintext ahead than this, more is waited for.
pub const AHEAD_MIN: usize = MATCH_BYTES_MAX + MATCH_BYTES_MIN + 1;
/// How far back the search goes.
pub const DISTANCE_MAX: usize = WINDOW_BYTES - AHEAD_MIN;
/// Behind the window: what comparisons of eight bytes at a time may touch.
const SLACK: usize = 512;

/// Plaintext in memory and its chains.
#[derive(Clone)]
pub struct Search {
    /// The plaintext; what lies behind it is left over from before.
    pub window: Box<[u8; ROOM + SLACK]>,
    head: Box<[u16; 1 << 16]>,
    previous: Box<[u16; WINDOW_BYTES]>,
    shift: u32,
    mask: usize,
    /// The searching effort.
    pub effort: Effort,
    limits_nice: bool,
    /// Where the match that was found last starts.
    pub found: usize,
}

impl Search {
    /// An empty window.
    pub fn new(parameters: DeflateParameters) -> Self {
        let bits = parameters.hash_bits();
        Self {
            window: boxed(),
            head: boxed(),
            previous: boxed(),
            shift: bits.div_ceil(3),
            mask: (1 << bits) - 1,
            effort: Effort::of(parameters.level),
            limits_nice: !parameters.is_gnu(),
            found: 0,
        }
    }

    /// Forgets all places.
    pub fn forget(&mut self) {
        self.head.fill(0);
    }

    /// Enters the place `at` into the chain of its three bytes; returns the latest place before it, 0 for none.
    #[inline]
    pub fn enter(&mut self, at: usize) -> usize {
        let [a, b, c] = [0, 1, 2].map(|over| usize::from(self.window[at + over]));
        let hash = ((a << self.shift ^ b) << self.shift ^ c) & self.mask;
        let head = &mut self.head[hash & 0xffff];
        let before = *head;
        *head = at as u16;
        self.previous[at % WINDOW_BYTES] = before;
        usize::from(before)
    }

    /// The length of the longest match of what stands at `at` that is longer than `longest`, at `candidate` or further back;
    /// `longest` if there is none.
    #[inline]
    pub fn longest(&mut self, at: usize, ahead: usize, candidate: usize, longest: usize) -> usize {
        let window = &*self.window;
        let limit = at.saturating_sub(DISTANCE_MAX);
        let mut chain = self.effort.chain;
        if longest >= self.effort.good {
            chain >>= 2;
        }
        // GNU gzip looks for matches beyond the end and cuts them; zlib takes the first that reaches it.
        let nice = if self.limits_nice { self.effort.nice.min(ahead) } else { self.effort.nice };
        let two = |at: usize| u16::from_le_bytes([window[at], window[at + 1]]);
        let (mut candidate, mut longest) = (candidate, longest);
        let first = two(at);
        let mut last = two(at + longest - 1);
        loop {
            if two(candidate + longest - 1) == last && two(candidate) == first {
                let length = common(window, candidate, at);
                if length > longest {
                    self.found = candidate;
                    longest = length;
                    if length >= nice {
                        break;
                    }
                    last = two(at + longest - 1);
                }
            }
            candidate = usize::from(self.previous[candidate % WINDOW_BYTES]);
            chain -= 1;
            if candidate <= limit || chain == 0 {
                break;
            }
        }
        longest.min(ahead)
    }

    /// Half of the window goes, and the places in it.
    pub fn slide(&mut self) {
        self.window.copy_within(WINDOW_BYTES..ROOM, 0);
        self.found = self.found.wrapping_sub(WINDOW_BYTES);
        for place in self.head.iter_mut().chain(self.previous.iter_mut()) {
            *place = place.saturating_sub(WINDOW_BYTES as u16);
        }
    }
}

/// How many bytes are the same from both places on, at most 258.
#[inline]
fn common(window: &[u8; ROOM + SLACK], a: usize, b: usize) -> usize {
    let (left, right) = (&window[a..a + MATCH_BYTES_MAX + 6], &window[b..b + MATCH_BYTES_MAX + 6]);
    let eights = left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0);
    for (at, (left, right)) in eights.enumerate() {
        let other = u64::from_le_bytes(*left) ^ u64::from_le_bytes(*right);
        if other != 0 {
            return (8 * at + other.trailing_zeros() as usize / 8).min(MATCH_BYTES_MAX);
        }
    }
    MATCH_BYTES_MAX
}

/// Zeros, never on the stack.
fn boxed<T: Copy + Default, const N: usize>() -> Box<[T; N]> {
    vec![T::default(); N].into_boxed_slice().try_into().unwrap_or_else(|_| Box::new([T::default(); N]))
}

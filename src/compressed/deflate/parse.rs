//! Which matches are taken.

use super::parameters::Matching;
use super::search::{AHEAD_MIN, DISTANCE_MAX, ROOM};
use super::{BlockEnd, Deflater};
use crate::compressed::rfc1951::{MATCH_BYTES_MAX, MATCH_BYTES_MIN};

/// A match of three bytes from further back costs more than its bytes.
const TOO_FAR: usize = 4_096;
/// The longest match that `Z_FILTERED` does not think worth it.
const FILTERED_MAX: usize = 5;

impl Deflater {
    /// Looks at the plaintext: at all of it if `is_end`, else until more is wanted.
    pub(super) fn run(&mut self, is_end: bool) {
        let ahead_min = match self.parameters.strategy {
            Matching::HuffmanOnly => 1,
            Matching::Rle => MATCH_BYTES_MAX + 1,
            _ => AHEAD_MIN,
        };
        loop {
            if self.ahead < ahead_min {
                self.make_room(is_end);
                if !is_end || self.ahead == 0 {
                    return;
                }
            }
            match self.parameters.strategy {
                Matching::HuffmanOnly => self.step_literal(),
                Matching::Rle => self.step_rle(),
                _ if self.search.effort.is_lazy => self.step_lazy(),
                _ => self.step_greedy(),
            }
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.search.window.get(at).copied().unwrap_or_default()
    }

    /// Enters the place looked at, unless too little follows it; the place before it with the same bytes, if it may be used.
    #[inline]
    fn enter(&mut self) -> Option<usize> {
        if self.ahead < MATCH_BYTES_MIN && !self.parameters.is_gnu() {
            return None;
        }
        let before = self.search.enter(self.at);
        // GNU gzip does not search at the very end of its window.
        let is_near = before != 0 && self.at - before <= DISTANCE_MAX && self.at <= ROOM - AHEAD_MIN;
        is_near.then_some(before)
    }

    /// Takes a match only if the next byte has no longer one.
    #[inline]
    fn step_lazy(&mut self) {
        let (before_length, before_found) = (self.length, self.search.found);
        let candidate = self.enter();
        self.length = MATCH_BYTES_MIN - 1;
        if before_length < self.search.effort.lazy
            && let Some(candidate) = candidate
        {
            self.length = self.search.longest(self.at, self.ahead, candidate, before_length);
            self.drop_match_not_worth_it();
        }
        if before_length >= MATCH_BYTES_MIN && self.length <= before_length {
            let must_end =
                self.block.repetition(self.at - 1 - before_found, before_length, self.block_bytes());
            self.take_match(before_length, must_end);
        } else if self.waits {
            let byte = self.byte(self.at - 1);
            let is_full = self.block.literal(byte, self.block_bytes());
            self.end_block_if(is_full);
            self.go_on(1);
        } else {
            self.end_block_if(false);
            self.waits = true;
            self.go_on(1);
        }
    }

    fn drop_match_not_worth_it(&mut self) {
        let is_far = self.length == MATCH_BYTES_MIN && self.at.wrapping_sub(self.search.found) > TOO_FAR;
        let is_filtered = self.parameters.strategy == Matching::Filtered && self.length <= FILTERED_MAX;
        if is_far || is_filtered {
            self.length = MATCH_BYTES_MIN - 1;
        }
    }

    /// Goes behind the match that started a byte before, and enters all its places.
    #[inline]
    fn take_match(&mut self, length: usize, must_end: bool) {
        let more = length - 2;
        self.roll(more + 1);
        let may_be_entered = self.at + self.ahead - MATCH_BYTES_MIN.min(self.at + self.ahead);
        for at in self.at + 1..=self.at + more {
            if at <= may_be_entered || self.parameters.is_gnu() {
                self.search.enter(at);
            }
        }
        self.at += more + 1;
        self.ahead -= more + 1;
        self.waits = false;
        self.length = MATCH_BYTES_MIN - 1;
        self.end_block_if(must_end);
    }

    /// Takes the match that is there.
    #[inline]
    fn step_greedy(&mut self) {
        let mut length = 0;
        if let Some(candidate) = self.enter() {
            length = self.search.longest(self.at, self.ahead, candidate, MATCH_BYTES_MIN - 1);
        }
        if length < MATCH_BYTES_MIN {
            let is_full = self.block.literal(self.byte(self.at), self.block_bytes());
            self.go_on(1);
            self.end_block_if(is_full);
            return;
        }
        let distance = self.at - self.search.found;
        let is_full = self.block.repetition(distance, length, self.block_bytes());
        self.roll(length);
        let has_room = self.parameters.is_gnu() || self.ahead - length >= MATCH_BYTES_MIN;
        if length <= self.search.effort.lazy && has_room {
            for at in self.at + 1..self.at + length {
                self.search.enter(at);
            }
        }
        self.at += length;
        self.ahead -= length;
        self.end_block_if(is_full);
    }

    fn step_literal(&mut self) {
        let byte = self.byte(self.at);
        let is_full = self.block.literal(byte, self.block_bytes());
        self.go_on(1);
        self.end_block_if(is_full);
    }

    fn step_rle(&mut self) {
        let mut length = 0;
        if self.ahead >= MATCH_BYTES_MIN && self.at > 0 {
            let before = self.byte(self.at - 1);
            let ahead = self.search.window.get(self.at..self.at + self.ahead).unwrap_or_default();
            length = ahead.iter().take(MATCH_BYTES_MAX).take_while(|byte| **byte == before).count();
        }
        if length < MATCH_BYTES_MIN {
            return self.step_literal();
        }
        let is_full = self.block.repetition(1, length, self.block_bytes());
        self.go_on(length);
        self.end_block_if(is_full);
    }

    fn roll(&mut self, bytes: usize) {
        if let Some(rsync) = &mut self.rsync {
            rsync.roll(&*self.search.window, self.at, bytes);
        }
    }

    #[inline]
    fn go_on(&mut self, bytes: usize) {
        self.roll(bytes);
        self.at += bytes;
        self.ahead -= bytes;
    }

    #[inline]
    fn end_block_if(&mut self, is_full: bool) {
        let is_due = match &mut self.rsync {
            None => false,
            Some(rsync) => rsync.ends_before(self.at),
        };
        if is_due {
            self.end_block(BlockEnd::Padded);
        } else if is_full {
            self.end_block(BlockEnd::Open);
        }
    }
}

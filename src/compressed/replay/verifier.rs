//! A compressed file compared with what would be written for its plaintext, as both stream past.

use super::draft::Draft;
use super::finder::{Finder, Probe};
use super::member::Member;
use super::{Body, Producer, ReplayRecipe};
use crate::base::limits::{
    COMPRESSED_TAIL_BYTES_MAX, REPLAY_BEHIND_BYTES_MAX, REPLAY_EMPTY_BYTES_MAX, REPLAY_PROBE_BYTES,
    REPLAY_PROBE_PLAIN_BYTES_MAX,
};
use crate::compressed::decode::{Ending, Mark};

/// What came of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The recipe and the plaintext are the file, bit for bit.
    Exact(ReplayRecipe),
    /// They are not: the original must be kept.
    Differs {
        /// Bytes of the file that would be written again, at least.
        same_bytes: u64,
        /// Why.
        reason: Difference,
    },
}

/// Why a file is not written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// No producer that is known writes the beginning of a member.
    NoProducer,
    /// The producer of its beginning does not write all of the member.
    Bytes,
    /// The last member is not whole.
    Truncated,
    /// More follows the last member than a recipe may keep.
    Tail,
    /// The recipe would be too long.
    Recipe,
}

#[derive(Debug)]
enum Stage {
    Between,
    /// Not enough of the member is there to guess.
    Gathering {
        header: Vec<u8>,
        plain: Vec<u8>,
    },
    Writing(Box<Member>),
    Differs {
        same_bytes: u64,
        reason: Difference,
    },
}

/// Compares.
#[derive(Debug)]
pub struct Verifier {
    finder: Finder,
    stage: Stage,
    draft: Draft,
    /// The header of the member.
    header: usize,
    /// Bytes of the file that have not been compared, and where they start in it.
    original: Vec<u8>,
    original_at: u64,
    made: Vec<u8>,
    /// Plaintext so far, and where that of the member starts.
    plain_at: u64,
    member_plain_at: u64,
    spare: Option<Body>,
}

impl Default for Verifier {
    fn default() -> Self {
        Self::new()
    }
}

impl Verifier {
    /// At the start of a file.
    pub fn new() -> Self {
        Self {
            finder: Finder::default(),
            stage: Stage::Between,
            draft: Draft::default(),
            header: 0,
            original: Vec::new(),
            original_at: 0,
            made: Vec::new(),
            plain_at: 0,
            member_plain_at: 0,
            spare: None,
        }
    }

    /// Who wrote the last member that was looked at, when that is known.
    pub fn producer(&self) -> Option<Producer> {
        self.finder.last
    }

    /// Whether it is already known that the file is not written again: nothing more needs to be pushed.
    pub const fn has_failed(&self) -> bool {
        matches!(self.stage, Stage::Differs { .. })
    }

    /// Adds bytes of the file, the plaintext that they gave, and the marks among them.
    pub fn push(&mut self, compressed: &[u8], plain: &[u8], marks: &[Mark]) {
        if self.has_failed() {
            return;
        }
        self.original.extend_from_slice(compressed);
        let mut plain = plain;
        for mark in marks {
            let (Mark::Start { plain_at, .. } | Mark::End { plain_at, .. }) = mark;
            let before = usize::try_from(plain_at - self.plain_at).unwrap_or(usize::MAX);
            let (now, later) = plain.split_at(before.min(plain.len()));
            self.plain(now);
            plain = later;
            match mark {
                Mark::Start { header, .. } => self.start_member(header),
                Mark::End { compressed_at, .. } => self.end_member(*compressed_at),
            }
        }
        self.plain(plain);
        self.fail_if_too_much_waits();
    }

    /// The verdict on the whole file.
    pub fn finish(mut self, ending: Ending) -> Verdict {
        if ending.is_truncated {
            self.fail(Difference::Truncated);
        } else if !ending.tail.is_kept() {
            self.fail(Difference::Tail);
        }
        let recipe = std::mem::take(&mut self.draft).finish(ending.tail);
        if recipe.encode().is_err() {
            self.fail(Difference::Recipe);
        }
        match self.stage {
            Stage::Differs { same_bytes, reason } => Verdict::Differs { same_bytes, reason },
            _ => Verdict::Exact(recipe),
        }
    }

    fn fail(&mut self, reason: Difference) {
        if !self.has_failed() {
            self.stage = Stage::Differs { same_bytes: self.original_at, reason };
            self.original = Vec::new();
            self.made = Vec::new();
            self.draft = Draft::default();
        }
    }

    /// What no recipe can be for is known before the end of the file, and not kept until then.
    fn fail_if_too_much_waits(&mut self) {
        let waiting = self.original.len() as u64;
        match self.stage {
            Stage::Between if waiting > REPLAY_EMPTY_BYTES_MAX + COMPRESSED_TAIL_BYTES_MAX as u64 => {
                self.fail(Difference::Tail);
            }
            Stage::Writing(_) if waiting > REPLAY_BEHIND_BYTES_MAX => self.fail(Difference::Bytes),
            _ => {}
        }
    }

    fn start_member(&mut self, header: &[u8]) {
        if self.has_failed() {
            return;
        }
        // Frames of zstd have no header of their own in a mark, and no producer.
        if header.is_empty() {
            return self.fail(Difference::NoProducer);
        }
        self.member_plain_at = self.plain_at;
        self.stage = Stage::Gathering { header: header.to_vec(), plain: Vec::new() };
    }

    fn plain(&mut self, new: &[u8]) {
        self.plain_at += new.len() as u64;
        match &mut self.stage {
            Stage::Gathering { plain, .. } => {
                plain.extend_from_slice(new);
                let is_enough =
                    self.original.len() >= REPLAY_PROBE_BYTES || plain.len() >= REPLAY_PROBE_PLAIN_BYTES_MAX;
                if is_enough {
                    self.choose(None);
                }
            }
            Stage::Writing(member) => {
                member.push(new, &mut self.made);
                self.compare();
            }
            Stage::Between | Stage::Differs { .. } => {}
        }
    }

    /// Chooses the producer of the member, all of which are the first `whole` bytes if that is given.
    fn choose(&mut self, whole: Option<usize>) {
        let Stage::Gathering { header, plain } = std::mem::replace(&mut self.stage, Stage::Between) else {
            return;
        };
        let compressed = match whole {
            Some(bytes) => self.original.get(..bytes).unwrap_or_default(),
            None => &self.original,
        };
        let probe = Probe { header: &header, compressed, plain: &plain, is_whole: whole.is_some() };
        let Some(producer) = self.finder.find(probe) else { return self.fail(Difference::NoProducer) };
        let body = self.spare.take().filter(|body| body.producer() == producer);
        let body = body.unwrap_or_else(|| Body::new(producer));
        let mut member = Member::start(&header, body, &mut self.made);
        member.push(&plain, &mut self.made);
        self.header = self.draft.header(header);
        self.stage = Stage::Writing(Box::new(member));
        self.compare();
    }

    fn end_member(&mut self, compressed_end: u64) {
        if matches!(self.stage, Stage::Gathering { .. }) {
            self.choose(usize::try_from(compressed_end - self.original_at).ok());
        }
        if self.has_failed() {
            return;
        }
        let Stage::Writing(member) = std::mem::replace(&mut self.stage, Stage::Between) else { return };
        let producer = self.finish_member(*member, compressed_end);
        self.compare();
        if self.has_failed() || !self.made.is_empty() || self.original_at != compressed_end {
            return self.fail(Difference::Bytes);
        }
        let plain_bytes = self.plain_at - self.member_plain_at;
        self.draft.member(producer, plain_bytes, self.header);
        if self.draft.is_too_long() {
            self.fail(Difference::Recipe);
        }
    }

    /// Writes the end of the member. Whether a stream was flushed before its end is seen only here.
    fn finish_member(&mut self, member: Member, compressed_end: u64) -> Producer {
        let may_be_flushed = matches!(member.producer(), Producer::Stream { parameters, ends_flushed: false } if !parameters.is_gnu());
        let other = may_be_flushed.then(|| member.clone().with_flush());
        let made = self.made.len();
        let body = member.finish(&mut self.made);
        let bytes = usize::try_from(compressed_end - self.original_at).unwrap_or(usize::MAX);
        let body = match other {
            Some(other) if self.original.get(..bytes) != Some(&self.made) => {
                self.made.truncate(made);
                other.finish(&mut self.made)
            }
            _ => body,
        };
        let producer = body.producer();
        self.finder.last = Some(producer);
        self.spare = Some(body);
        producer
    }

    /// Compares what was made with what is there.
    fn compare(&mut self) {
        let bytes = self.made.len().min(self.original.len());
        let pairs = self.made.iter().zip(&self.original);
        let same = if self.made.get(..bytes) == self.original.get(..bytes) {
            bytes
        } else {
            pairs.take_while(|(made, original)| made == original).count()
        };
        self.original_at += same as u64;
        if same < bytes {
            return self.fail(Difference::Bytes);
        }
        self.made.drain(..bytes);
        self.original.drain(..bytes);
    }
}

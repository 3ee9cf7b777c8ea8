//! A recipe followed: plaintext in, the compressed file out.

use super::member::Member;
use super::{Body, MemberRun, RecipeError, ReplayRecipe};

/// Why a recipe does not go with a plaintext.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the recipe is for {wanted} bytes of plaintext, and there are {found}")]
pub struct ReplayError {
    /// What the recipe says.
    pub wanted: u64,
    /// What was pushed; one more if there was even more.
    pub found: u64,
}

/// Writes a compressed file again.
#[derive(Debug)]
pub struct Replayer {
    recipe: ReplayRecipe,
    plain_bytes: u64,
    found: u64,
    /// The run of members that is being written, and how many of it are whole.
    run: usize,
    whole: u64,
    member: Option<Member>,
    /// The body of the member before, whose memory is used again.
    spare: Option<Body>,
}

impl Replayer {
    /// At the start of the file.
    ///
    /// # Errors
    /// [`RecipeError`] for a recipe that cannot be encoded.
    pub fn new(recipe: &ReplayRecipe) -> Result<Self, RecipeError> {
        recipe.encode()?;
        Ok(Self {
            recipe: recipe.clone(),
            plain_bytes: recipe.plain_bytes().unwrap_or_default(),
            found: 0,
            run: 0,
            whole: 0,
            member: None,
            spare: None,
        })
    }

    /// Adds plaintext, and appends what became of it to `out`.
    ///
    /// # Errors
    /// [`ReplayError`] if that is more than the recipe is for.
    pub fn push(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Result<(), ReplayError> {
        self.found = self.found.saturating_add(plain.len() as u64);
        if self.found > self.plain_bytes {
            return Err(ReplayError { wanted: self.plain_bytes, found: self.found });
        }
        let mut plain = plain;
        while !plain.is_empty()
            && let Some((mut member, run)) = self.take_member(out)
        {
            let left = usize::try_from(run.plain_bytes - member.plain_bytes()).unwrap_or(usize::MAX);
            let (now, later) = plain.split_at(plain.len().min(left));
            member.push(now, out);
            plain = later;
            self.put_back(member, run, out);
        }
        Ok(())
    }

    /// Appends the end of the file to `out`.
    ///
    /// # Errors
    /// [`ReplayError`] if there was less plaintext than the recipe is for.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), ReplayError> {
        if self.found < self.plain_bytes {
            return Err(ReplayError { wanted: self.plain_bytes, found: self.found });
        }
        while let Some((member, run)) = self.take_member(out) {
            self.put_back(member, run, out);
        }
        let zeros = usize::try_from(self.recipe.zeros).unwrap_or_default();
        out.resize(out.len() + zeros, 0);
        out.extend_from_slice(&self.recipe.garbage);
        Ok(())
    }

    /// The member that has begun, or else the next one; `None` behind the last.
    fn take_member(&mut self, out: &mut Vec<u8>) -> Option<(Member, MemberRun)> {
        let run = *self.recipe.members.get(self.run)?;
        if let Some(member) = self.member.take() {
            return Some((member, run));
        }
        let producer = *self.recipe.producers.get(run.producer)?;
        let header = self.recipe.headers.get(run.header)?;
        let body = self.spare.take().filter(|body| body.producer() == producer);
        Some((Member::start(header, body.unwrap_or_else(|| Body::new(producer)), out), run))
    }

    /// Puts the member back, or ends it when it is whole.
    fn put_back(&mut self, member: Member, run: MemberRun, out: &mut Vec<u8>) {
        if member.plain_bytes() < run.plain_bytes {
            self.member = Some(member);
            return;
        }
        self.spare = Some(member.finish(out));
        self.whole += 1;
        if self.whole == run.count {
            self.run += 1;
            self.whole = 0;
        }
    }
}

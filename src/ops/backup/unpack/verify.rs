//! The comparison with what would be written again, on the spot or on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, bounded};

use super::GzipMode;
use crate::base::limits::UNPACK_PIECES_WAITING_MAX;
use crate::compressed::{Ending, Mark, Verdict, Verifier};

/// A piece of the file, the plaintext that it gave, and the places in it.
pub struct Piece {
    pub compressed: Vec<u8>,
    pub plain: Arc<Vec<u8>>,
    pub marks: Vec<Mark>,
}

/// How a file is compared.
pub enum Checking {
    /// Not at all: only the plaintext is kept.
    Not,
    /// By whoever reads it.
    Here(Box<Verifier>, Duration),
    /// By a thread of its own.
    Beside(Beside),
}

impl Checking {
    /// On this thread, if the mode asks for it.
    pub fn here(mode: GzipMode) -> Self {
        match mode {
            GzipMode::Replay => Self::Here(Box::default(), Duration::ZERO),
            _ => Self::Not,
        }
    }

    /// On a thread of its own, if the mode asks for it and there is one to be had.
    pub fn beside(mode: GzipMode) -> Self {
        match mode {
            GzipMode::Replay => Beside::start().map_or_else(|_| Self::here(mode), Self::Beside),
            _ => Self::Not,
        }
    }

    /// Whether it is known already that the file is not written again.
    pub fn has_failed(&self) -> bool {
        match self {
            Self::Not => false,
            Self::Here(verifier, _) => verifier.has_failed(),
            Self::Beside(beside) => beside.has_failed.load(Ordering::Relaxed),
        }
    }

    /// Adds a piece.
    pub fn push(&mut self, piece: Piece) {
        match self {
            Self::Not => {}
            Self::Here(verifier, time) => *time += take(verifier, &piece),
            Self::Beside(beside) => {
                // A thread that broke is heard of at the end.
                drop(beside.pieces.as_ref().map(|pieces| pieces.send(piece)));
            }
        }
    }

    /// The verdict and how long it took; none if there was no comparison. An error if the comparison itself broke.
    pub fn finish(self, ending: Ending) -> Result<Option<(Verdict, Duration)>, ()> {
        let (verifier, time) = match self {
            Self::Not => return Ok(None),
            Self::Here(verifier, time) => (*verifier, time),
            Self::Beside(beside) => beside.join()?,
        };
        Ok(Some((verifier.finish(ending), time)))
    }
}

/// A thread that compares.
pub struct Beside {
    pieces: Option<Sender<Piece>>,
    has_failed: Arc<AtomicBool>,
    thread: JoinHandle<(Verifier, Duration)>,
}

impl Beside {
    fn start() -> std::io::Result<Self> {
        let (pieces, to_do) = bounded::<Piece>(UNPACK_PIECES_WAITING_MAX);
        let has_failed = Arc::new(AtomicBool::new(false));
        let told = has_failed.clone();
        let thread = std::thread::Builder::new().name("strongroom-verify".into()).spawn(move || {
            let (mut verifier, mut time) = (Verifier::new(), Duration::ZERO);
            for piece in to_do {
                time += take(&mut verifier, &piece);
                told.store(verifier.has_failed(), Ordering::Relaxed);
            }
            (verifier, time)
        })?;
        Ok(Self { pieces: Some(pieces), has_failed, thread })
    }

    fn join(mut self) -> Result<(Verifier, Duration), ()> {
        drop(self.pieces.take());
        self.thread.join().map_err(|_| ())
    }
}

fn take(verifier: &mut Verifier, piece: &Piece) -> Duration {
    let start = Instant::now();
    verifier.push(&piece.compressed, &piece.plain, &piece.marks);
    start.elapsed()
}

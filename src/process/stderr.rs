//! Drains what a command writes to stderr, so that it never waits for it, and keeps the end.

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::process::ChildStderr;
use std::thread::JoinHandle;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::retry_on_intr;

use crate::base::limits::STDERR_BYTES_KEPT;

/// More than any pipe holds: what is read at most after the command has ended.
const PIPE_BYTES_MAX: usize = 1 << 20;

/// A thread that reads stderr until it ends or [`Drain::finish`] is called.
#[derive(Debug)]
pub(super) struct Drain {
    thread: JoinHandle<Tail>,
    /// Closing it ends the thread when nothing is left to read at once.
    go_on: PipeWriter,
}

/// The last bytes of a stream.
#[derive(Debug, Default)]
pub(super) struct Tail(VecDeque<u8>);

impl Drain {
    /// Starts to read.
    ///
    /// # Errors
    /// If there is no descriptor or thread left.
    pub fn start(stderr: ChildStderr) -> io::Result<Self> {
        let (end, go_on) = io::pipe()?;
        let thread = std::thread::Builder::new().name("stderr".to_owned());
        let thread = thread.spawn(move || drain(stderr, &end))?;
        Ok(Self { thread, go_on })
    }

    /// The last [`STDERR_BYTES_KEPT`] bytes. Call it when the command has ended: then all of its own is there, and
    /// what a process it left behind may write later is not waited for.
    pub fn finish(self) -> Vec<u8> {
        drop(self.go_on);
        self.thread.join().map(|tail| tail.0.into()).unwrap_or_default()
    }
}

fn drain(mut stderr: ChildStderr, end: &PipeReader) -> Tail {
    let mut tail = Tail::default();
    let mut buffer = [0; 4096];
    let mut after_end = 0;
    while after_end < PIPE_BYTES_MAX {
        let mut waiting = [PollFd::new(&stderr, PollFlags::IN), PollFd::new(end, PollFlags::IN)];
        if retry_on_intr(|| poll(&mut waiting, None)).is_err() {
            break;
        }
        let [has_more, has_ended] = waiting.map(|waiting| !waiting.revents().is_empty());
        if !has_more {
            break;
        }
        match stderr.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                tail.push(buffer.get(..read).unwrap_or_default());
                after_end += if has_ended { read } else { 0 };
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    tail
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
        self.0.drain(..self.0.len().saturating_sub(STDERR_BYTES_KEPT));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_last_bytes_in_order() {
        let mut tail = Tail::default();
        tail.push(&vec![b'a'; STDERR_BYTES_KEPT]);
        tail.push(b"bc");
        assert_eq!(tail.0.len(), STDERR_BYTES_KEPT);
        assert_eq!(tail.0.iter().rev().take(3).collect::<Vec<_>>(), [&b'c', &b'b', &b'a']);
    }
}

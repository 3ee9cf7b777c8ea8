//! Streams: standard input and the output of commands, as files.

use std::io::Read;

use super::Input;
use super::merge::LastNight;
use super::produce::{Broken, Gone, Sending};
use super::step::{Change, Step};
use crate::base::{Timestamp, TreePath};
use crate::format::{Entry, EntryKind};

impl Sending<'_, '_> {
    /// Sends a stream to its end, and says if it did not end as it should.
    pub fn stream(&mut self, input: Input, now: Timestamp, last: &mut LastNight) -> Result<(), Gone> {
        self.flush()?;
        let (path, outcome) = match input {
            Input::Path(_) => return Ok(()),
            Input::Stream { path, mut reader } => {
                self.send(Step::Start(path.clone()))?;
                let outcome = self.stream_bytes(&path, &mut *reader)?;
                (path, outcome.and_then(not_empty))
            }
            Input::Command { path, command } => {
                self.send(Step::Start(path.clone()))?;
                let outcome = match crate::process::spawn(&command) {
                    Ok(mut running) => {
                        let read = self.stream_bytes(&path, &mut running)?;
                        verdict(read, running.finish())
                    }
                    Err(error) => Err(error.to_string()),
                };
                (path, outcome)
            }
        };
        let change = if last.at(&path).is_some() { Change::Changed } else { Change::New };
        self.send(Step::End(Box::new(stream_entry(path.clone(), now)), change))?;
        match outcome {
            Ok(()) => Ok(()),
            Err(reason) => self.send(Step::NotWhole(path, reason)),
        }
    }

    /// Sends a stream to its end; the inner error is that of the stream. A reader that waits long and says so now and then
    /// ([`std::io::ErrorKind::Interrupted`]) does not keep a cancelled run from its end.
    fn stream_bytes(&self, path: &TreePath, reader: &mut dyn Read) -> Result<Result<u64, String>, Gone> {
        let mut read = |buffer: &mut [u8]| loop {
            match reader.read(buffer) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                    if self.is_cancelled() || self.is_alone() {
                        return Err(Broken::Gone);
                    }
                }
                other => return other.map_err(Broken::Stream),
            }
        };
        match self.bytes(&mut read, u64::MAX, Some(path)) {
            Ok(bytes) => Ok(Ok(bytes)),
            Err(Broken::Stream(error)) => Ok(Err(format!("cannot be read: {error}"))),
            Err(Broken::Source(error)) => Ok(Err(error.to_string())),
            Err(Broken::Gone) => Err(Gone),
        }
    }
}

/// A dump is never empty: a command before a pipe failed, and nobody heard of it.
fn not_empty(bytes: u64) -> Result<(), String> {
    if bytes > 0 { Ok(()) } else { Err("it is empty".into()) }
}

/// What a command's output and its end say together.
fn verdict(
    read: Result<u64, String>,
    end: Result<crate::process::Exit, crate::process::ProcessError>,
) -> Result<(), String> {
    let exit = end.map_err(|error| error.to_string())?;
    let bytes = read?;
    if exit.is_success() {
        return not_empty(bytes);
    }
    let how = match (exit.code, exit.signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("ended by signal {signal}"),
        (None, None) => "ended in an unknown way".into(),
    };
    let stderr = crate::base::escape(exit.stderr_tail.trim_ascii());
    let tail: String = stderr.chars().rev().take(400).collect::<Vec<_>>().into_iter().rev().collect();
    Err(if tail.is_empty() { how } else { format!("{how}: {tail}") })
}

/// The entry of something that is no file: owned by nobody in particular, readable by its owner only.
fn stream_entry(path: TreePath, now: Timestamp) -> Entry {
    Entry {
        path,
        kind: EntryKind::File,
        mode: 0o600,
        uid: rustix::process::getuid().as_raw(),
        gid: rustix::process::getgid().as_raw(),
        user: None,
        group: None,
        mtime: now,
        ctime: now,
        inode: 0,
        device: 0,
        links: 1,
        size: 0,
        link_target: None,
        device_number: None,
        xattrs: vec![],
        content: None,
        torn: false,
    }
}

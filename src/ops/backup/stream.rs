//! Streams: standard input, the output of commands and dumps of databases, as files.

use std::io::Read;
use std::path::PathBuf;

use super::Input;
use super::merge::LastNight;
use super::produce::{Broken, Gone, Sending};
use super::step::{Change, Step};
use super::unpack::{Fate, Look, look};
use crate::base::limits::STREAM_HEAD_BYTES;
use crate::base::{Timestamp, TreePath, Warning, units};
use crate::crypto::Keys;
use crate::database::Dump;
use crate::format::{Component, Entry, EntryKind};
use crate::ops::OpsError;
use crate::process::{Command, Exit, ProcessError, Running};

/// Something that becomes a file and is none yet.
pub struct Stream {
    /// Where it lies in the snapshot.
    pub path: TreePath,
    from: From,
}

enum From {
    Reader(Box<dyn Read + Send>),
    Command(Command),
    Dump(Box<Dump>),
}

/// Parts what is walked from what streams, in tree order and each path once. Every database is asked whether it can be dumped: what its owner
/// should know of the dump becomes the detail of its component.
pub fn part(
    inputs: Vec<Input>,
    keys: &Keys,
    components: &mut [Component],
) -> Result<(Vec<PathBuf>, Vec<Stream>), OpsError> {
    let (mut roots, mut streams) = (vec![], vec![]);
    let mut push = |path, from| streams.push(Stream { path, from });
    for input in inputs {
        match input {
            Input::Path(path) => roots.push(path),
            Input::Stream { path, reader } => push(path, From::Reader(reader)),
            Input::Command { path, command } => push(path, From::Command(command)),
            Input::Database { path, request } => {
                let dump = request.prepare(&keys.restrict_key(path.as_bytes()))?;
                let component = components.iter_mut().find(|other| other.path == path.as_bytes());
                if let (Some(component), false) = (component, dump.remarks.is_empty()) {
                    component.detail = Some(dump.remarks.join("; "));
                }
                push(path, From::Dump(Box::new(dump)));
            }
        }
    }
    streams.sort_by(|a, b| a.path.cmp(&b.path));
    for pair in streams.windows(2) {
        let [a, b] = pair else { continue };
        if a.path == b.path {
            return Err(OpsError::Request(format!("two inputs have the name {}", a.path)));
        }
        if b.path.is_within(&a.path) {
            let message = format!("{} would lie below {}, which is a file", b.path, a.path);
            return Err(OpsError::Request(message));
        }
    }
    Ok((roots, streams))
}

impl Sending<'_, '_> {
    /// Sends a stream to its end, and says if it did not end as it should.
    pub fn stream(&mut self, stream: Stream, now: Timestamp, last: &mut LastNight) -> Result<(), Gone> {
        self.flush()?;
        let Stream { path, from } = stream;
        let before = last.at(&path);
        let content = self.last_content(&path, before.clone());
        self.send(Step::Start { path: path.clone(), is_unpacked: false, last: content })?;
        let outcome = match from {
            From::Reader(mut reader) => self.stream_bytes(&path, &mut *reader)?.and_then(not_empty),
            From::Command(command) => match crate::process::spawn(&command) {
                Ok(mut running) => {
                    let read = self.stream_bytes(&path, &mut running)?;
                    verdict(read, running.finish())
                }
                Err(error) => Err(error.to_string()),
            },
            From::Dump(dump) => {
                let outcome = self.dump(&path, *dump)?;
                if let (Ok(bytes), Some(before)) = (&outcome, &before) {
                    self.warn_if_shrunk(&path, *bytes, before.size);
                }
                outcome.map(drop)
            }
        };
        let change = if before.is_some() { Change::Changed } else { Change::New };
        self.send(Step::End(Box::new(stream_entry(path.clone(), now)), change))?;
        match outcome {
            Ok(()) => Ok(()),
            Err(reason) => self.send(Step::NotWhole(path, reason)),
        }
    }

    /// Sends a dump; the inner error is why it is not whole.
    fn dump(&self, path: &TreePath, mut dump: Dump) -> Result<Result<u64, String>, Gone> {
        let running = match dump.start() {
            Ok(running) => running,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let mut watched = Watched { running, dump: &mut dump };
        let read = self.stream_bytes(path, &mut watched)?;
        let end = watched.running.finish().map_err(|error| error.to_string());
        Ok(end.and_then(|exit| {
            let bytes = read?;
            dump.verdict(&exit)?;
            Ok(bytes)
        }))
    }

    /// A dump of less than half of last night's may be whole and is still not what anybody expects.
    fn warn_if_shrunk(&self, path: &TreePath, bytes: u64, bytes_before: u64) {
        if bytes < bytes_before / 2 {
            let (now, before) = (units::bytes(bytes), units::bytes(bytes_before));
            let message = format!("the dump has {now}, less than half of the {before} that it had before");
            self.warn(Warning { subject: path.to_string(), message });
        }
    }

    /// Sends a stream to its end; the inner error is that of the stream. A reader that waits long and says so now and then
    /// ([`std::io::ErrorKind::Interrupted`]) does not keep a cancelled run from its end.
    fn stream_bytes(&self, path: &TreePath, reader: &mut dyn Read) -> Result<Result<u64, String>, Gone> {
        let mut head = Vec::new();
        let mut read = |buffer: &mut [u8]| loop {
            match reader.read(buffer) {
                Ok(bytes) => {
                    let room = STREAM_HEAD_BYTES.saturating_sub(head.len());
                    head.extend_from_slice(buffer.get(..bytes.min(room)).unwrap_or_default());
                    return Ok(bytes);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                    if self.is_cancelled() || self.is_alone() {
                        return Err(Broken::Gone);
                    }
                }
                Err(error) => return Err(Broken::Stream(error)),
            }
        };
        let sent = self.bytes(&mut read, u64::MAX, Some(path));
        if look(&head, self.gzip()) != Look::Foreign {
            let reason =
                "a stream cannot be read again, so it is not taken apart: leave out what compresses it";
            self.send(Step::Fate(path.clone(), Fate::Kept(reason.into())))?;
        }
        match sent {
            Ok(bytes) => Ok(Ok(bytes)),
            Err(Broken::Stream(error)) => Ok(Err(format!("cannot be read: {error}"))),
            Err(Broken::Source(error)) => Ok(Err(error.to_string())),
            // Streams are not taken apart.
            Err(Broken::Kept(reason)) => Ok(Err(reason)),
            Err(Broken::Gone) => Err(Gone),
        }
    }
}

/// A dump is never empty: a command before a pipe failed, and nobody heard of it.
fn not_empty(bytes: u64) -> Result<(), String> {
    if bytes > 0 { Ok(()) } else { Err("it is empty".into()) }
}

/// The output of a dumper, whose end is remembered.
struct Watched<'d> {
    running: Running,
    dump: &'d mut Dump,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.running.read(buffer)?;
        self.dump.tail.push(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// What a command's output and its end say together.
fn verdict(read: Result<u64, String>, end: Result<Exit, ProcessError>) -> Result<(), String> {
    let ended = outcome(end);
    let bytes = read?;
    ended.and_then(|()| not_empty(bytes))
}

/// How a command ended, if not well.
pub fn outcome(end: Result<Exit, ProcessError>) -> Result<(), String> {
    let exit = end.map_err(|error| error.to_string())?;
    if exit.is_success() {
        return Ok(());
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
        compressed: None,
        torn: false,
    }
}

#[cfg(test)]
mod tests;

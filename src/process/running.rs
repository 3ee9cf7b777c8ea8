//! A command that runs: its stdout as a reader, its end as a value.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, ExitStatus};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::stderr::Drain;
use super::{Command, ProcessError};

/// How long a read waits for a byte before its reader may look up.
const WAIT_MS: u64 = 200;

/// How a command ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The last bytes it wrote to stderr, at most [`crate::base::limits::STDERR_BYTES_KEPT`]. Not escaped.
    pub stderr_tail: Vec<u8>,
}

/// A running command. Reading it reads its stdout; dropping it kills its process group.
#[derive(Debug)]
pub struct Running {
    name: String,
    idle_ms_max: Option<u64>,
    pub(super) child: Child,
    pub(super) stdout: Option<ChildStdout>,
    stderr: Option<Drain>,
    /// How it ended; then its number may belong to another process.
    status: Option<ExitStatus>,
    was_idle: bool,
    /// How long it has been waited for its next byte.
    idle_ms: u64,
}

impl Exit {
    /// Whether the exit code is 0.
    pub fn is_success(&self) -> bool {
        self.code == Some(0)
    }
}

impl Running {
    /// Takes over a child that has a process group of its own and pipes for stdout and stderr.
    pub(super) fn new(mut child: Child, command: &Command) -> io::Result<Self> {
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let Command { name, idle_ms_max, .. } = command.clone();
        // From here on it is killed when it is dropped, be it by the next line.
        let mut running = Self {
            name,
            idle_ms_max,
            child,
            stdout,
            stderr: None,
            status: None,
            was_idle: false,
            idle_ms: 0,
        };
        running.stderr = stderr.map(Drain::start).transpose()?;
        Ok(running)
    }

    /// Waits for the end of the command and tells it. What was not read of its stdout is lost, and a command that
    /// still writes to it is ended by SIGPIPE. What it left running in the background stays.
    ///
    /// # Errors
    /// [`ProcessError::Idle`] if it was killed for being idle, in a read or here; [`ProcessError::Wait`].
    pub fn finish(mut self) -> Result<Exit, ProcessError> {
        self.stdout = None;
        if !self.was_idle {
            self.await_exit().map_err(|source| ProcessError::Wait { name: self.name.clone(), source })?;
        }
        let status = match self.status {
            Some(status) => status,
            None => {
                let waited = self.child.wait();
                waited.map_err(|source| ProcessError::Wait { name: self.name.clone(), source })?
            }
        };
        self.status = Some(status);
        let stderr_tail = self.stderr.take().map(Drain::finish).unwrap_or_default();
        match self.idle_ms_max {
            Some(idle_ms_max) if self.was_idle => {
                Err(ProcessError::Idle { name: self.name.clone(), idle_ms_max, stderr_tail })
            }
            _ => Ok(Exit { code: status.code(), signal: status.signal(), stderr_tail }),
        }
    }

    /// Waits until the command can be waited for without limit: it has ended, or was killed for being idle.
    fn await_exit(&mut self) -> io::Result<()> {
        if self.idle_ms_max.is_none() {
            return Ok(());
        }
        let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) else { return Ok(()) };
        let ended = match pidfd_open(pid, PidfdFlags::empty()) {
            // A kernel without it (before 5.3): then there is no limit for the exit, only for the output.
            Err(Errno::NOSYS) => return Ok(()),
            ended => ended?,
        };
        if !is_ready(&ended, self.idle_ms_max)? {
            self.kill_idle();
        }
        Ok(())
    }

    fn kill_idle(&mut self) {
        self.was_idle = true;
        self.stdout = None;
        self.kill();
    }

    /// Kills the process group and takes note of the end of its first process, if that is not known yet.
    fn kill(&mut self) {
        if self.status.is_some() {
            return;
        }
        if let Some(group) = Pid::from_raw(self.child.id().cast_signed()) {
            // It may have ended by itself, which is what is wanted.
            let _ = kill_process_group(group, Signal::KILL);
        }
        self.status = self.child.wait().ok();
    }

    fn idle(&self) -> io::Error {
        let error = ProcessError::Idle {
            name: self.name.clone(),
            idle_ms_max: self.idle_ms_max.unwrap_or_default(),
            stderr_tail: Vec::new(),
        };
        io::Error::new(io::ErrorKind::TimedOut, error)
    }
}

impl Read for Running {
    /// The next bytes of stdout. When none comes for too long the group is killed and the error is
    /// [`io::ErrorKind::TimedOut`], now and whenever it is read again. While none comes the error is
    /// [`io::ErrorKind::Interrupted`] several times a second, so that its reader can look whether it still wants to wait.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.was_idle {
            return Err(self.idle());
        }
        let Some(stdout) = &mut self.stdout else { return Ok(0) };
        let left_ms = self.idle_ms_max.map_or(u64::MAX, |max| max.saturating_sub(self.idle_ms));
        let wait_ms = left_ms.min(WAIT_MS);
        if is_ready(&*stdout, Some(wait_ms))? {
            self.idle_ms = 0;
            return stdout.read(buffer);
        }
        if left_ms > wait_ms {
            self.idle_ms += wait_ms;
            return Err(io::ErrorKind::Interrupted.into());
        }
        self.kill_idle();
        Err(self.idle())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        if let Some(stderr) = self.stderr.take() {
            stderr.finish();
        }
    }
}

/// Waits until there is something to read, or its end; false if that does not come in time.
fn is_ready(fd: impl AsFd, wait_ms_max: Option<u64>) -> io::Result<bool> {
    let wait = wait_ms_max.map(|ms| Timespec {
        tv_sec: i64::try_from(ms / 1000).unwrap_or(i64::MAX),
        tv_nsec: i64::try_from(ms % 1000 * 1_000_000).unwrap_or_default(),
    });
    let mut waiting = [PollFd::new(&fd, PollFlags::IN)];
    Ok(retry_on_intr(|| poll(&mut waiting, wait.as_ref()))? > 0)
}

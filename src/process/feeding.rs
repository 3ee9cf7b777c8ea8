//! A command that is fed: bytes go to its stdin, its end is a value.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

use super::{Command, Exit, ProcessError, Running};

/// How long a write waits before its writer may look up.
const WAIT: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// A running command that is fed. Dropping it kills its process group.
#[derive(Debug)]
pub struct Feeding {
    running: Running,
    stdin: Option<File>,
}

/// The command runs in a process group of its own; what it writes to stdout is thrown away.
///
/// # Errors
/// [`ProcessError::Spawn`].
pub fn feed(command: &Command) -> Result<Feeding, ProcessError> {
    let mut start = command.to_start();
    start.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let spawned = |source| ProcessError::Spawn { name: command.name.clone(), source };
    let mut child = start.spawn().map_err(spawned)?;
    let stdin = child.stdin.take().map(|stdin| File::from(OwnedFd::from(stdin)));
    let running = Running::new(child, command).map_err(spawned)?;
    if let Some(stdin) = &stdin {
        // Whoever feeds it is never held by a command that does not eat.
        let flags = fcntl_getfl(stdin).map_err(|errno| spawned(errno.into()))?;
        fcntl_setfl(stdin, flags | OFlags::NONBLOCK).map_err(|errno| spawned(errno.into()))?;
    }
    Ok(Feeding { running, stdin })
}

impl Feeding {
    /// Hands over all of `bytes`. While the command takes none, `goes_on` is asked several times a second.
    ///
    /// # Errors
    /// [`io::ErrorKind::BrokenPipe`] if the command wants no more: [`Feeding::finish`] tells why; [`io::ErrorKind::TimedOut`] if nobody
    /// goes on.
    pub fn push(&mut self, bytes: &[u8], goes_on: &dyn Fn() -> bool) -> io::Result<()> {
        let Some(stdin) = &mut self.stdin else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let mut left = bytes;
        while !left.is_empty() {
            match stdin.write(left) {
                Ok(taken) => left = left.get(taken..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if !goes_on() {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                    match poll(&mut [PollFd::new(&*stdin, PollFlags::OUT)], Some(&WAIT)) {
                        Ok(_) | Err(Errno::INTR) => {}
                        Err(errno) => return Err(errno.into()),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Ends its input, waits for its end and tells it.
    ///
    /// # Errors
    /// Those of [`Running::finish`].
    pub fn finish(mut self) -> Result<Exit, ProcessError> {
        self.stdin = None;
        self.running.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_gets_every_byte_and_its_end_is_told() {
        let mut fed = feed(&Command::shell("counter", "test $(wc -c) = 3000000 || exit 4", None)).unwrap();
        for _ in 0..3 {
            fed.push(&vec![b'x'; 1_000_000], &|| true).unwrap();
        }
        assert!(fed.finish().unwrap().is_success());
    }

    #[test]
    fn a_command_that_stops_early_tells_why_and_one_that_does_not_eat_is_left() {
        let mut fed =
            feed(&Command::shell("choosy", "head -c 1 >/dev/null; echo no >&2; exit 5", None)).unwrap();
        let pushed = fed.push(&vec![0; 10_000_000], &|| true);
        assert_eq!(pushed.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        let exit = fed.finish().unwrap();
        assert_eq!((exit.code, exit.stderr_tail.as_slice()), (Some(5), &b"no\n"[..]));
        let mut fed = feed(&Command::shell("sleeper", "sleep 1000", None)).unwrap();
        let pushed = fed.push(&vec![0; 10_000_000], &|| false);
        assert_eq!(pushed.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}

//! Signals: the first SIGINT, SIGTERM or SIGHUP asks the run to end, the second ends it at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use super::error::Exit;

/// Whether the run was asked to end, and how it listens for that.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    is_cancelled: Arc<AtomicBool>,
    is_prompting: Arc<AtomicBool>,
}

impl Cancel {
    /// Whether the run was asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// Runs `prompt`, meanwhile the first signal ends the program: there is nothing to finish, and nobody would look.
    pub fn while_prompting<T>(&self, prompt: impl FnOnce() -> T) -> T {
        self.is_prompting.store(true, Ordering::SeqCst);
        let answer = prompt();
        self.is_prompting.store(false, Ordering::SeqCst);
        answer
    }
}

/// Starts to listen. A file that may not grow further is an error of its write from here on, and not the end of the program.
pub fn listen() -> Cancel {
    let cancel = Cancel::default();
    // Without a handler the signals do what they always do, which is good enough.
    signal_hook::flag::register(SIGXFSZ, Arc::default()).ok();
    let terminal = terminal_state();
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        let heard = cancel.clone();
        let listen = move || {
            for _ in signals.forever() {
                let is_second = heard.is_cancelled.swap(true, Ordering::SeqCst);
                if is_second || heard.is_prompting.load(Ordering::SeqCst) {
                    restore_terminal(terminal.as_ref());
                    std::process::exit(Exit::Cancelled.number().into());
                }
            }
        };
        std::thread::Builder::new().name("strongroom-signals".into()).spawn(listen).ok();
    }
    cancel
}

/// How the terminal is set, so that a prompt that is broken off does not leave it without an echo.
fn terminal_state() -> Option<Termios> {
    tcgetattr(std::io::stdin()).ok()
}

fn restore_terminal(state: Option<&Termios>) {
    if let Some(state) = state {
        tcsetattr(std::io::stdin(), OptionalActions::Now, state).ok();
    }
}

//! Progress and warnings on standard error: a bar, lines, JSON lines, or nothing.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::args::{Global, ProgressMode};
use super::output::{JsonPath, json_text, label, line, say};
use super::signals::Cancel;
use crate::base::{Observer, Phase, Progress, Warning, units};

/// Warnings of one kind that are shown before the rest is only counted.
const SHOWN_MAX: u64 = 3;
/// Kinds of warnings that are told apart.
const KINDS_MAX: usize = 200;

enum Mode {
    Bar(ProgressBar),
    Plain,
    Json(JsonMode),
    Silent,
}

/// Where JSON lines of progress go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum JsonMode {
    /// Standard error: standard output has other data.
    Beside,
    /// Standard output, which is JSON as a whole.
    Among,
    /// The same, but only while a snapshot is made, restored or checked: lists are to be lists.
    AmongLongRuns,
}

/// Shows what a run does.
pub struct Console {
    mode: Mode,
    json: bool,
    verbose: bool,
    started: Instant,
    /// Milliseconds since the start at which progress is shown next.
    next_ms: AtomicU64,
    warnings: Mutex<BTreeMap<String, u64>>,
    count: AtomicU64,
    cancel: Cancel,
}

#[derive(Serialize)]
struct ProgressFields<'a> {
    phase: &'a str,
    items_done: u64,
    bytes_done: u64,
    bytes_total: Option<u64>,
    current: Option<&'a str>,
    table: Option<String>,
    seconds_left: Option<u64>,
}

impl Console {
    /// `is_data`: standard output is for data, and nothing else may be written there.
    pub fn new(global: &Global, is_data: bool, cancel: Cancel) -> Self {
        let mode = match global.progress {
            _ if global.quiet => Mode::Silent,
            ProgressMode::None => Mode::Silent,
            ProgressMode::Json if global.json && !is_data => Mode::Json(JsonMode::Among),
            ProgressMode::Json => Mode::Json(JsonMode::Beside),
            ProgressMode::Plain => Mode::Plain,
            ProgressMode::Auto if global.json && is_data => Mode::Json(JsonMode::Beside),
            ProgressMode::Auto if global.json => Mode::Json(JsonMode::AmongLongRuns),
            ProgressMode::Auto if std::io::stderr().is_terminal() => Mode::Bar(bar()),
            ProgressMode::Auto if global.verbose => Mode::Plain,
            ProgressMode::Auto => Mode::Silent,
        };
        Self {
            mode,
            json: global.json,
            verbose: global.verbose,
            started: Instant::now(),
            next_ms: AtomicU64::new(100),
            warnings: Mutex::default(),
            count: AtomicU64::new(0),
            cancel,
        }
    }

    /// Whether anybody sees how far a run has come, so that counting beforehand is worth it.
    pub const fn shows_progress(&self) -> bool {
        !matches!(self.mode, Mode::Silent)
    }

    /// How many warnings there were.
    pub fn warnings(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Takes the bar away and says how many warnings were not shown.
    pub fn end(&self) {
        if let Mode::Bar(bar) = &self.mode {
            bar.finish_and_clear();
        }
        for (kind, count) in &*self.kinds() {
            if *count > SHOWN_MAX && !self.shows_all() {
                let more = units::count(*count - SHOWN_MAX);
                say(format!("{} and {more} more like this: {kind}", label("warning:")));
            }
        }
    }

    const fn shows_all(&self) -> bool {
        self.json || self.verbose
    }

    fn kinds(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, u64>> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is time to show something again; at most one thread is told so.
    fn is_due(&self, every: Duration) -> bool {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let next = self.next_ms.load(Ordering::Relaxed);
        let after = now + u64::try_from(every.as_millis()).unwrap_or(100);
        now >= next
            && self.next_ms.compare_exchange(next, after, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "for people"
    )]
    fn seconds_left(&self, progress: &Progress<'_>) -> Option<u64> {
        let total = progress.bytes_total.filter(|total| *total > 0 && progress.bytes_done > 0)?;
        let rate = progress.bytes_done as f64 / self.started.elapsed().as_secs_f64();
        Some((total.saturating_sub(progress.bytes_done) as f64 / rate) as u64)
    }

    fn show_bar(&self, bar: &ProgressBar, progress: &Progress<'_>) {
        match progress.bytes_total {
            Some(total) => bar.set_length(total.max(progress.bytes_done)),
            None => bar.unset_length(),
        }
        bar.set_position(progress.bytes_done);
        let current = progress.current.map(|path| format!("  {path}")).unwrap_or_default();
        bar.set_message(format!(
            "{}  {}{current}",
            name(progress.phase),
            units::counted(progress.items_done, "item", "items")
        ));
    }
}

impl Observer for Console {
    fn progress(&self, progress: &Progress<'_>) {
        let every = match self.mode {
            Mode::Silent => return,
            Mode::Plain => Duration::from_secs(10),
            Mode::Json(JsonMode::AmongLongRuns) if progress.phase == Phase::Index => return,
            Mode::Bar(_) | Mode::Json(_) => Duration::from_millis(100),
        };
        if !self.is_due(every) {
            return;
        }
        match &self.mode {
            Mode::Silent => {}
            Mode::Bar(bar) => self.show_bar(bar, progress),
            Mode::Plain => {
                let of = progress
                    .bytes_total
                    .map(|total| format!(" of {}", units::bytes(total)))
                    .unwrap_or_default();
                let done = units::bytes(progress.bytes_done);
                say(format!(
                    "{}: {}, {done}{of}",
                    name(progress.phase),
                    units::counted(progress.items_done, "item", "items")
                ));
            }
            Mode::Json(mode) => {
                let current = progress.current.map(|path| JsonPath::new(path.as_bytes()));
                let fields = ProgressFields {
                    phase: name(progress.phase),
                    items_done: progress.items_done,
                    bytes_done: progress.bytes_done,
                    bytes_total: progress.bytes_total,
                    current: current.as_ref().map(JsonPath::text),
                    table: None,
                    seconds_left: self.seconds_left(progress),
                };
                let text = json_text("progress", fields);
                match mode {
                    JsonMode::Beside => say(text),
                    // That nobody listens is heard when the result is written.
                    JsonMode::Among | JsonMode::AmongLongRuns => drop(line(text)),
                }
            }
        }
    }

    fn warning(&self, warning: Warning) {
        self.count.fetch_add(1, Ordering::Relaxed);
        // What differs from one to the next stands before the last colon.
        let kind = warning.message.rsplit(": ").next().unwrap_or_default();
        let seen = {
            let mut kinds = self.kinds();
            let kind = if kinds.len() < KINDS_MAX || kinds.contains_key(kind) { kind } else { "others" };
            let seen = kinds.entry(kind.to_string()).or_insert(0);
            *seen += 1;
            *seen
        };
        if seen > SHOWN_MAX && !self.shows_all() {
            return;
        }
        let text = match self.json {
            true => json_text(
                "warning",
                serde_json::json!({"subject": warning.subject, "message": warning.message}),
            ),
            false => format!("{} {}: {}", label("warning:"), warning.subject, warning.message),
        };
        match &self.mode {
            Mode::Bar(bar) => bar.suspend(|| say(&text)),
            _ => say(&text),
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

const fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Scan => "scan",
        Phase::Backup => "backup",
        Phase::Restore => "restore",
        Phase::Check => "check",
        Phase::Prune => "prune",
        Phase::Index => "index",
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    let template = "{elapsed} [{bar:30}] {decimal_bytes} of {decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left  {wide_msg}";
    ProgressStyle::with_template(template).map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
}

//! The arguments that every command has, and the list of commands.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, ValueEnum};

use super::commands::Command;
use crate::ops::select::{Filter, PathFilter};

const EXAMPLES: &str = "Examples:
  strongroom demo                       a tour on made-up data, under a minute
  export STRONGROOM_REPO=/backup/shop   instead of -r everywhere
  strongroom backup --init /srv/shop    first snapshot of a directory
  mariadb-dump shop | strongroom backup --stdin shop.sql /srv/uploads
  strongroom snapshots                  what is there
  strongroom restore latest --target /tmp/shop
  strongroom check --read-data          is all of it whole";

const ENDS: &str = "Exit codes:
    0  done                       13  repository damaged
    1  failed                     14  went back in time
    2  wrong command line         15  verified and wrong
    3  done, with warnings        16  storage unreachable
   10  no repository              17  no space
   11  another run is at work     18  partial snapshot
   12  wrong password or key     130  interrupted

Environment:
  STRONGROOM_REPO            as --repo
  STRONGROOM_CACHE_DIR       as --cache-dir
  STRONGROOM_STATE_DIR       as --state-dir
  STRONGROOM_PASSWORD        the password
  STRONGROOM_NEW_PASSWORD    that of a slot that is added or changed";

/// Deduplicated, encrypted snapshots of database dumps and the directories beside them.
#[derive(Debug, Parser)]
#[command(name = "strongroom", version, before_help = EXAMPLES, after_help = ENDS, max_term_width = 120, propagate_version = true)]
pub struct Arguments {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The repository: a directory
    #[arg(
        short,
        long,
        global = true,
        env = "STRONGROOM_REPO",
        hide_env_values = true,
        value_name = "LOCATION"
    )]
    pub repo: Option<OsString>,
    /// Read the password from the first line of a file
    #[arg(long, global = true, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Read the password from the first line that a command prints
    #[arg(long, global = true, value_name = "COMMAND", conflicts_with = "password_file")]
    pub password_command: Option<String>,
    /// Open the repository with its recovery kit, as key export --paper printed it, and not with a password
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["password_file", "password_command"])]
    pub recovery_kit: Option<PathBuf>,
    /// Machine-readable output: one object, or one a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more: every warning, and lines of progress where there is no terminal
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// How progress is shown
    #[arg(long, global = true, value_enum, default_value_t = ProgressMode::Auto, value_name = "HOW")]
    pub progress: ProgressMode,
    /// Whether colours are used
    #[arg(long, global = true, value_enum, default_value_t = ColorMode::Auto, value_name = "WHEN")]
    pub color: ColorMode,
    /// Where the index is kept [default: $XDG_CACHE_HOME/strongroom]
    #[arg(long, global = true, env = "STRONGROOM_CACHE_DIR", hide_env_values = true, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
    /// Where is kept what was seen of repositories [default: $XDG_STATE_HOME/strongroom]
    #[arg(long, global = true, env = "STRONGROOM_STATE_DIR", hide_env_values = true, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressMode {
    /// A bar on a terminal, JSON lines with --json, lines with -v, else nothing.
    Auto,
    /// A line every ten seconds.
    Plain,
    /// JSON lines.
    Json,
    /// Nothing.
    None,
}

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorMode {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Which snapshots are spoken of.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which snapshots")]
pub struct FilterArgs {
    /// Only of this host (repeatable: of one of these)
    #[arg(long, value_name = "HOST", value_parser = NonEmptyStringValueParser::new())]
    pub host: Vec<String>,
    /// Only with this tag (repeatable: with all of them)
    #[arg(long, value_name = "TAG", value_parser = NonEmptyStringValueParser::new())]
    pub tag: Vec<String>,
    /// Only of this path, or with a stream of this name (repeatable: of all of them)
    #[arg(long, value_name = "PATH")]
    pub path: Vec<PathBuf>,
}

impl FilterArgs {
    /// The filter these arguments describe.
    pub fn filter(&self) -> Filter {
        let of = |path: &PathBuf| {
            let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            PathFilter::new(path.as_os_str().as_bytes(), absolute.as_os_str().as_bytes())
        };
        Filter { hosts: self.host.clone(), tags: self.tag.clone(), paths: self.path.iter().map(of).collect() }
    }
}

//! `extract --into`: tables and rows into a database.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ExtractArgs, options};
use crate::cli::commands::restore_db::tell;
use crate::cli::database::{OverwriteArgs, server};
use crate::cli::error::CliError;
use crate::cli::report::Doing;
use crate::cli::session::Session;
use crate::database::load::Mode;
use crate::ops::load::{LoadOptions, into_tables};
use crate::repo::ChunkReader;

/// Arguments about a database to load into.
#[derive(Debug, Args)]
#[command(next_help_heading = "Into a database")]
pub struct IntoArgs {
    /// Load the tables into a database: mariadb://user@host/db, postgres://user@host/db
    #[arg(long, value_name = "URL", conflicts_with_all = ["output", "data_only"])]
    into: Option<String>,
    /// What happens to rows of a table that is there
    #[arg(long, value_enum, value_name = "HOW", requires = "into")]
    mode: Option<RowMode>,
    /// The password of the database is the first line of a file
    #[arg(long, value_name = "FILE", requires = "into")]
    db_password_file: Option<PathBuf>,
    #[command(flatten)]
    overwrite: OverwriteArgs,
}

/// What happens to rows whose key is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RowMode {
    /// They become what they were; columns that the dump does not know get their default.
    Replace,
    /// Columns of the dump are set.
    Upsert,
    /// They stay; only rows that are missing are inserted.
    InsertMissing,
}

impl IntoArgs {
    /// Whether tables go into a database.
    pub const fn is_wanted(&self) -> bool {
        self.into.is_some()
    }
}

pub fn run(args: &ExtractArgs, session: &Session) -> Result<u8, CliError> {
    session.start(Doing::Load);
    let IntoArgs { into, mode, db_password_file, overwrite } = &args.into;
    let server = server(into.as_deref().unwrap_or_default(), db_password_file.as_deref())?;
    let repo = session.repository()?;
    let named = session.named(&repo, &args.snapshot, &args.filter.filter())?;
    session.keep_from_prune(&repo);
    let state = session.index(&repo)?;
    let reader = ChunkReader::new(&repo, state.index.view());
    let extract = options(args, named.path.clone(), String::new())?;
    let mode = mode.map(|mode| match mode {
        RowMode::Replace => Mode::Replace,
        RowMode::Upsert => Mode::Upsert,
        RowMode::InsertMissing => Mode::InsertMissing,
    });
    let load = LoadOptions { mode, overwrite: overwrite.allows(&server, session)? };
    let report = into_tables(&reader, &named.manifest, &extract, &server, load, &session.observer)?;
    tell(session, &named.id, &server, &report)
}

//! `init`: a new repository, and what to keep safe.

use std::sync::Arc;

use clap::Args;

use crate::backend::{Backend, LocalBackend};
use crate::cli::error::CliError;
use crate::cli::location;
use crate::cli::output::json;
use crate::cli::report::Doing;
use crate::cli::session::{PARITY_PERCENT, Session};
use crate::repo::RepoError;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop init
  strongroom -r /backup/shop --password-file /etc/strongroom.key init --label nightly";

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct InitArgs {
    /// A name for the first key slot
    #[arg(long, default_value = "first")]
    label: String,
    /// How much parity is stored beside the packs, in percent of them: so much of a pack may be lost. 0: none
    #[arg(long, value_name = "PERCENT", default_value_t = PARITY_PERCENT, value_parser = parity)]
    parity: u8,
}

fn parity(text: &str) -> Result<u8, String> {
    match text.strip_suffix('%').unwrap_or(text).parse() {
        Ok(percent) if percent <= 100 => Ok(percent),
        _ => Err("a whole percentage from 0 to 100".into()),
    }
}

pub fn run(args: &InitArgs, session: &Session) -> Result<u8, CliError> {
    session.start(Doing::Init);
    let backend = Arc::new(LocalBackend::create(&session.repository_path()?)?);
    if location::has_repository(&backend)? {
        return Err(RepoError::AlreadyThere { location: backend.location() }.into());
    }
    let repo = session.create(backend, &session.password(true)?, &args.label, args.parity)?;
    if session.json {
        let location = repo.backend().location();
        json("repository", serde_json::json!({"id": repo.id().to_string(), "location": location}))?;
    }
    Ok(0)
}

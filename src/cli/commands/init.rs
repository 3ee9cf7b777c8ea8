//! `init`: a new repository, and what to keep safe.

use std::sync::Arc;

use clap::Args;

use crate::backend::LocalBackend;
use crate::cli::error::CliError;
use crate::cli::output::{json, say};
use crate::cli::password;
use crate::cli::session::Session;
use crate::crypto::PasswordCost;
use crate::format::Parameters;
use crate::repo::{NewSlot, Repository};

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
}

pub fn run(args: &InitArgs, session: &Session) -> Result<u8, CliError> {
    let repo = create(&args.label, session)?;
    if session.json {
        json(
            "repository",
            serde_json::json!({"id": repo.id().to_string(), "location": repo.backend().location()}),
        )?;
    }
    Ok(0)
}

/// Makes the repository and says what to keep safe.
pub fn create(label: &str, session: &Session) -> Result<Repository, CliError> {
    let path = session.repository_path()?;
    if path.join("config").exists() {
        return Err(crate::repo::RepoError::AlreadyThere { location: path.display().to_string() }.into());
    }
    let password = password::of_new_repository(&session.global)?;
    let host = session.host();
    let now = session.now();
    let slot = NewSlot { password: &password, label, host: &host, cost: PasswordCost::DEFAULT, now };
    let backend = Arc::new(LocalBackend::create(&path)?);
    let repo = Repository::create(backend, &slot, Parameters::default(), now)?;
    if !session.global.quiet && !session.json {
        say(format!("made repository {} at {}", repo.id().short(), path.display()));
        say(
            "keep safe, away from this machine: the password. Without it nobody can read the snapshots, nor can you.",
        );
        say("a copy of the key on paper opens them too: strongroom key export --paper");
    }
    Ok(repo)
}

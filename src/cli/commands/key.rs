//! `key`: slots, passwords and the recovery kit.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::base::{ObjectId, escape};
use crate::cli::error::CliError;
use crate::cli::output::{json, line, say, table};
use crate::cli::password;
use crate::cli::report::Doing;
use crate::cli::session::Session;
use crate::crypto::PasswordCost;
use crate::format::recovery;
use crate::repo::{NewSlot, Repository};

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop key list
  strongroom -r /backup/shop key add --label office
  strongroom -r /backup/shop key export --paper";

/// What to do with keys.
#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub enum KeyCommand {
    /// List the key slots
    #[command(before_help = "Examples:\n  strongroom -r /backup/shop key list")]
    List,
    /// Add a slot with another password
    #[command(before_help = "Examples:\n  strongroom -r /backup/shop key add --label office")]
    Add(NewArgs),
    /// Take a slot away
    #[command(before_help = "Examples:\n  strongroom -r /backup/shop key remove 3f0c")]
    Remove(RemoveArgs),
    /// Replace the slot of the password in use by one with another password
    #[command(
        before_help = "Examples:\n  strongroom -r /backup/shop key change --new-password-file /etc/new-password"
    )]
    Change(NewArgs),
    /// Print the key itself
    #[command(before_help = "Examples:\n  strongroom -r /backup/shop key export --paper")]
    Export(ExportArgs),
}

/// A new slot.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// A name for the slot
    #[arg(long, default_value = "")]
    label: String,
    /// Read the new password from the first line of a file
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,
    /// Read the new password from the first line that a command prints
    #[arg(long, value_name = "COMMAND", conflicts_with = "new_password_file")]
    new_password_command: Option<String>,
    /// Memory for deriving the key, in MiB, 64 or more
    #[arg(long, value_name = "MIB", default_value_t = 64)]
    memory: u32,
}

/// Which slot.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// The start of the slot's id
    #[arg(value_name = "ID")]
    id: String,
}

/// How the key is printed.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The recovery kit: lines with checks, to be printed and kept safe
    #[arg(long, required = true)]
    paper: bool,
}

pub fn run(command: &KeyCommand, session: &Session) -> Result<u8, CliError> {
    session.start(Doing::Keys);
    let repo = session.repository()?;
    match command {
        KeyCommand::List => list(&repo, session)?,
        KeyCommand::Add(args) => drop(add(&repo, args, session)?),
        KeyCommand::Remove(args) => {
            let id = repo.remove_key_slot(&args.id)?;
            say_removed(id, session)?;
        }
        KeyCommand::Change(args) => {
            let (old, _) = repo.key_slot_of(&session.password(false)?)?;
            // The new slot is there before the old one goes: there is never none.
            let new = add(&repo, args, session)?;
            repo.replace_key_slot(old, new)?;
            say_removed(old, session)?;
        }
        KeyCommand::Export(_) => {
            let kit = recovery::encode(repo.id(), repo.keys().master().expose());
            line("Strongroom recovery kit. Whoever has this can read every snapshot: keep it like cash.")?;
            line("Rows 1 to 4: repository. Rows 5 to 8: master key. The last group of a row checks it.")?;
            line(kit)?;
        }
    }
    Ok(0)
}

fn list(repo: &Repository, session: &Session) -> Result<(), CliError> {
    let slots = repo.key_slots()?;
    if session.json {
        for slot in slots {
            let memory_kib = slot.cost.map(|cost| cost.memory_kib);
            json(
                "key",
                serde_json::json!({
                    "id": slot.id.to_string(), "damaged": slot.cost.is_none(), "memory_kib": memory_kib,
                    "in_use": slot.is_in_use, "label": slot.label,
                }),
            )?;
        }
        return Ok(());
    }
    let rows: Vec<_> = slots
        .iter()
        .map(|slot| {
            let cost = slot
                .cost
                .map_or_else(|| "damaged".into(), |cost| format!("Argon2id, {} MiB", cost.memory_kib / 1024));
            let label = slot.label.as_deref().map(|label| escape(label.as_bytes())).unwrap_or_default();
            let in_use = if slot.is_in_use { "this one" } else { "" };
            vec![slot.id.short(), cost, in_use.into(), label]
        })
        .collect();
    line(table(&["id", "kind", "opened", "label"], &rows, &[]))?;
    if slots.len() > 1 && !session.global.quiet {
        say("labels are sealed: a slot's own password shows its label");
    }
    Ok(())
}

fn say_removed(id: ObjectId, session: &Session) -> Result<(), CliError> {
    if session.json {
        return json("key_removed", serde_json::json!({"id": id.to_string()}));
    }
    say(format!("key slot {} is gone", id.short()));
    Ok(())
}

fn add(repo: &Repository, args: &NewArgs, session: &Session) -> Result<ObjectId, CliError> {
    let password = password::further(
        args.new_password_file.as_deref(),
        args.new_password_command.as_deref(),
        &session.cancel,
    )?;
    let cost = PasswordCost { memory_kib: args.memory.saturating_mul(1024), ..PasswordCost::DEFAULT };
    let host = session.host();
    let slot = NewSlot { password: &password, label: &args.label, host: &host, cost, now: session.now() };
    let id = repo.add_key_slot(&slot)?;
    if session.json {
        json("key", serde_json::json!({"id": id.to_string()}))?;
    } else {
        say(format!("key slot {} is there", id.short()));
    }
    Ok(id)
}

//! `hold` and `release`: what nobody forgets.

use std::ffi::OsString;

use clap::Args;

use crate::base::escape;
use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::cli::output::{json, line};
use crate::cli::session::Session;
use crate::ops::hold::{self, HoldOptions};

const HOLD_EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop hold latest --reason 'closing of 2026'
  strongroom -r /backup/shop release 79097d14";

/// Arguments of `hold`.
#[derive(Debug, Args)]
#[command(before_help = HOLD_EXAMPLES)]
pub struct HoldArgs {
    /// The snapshot: the start of its id, latest, latest~N, @TIME
    #[arg(value_name = "SNAP")]
    snapshot: OsString,
    /// Why, for those who find it years later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
}

/// Arguments of `release`.
#[derive(Debug, Args)]
#[command(before_help = HOLD_EXAMPLES)]
pub struct ReleaseArgs {
    /// The snapshot: the start of its id, latest, latest~N, @TIME
    #[arg(value_name = "SNAP")]
    snapshot: OsString,
    #[command(flatten)]
    filter: FilterArgs,
}

pub fn hold(args: &HoldArgs, session: &Session) -> Result<u8, CliError> {
    let repo = session.repository()?;
    let named = session.named(&repo, &args.snapshot, &args.filter.filter())?;
    if named.path.is_some() {
        return Err(CliError::Usage("a whole snapshot is held, not a path in it".into()));
    }
    let options = HoldOptions {
        host: session.host(),
        user: session.user(),
        reason: args.reason.clone(),
        now: session.now(),
    };
    hold::hold(&repo, named.id, &options)?;
    if session.json {
        json("hold", serde_json::json!({"snapshot": named.id.to_string(), "reason": args.reason}))?;
    } else if !session.global.quiet {
        line(format!("held       {} of {}", named.id.short(), named.manifest.time.local()))?;
    }
    Ok(0)
}

pub fn release(args: &ReleaseArgs, session: &Session) -> Result<u8, CliError> {
    let repo = session.repository()?;
    let named = session.named(&repo, &args.snapshot, &args.filter.filter())?;
    let released = hold::release(&repo, named.id)?;
    for hold in &released {
        if session.json {
            let (since, reason) = (hold.time.rfc3339(), &hold.reason);
            json(
                "release",
                serde_json::json!({"snapshot": named.id.to_string(), "since": since, "reason": reason, "user": hold.user, "host": hold.host}),
            )?;
        } else if !session.global.quiet {
            let who = escape(format!("{}@{}", hold.user, hold.host).as_bytes());
            let why = hold.reason.as_ref().map(|reason| format!(": {}", escape(reason.as_bytes())));
            line(format!(
                "released   {}, held since {} by {who}{}",
                named.id.short(),
                hold.time.local(),
                why.unwrap_or_default()
            ))?;
        }
    }
    if released.is_empty() && !session.json && !session.global.quiet {
        line(format!("released   nothing: {} was not held", named.id.short()))?;
    }
    Ok(0)
}

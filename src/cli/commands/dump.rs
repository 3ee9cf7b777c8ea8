//! `dump`: one file to standard output, a directory as tar.

use std::ffi::OsString;
use std::io::Write;

use clap::Args;

use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::cli::report::tree_damage;
use crate::cli::session::Session;
use crate::ops::OpsError;
use crate::ops::dump::{self, DumpOptions};
use crate::repo::ChunkReader;

const EXAMPLES: &str = "Examples:
  strongroom -r /backup/shop dump latest:shop.sql | mariadb shop
  strongroom -r /backup/shop dump latest:/srv/dumps/shop.sql.gz --decompressed | mariadb shop
  strongroom -r /backup/shop dump latest:/srv/shop/uploads | tar -t";

/// Arguments of `dump`.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct DumpArgs {
    /// The snapshot, and a file or directory in it
    #[arg(value_name = "SNAP:PATH")]
    snapshot: OsString,
    /// Write what is in compressed files that were taken apart, not the files
    #[arg(long)]
    decompressed: bool,
    #[command(flatten)]
    filter: FilterArgs,
}

pub fn run(args: &DumpArgs, session: &Session) -> Result<u8, CliError> {
    write(args, session, &mut std::io::stdout().lock())
}

/// Writes what is asked for to `out`.
pub fn write(args: &DumpArgs, session: &Session, out: &mut dyn Write) -> Result<u8, CliError> {
    let repo = session.repository()?;
    let named = session.named(&repo, &args.snapshot, &args.filter.filter())?;
    session.keep_from_prune(&repo);
    let state = session.index(&repo)?;
    let reader = ChunkReader::new(&repo, state.index.view());
    let snapshot = named.id.short();
    let options =
        DumpOptions { path: named.path.as_ref(), snapshot: &snapshot, decompressed: args.decompressed };
    match dump::run(&reader, named.manifest.root, options, out, &session.observer) {
        Err(OpsError::Output { source, .. }) => Err(CliError::Output(source)),
        other => {
            let means =
                "what follows each path named above is not in the archive, which has no mark of its end";
            Ok(tree_damage(&other?.trees_damaged, means, session.json))
        }
    }
}

//! `completions` and `man`.

use std::path::PathBuf;

use clap::{Args, CommandFactory};

use crate::cli::args::Arguments;
use crate::cli::error::CliError;
use crate::cli::report::Doing;
use crate::cli::session::Session;

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:\n  strongroom completions bash > /etc/bash_completion.d/strongroom")]
pub struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
#[command(before_help = "Examples:\n  strongroom man /usr/local/share/man/man1")]
pub struct ManArgs {
    /// Where the pages go; made if it is not there
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

pub fn completions(args: &CompletionsArgs) -> Result<u8, CliError> {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "strongroom", &mut out);
    std::io::Write::write_all(&mut std::io::stdout().lock(), &out)?;
    Ok(0)
}

pub fn man(args: &ManArgs, session: &Session) -> Result<u8, CliError> {
    session.start(Doing::Files);
    let refused = CliError::at(&args.directory);
    std::fs::create_dir_all(&args.directory).map_err(&refused)?;
    clap_mangen::generate_to(Arguments::command(), &args.directory).map_err(&refused)?;
    Ok(0)
}

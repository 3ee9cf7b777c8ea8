//! The command `strongroom`: all of it is in [`strongroom::cli`].

fn main() -> std::process::ExitCode {
    strongroom::cli::run(std::env::args_os())
}

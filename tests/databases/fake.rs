//! Programs that stand before the vendor's: they write down what they are told, or do something else.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use crate::place::Place;

/// Puts a script of this name before everything else in the `PATH` that [`command`] gives.
pub fn program(place: &Place, name: &str, script: &str) {
    let directory = place.path().join("bin");
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// A run whose `PATH` starts with the scripts, and whose user has no option files.
pub fn command(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(arguments);
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", place.path().join("bin").display()));
    command.env("HOME", place.path());
    command
}

/// Runs it and tells exit code, standard output and standard error.
pub fn run(place: &Place, arguments: &[&str]) -> (Option<i32>, String, String) {
    tell(&command(place, arguments).output().unwrap())
}

pub fn tell(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The real program behind a script.
pub fn real(name: &str) -> String {
    let found = Command::new("sh").args(["-c", &format!("command -v {name}")]).output().unwrap();
    String::from_utf8(found.stdout).unwrap().trim().to_string()
}

//! A place to try the program out in.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The password of every repository here; no output may contain it.
pub const CANARY: &str = "canary-pa55word";

/// A directory with a little data and room for a repository.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(place.path().join("data")).unwrap();
        std::fs::write(place.path().join("data/file"), "hello").unwrap();
        place
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn data(&self) -> String {
        self.path().join("data").to_str().unwrap().to_string()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command
            .args(arguments)
            .env("STRONGROOM_PASSWORD", CANARY)
            .env("STRONGROOM_CACHE_DIR", self.path().join("cache"))
            .env("STRONGROOM_STATE_DIR", self.path().join("state"))
            .env("STRONGROOM_REPO", self.path().join("repo"))
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        for text in [&output.stdout, &output.stderr] {
            assert!(!String::from_utf8_lossy(text).contains(CANARY), "{arguments:?} shows the password");
        }
        output
    }

    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn refused(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        let lines: Vec<_> = text.lines().rev().take(3).collect();
        let starts = ["try:   ", "means: ", "error: "];
        assert!(
            lines.len() == 3 && lines.iter().zip(starts).all(|(line, start)| line.starts_with(start)),
            "{text}"
        );
        text
    }
}

pub fn json(line: &str) -> serde_json::Value {
    serde_json::from_str(line).unwrap()
}

/// Bytes that do not compress, the same for the same seed.
pub fn noise(seed: u8, bytes: u64) -> Vec<u8> {
    let mut out = vec![0; usize::try_from(bytes).unwrap()];
    blake3::Hasher::new().update(&[seed]).finalize_xof().fill(&mut out);
    out
}

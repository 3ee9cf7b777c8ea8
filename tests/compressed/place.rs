//! A directory, a repository of it, and what comes back out of that.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// A directory with a repository beside it.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(place.data()).unwrap();
        place
    }

    pub fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.data().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The path in a snapshot of a name in the directory.
    pub fn stored(&self, name: &str) -> String {
        format!("latest:{}", self.data().join(name).display())
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_strongroom"));
        command.args(arguments);
        command.env("STRONGROOM_PASSWORD", "x").env("STRONGROOM_REPO", self.0.path().join("repo"));
        command.env("STRONGROOM_STATE_DIR", self.0.path().join("state"));
        command.env("STRONGROOM_CACHE_DIR", self.0.path().join("cache")).output().unwrap()
    }

    pub fn ok(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// The summary of a backup.
    pub fn backup(&self, options: &[&str]) -> Value {
        let data = self.data();
        let all = [&["--json", "backup", "--init"], options, &[data.to_str().unwrap()]].concat();
        let output = self.run(&all);
        let told = String::from_utf8(output.stderr).unwrap();
        // Some of the dumps here are cut off anywhere, which is told and is no fault.
        let is_told = told.lines().all(|line| line.contains("the file ends inside"));
        assert!(output.status.success() || output.status.code() == Some(3) && is_told, "{all:?}: {told}");
        serde_json::from_str(String::from_utf8(output.stdout).unwrap().lines().last().unwrap()).unwrap()
    }

    /// Restores everything, which ends with `code`; what is in the directory then.
    pub fn restored(&self, options: &[&str], code: i32) -> PathBuf {
        let out = self.0.path().join(format!("out-{}", options.len()));
        let source = self.stored("");
        let all =
            [&["restore", source.trim_end_matches('/'), "--target", out.to_str().unwrap()], options].concat();
        let output = self.run(&all);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{told}");
        // Whoever is told nothing got everything as it was.
        assert_eq!(code == 3, told.contains("plaintext"), "{told}");
        out
    }

    pub fn tables(&self, name: &str) -> Vec<Value> {
        let out = String::from_utf8(self.ok(&["--json", "tables", &self.stored(name)])).unwrap();
        let lines = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let tables = lines.filter(|line| line["type"] == "table");
        tables.map(|table| serde_json::json!([table["name"], table["rows"], table["bytes"]])).collect()
    }
}

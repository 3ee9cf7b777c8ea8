//! A night, a loss and a way back for five systems, each with the files and dumps that it really writes.

mod biso;
mod heratio;
mod opencart;

use std::collections::BTreeMap;
use std::path::Path;

use crate::place::{Place, json};

/// Every file below a directory, with what is in it.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(directory).unwrap().to_str().unwrap().to_string();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Writes a file, with the directories above it.
fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Rows of each table in the dumps of a snapshot, as it says by itself.
fn counted(place: &Place, snapshot: &str) -> BTreeMap<String, u64> {
    let lines = place.ok(&["--json", "tables", snapshot]);
    let tables = lines.lines().map(json).filter(|line| line["type"] == "table");
    tables.map(|line| (line["name"].as_str().unwrap().to_string(), line["rows"].as_u64().unwrap())).collect()
}

/// A path as an argument.
fn argument(path: &Path) -> String {
    path.to_str().unwrap().to_string()
}

//! A folder imports only from floors below its own; folders of one floor do not know each other.

use std::collections::BTreeSet;

use super::tokens::{CodePath, Token, paths, stands_at};
use super::{Exception, Finding, Source, assert_none};

/// The folders of the source by floor, from the ground up.
const FLOORS: &[&[&str]] = &[
    &["base"],
    &["format", "crypto", "codec", "compressed", "chunker", "nights", "delta", "parity", "sql", "retention"],
    &["backend", "index", "process", "state"],
    &["repo", "source", "target", "database"],
    &["ops"],
    &["mount", "notify"],
    &["config"],
    &["daemon"],
    &["cli"],
];

/// There are none, and none shall come.
const EXCEPTIONS: &[Exception] = &[];

/// Crates that only some folders may name: what is inside stays exchangeable, and nobody above learns of it.
const CRATES: &[(&str, &[&str])] = &[
    ("argon2", &["crypto"]),
    ("chacha20poly1305", &["crypto"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("fastcdc", &["chunker"]),
    ("indicatif", &["cli"]),
    ("lzma_rust2", &["compressed"]),
    ("minicbor", &["compressed", "format"]),
    ("redb", &["index"]),
    ("reed_solomon_simd", &["parity"]),
    ("rpassword", &["cli"]),
    ("serde_json", &["cli", "daemon", "notify"]),
    ("sha2", &["compressed"]),
    ("signal_hook", &["cli", "daemon"]),
    ("sqlparser", &["sql"]),
    ("zstd", &["codec", "compressed", "delta"]),
];

fn floor_of(folder: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&folder))
}

/// The folder of a file in `src`, and how many modules it is below the crate; `None` for `src/lib.rs`, which lists the folders.
fn place(path: &str) -> Option<(&str, usize)> {
    let below = path.strip_prefix("src/")?;
    match below.split_once('/') {
        Some((folder, rest)) => {
            let is_named = !matches!(rest.rsplit('/').next(), Some("mod.rs"));
            Some((folder, 1 + rest.matches('/').count() + usize::from(is_named)))
        }
        None if below == "main.rs" => Some(("cli", 0)),
        None => None,
    }
}

/// The folders of the crate that the code of a file names, and in which line.
fn folders_named<'a>(tokens: &[Token<'a>], modules: usize) -> Vec<(&'a str, usize)> {
    let all = paths(tokens);
    let named = all.iter().filter_map(|path| Some((*folder_named(path, modules)?, path.line)));
    // Renamed, the crate could be named without its name.
    let renamed = tokens.iter().enumerate().filter(|(at, _)| {
        ["crate", "strongroom", "self"].iter().any(|name| stands_at(tokens, *at, &[name, "as"]))
            || stands_at(tokens, *at, &["extern", "crate"])
    });
    named.chain(renamed.map(|(_, token)| ("", token.line))).collect()
}

fn folder_named<'p, 'a>(path: &'p CodePath<'a>, modules: usize) -> Option<&'p &'a str> {
    let parts: Vec<&'p &'a str> = path.parts.iter().skip_while(|part| **part == "self").collect();
    if matches!(parts.first(), Some(&&("crate" | "strongroom"))) {
        return parts.get(1).copied();
    }
    let up = parts.iter().take_while(|part| ***part == "super").count();
    if up > 0 && up >= modules + path.modules { parts.get(up).copied() } else { None }
}

fn imports_from_wrong_floors(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        let mut find = |line, what| found.push(Finding { path: source.path.clone(), line, what });
        let Some((folder, modules)) = place(&source.path) else {
            if source.path != "src/lib.rs" {
                find(0, "a file outside of the floors".to_owned());
            }
            continue;
        };
        let Some(floor) = floor_of(folder) else {
            find(0, format!("{folder} has no floor"));
            continue;
        };
        for (named, line) in folders_named(&source.tokens(), modules) {
            match floor_of(named) {
                _ if named == folder => {}
                Some(below) if below < floor => {}
                Some(other) => find(line, format!("{folder} (floor {floor}) names {named} (floor {other})")),
                None => find(line, format!("{folder} names {named:?}, which has no floor")),
            }
        }
    }
    found
}

fn crates_in_wrong_folders(sources: &[Source]) -> Vec<Finding> {
    let mut found = BTreeSet::new();
    for source in sources {
        let Some((folder, _)) = place(&source.path) else { continue };
        let tokens = source.tokens_of_the_program();
        for path in paths(&tokens) {
            let owner = CRATES.iter().find(|(name, _)| path.parts.first() == Some(name));
            if let Some((name, folders)) = owner
                && !folders.contains(&folder)
            {
                found.insert((source.path.clone(), path.line, format!("{folder} names the crate {name}")));
            }
        }
    }
    found.into_iter().map(|(path, line, what)| Finding { path, line, what }).collect()
}

#[test]
fn a_folder_imports_only_from_floors_below_its_own() {
    assert_none(&imports_from_wrong_floors(&Source::rust(&["src"])), EXCEPTIONS);
}

#[test]
fn a_crate_that_belongs_to_one_folder_is_named_there_only() {
    assert_none(&crates_in_wrong_folders(&Source::rust(&["src"])), EXCEPTIONS);
}

fn found_in(path: &str, text: &str) -> Vec<String> {
    let sources = [Source::new(path, text)];
    imports_from_wrong_floors(&sources).into_iter().map(|finding| finding.what).collect()
}

#[test]
fn an_import_from_a_floor_above_is_found() {
    let all = ["base (floor 0) names repo (floor 3)"];
    assert_eq!(found_in("src/base/id.rs", "use crate::repo::Repository;"), all);
    assert_eq!(found_in("src/base/id.rs", "fn f() { crate::repo::open() }"), all);
    assert_eq!(found_in("src/base/id.rs", "use crate::{base::Id, repo::{self, Repository}};").len(), 2);
    assert_eq!(found_in("src/base/id.rs", "pub(in crate::repo) fn f() {}"), all);
    assert_eq!(found_in("src/base/id.rs", "use strongroom::repo::Repository;"), all);
}

#[test]
fn an_import_from_the_same_floor_is_found() {
    let all = ["source (floor 3) names target (floor 3)"];
    assert_eq!(found_in("src/source/walk.rs", "use crate::target::Plan;"), all);
    assert_eq!(found_in("src/source/tests/walk.rs", "use crate::{base, target};"), all);
}

#[test]
fn an_import_by_super_is_found() {
    let all = ["backend (floor 2) names repo (floor 3)"];
    assert_eq!(found_in("src/backend/mod.rs", "use super::repo::Pack;"), all);
    assert_eq!(found_in("src/backend/local.rs", "use super::super::repo::Pack;"), all);
    assert_eq!(found_in("src/backend/local.rs", "mod tests { use super::super::super::repo::Pack; }"), all);
    assert_eq!(found_in("src/backend/double/mod.rs", "use self::super::super::repo::Pack;"), all);
    assert_eq!(found_in("src/backend/local.rs", "mod tests { use super::super::repo::Pack; }"), [""; 0]);
    assert_eq!(found_in("src/backend/double/faulty.rs", "use super::super::repo::Pack;"), [""; 0]);
}

#[test]
fn an_import_that_hides_what_it_names_is_found() {
    assert_eq!(found_in("src/base/id.rs", "use crate::*;"), ["base names \"*\", which has no floor"]);
    assert_eq!(found_in("src/base/id.rs", "use crate as room;"), ["base names \"\", which has no floor"]);
    assert_eq!(found_in("src/base/id.rs", "extern crate strongroom;").len(), 1);
    assert_eq!(found_in("src/base/id.rs", "use crate::{self as room};").len(), 2);
}

#[test]
fn a_folder_without_a_floor_is_found() {
    assert_eq!(found_in("src/util/mod.rs", ""), ["util has no floor"]);
    assert_eq!(found_in("src/errors.rs", ""), ["a file outside of the floors"]);
}

#[test]
fn imports_from_below_and_from_the_own_folder_pass() {
    let text =
        "use crate::base::Id; use crate::repo::read; use crate::format::{Entry, tree}; pub(crate) fn f() {}
        /// See [`crate::cli`].
        fn g() { crate::crypto::seal(\"crate::cli\") }";
    assert_eq!(found_in("src/repo/packs.rs", text), [""; 0]);
    assert_eq!(found_in("src/main.rs", "fn main() { strongroom::cli::run() }"), [""; 0]);
    assert_eq!(found_in("src/lib.rs", "pub mod cli; pub mod base;"), [""; 0]);
}

#[test]
fn a_crate_named_outside_of_its_folder_is_found() {
    let found = |path, text| crates_in_wrong_folders(&[Source::new(path, text)]).len();
    assert_eq!(found("src/ops/backup.rs", "use clap::Parser;"), 1);
    assert_eq!(found("src/ops/backup.rs", "fn f() { serde_json::to_string() }"), 1);
    assert_eq!(found("src/cli/mod.rs", "use clap::Parser;"), 0);
    assert_eq!(found("src/ops/backup.rs", "#[cfg(test)] mod tests { use clap::Parser; }"), 0);
}

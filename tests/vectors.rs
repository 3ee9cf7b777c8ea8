//! The test vectors of the format: bytes that a reader must take and, more of them, bytes that it must refuse.
//!
//! They are made here, from fixed keys and salts, and lie in `format-spec/vectors`; `STRONGROOM_UPDATE_VECTORS=1` writes them. Every vector
//! is decoded by the program and by the reader in Python, and every sentence on a page that begins with "a reader must refuse" has one.
#![cfg(test)]

mod vectors {
    pub mod between;
    pub mod cbor;
    pub mod chunker;
    pub mod config;
    pub mod conventions;
    pub mod decode;
    pub mod delta;
    pub mod delta_refusals;
    pub mod files;
    pub mod forgotten;
    pub mod house;
    pub mod index;
    pub mod keeping;
    pub mod keyslot;
    pub mod lease;
    pub mod loss;
    pub mod manifest;
    pub mod manifest_cost;
    pub mod objects;
    pub mod pack;
    pub mod pack_contents;
    pub mod pack_refusals;
    pub mod pages;
    pub mod parity;
    pub mod recipe;
    pub mod replay;
    pub mod repository;
    pub mod seal;
    pub mod shown;
    pub mod table_map;
    pub mod table_map_refusals;
    pub mod tree;
    pub mod tree_compressed;
    pub mod tree_entries;
    pub mod vector;
}

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;
use serde_json::Value;
use vectors::vector::{Vector, difference};
use vectors::{decode, files, pages};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("format-spec/vectors")
}

#[test]
fn the_files_are_what_is_generated() {
    let update = std::env::var_os("STRONGROOM_UPDATE_VECTORS").is_some();
    for (name, vectors) in files::all() {
        let path = folder().join(format!("{name}.json"));
        let text = files::text(&vectors);
        if update {
            std::fs::write(&path, &text).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        let line = there.lines().zip(text.lines()).position(|(a, b)| a != b);
        assert!(
            there == text,
            "{name}.json differs from line {line:?} on; STRONGROOM_UPDATE_VECTORS=1 writes it"
        );
    }
    let files: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), files::all().len(), "a file that nothing makes: {files:?}");
}

#[test]
fn names_are_not_given_twice_and_more_must_be_refused_than_taken() {
    let mut names = BTreeMap::new();
    for (file, vectors) in files::all() {
        let mut kinds: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
        for vector in &vectors {
            assert_eq!(names.insert(vector.name.clone(), file), None, "{}", vector.name);
            kinds.entry(vector.object).or_default()[usize::from(vector.is_refused())] += 1;
        }
        let [taken, refused] = kinds.values().fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
        assert!(refused > taken, "{file}: {taken} taken, {refused} refused");
        // A rule about numbers has nothing to refuse.
        for (kind, [taken, refused]) in kinds.iter().filter(|(kind, _)| !matches!(**kind, "padme" | "keys")) {
            assert!(refused > taken, "{file}, {kind}: {taken} taken, {refused} refused");
        }
    }
}

#[test]
fn the_program_takes_and_refuses_every_vector_as_it_says() {
    let stored = |vectors: &[Vector]| serde_json::from_str::<Vec<Value>>(&files::text(vectors)).unwrap();
    let all: Vec<_> = files::all()
        .into_iter()
        .flat_map(|(_, vectors)| vectors.clone().into_iter().zip(stored(&vectors)))
        .collect();
    let wrong = all.par_iter().filter_map(|(vector, stored)| {
        Some(format!("{}: {}", vector.name, complaint(vector, decode::decode(stored))?))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn complaint(vector: &Vector, decoded: Result<Value, String>) -> Option<String> {
    match (decoded, &vector.decoded) {
        (Ok(_), None) => Some("taken, but must be refused".into()),
        (Err(error), Some(_)) => Some(format!("refused: {error}")),
        (Ok(found), Some(wanted)) => difference(wanted, &found, "decoded"),
        (Err(error), None) if error.contains(vector.error) => None,
        (Err(error), None) => Some(format!("refused by another rule: {error:?}, not {:?}", vector.error)),
    }
}

#[test]
fn the_program_writes_the_first_vector_of_each_kind_as_it_is() {
    let all: Vec<_> = files::all().into_iter().flat_map(|(_, vectors)| vectors).collect();
    let first = all.iter().filter(|vector| vector.name == format!("{}-1", vector.object));
    let written: Vec<_> = first.filter_map(|vector| Some((vector, decode::rewritten(vector)?))).collect();
    assert_eq!(written.len(), 11);
    for (vector, written) in written {
        assert_eq!(written, decode::body(vector), "{}", vector.name);
    }
}

#[test]
fn the_masks_on_the_page_are_those_the_chunker_uses() {
    let page = pages::all().into_iter().find(|page| page.name == "chunker.md").unwrap();
    let masks = pages::masks(&page);
    let wanted = fastcdc::v2020::MASKS.iter().enumerate().filter(|(_, mask)| **mask != 0);
    assert_eq!(masks, wanted.map(|(at, mask)| (at, *mask)).collect());
}

#[test]
fn every_rule_of_every_page_has_a_vector_and_every_refusal_a_rule() {
    let refused: Vec<_> = files::all().into_iter().flat_map(|(_, vectors)| vectors).collect();
    let reasons: Vec<&str> = refused.iter().filter_map(|vector| vector.reason).collect();
    let rules = pages::rules();
    let without_vector = rules.iter().filter(|rule| !reasons.contains(&rule.text.as_str()));
    let without_vector: Vec<_> = without_vector.map(|rule| format!("{}: {}", rule.page, rule.text)).collect();
    assert!(without_vector.is_empty(), "rules without a vector: {without_vector:#?}");
    let without_rule: Vec<_> =
        reasons.iter().filter(|reason| !rules.iter().any(|rule| rule.text == **reason)).collect();
    assert!(without_rule.is_empty(), "reasons that stand on no page: {without_rule:#?}");
}

#[test]
fn every_page_has_a_worked_example_and_each_is_a_vector() {
    let vectors: Vec<_> = files::all().into_iter().flat_map(|(_, vectors)| vectors).collect();
    for page in pages::all() {
        let examples = pages::examples(&page);
        assert!(!examples.is_empty(), "{} has no example", page.name);
        for example in examples {
            let vector = vectors.iter().find(|vector| vector.name == example.vector);
            let vector = vector.unwrap_or_else(|| panic!("{}: no vector {}", page.name, example.vector));
            let wanted = if example.is_body { decode::body(vector) } else { vector.bytes.clone() };
            let same = example.bytes == wanted;
            assert!(same, "{}: {} is\n{}", page.name, example.vector, pages::lines(&wanted));
        }
    }
}

#[test]
fn the_python_reader_agrees_with_every_vector() {
    let Some(python) = std::env::var_os("STRONGROOM_PYTHON") else {
        assert!(std::env::var_os("CI").is_none(), "the packages of the Python reader must be there in CI");
        eprintln!(
            "skipped: STRONGROOM_PYTHON names no Python with the packages of format-spec/reader/requirements.txt"
        );
        return;
    };
    let mut command = Command::new(python);
    command.args(["-m", "reader.decode_vector"]).current_dir(folder().parent().unwrap());
    let output = command.args(files::all().iter().map(|(name, _)| format!("vectors/{name}.json"))).output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let count: usize = files::all().iter().map(|(_, vectors)| vectors.len()).sum();
    assert!(told.starts_with(&format!("{count} vectors, 0 failures")), "{told}");
}

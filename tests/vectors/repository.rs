//! Opens a repository that is in memory, checks all of it and restores all of it.

use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
use strongroom::backend::MemoryBackend;
use strongroom::base::{Observer, PackId, Progress, Silent, Warning};
use strongroom::crypto::{MessageKind, POSITION_CONTENTS};
use strongroom::format::{PackHeader, Root, Status, Trailer};
use strongroom::ops::{check, restore};
use strongroom::repo::{ChunkReader, Repository, TreeReader, open_envelope};
use strongroom::target::{DirectoryTarget, TargetOptions};

use super::decode::{master, name_of, said, store, text};
use super::{files, seal, shown};

/// A `config` for repositories that are made for a test.
pub fn config() -> Vec<u8> {
    super::config::object("config-1", &super::config::body())
}

/// The same for the repository that a vector's object is of.
pub fn config_of(vector: &Value) -> Vec<u8> {
    super::config::object_of_repository(&seal::unhex(text(vector, "repository")))
}

/// The body of a pack's table of contents.
pub fn contents_of(pack: &[u8]) -> Vec<u8> {
    let header = PackHeader::decode(&pack[..48]).unwrap();
    let trailer = Trailer::decode(&pack[pack.len() - 48..], pack.len() as u64).unwrap();
    let seal = seal::keys().seal(MessageKind::Contents, &header.salt, &pack[..48]);
    let start = pack.len() - 48 - usize::try_from(trailer.contents_bytes).unwrap();
    open_envelope(&seal, POSITION_CONTENTS, &pack[start..pack.len() - 48]).unwrap()
}

/// Keeps what a run warns of.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Observer for Heard {
    fn progress(&self, _: &Progress<'_>) {}

    fn warning(&self, warning: Warning) {
        self.0.lock().unwrap().push(format!("{}: {}", warning.subject, warning.message));
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

pub fn decode_pack(vector: &Value, bytes: &[u8]) -> Result<Value, String> {
    let name = name_of(vector, bytes);
    let config = config_of(vector);
    let store =
        store([("config".into(), config.as_slice()), (format!("packs/{}/{name}", &name[..2]), bytes)]);
    let (repo, cache) = open(vector, store)?;
    let state = repo.open_index(cache.path(), &Silent).map_err(said)?;
    if let Some(error) = state.packs_unreadable.first() {
        return Err(error.to_string());
    }
    let reader = ChunkReader::new(&repo, state.index.view());
    let scan = repo
        .scan_pack(PackId::new(*blake3::Hash::from_hex(&name).unwrap().as_bytes()), &reader)
        .map_err(said)?;
    if !scan.damage.is_empty() {
        return Err(scan.damage.iter().map(ToString::to_string).collect());
    }
    let contents = scan.contents.unwrap();
    let mut plaintexts = Map::new();
    for chunk in contents.regions.iter().flat_map(|region| &region.chunks) {
        plaintexts.insert(chunk.id.to_string(), seal::hex(&reader.chunk(&chunk.id).map_err(said)?).into());
    }
    Ok(json!({"regions": shown::regions(&contents), "plaintexts": plaintexts}))
}

fn open(vector: &Value, store: Arc<MemoryBackend>) -> Result<(Repository, tempfile::TempDir), String> {
    Ok((Repository::open_with_master(store, master(vector)).map_err(said)?, tempfile::tempdir().unwrap()))
}

/// Everything is checked and everything restored.
pub fn decode(vector: &Value, bytes: &[u8]) -> Result<Value, String> {
    let others = vector["objects"].as_object().unwrap();
    let others: Vec<_> = others.iter().map(|(name, hex)| (name.clone(), files::bytes(hex))).collect();
    let all = std::iter::once(("config".to_owned(), bytes));
    let store = store(all.chain(others.iter().map(|(name, bytes)| (name.clone(), bytes.as_slice()))));
    let (repo, cache) = open(vector, store)?;
    let options = check::CheckOptions { read_data: 1.0, seed: 0 };
    let report = check::run(&repo, cache.path(), &options, &Silent).map_err(said)?;
    let state = repo.open_index(cache.path(), &Silent).map_err(said)?;
    let reader = ChunkReader::new(&repo, state.index.view());
    let snapshots = repo.snapshots().map_err(said)?.whole;
    let mut restored = vec![];
    for (_, manifest) in &snapshots {
        restored.push(content(&reader, manifest.root)?);
    }
    if !report.errors.is_empty() {
        return Err(report.errors.join("; "));
    }
    let latest = snapshots.iter().rposition(|(_, manifest)| manifest.status == Status::Complete);
    let ids: Vec<_> = snapshots.iter().map(|(id, _)| id.to_string()).collect();
    Ok(
        json!({"snapshots": ids, "latest": latest.map(|at| &ids[at]), "files": latest.map(|at| &restored[at])}),
    )
}

/// The digests of a snapshot's files by path, after they were restored.
fn content(reader: &ChunkReader, root: Root) -> Result<Map<String, Value>, String> {
    let (place, heard) = (tempfile::tempdir().unwrap(), Heard::default());
    let target = DirectoryTarget::create(&place.path().join("to"), TargetOptions::default()).unwrap();
    let options = restore::RestoreOptions::default();
    let report = restore::run(reader, root, &target, &options, &heard).map_err(said)?;
    let heard = heard.0.lock().unwrap();
    if !report.damaged.is_empty() {
        return Err(heard.join("; "));
    }
    let mut entries = TreeReader::new(reader, root).map_err(said)?;
    let mut files = Map::new();
    while let Some(entry) = entries.next_entry().map_err(said)? {
        let path = place.path().join("to").join(std::str::from_utf8(entry.path.as_bytes()).unwrap());
        if entry.content.is_some() {
            let digest = blake3::hash(&std::fs::read(path).unwrap());
            files.insert(seal::hex(entry.path.as_bytes()), digest.to_hex().as_str().into());
        }
    }
    Ok(files)
}

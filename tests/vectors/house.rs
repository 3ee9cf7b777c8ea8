//! A whole repository that is being made, as small as it can be.

use serde_json::{Map, Value, json};
use strongroom::format::ObjectKind;

use super::cbor::{self, bytes, uint};
use super::pack::{Parts, Region};
use super::repository::config;
use super::tree::{child, file, node, record};
use super::vector::Vector;
use super::{manifest, seal};

/// A repository that is being made.
#[derive(Clone)]
pub struct House {
    pub name: String,
    pub chunks: Vec<Vec<u8>>,
    pub objects: Map<String, Value>,
}

impl House {
    pub fn new(name: &str) -> Self {
        Self { name: format!("repository-{name}"), chunks: vec![], objects: Map::new() }
    }

    /// The id of a chunk, which will be in a pack.
    pub fn chunk(&mut self, plain: &[u8]) -> [u8; 32] {
        if !self.chunks.iter().any(|held| held == plain) {
            self.chunks.push(plain.to_vec());
        }
        *seal::keys().chunk_id(plain).as_bytes()
    }

    pub fn node(&mut self, level: u8, items: &[cbor::Map]) -> Node {
        let plain = node(level, items);
        Node { id: self.chunk(&plain), bytes: plain.len() as u64, level }
    }

    pub fn put(&mut self, folder: &str, object: &[u8]) -> String {
        let id = blake3::hash(object).to_hex().to_string();
        self.objects.insert(format!("{folder}/{id}"), seal::hex(object).into());
        id
    }

    /// Stores the chunks and a snapshot of the tree.
    pub fn snapshot(mut self, root: &Node) -> Self {
        self.put_pack();
        self.put_manifest(&manifest::of_root(root.id, root.bytes, root.level.into()));
        self
    }

    fn put_pack(&mut self) {
        let chunks: Vec<&[u8]> = self.chunks.iter().map(Vec::as_slice).collect();
        let pack = Parts::new(&self.name, &[Region::stored(&chunks)]).bytes();
        let fan = blake3::hash(&pack).to_hex()[..2].to_owned();
        self.put(&format!("packs/{fan}"), &pack);
    }

    pub fn put_manifest(&mut self, body: &cbor::Map) -> String {
        let name = format!("{} manifest {}", self.name, self.objects.len());
        self.put("snapshots", &seal::object(ObjectKind::Manifest, &name, &body.bytes()))
    }

    pub fn taken(self, files: &[(&str, &[u8])]) -> Vector {
        let digest = |content: &[u8]| blake3::hash(content).to_hex().as_str().into();
        let files: Map<String, Value> =
            files.iter().map(|(path, content)| (seal::hex(path.as_bytes()), digest(content))).collect();
        Vector::taken("repository", self.name, config(), json!({ "files": files }))
            .with("objects", self.objects)
    }

    pub fn refused(self, reason: &'static str, error: &'static str) -> Vector {
        Vector::refused("repository", self.name, config(), reason, error).with("objects", self.objects)
    }
}

pub struct Node {
    pub id: [u8; 32],
    pub bytes: u64,
    pub level: u8,
}

impl Node {
    pub fn below(&self, first: &str, entries: u64) -> cbor::Map {
        child(first.as_bytes(), self.id, self.bytes, entries)
    }
}

/// A file whose content is one chunk.
pub fn one_chunk(house: &mut House, path: &str, content: &[u8]) -> cbor::Map {
    let id = house.chunk(content);
    let length = u32::try_from(content.len()).unwrap();
    file(path.as_bytes()).with(15, uint(length.into())).with(20, bytes(record(id, length)))
}

pub fn recipe(path: &str, size: u64, depth: u64, records: &[Vec<u8>]) -> cbor::Map {
    file(path.as_bytes()).with(15, uint(size)).with(19, uint(depth)).with(20, bytes(records.concat()))
}

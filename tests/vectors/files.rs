//! The files of vectors and how they are written: one field a line, so that a change is seen as what it is.

use std::sync::OnceLock;

use serde_json::Value;

use super::vector::Vector;
use super::{
    between, chunker, config, conventions, delta, forgotten, index, keeping, keyslot, lease, loss, manifest,
    pack, pack_contents, parity, recipe, replay, seal, table_map, tree, tree_compressed, tree_entries,
};

/// Every file's name and vectors.
pub fn all() -> Vec<(&'static str, Vec<Vector>)> {
    static ALL: OnceLock<Vec<(&str, Vec<Vector>)>> = OnceLock::new();
    ALL.get_or_init(|| {
        vec![
            ("chunker", chunker::vectors()),
            ("config", config::vectors()),
            ("conventions", conventions::vectors()),
            ("delta", delta::vectors()),
            ("index", index::vectors()),
            ("keyslot", keyslot::vectors()),
            ("keeping", keeping::vectors()),
            ("lease", lease::vectors()),
            ("loss", loss::vectors()),
            ("manifest", manifest::vectors()),
            ("pack", [pack::vectors(), pack_contents::vectors()].concat()),
            ("parity", parity::vectors()),
            ("recipe", recipe::vectors()),
            ("replay", replay::vectors()),
            ("repository", [between::vectors(), forgotten::vectors()].concat()),
            ("table-map", table_map::vectors()),
            ("tree", [tree::vectors(), tree_entries::vectors(), tree_compressed::vectors()].concat()),
        ]
    })
    .clone()
}

/// The JSON of a file.
pub fn text(vectors: &[Vector]) -> String {
    let vectors: Vec<String> =
        vectors.iter().map(|vector| format!("  {{\n{}\n  }}", fields(vector))).collect();
    format!("[\n{}\n]\n", vectors.join(",\n"))
}

fn fields(vector: &Vector) -> String {
    let expect = if vector.is_refused() { "refused" } else { "ok" };
    let mut fields: Vec<(&str, Value)> = vec![
        ("name", vector.name.as_str().into()),
        ("object", vector.object.into()),
        ("expect", expect.into()),
    ];
    fields.extend(vector.reason.map(|reason| ("reason", reason.into())));
    fields.extend(vector.fields.clone());
    fields.push(("hex", hex(&vector.bytes)));
    fields.extend(vector.decoded.clone().map(|decoded| ("decoded", decoded)));
    let lines: Vec<_> = fields.iter().map(|(key, value)| format!("    \"{key}\": {value}")).collect();
    lines.join(",\n")
}

/// Bytes as hex; bytes with a long run of the same one in them as pairs of hex and how many times it stands there.
pub fn hex(bytes: &[u8]) -> Value {
    const RUN: usize = 1024;
    let mut parts: Vec<Value> = vec![];
    let mut plain = vec![];
    for run in bytes.chunk_by(|a, b| a == b) {
        if run.len() < RUN {
            plain.extend_from_slice(run);
            continue;
        }
        if !plain.is_empty() {
            parts.push(serde_json::json!([seal::hex(&std::mem::take(&mut plain)), 1]));
        }
        parts.push(serde_json::json!([seal::hex(&run[..1]), run.len()]));
    }
    if parts.is_empty() {
        return seal::hex(bytes).into();
    }
    if !plain.is_empty() {
        parts.push(serde_json::json!([seal::hex(&plain), 1]));
    }
    parts.into()
}

/// The bytes that [`hex`] shows.
pub fn bytes(hex: &Value) -> Vec<u8> {
    if let Some(text) = hex.as_str() {
        return seal::unhex(text);
    }
    let parts = hex.as_array().unwrap().iter().map(|part| {
        seal::unhex(part[0].as_str().unwrap()).repeat(part[1].as_u64().unwrap().try_into().unwrap())
    });
    parts.collect::<Vec<_>>().concat()
}

//! One vector: bytes, what is known beside them, and what a reader must make of them.

use serde_json::Value;

use super::seal;

/// Bytes and the verdict on them.
#[derive(Debug, Clone)]
pub struct Vector {
    pub name: String,
    /// Which decoder: the table of `format-spec/reader/README.md`, "Vectors".
    pub object: &'static str,
    /// What a reader knows beside the bytes.
    pub fields: Vec<(&'static str, Value)>,
    pub bytes: Vec<u8>,
    /// What comes out of bytes that must be taken.
    pub decoded: Option<Value>,
    /// Which rule of a page refuses the bytes, in its words.
    pub reason: Option<&'static str>,
    /// What the program's own refusal has in it: not part of the vector.
    pub error: &'static str,
}

/// Objects that nobody opens without the master key.
const SEALED: [&str; 11] = [
    "config",
    "forgotten",
    "hold",
    "index",
    "lease",
    "loss",
    "manifest",
    "mark",
    "message",
    "pack",
    "repository",
];

impl Vector {
    fn new(object: &'static str, name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let mut fields = vec![];
        if SEALED.contains(&object) {
            fields.push(("master", seal::hex(&seal::master()).into()));
        }
        if SEALED.contains(&object) || object == "keyslot" {
            fields.push(("repository", seal::hex(&seal::repository()).into()));
        }
        Self { name: name.into(), object, fields, bytes, decoded: None, reason: None, error: "" }
    }

    /// Bytes that decode to something that has all fields of `decoded`.
    pub fn taken(object: &'static str, name: impl Into<String>, bytes: Vec<u8>, decoded: Value) -> Self {
        Self { decoded: Some(decoded), ..Self::new(object, name, bytes) }
    }

    /// Bytes that a rule refuses; `error` is in what the program says then.
    pub fn refused(
        object: &'static str,
        name: impl Into<String>,
        bytes: Vec<u8>,
        reason: &'static str,
        error: &'static str,
    ) -> Self {
        Self { reason: Some(reason), error, ..Self::new(object, name, bytes) }
    }

    /// With something else that is known, or something known to be another.
    pub fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.fields.retain(|(held, _)| *held != key);
        self.fields.push((key, value.into()));
        self
    }

    pub fn is_refused(&self) -> bool {
        self.decoded.is_none()
    }
}

/// What is another in `found` than in `wanted`; only the fields that `wanted` has are compared, arrays in full.
pub fn difference(wanted: &Value, found: &Value, place: &str) -> Option<String> {
    let other = || Some(format!("{place} is {found}, not {wanted}"));
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted.iter().find_map(|(key, wanted)| {
            let found = found.get(key).unwrap_or(&Value::Null);
            difference(wanted, found, &format!("{place}.{key}"))
        }),
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => {
            let mut pairs = wanted.iter().zip(found).enumerate();
            pairs.find_map(|(at, (wanted, found))| difference(wanted, found, &format!("{place}[{at}]")))
        }
        _ if wanted == found => None,
        _ => other(),
    }
}

/// The bytes with the one at `at` changed to `to`.
pub fn changed(bytes: &[u8], at: usize, to: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    assert_ne!(bytes[at], to, "nothing is changed at {at}");
    bytes[at] = to;
    bytes
}

/// The bytes with one bit of the byte at `at` turned over.
pub fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    changed(bytes, at, bytes[at] ^ 0x10)
}

/// The bytes and one more.
pub fn longer(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[0]].concat()
}

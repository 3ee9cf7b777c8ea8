//! Tree nodes that are nearly right: whole items with keys changed, added, left out or of another type.
#![no_main]

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use strongroom_fuzz::node_law;

#[derive(Debug, Arbitrary)]
struct Node {
    level: u8,
    items: Vec<Item>,
}

#[derive(Debug, Arbitrary)]
struct Item {
    path: Vec<u8>,
    kind: u8,
    without: Option<u8>,
    changed: Vec<(u8, Value)>,
}

#[derive(Debug, Clone, Arbitrary)]
enum Value {
    Uint(u64),
    Small(u8),
    Negative(u32),
    Bytes(Vec<u8>),
    Zeros(u16),
    Text(String),
    Array(Vec<Value>),
    Map(Vec<(u8, Value)>),
    Simple(u8),
    Unknown(u8),
}

fuzz_target!(|node: Node| {
    let level = node.level % 3;
    let mut bytes = vec![level, 1, 0, 0];
    bytes.extend_from_slice(&u32::try_from(node.items.len()).unwrap().to_le_bytes());
    for item in &node.items {
        let mut map = if level == 0 { entry(item) } else { child() };
        map.insert(1, Value::Bytes(item.path.clone()));
        for (key, value) in &item.changed {
            map.insert(key % 24, value.clone());
        }
        if let Some(key) = item.without {
            map.remove(&(key % 24));
        }
        Value::Map(map.into_iter().collect()).encode(&mut bytes);
    }
    node_law::holds(&bytes);
});

/// An entry that is right but for its path.
fn entry(item: &Item) -> BTreeMap<u8, Value> {
    let kind = 1 + item.kind % 6;
    let mut map: BTreeMap<_, _> = [3, 4, 5, 8, 10, 12].map(|key| (key, Value::Small(7))).into();
    map.insert(2, Value::Small(kind));
    match kind {
        3 => drop(map.insert(16, Value::Bytes(b"x".to_vec()))),
        5 | 6 => drop(map.insert(17, Value::Array(vec![Value::Small(1), Value::Small(3)]))),
        _ => {}
    }
    map
}

/// A child that is right but for its path.
fn child() -> BTreeMap<u8, Value> {
    [(2, Value::Zeros(32)), (3, Value::Small(9)), (4, Value::Small(1))].into()
}

impl Value {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Uint(number) => head(0, *number, out),
            Self::Small(number) => head(0, (*number).into(), out),
            Self::Negative(number) => head(1, (*number).into(), out),
            Self::Bytes(bytes) => {
                head(2, bytes.len() as u64, out);
                out.extend_from_slice(bytes);
            }
            Self::Zeros(count) => {
                head(2, (*count).into(), out);
                out.resize(out.len() + usize::from(*count), 0);
            }
            Self::Text(text) => {
                head(3, text.len() as u64, out);
                out.extend_from_slice(text.as_bytes());
            }
            Self::Array(values) => {
                head(4, values.len() as u64, out);
                values.iter().for_each(|value| value.encode(out));
            }
            Self::Map(pairs) => {
                head(5, pairs.len() as u64, out);
                for (key, value) in pairs {
                    head(0, (*key).into(), out);
                    value.encode(out);
                }
            }
            Self::Simple(number) => out.push(0xe0 | number % 32),
            // A string, array or map whose length is not said.
            Self::Unknown(major) => out.push(0x5f | (major % 4) << 5),
        }
    }
}

/// The shortest head with this argument.
fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let bytes = argument.to_be_bytes();
    let (info, skipped) = match argument {
        0..24 => return out.push(major << 5 | bytes[7]),
        24..=0xff => (24, 7),
        0x100..=0xffff => (25, 6),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 0),
    };
    out.push(major << 5 | info);
    out.extend_from_slice(&bytes[skipped..]);
}

//! CBOR by hand, so that vectors can have in them what no encoder writes.

/// An item.
#[derive(Debug, Clone)]
pub enum Item {
    Uint(u64),
    /// Minus one minus this.
    Negative(u64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Item>),
    Map(Map),
    /// Any bytes.
    Raw(Vec<u8>),
}

/// A map with integer keys.
#[derive(Debug, Clone, Default)]
pub struct Map(pub Vec<(u64, Item)>);

impl Map {
    /// With this key, in the place that its order gives it, and only once.
    pub fn with(mut self, key: u64, item: Item) -> Self {
        self.0.retain(|(held, _)| *held != key);
        let at = self.0.iter().position(|(held, _)| *held > key).unwrap_or(self.0.len());
        self.0.insert(at, (key, item));
        self
    }

    pub fn without(mut self, key: u64) -> Self {
        let before = self.0.len();
        self.0.retain(|(held, _)| *held != key);
        assert_ne!(self.0.len(), before, "there is no key {key}");
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = head(5, self.0.len() as u64);
        for (key, item) in &self.0 {
            out.extend(head(0, *key));
            out.extend(item.bytes());
        }
        out
    }
}

impl Item {
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Uint(value) => head(0, *value),
            Self::Negative(value) => head(1, *value),
            Self::Bytes(bytes) => [head(2, bytes.len() as u64), bytes.clone()].concat(),
            Self::Text(text) => [head(3, text.len() as u64), text.as_bytes().to_vec()].concat(),
            Self::Array(items) => {
                let items = items.iter().flat_map(Self::bytes);
                head(4, self.len() as u64).into_iter().chain(items).collect()
            }
            Self::Map(map) => map.bytes(),
            Self::Raw(bytes) => bytes.clone(),
        }
    }

    fn len(&self) -> usize {
        if let Self::Array(items) = self { items.len() } else { 0 }
    }
}

fn head(major: u8, argument: u64) -> Vec<u8> {
    let [.., e, f, g, h] = argument.to_be_bytes();
    match argument {
        0..24 => vec![major << 5 | h],
        24..0x100 => vec![major << 5 | 24, h],
        0x100..0x1_0000 => vec![major << 5 | 25, g, h],
        0x1_0000..0x1_0000_0000 => vec![major << 5 | 26, e, f, g, h],
        _ => [&[major << 5 | 27], argument.to_be_bytes().as_slice()].concat(),
    }
}

pub fn uint(value: u64) -> Item {
    Item::Uint(value)
}

pub fn bytes(bytes: impl Into<Vec<u8>>) -> Item {
    Item::Bytes(bytes.into())
}

pub fn text(text: &str) -> Item {
    Item::Text(text.into())
}

pub fn array<const N: usize>(items: [Item; N]) -> Item {
    Item::Array(items.into())
}

pub fn map<const N: usize>(items: [(u64, Item); N]) -> Map {
    Map(items.into())
}

/// A time after 1970.
pub fn time(seconds: u64, nanos: u64) -> Item {
    array([uint(seconds), uint(nanos)])
}

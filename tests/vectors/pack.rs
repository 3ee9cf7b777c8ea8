//! Whole packs.

use serde_json::{Map, Value, json};
use strongroom::base::Encoding;
use strongroom::crypto::{MessageKind, POSITION_CONTENTS, POSITION_PADDING, Seal};
use strongroom::format::{ChunkRecord, Contents, PackHeader, RegionKind, RegionRecord, Trailer, padme};

use super::vector::Vector;
use super::{delta, pack_refusals, seal, shown};

/// A region as it will be, right or wrong.
#[derive(Clone)]
pub struct Region {
    pub chunks: Vec<Vec<u8>>,
    pub encoding: Encoding,
    /// What is sealed.
    pub encoded: Vec<u8>,
    /// The plaintexts of the chunks it is based on.
    pub bases: Vec<Vec<u8>>,
    pub depth: u8,
    pub kind: RegionKind,
}

impl Region {
    pub fn stored(chunks: &[&[u8]]) -> Self {
        Self {
            chunks: chunks.iter().map(|chunk| chunk.to_vec()).collect(),
            encoding: Encoding::Stored,
            encoded: chunks.concat(),
            bases: vec![],
            depth: 0,
            kind: RegionKind::Content,
        }
    }

    pub fn framed(chunks: &[&[u8]]) -> Self {
        Self { encoding: Encoding::Zstd, encoded: seal::frame(&chunks.concat()), ..Self::stored(chunks) }
    }

    /// A delta that makes no use of its bases.
    pub fn based(chunks: &[&[u8]], bases: &[&[u8]], depth: u8) -> Self {
        let bases = bases.iter().map(|base| base.to_vec()).collect();
        let encoded = delta::inserting(&chunks.concat());
        Self { encoding: Encoding::Delta, encoded, bases, depth, ..Self::stored(chunks) }
    }
}

impl Region {
    /// A delta that cannot be read without its bases.
    pub fn leaning(chunks: &[&[u8]], bases: &[&[u8]], depth: u8) -> Self {
        Self { encoded: delta::leaning(&chunks.concat()), ..Self::based(chunks, bases, depth) }
    }
}

/// A pack in its parts, so that each can be another.
#[derive(Clone)]
pub struct Parts {
    pub header: Vec<u8>,
    pub messages: Vec<Vec<u8>>,
    padding: Vec<u8>,
    pub sealed: Vec<u8>,
    trailer: Vec<u8>,
}

fn seal_of(kind: MessageKind, header: &[u8]) -> Seal {
    seal::keys().seal(kind, header[16..].try_into().unwrap(), header)
}

pub fn contents(regions: &[Region]) -> Contents {
    let keys = seal::keys();
    let record = |chunk: &Vec<u8>| ChunkRecord {
        id: keys.chunk_id(chunk),
        plain_bytes: chunk.len().try_into().unwrap(),
    };
    let regions = regions.iter().map(|region| RegionRecord {
        stored_bytes: (region.encoded.len() + 16).try_into().unwrap(),
        encoding: region.encoding,
        depth: region.depth,
        kind: region.kind,
        chunks: region.chunks.iter().map(record).collect(),
        bases: region.bases.iter().map(|base| keys.chunk_id(base)).collect(),
    });
    Contents { regions: regions.collect() }
}

impl Parts {
    pub fn new(name: &str, regions: &[Region]) -> Self {
        Self::with(name, regions, &contents(regions))
    }

    /// A pack whose table of contents is this one, whatever is in its regions.
    pub fn with(name: &str, regions: &[Region], contents: &Contents) -> Self {
        let header = PackHeader { salt: seal::made_of(name) }.encode();
        let seal = seal_of(MessageKind::Region, &header);
        let messages =
            (0..).zip(regions).map(|(at, region)| seal::message_after(&seal, at, &[], &region.encoded));
        let parts =
            Self { messages: messages.collect(), padding: vec![], sealed: vec![], trailer: vec![], header };
        parts.with_sealed(POSITION_CONTENTS, &seal::envelope(&contents.encode().unwrap())).padded(padme)
    }

    /// With this as what is sealed as its table of contents.
    pub fn with_sealed(mut self, position: u64, plain: &[u8]) -> Self {
        self.sealed =
            seal::message_after(&seal_of(MessageKind::Contents, &self.header), position, &[], plain);
        self.trailed()
    }

    pub fn trailed(mut self) -> Self {
        self.trailer = Trailer::of(&self.sealed).unwrap().encode();
        self
    }

    pub fn padded(mut self, length: impl Fn(usize) -> usize) -> Self {
        self.padding.clear();
        let bare = self.bytes().len();
        let mut padding = vec![0; length(bare) - bare];
        seal_of(MessageKind::Region, &self.header).seal(POSITION_PADDING, &mut padding).unwrap();
        padding.truncate(padding.len() - 16);
        Self { padding, ..self }
    }

    pub fn bytes(&self) -> Vec<u8> {
        [&self.header, &self.messages.concat(), &self.padding, &self.sealed, &self.trailer]
            .into_iter()
            .flatten()
            .copied()
            .collect()
    }
}

fn taken(name: &str, regions: &[Region]) -> Vector {
    let parts = Parts::new(&format!("pack-{name}"), regions);
    let keys = seal::keys();
    let chunks = regions.iter().flat_map(|region| &region.chunks);
    let plaintexts: Map<String, Value> =
        chunks.map(|chunk| (keys.chunk_id(chunk).to_string(), seal::hex(chunk).into())).collect();
    let decoded = json!({"regions": shown::regions(&contents(regions)), "plaintexts": plaintexts});
    Vector::taken("pack", format!("pack-{name}"), parts.bytes(), decoded)
}

pub fn refused(name: &str, bytes: Vec<u8>, reason: &'static str, error: &'static str) -> Vector {
    Vector::refused("pack", format!("pack-{name}"), bytes, reason, error)
}

pub fn vectors() -> Vec<Vector> {
    [takens(), pack_refusals::vectors()].concat()
}

/// A text, one a line of which is another, and how a delta says the one by the other.
pub fn edited() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let line = |n: u8| format!("line {n} of a text that is edited\n");
    let before: String = (0..8).map(line).collect();
    let after = before.replace("line 3", "line three");
    let (same, all) = (before.find('3').unwrap() as u64, before.len() as u64);
    let delta = delta::of(&[(0, 0, same), (5, -4, all - same - 1)], b"three");
    (before.into_bytes(), after.into_bytes(), delta)
}

fn takens() -> Vec<Vector> {
    let (before, after, encoded) = edited();
    let (text, packed) = seal::text();
    let base = Region::stored(&[&before[..100], &before[100..]]);
    let bases = base.chunks.clone();
    let delta = Region { encoded, bases, ..Region::based(&[&after], &[], 1) };
    let again = Region::based(&[b"on top of a delta"], &[&after, &before[..100]], 2);
    let compressed = Region {
        encoded: packed,
        kind: RegionKind::Metadata,
        ..Region::framed(&[&text[..300], &text[300..]])
    };
    let plain = Parts::new("pack-without-padding", &[Region::stored(&[b"hello"])]).padded(|bare| bare);
    let further =
        Parts::new("pack-padded-further", &[Region::stored(&[b"hello"])]).padded(|bare| padme(bare) + 1000);
    let hello = json!({"plaintexts": {seal::keys().chunk_id(b"hello").to_string(): seal::hex(b"hello")}});
    vec![
        taken("1", &[Region::stored(&[b"hello"])]),
        taken("of-all-codecs", &[base, compressed, delta, again]),
        taken("of-nothing", &[]),
        taken("of-a-chunk-twice", &[Region::stored(&[b"twice", b"twice"]), Region::framed(&[b"twice"])]),
        taken(
            "of-a-base-that-comes-later",
            &[Region::based(&[b"new"], &[b"old"], 1), Region::stored(&[b"old"])],
        ),
        Vector::taken("pack", "pack-without-padding", plain.bytes(), hello.clone()),
        Vector::taken("pack", "pack-padded-further", further.bytes(), hello),
    ]
}

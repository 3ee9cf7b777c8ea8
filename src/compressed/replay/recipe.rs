#![doc = include_str!("../../../format-spec/replay.md")]

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Decoder, Encode};

use super::Producer;
use crate::base::limits::{
    COMPRESSED_TAIL_BYTES_MAX, REPLAY_EMPTY_BYTES_MAX, REPLAY_HEADER_BYTES_MAX, REPLAY_RECIPE_BYTES_MAX,
};
use crate::compressed::deflate::{DeflateParameters, Flavour, Matching};

/// Body and trailer of a member without plaintext. No other has less.
const EMPTY_MEMBER_BYTES: u64 = 10;

const GZIP: u8 = 1;
const ZLIB: u8 = 1;
const GNU: u8 = 2;
const PIGZ: u8 = 3;

/// Why bytes are not a recipe that this program can follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
    /// It is not the CBOR of a recipe.
    #[error("no replay recipe: {0}")]
    Cbor(String),
    /// Longer than a recipe may be.
    #[error("a replay recipe of {bytes} bytes is too long")]
    Long {
        /// Its length.
        bytes: usize,
    },
    /// A field has a value that it cannot have.
    #[error("replay recipe: impossible {0}")]
    Value(&'static str),
    /// Made by a later version of this program.
    #[error("replay recipe: {what} {number} is not known to this program")]
    Unknown {
        /// Which field.
        what: &'static str,
        /// Its value.
        number: u8,
    },
}

/// Members in a row that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberRun {
    /// How many, at least one.
    pub count: u64,
    /// Plaintext of each.
    pub plain_bytes: u64,
    /// Which of the producers wrote them.
    pub producer: usize,
    /// Which of the headers they have.
    pub header: usize,
}

/// All that a gzip file is besides its plaintext.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayRecipe {
    /// Who wrote members.
    pub producers: Vec<Producer>,
    /// Headers of members as they stand in the file.
    pub headers: Vec<Vec<u8>>,
    /// The members in order.
    pub members: Vec<MemberRun>,
    /// Zeros behind the last member.
    pub zeros: u64,
    /// What follows those.
    pub garbage: Vec<u8>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct RecipeWire {
    #[n(1)]
    version: u8,
    #[n(2)]
    format: u8,
    #[n(3)]
    producers: Vec<ProducerWire>,
    #[n(4)]
    headers: Vec<ByteVec>,
    #[n(5)]
    members: Vec<MemberWire>,
    #[n(6)]
    zeros: Option<u64>,
    #[n(7)]
    garbage: Option<ByteVec>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct ProducerWire {
    #[n(1)]
    kind: u8,
    #[n(2)]
    level: u8,
    #[n(3)]
    strategy: Option<u8>,
    #[n(4)]
    memory: Option<u8>,
    #[n(5)]
    rsyncable: Option<bool>,
    #[n(6)]
    block_bytes: Option<u32>,
    #[n(7)]
    independent: Option<bool>,
    #[n(8)]
    one_thread: Option<bool>,
    #[n(9)]
    ends_flushed: Option<bool>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct MemberWire {
    #[n(0)]
    count: u64,
    #[n(1)]
    plain_bytes: u64,
    #[n(2)]
    producer: u32,
    #[n(3)]
    header: u32,
}

impl ReplayRecipe {
    /// Plaintext of the whole file; `None` if that is more than there can be.
    pub fn plain_bytes(&self) -> Option<u64> {
        self.members
            .iter()
            .try_fold(0_u64, |sum, run| sum.checked_add(run.count.checked_mul(run.plain_bytes)?))
    }

    /// What the file has at least, whatever the plaintext: headers, trailers, two bytes of each body and what follows; `None` if that is more
    /// than there can be.
    pub fn bytes_min(&self) -> Option<u64> {
        self.members.iter().try_fold(self.zeros.checked_add(self.garbage.len() as u64)?, |sum, run| {
            let header = self.headers.get(run.header)?;
            sum.checked_add(run.count.checked_mul(header.len() as u64 + EMPTY_MEMBER_BYTES)?)
        })
    }

    /// Bytes of members without plaintext, the body taken for two: what a short recipe could make much of.
    fn bytes_without_plaintext(&self) -> Option<u64> {
        let empty = self.members.iter().filter(|run| run.plain_bytes == 0);
        empty.filter_map(|run| Some((run.count, self.headers.get(run.header)?))).try_fold(
            0_u64,
            |sum, (count, header)| {
                sum.checked_add(count.checked_mul(header.len() as u64 + EMPTY_MEMBER_BYTES)?)
            },
        )
    }

    /// The recipe as bytes.
    ///
    /// # Errors
    /// [`RecipeError`] for what a reader would refuse.
    pub fn encode(&self) -> Result<Vec<u8>, RecipeError> {
        self.check()?;
        let wire = RecipeWire {
            version: 1,
            format: GZIP,
            producers: self.producers.iter().map(ProducerWire::from_producer).collect(),
            headers: self.headers.iter().map(|header| header.clone().into()).collect(),
            members: self.members.iter().map(MemberWire::from_run).collect(),
            zeros: (self.zeros > 0).then_some(self.zeros),
            garbage: (!self.garbage.is_empty()).then(|| self.garbage.clone().into()),
        };
        let bytes = minicbor::to_vec(&wire).map_err(|error| RecipeError::Cbor(error.to_string()))?;
        if bytes.len() > REPLAY_RECIPE_BYTES_MAX {
            return Err(RecipeError::Long { bytes: bytes.len() });
        }
        Ok(bytes)
    }

    /// The recipe in `bytes`.
    ///
    /// # Errors
    /// [`RecipeError`] for everything that the page says must be refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, RecipeError> {
        if bytes.len() > REPLAY_RECIPE_BYTES_MAX {
            return Err(RecipeError::Long { bytes: bytes.len() });
        }
        let mut decoder = Decoder::new(bytes);
        let wire: RecipeWire = decoder.decode().map_err(|error| RecipeError::Cbor(error.to_string()))?;
        if decoder.position() != bytes.len() {
            return Err(RecipeError::Cbor("bytes after it".into()));
        }
        if wire.version != 1 {
            return Err(RecipeError::Unknown { what: "version", number: wire.version });
        }
        if wire.format != GZIP {
            return Err(RecipeError::Unknown { what: "format", number: wire.format });
        }
        let recipe = Self {
            producers: wire.producers.iter().map(ProducerWire::producer).collect::<Result<_, _>>()?,
            headers: wire.headers.into_iter().map(Into::into).collect(),
            members: wire.members.iter().map(MemberWire::run).collect(),
            zeros: wire.zeros.unwrap_or_default(),
            garbage: wire.garbage.map(Into::into).unwrap_or_default(),
        };
        recipe.check()?;
        Ok(recipe)
    }

    fn check(&self) -> Result<(), RecipeError> {
        let refuse_unless = |holds, what| if holds { Ok(()) } else { Err(RecipeError::Value(what)) };
        refuse_unless(self.producers.iter().all(Producer::is_possible), "producer")?;
        let is_header = |header: &Vec<u8>| {
            header.starts_with(&[0x1f, 0x8b, 8]) && (10..=REPLAY_HEADER_BYTES_MAX).contains(&header.len())
        };
        refuse_unless(self.headers.iter().all(is_header), "header of a member")?;
        refuse_unless(!self.members.is_empty(), "number of members")?;
        refuse_unless(self.members.iter().all(|run| run.count > 0), "number of members")?;
        let has_parts =
            |run: &MemberRun| run.producer < self.producers.len() && run.header < self.headers.len();
        refuse_unless(self.members.iter().all(has_parts), "number of a producer or header")?;
        refuse_unless(self.plain_bytes().is_some(), "length of the plaintext")?;
        let is_little = |bytes: Option<u64>| bytes.is_some_and(|bytes| bytes <= REPLAY_EMPTY_BYTES_MAX);
        refuse_unless(is_little(Some(self.zeros)), "number of zeros")?;
        refuse_unless(is_little(self.bytes_without_plaintext()), "number of members without plaintext")?;
        refuse_unless(self.garbage.len() <= COMPRESSED_TAIL_BYTES_MAX, "length of what follows the members")
    }
}

impl MemberWire {
    fn from_run(run: &MemberRun) -> Self {
        let (producer, header) = (run.producer as u32, run.header as u32);
        Self { count: run.count, plain_bytes: run.plain_bytes, producer, header }
    }

    const fn run(&self) -> MemberRun {
        let (producer, header) = (self.producer as usize, self.header as usize);
        MemberRun { count: self.count, plain_bytes: self.plain_bytes, producer, header }
    }
}

const STRATEGIES: [Matching; 5] =
    [Matching::Default, Matching::Filtered, Matching::HuffmanOnly, Matching::Rle, Matching::Fixed];

impl ProducerWire {
    fn from_producer(producer: &Producer) -> Self {
        let parameters = producer.parameters();
        let strategy = STRATEGIES.iter().position(|strategy| *strategy == parameters.strategy);
        let mut wire = Self {
            kind: PIGZ,
            level: parameters.level,
            strategy: strategy.filter(|strategy| *strategy > 0).map(|strategy| strategy as u8),
            memory: None,
            rsyncable: None,
            block_bytes: None,
            independent: None,
            one_thread: None,
            ends_flushed: None,
        };
        match (*producer, parameters.flavour) {
            (Producer::Pigz { block_bytes, is_independent, is_one_thread, .. }, _) => {
                wire.block_bytes = Some(block_bytes);
                wire.independent = is_independent.then_some(true);
                wire.one_thread = is_one_thread.then_some(true);
            }
            (Producer::Stream { ends_flushed, .. }, Flavour::Zlib { memory }) => {
                (wire.kind, wire.memory) = (ZLIB, Some(memory));
                wire.ends_flushed = ends_flushed.then_some(true);
            }
            (_, Flavour::Gnu { rsyncable }) => (wire.kind, wire.rsyncable) = (GNU, rsyncable.then_some(true)),
        }
        wire
    }

    fn producer(&self) -> Result<Producer, RecipeError> {
        let strategy = usize::from(self.strategy.unwrap_or_default());
        let strategy = *STRATEGIES.get(strategy).ok_or(RecipeError::Value("producer"))?;
        let flavour = match self.kind {
            ZLIB => Flavour::Zlib { memory: self.memory.ok_or(RecipeError::Value("producer"))? },
            GNU => Flavour::Gnu { rsyncable: self.rsyncable.unwrap_or_default() },
            PIGZ => Flavour::Zlib { memory: 8 },
            number => return Err(RecipeError::Unknown { what: "producer", number }),
        };
        let parameters = DeflateParameters { flavour, level: self.level, strategy };
        let is_set = |flag: Option<bool>| flag.unwrap_or_default();
        if self.kind != PIGZ {
            return Ok(Producer::Stream { parameters, ends_flushed: is_set(self.ends_flushed) });
        }
        Ok(Producer::Pigz {
            parameters,
            block_bytes: self.block_bytes.ok_or(RecipeError::Value("producer"))?,
            is_independent: is_set(self.independent),
            is_one_thread: is_set(self.one_thread),
        })
    }
}

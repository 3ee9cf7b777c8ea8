#![doc = include_str!("../../format-spec/config.md")]

use minicbor::{Decode, Encode};

use super::cbor::{self, Time};
use super::{FORMAT_VERSION, FormatError, refuse_unless};
use crate::base::limits;
use crate::base::{Fields, RepositoryId, Timestamp};

/// Bytes before the sealed message.
pub const HEADER_BYTES: usize = 80;
const MAGIC: [u8; 8] = *b"STRGCONF";
const DIGEST_BYTES: usize = 32;

/// The plaintext start of `config`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigHeader {
    /// The lowest format version a reader must know.
    pub oldest_reader: u16,
    /// The lowest format version a writer must know.
    pub oldest_writer: u16,
    /// Which repository it is.
    pub repository: RepositoryId,
    /// Makes the key of the sealed part.
    pub salt: [u8; 32],
}

impl ConfigHeader {
    /// The 80 bytes before the sealed message.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES);
        out.extend_from_slice(&MAGIC);
        for number in [1, self.oldest_reader, self.oldest_writer, 0] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(self.repository.as_bytes());
        out.extend_from_slice(&self.salt);
        out
    }

    /// Splits the object `config` into its header and its sealed message, after its digest was compared.
    ///
    /// # Errors
    /// [`FormatError::Digest`], [`FormatError::Layout`], [`FormatError::Newer`].
    pub fn decode(object: &[u8]) -> Result<(Self, &[u8]), FormatError> {
        let (rest, digest) = object.split_last_chunk::<DIGEST_BYTES>().ok_or(FormatError::Digest)?;
        if blake3::hash(rest) != *digest {
            return Err(FormatError::Digest);
        }
        let mut fields = Fields::new(rest);
        fields.magic(MAGIC)?;
        fields.version(1)?;
        let oldest_reader = fields.u16_le()?;
        let oldest_writer = fields.u16_le()?;
        fields.zeros(2)?;
        if oldest_reader > FORMAT_VERSION {
            return Err(FormatError::Newer { needed: oldest_reader, known: FORMAT_VERSION });
        }
        let repository = RepositoryId::new(fields.array()?);
        let salt = fields.array()?;
        Ok((Self { oldest_reader, oldest_writer, repository, salt }, fields.take(fields.left())?))
    }

    /// The whole object from the header and the sealed message.
    pub fn finish(&self, sealed: &[u8]) -> Vec<u8> {
        let mut out = self.encode();
        out.extend_from_slice(sealed);
        let digest = blake3::hash(&out);
        out.extend_from_slice(digest.as_bytes());
        out
    }
}

/// What writers of a repository share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    /// Smallest, average and largest chunk in bytes.
    pub chunk_bytes: [u32; 3],
    /// Normalization level of the chunker.
    pub normalization: u8,
    /// Plaintext bytes at which a region is closed.
    pub region_bytes: u32,
    /// Bytes of a full pack.
    pub pack_bytes: u32,
    /// Deepest chain of delta regions a writer makes.
    pub delta_depth: u8,
    /// Parity in percent of a pack.
    pub parity_percent: u8,
}

#[expect(clippy::cast_possible_truncation, reason = "the limits are far below 2^32")]
impl Default for Parameters {
    fn default() -> Self {
        Self {
            chunk_bytes: [
                limits::CHUNK_BYTES_MIN as u32,
                limits::CHUNK_BYTES_AVERAGE as u32,
                limits::CHUNK_BYTES_MAX as u32,
            ],
            normalization: limits::CHUNK_NORMALIZATION,
            region_bytes: limits::REGION_BYTES_TARGET as u32,
            pack_bytes: limits::PACK_BYTES_FULL as u32,
            delta_depth: 0,
            parity_percent: 0,
        }
    }
}

/// The sealed part of `config`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// When the repository was made.
    pub created: Timestamp,
    /// What writers share.
    pub parameters: Parameters,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Wire {
    #[n(1)]
    created: Time,
    #[n(2)]
    chunk_min: u32,
    #[n(3)]
    chunk_average: u32,
    #[n(4)]
    chunk_max: u32,
    #[n(5)]
    normalization: u8,
    #[n(6)]
    region_bytes: u32,
    #[n(7)]
    pack_bytes: u32,
    #[n(8)]
    delta_depth: u8,
    #[n(9)]
    parity_percent: u8,
}

impl Config {
    /// The envelope's body.
    ///
    /// # Errors
    /// [`FormatError::Value`] for parameters that a reader would refuse.
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        check(&self.parameters)?;
        let Parameters { chunk_bytes, normalization, region_bytes, pack_bytes, delta_depth, parity_percent } =
            self.parameters;
        let [chunk_min, chunk_average, chunk_max] = chunk_bytes;
        let created = Time(self.created);
        cbor::encode(&Wire {
            created,
            chunk_min,
            chunk_average,
            chunk_max,
            normalization,
            region_bytes,
            pack_bytes,
            delta_depth,
            parity_percent,
        })
    }

    /// The parameters in an envelope's body.
    ///
    /// # Errors
    /// [`FormatError::Cbor`], [`FormatError::Value`].
    pub fn decode(body: &[u8]) -> Result<Self, FormatError> {
        let wire: Wire = cbor::decode(body)?;
        let parameters = Parameters {
            chunk_bytes: [wire.chunk_min, wire.chunk_average, wire.chunk_max],
            normalization: wire.normalization,
            region_bytes: wire.region_bytes,
            pack_bytes: wire.pack_bytes,
            delta_depth: wire.delta_depth,
            parity_percent: wire.parity_percent,
        };
        check(&parameters)?;
        Ok(Self { created: wire.created.0, parameters })
    }
}

fn check(parameters: &Parameters) -> Result<(), FormatError> {
    let [min, average, max] = parameters.chunk_bytes;
    let even = parameters.chunk_bytes.iter().all(|bytes| bytes.is_multiple_of(2));
    refuse_unless(even && 0 < min && min < average && average < max && max <= 1 << 24, "chunk sizes")?;
    refuse_unless(average.is_power_of_two(), "average chunk size")?;
    refuse_unless(parameters.normalization <= 3, "normalization level")?;
    refuse_unless((1 << 20..=1 << 30).contains(&parameters.pack_bytes), "bytes of a full pack")?;
    refuse_unless((max..=1 << 24).contains(&parameters.region_bytes), "bytes of a region")?;
    refuse_unless(parameters.delta_depth <= limits::DELTA_DEPTH_ACCEPTED, "depth of delta regions")?;
    refuse_unless(parameters.parity_percent <= 100, "parity")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> ConfigHeader {
        ConfigHeader {
            oldest_reader: 1,
            oldest_writer: 1,
            repository: RepositoryId::new([3; 32]),
            salt: [4; 32],
        }
    }

    #[test]
    fn a_config_that_was_changed_or_cut_anywhere_is_refused() {
        let object = header().finish(b"sealed");
        assert_eq!(ConfigHeader::decode(&object), Ok((header(), b"sealed".as_slice())));
        for at in 0..object.len() {
            let mut changed = object.clone();
            changed[at] ^= 0x10;
            assert_eq!(ConfigHeader::decode(&changed), Err(FormatError::Digest), "byte {at}");
            assert!(ConfigHeader::decode(&object[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_newer_repository_is_named_as_that() {
        let object = ConfigHeader { oldest_reader: 2, ..header() }.finish(b"");
        assert_eq!(ConfigHeader::decode(&object), Err(FormatError::Newer { needed: 2, known: 1 }));
        let newer_writer = ConfigHeader { oldest_writer: 2, ..header() }.finish(b"");
        assert!(ConfigHeader::decode(&newer_writer).is_ok());
    }

    #[test]
    fn parameters_come_back_and_impossible_ones_are_refused() {
        let config = Config { created: Timestamp::new(-5, 7), parameters: Parameters::default() };
        assert_eq!(Config::decode(&config.encode().unwrap()), Ok(config));
        let odd = Parameters { chunk_bytes: [3, 8, 16], ..Parameters::default() };
        assert!(Config { parameters: odd, ..config }.encode().is_err());
        let tiny = Parameters { pack_bytes: 1000, ..Parameters::default() };
        assert!(Config { parameters: tiny, ..config }.encode().is_err());
    }
}

//! What stands in an entry of a compressed file besides its plaintext: keys 22 to 25.

use minicbor::{Decoder, Encoder};

use super::super::recipe::{decode_records, encode_records};
use super::super::{Compressed, CompressedFormat, FormatError, Record, Replay, refuse_unless};
use super::item::EncodeError;
use crate::base::limits::{REPLAY_RECIPE_BYTES_INLINE_MAX, REPLAY_RECIPE_BYTES_MAX};

const fn format_number(format: CompressedFormat) -> u8 {
    match format {
        CompressedFormat::Gzip => 1,
        CompressedFormat::Zstd => 2,
        CompressedFormat::Xz => 3,
    }
}

const fn format_of(number: u8) -> Option<CompressedFormat> {
    Some(match number {
        1 => CompressedFormat::Gzip,
        2 => CompressedFormat::Zstd,
        3 => CompressedFormat::Xz,
        _ => return None,
    })
}

/// How many keys it takes.
pub fn keys(compressed: &Compressed) -> usize {
    2 + usize::from(compressed.replay.is_some())
}

/// Writes the keys.
pub fn write(compressed: &Compressed, e: &mut Encoder<&mut Vec<u8>>) -> Result<(), EncodeError> {
    e.u8(22)?.u64(compressed.plain_bytes)?;
    match &compressed.replay {
        Some(Replay::Inline(recipe)) => {
            e.u8(23)?.bytes(recipe)?;
        }
        Some(Replay::Stored(records)) => {
            let mut bytes = Vec::new();
            encode_records(records, &mut bytes);
            e.u8(24)?.bytes(&bytes)?;
        }
        None => {}
    }
    e.u8(25)?.u8(format_number(compressed.format))?;
    Ok(())
}

/// What holds of every compressed file, written or read.
pub fn check(compressed: &Compressed) -> Result<(), FormatError> {
    let field = "length of a replay recipe";
    match &compressed.replay {
        None => Ok(()),
        Some(Replay::Inline(recipe)) => {
            refuse_unless((1..=REPLAY_RECIPE_BYTES_INLINE_MAX).contains(&recipe.len()), field)
        }
        Some(Replay::Stored(records)) => {
            refuse_unless(!records.iter().any(Record::is_hole), "hole in a replay recipe")?;
            let bytes: u64 = records.iter().map(|record| u64::from(record.bytes)).sum();
            refuse_unless((1..=REPLAY_RECIPE_BYTES_MAX as u64).contains(&bytes), field)
        }
    }
}

/// The keys as they are read.
#[derive(Default)]
pub struct RawCompressed<'a> {
    plain_bytes: Option<u64>,
    recipe: Option<&'a [u8]>,
    records: Option<&'a [u8]>,
    format: Option<u8>,
}

impl<'a> RawCompressed<'a> {
    /// Takes the value of a key; `false` if that is none of these.
    pub fn field(&mut self, key: u64, d: &mut Decoder<'a>) -> Result<bool, minicbor::decode::Error> {
        match key {
            22 => self.plain_bytes = Some(d.u64()?),
            23 => self.recipe = Some(d.bytes()?),
            24 => self.records = Some(d.bytes()?),
            25 => self.format = Some(d.u8()?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What they say together.
    pub fn compressed(self) -> Result<Option<Box<Compressed>>, FormatError> {
        let format = self.format.map(|number| {
            format_of(number).ok_or(FormatError::Value { field: "compressed format of a file" })
        });
        let replay = match (self.recipe, self.records) {
            (None, None) => None,
            (Some(recipe), None) => Some(Replay::Inline(recipe.to_vec())),
            (None, Some(records)) => Some(Replay::Stored(decode_records(records)?)),
            (Some(_), Some(_)) => return Err(FormatError::Value { field: "number of replay recipes" }),
        };
        match (self.plain_bytes, format.transpose()?) {
            (Some(plain_bytes), Some(format)) => {
                Ok(Some(Box::new(Compressed { format, plain_bytes, replay })))
            }
            (None, None) if replay.is_none() => Ok(None),
            _ => Err(FormatError::Value { field: "fields of a compressed file" }),
        }
    }
}

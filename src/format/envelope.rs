#![doc = include_str!("../../format-spec/conventions.md")]
//!
//! This module has the envelope and the padding rule; compressing and sealing are done where the keys are.

use super::{FormatError, refuse_unless, to_u32};
use crate::base::limits::OBJECT_BYTES_ACCEPTED;
use crate::base::{Encoding, Fields};

const HEADER_BYTES: usize = 12;
const BYTES_MIN: usize = 256;

/// What is sealed in most objects: a body, perhaps compressed, and padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// Stored or one zstd frame.
    pub encoding: Encoding,
    /// Length of the body after decompression, in bytes.
    pub plain_bytes: u32,
    /// The body as it stands.
    pub body: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// The envelope's bytes, padded.
    ///
    /// # Errors
    /// [`FormatError::Value`] if the body is over 4 GiB.
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        let bytes = padded_bytes(self.body.len());
        let mut out = Vec::with_capacity(bytes + 16);
        out.extend_from_slice(&to_u32(self.body.len(), "body length")?.to_le_bytes());
        out.extend_from_slice(&self.plain_bytes.to_le_bytes());
        out.push(self.encoding.number());
        out.extend_from_slice(&[0; 3]);
        out.extend_from_slice(self.body);
        out.resize(bytes, 0);
        Ok(out)
    }

    /// The envelope in `bytes`, which must be the whole of it.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused; decompression is checked by who decompresses.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut fields = Fields::new(bytes);
        let body_bytes = fields.u32_le()? as usize;
        let plain_bytes = fields.u32_le()?;
        let encoding = Encoding::from_number(fields.u8()?);
        fields.zeros(3)?;
        let body = fields.take(body_bytes)?;
        fields.zeros(fields.left())?;
        refuse_unless(bytes.len() == padded_bytes(body_bytes), "length of an envelope")?;
        refuse_unless(u64::from(plain_bytes) <= OBJECT_BYTES_ACCEPTED, "plain length")?;
        let encoding = match encoding {
            Some(Encoding::Stored) if body_bytes == plain_bytes as usize => Encoding::Stored,
            Some(Encoding::Zstd) => Encoding::Zstd,
            _ => return Err(FormatError::Value { field: "codec of an envelope" }),
        };
        Ok(Self { encoding, plain_bytes, body })
    }
}

fn padded_bytes(body_bytes: usize) -> usize {
    padme(BYTES_MIN.max(HEADER_BYTES + body_bytes))
}

/// The length that hides `bytes`: Padme of "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs".
pub const fn padme(bytes: usize) -> usize {
    if bytes < 2 {
        return bytes;
    }
    let exponent = bytes.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1_usize << (exponent - kept)) - 1;
    (bytes + mask) & !mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padme_gives_the_papers_lengths_and_at_most_a_thirty_second_more_for_large_ones() {
        assert_eq!([0, 1, 2, 3, 8, 9, 100, 1000].map(padme), [0, 1, 2, 3, 8, 10, 104, 1024]);
        for bytes in (65_536..5_000_000).step_by(997) {
            assert!(padme(bytes) >= bytes && (padme(bytes) - bytes) * 32 <= bytes, "{bytes}");
        }
    }

    #[test]
    fn an_envelope_hides_its_length_and_gives_the_body_back() {
        let envelope = Envelope { encoding: Encoding::Stored, plain_bytes: 5, body: b"hello" };
        let bytes = envelope.encode().unwrap();
        assert_eq!(bytes.len(), 256);
        assert_eq!(Envelope::decode(&bytes), Ok(envelope));
    }

    #[test]
    fn what_is_not_exactly_an_envelope_is_refused() {
        let good = Envelope { encoding: Encoding::Stored, plain_bytes: 5, body: b"hello" }.encode().unwrap();
        let changed = |at: usize, to: u8| {
            let mut bytes = good.clone();
            bytes[at] = to;
            Envelope::decode(&bytes).is_err()
        };
        assert!(changed(0, 4) && changed(0, 255) && changed(3, 1), "body length");
        assert!(changed(4, 6), "plain length of a stored body");
        assert!(changed(8, 2) && changed(8, 9), "codec");
        assert!(changed(9, 1), "reserved");
        assert!(changed(17, 1) && changed(255, 1), "padding");
        assert!(
            Envelope::decode(&good[..255]).is_err()
                && Envelope::decode(&[good.as_slice(), &[0]].concat()).is_err()
        );
        assert!(Envelope::decode(&[]).is_err());
    }
}

//! CBOR as the format uses it: whole, and nothing after it.

use minicbor::{Decode, Decoder, Encode, Encoder};

use super::FormatError;
use crate::base::Timestamp;

pub fn decode<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, FormatError> {
    let mut decoder = Decoder::new(bytes);
    let value = decoder.decode().map_err(|error| refused(&error))?;
    if decoder.position() == bytes.len() {
        Ok(value)
    } else {
        Err(FormatError::Cbor("bytes after it".into()))
    }
}

pub fn encode<T: Encode<()>>(value: &T) -> Result<Vec<u8>, FormatError> {
    minicbor::to_vec(value).map_err(|error| FormatError::Cbor(error.to_string()))
}

pub fn refused(error: &minicbor::decode::Error) -> FormatError {
    FormatError::Cbor(error.to_string())
}

/// A time on the wire: an array of seconds and nanoseconds.
#[derive(Debug, Clone, Copy)]
pub struct Time(pub Timestamp);

impl<C> Encode<C> for Time {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?.i64(self.0.seconds)?.u32(self.0.nanos)?;
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for Time {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        if d.array()? != Some(2) {
            return Err(minicbor::decode::Error::message("a time is an array of two"));
        }
        let time = Timestamp { seconds: d.i64()?, nanos: d.u32()? };
        if time.nanos > 999_999_999 {
            return Err(minicbor::decode::Error::message("nanoseconds over a second"));
        }
        Ok(Self(time))
    }
}

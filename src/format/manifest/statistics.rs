//! The numbers of a manifest as they stand in CBOR.

use minicbor::{Decode, Encode};

use super::{ContentCost, Statistics};
use crate::format::{FormatError, refuse_unless};

#[derive(Encode, Decode, Default)]
#[cbor(map)]
pub(super) struct StatisticsWire {
    #[n(1)]
    files: Option<u64>,
    #[n(2)]
    directories: Option<u64>,
    #[n(3)]
    others: Option<u64>,
    #[n(4)]
    bytes: Option<u64>,
    #[n(5)]
    files_new: Option<u64>,
    #[n(6)]
    files_changed: Option<u64>,
    #[n(7)]
    files_unmodified: Option<u64>,
    #[n(8)]
    bytes_added: Option<u64>,
    #[n(9)]
    bytes_stored: Option<u64>,
    #[n(10)]
    warnings: Option<u64>,
    #[n(11)]
    chunks_new: Option<u64>,
    #[n(12)]
    content_new: Option<u64>,
    #[n(13)]
    content_delta: Option<u64>,
}

impl From<Statistics> for StatisticsWire {
    fn from(s: Statistics) -> Self {
        let some = |value: u64| (value > 0).then_some(value);
        Self {
            files: some(s.files),
            directories: some(s.directories),
            others: some(s.others),
            bytes: some(s.bytes),
            files_new: some(s.files_new),
            files_changed: some(s.files_changed),
            files_unmodified: some(s.files_unmodified),
            bytes_added: some(s.bytes_added),
            bytes_stored: some(s.bytes_stored),
            warnings: some(s.warnings),
            chunks_new: some(s.chunks_new),
            content_new: s.content.map(|content| content.new),
            content_delta: s.content.map(|content| content.delta),
        }
    }
}

impl TryFrom<StatisticsWire> for Statistics {
    type Error = FormatError;

    fn try_from(wire: StatisticsWire) -> Result<Self, FormatError> {
        refuse_unless(wire.content_new.is_some() == wire.content_delta.is_some(), "content that was stored")?;
        let content = wire.content_new.zip(wire.content_delta);
        let stored = wire.bytes_stored.unwrap_or(0);
        let is_within =
            content.is_none_or(|(new, delta)| new.checked_add(delta).is_some_and(|sum| sum <= stored));
        refuse_unless(is_within, "content that was stored")?;
        Ok(Self {
            files: wire.files.unwrap_or(0),
            directories: wire.directories.unwrap_or(0),
            others: wire.others.unwrap_or(0),
            bytes: wire.bytes.unwrap_or(0),
            files_new: wire.files_new.unwrap_or(0),
            files_changed: wire.files_changed.unwrap_or(0),
            files_unmodified: wire.files_unmodified.unwrap_or(0),
            bytes_added: wire.bytes_added.unwrap_or(0),
            bytes_stored: wire.bytes_stored.unwrap_or(0),
            warnings: wire.warnings.unwrap_or(0),
            chunks_new: wire.chunks_new.unwrap_or(0),
            content: content.map(|(new, delta)| ContentCost { new, delta }),
        })
    }
}

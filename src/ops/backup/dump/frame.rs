//! Header and footer of a dump: their bytes, which stand in the map, and whether the line is there that comes last.

use std::collections::HashMap;

use crate::format::table_map::{MapSection, MapSectionKind, TEXT_BYTES_MAX};
use crate::ops::dumps::{LACKS_ITS_END, is_end};
use crate::sql::{self, Section, SectionKind};

/// What is in a dump, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DumpTally {
    /// Tables with a definition or rows.
    pub tables: u64,
    /// Rows of all of them.
    pub rows: u64,
    /// Why it is not whole, if that is so.
    pub lacks: Option<&'static str>,
}

/// What is known of a dump's first section and its last.
#[derive(Debug, Default)]
pub struct Frame {
    /// Bytes of short headers and footers that wait to be closed, by where they begin.
    texts: HashMap<u64, Vec<u8>>,
    has_begun: bool,
    /// The line that should be in the last section.
    closing: Option<&'static [u8]>,
    is_closed: bool,
    note: Option<&'static str>,
}

impl Frame {
    /// Keeps the bytes of short headers and footers that the lexer has told of; `window` begins at `from`.
    pub fn keep<'s>(&mut self, told: impl Iterator<Item = &'s Section>, from: u64, window: &[u8]) {
        let place = |offset: u64| usize::try_from(offset.checked_sub(from)?).ok();
        for section in told {
            let is_frame = matches!(section.kind, SectionKind::Header | SectionKind::Footer);
            let (start, end) = (section.range.start, section.range.end);
            if !is_frame || end - start > TEXT_BYTES_MAX as u64 || self.texts.contains_key(&start) {
                continue;
            }
            let bytes = place(start).zip(place(end)).and_then(|(start, end)| window.get(start..end));
            if let Some(bytes) = bytes {
                self.texts.insert(start, bytes.to_vec());
            }
        }
    }

    /// Gives the next section the bytes that were kept of it, and looks at what it is; `note` is why it is not whole.
    pub fn close(&mut self, map: &mut MapSection, start: u64, note: Option<&'static str>) {
        map.text = self.texts.remove(&start).unwrap_or_default();
        if !std::mem::replace(&mut self.has_begun, true) && map.kind == MapSectionKind::Header {
            self.closing = sql::closing_line(&map.text);
        }
        if let Some(closing) = self.closing.filter(|_| map.bytes > 0) {
            self.is_closed = is_end(map, closing);
        }
        if !map.is_whole {
            self.note = self.note.or(note);
        }
    }

    /// Why the dump is not whole, if that is so.
    pub fn lacks(&self) -> Option<&'static str> {
        let is_closed = self.closing.is_none() || self.is_closed;
        self.note.or((!is_closed).then_some(LACKS_ITS_END))
    }
}

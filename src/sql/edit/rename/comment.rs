//! The comments in which dump programs name what follows.

use std::ops::Range;

use super::super::super::Dialect;
use super::super::path::between;
use super::super::places::Class;
use super::{Change, Renames};

impl Renames {
    /// Changes names in comments that stand in `range` of the text, where there is nothing but comments and blanks.
    pub(super) fn comments(&self, text: &[u8], range: Range<usize>, changes: &mut Vec<Change>) {
        let mut start = range.start;
        for line in text.get(range).unwrap_or_default().split_inclusive(|byte| *byte == b'\n') {
            let here = start;
            start += line.len();
            if !line.starts_with(b"--") {
                continue;
            }
            let change = match self.dialect {
                Dialect::MySql => self.in_backticks(line),
                Dialect::Postgres => self.in_tag(line),
                Dialect::Sqlite => None,
            };
            changes.extend(change.map(|(range, new)| (here + range.start..here + range.end, new)));
        }
    }

    /// `` -- Table structure for table `t` ``
    fn in_backticks(&self, line: &[u8]) -> Option<Change> {
        let start = line.iter().position(|byte| *byte == b'`')?;
        let end = line.iter().rposition(|byte| *byte == b'`').filter(|end| *end > start)?;
        let name = line.get(start + 1..end)?;
        let new = self.find(Class::Relation, None, name)?;
        Some((start..end + 1, between(b'`', &on_one_line(new))))
    }

    /// `-- Name: t t_pkey; Type: CONSTRAINT; Schema: public; Owner: o`: words between the colon and the type.
    fn in_tag(&self, line: &[u8]) -> Option<Change> {
        let starts: [&[u8]; 2] = [b"-- Name: ", b"-- Data for Name: "];
        let start = starts.iter().find(|start| line.starts_with(start))?.len();
        let tail = line.get(start..)?;
        let end = tail.windows(8).position(|part| part == b"; Type: ")?;
        let tag = tail.get(..end)?;
        let mut out = vec![];
        let mut at = 0;
        while let Some(rest) = tag.get(at..).filter(|rest| !rest.is_empty()) {
            let is_start = at == 0 || tag.get(at - 1).is_some_and(|byte| matches!(byte, b' ' | b'.'));
            let word = rest.iter().position(|byte| matches!(byte, b' ' | b'.')).unwrap_or(rest.len());
            // A name may have blanks and dots itself: all that is left is tried, then one word.
            let found = [rest.len(), word]
                .into_iter()
                .filter(|_| is_start)
                .find_map(|bytes| Some((bytes, self.find(Class::Relation, None, rest.get(..bytes)?)?)));
            let (bytes, new) = found.unwrap_or((1, rest.get(..1)?));
            out.extend_from_slice(&on_one_line(new));
            at += bytes;
        }
        Some((start..start + end, out))
    }
}

/// A name as a comment can have it: what ends a line would end the comment.
fn on_one_line(name: &[u8]) -> Vec<u8> {
    name.iter().map(|byte| if byte.is_ascii_control() { b' ' } else { *byte }).collect()
}

//! Sections on their way out: read again where they have rows, changed as asked, framed as a client needs them.

use std::io::Write;

use super::read::{self, Given, Stretch};
use super::text::{Dump, Texts};
use crate::format::table_map::MapSectionKind as Kind;
use crate::ops::OpsError;
use crate::repo::PlacedSection;
use crate::sql::Dialect;
use crate::sql::edit::{Editor, Edits};

/// Writes sections, in the order of `numbers`; those in `of_table` must speak of the table. How many statements did not.
///
/// # Errors
/// Those of reading chunks; [`OpsError::Output`].
pub fn sections(
    dump: Dump<'_>,
    numbers: &[usize],
    of_table: &[usize],
    texts: &Texts,
    edits: Edits,
    writing: &mut Writing<'_>,
) -> Result<u64, OpsError> {
    let passes = !edits.renames.changes_data();
    let mut editing = Editing { dialect: dump.dialect(), editor: Editor::new(dump.dialect(), edits), passes };
    let placed = |number: usize| dump.map.sections.get(number);
    let mut stretches = vec![];
    for number in numbers {
        if let (Some(placed), None) = (placed(*number), texts.get(*number)) {
            stretches.push(Stretch::Bytes { range: placed.range.clone(), anchor: placed.anchor });
        }
        stretches.push(Stretch::End(*number));
    }
    let mut ahead = numbers.iter().copied().peekable();
    let mut is_open = false;
    let mut stretches = stretches.into_iter().map(Ok);
    read::read(dump.reader, dump.recipe, &mut stretches, dump.observer, &mut |given| {
        let Some((number, section)) = ahead.peek().and_then(|number| Some((*number, placed(*number)?)))
        else {
            return Ok(());
        };
        let is_of_table = of_table.binary_search(&number).is_ok();
        match given {
            Given::Bytes(bytes) => {
                if !std::mem::replace(&mut is_open, true) {
                    editing.begin(section, is_of_table, writing)?;
                }
                editing.push(section, bytes, writing)
            }
            Given::Run(_) => Ok(()),
            Given::End(_) => {
                ahead.next();
                match texts.get(number) {
                    Some(text) => {
                        editing.begin(section, is_of_table, writing)?;
                        editing.push(section, &framed(section, editing.dialect, text), writing)?;
                        editing.end(section, writing)
                    }
                    None if std::mem::take(&mut is_open) => editing.end(section, writing),
                    None => Ok(()),
                }
            }
        }
    })?;
    Ok(editing.editor.unnamed())
}

struct Editing {
    dialect: Dialect,
    editor: Editor,
    /// Rows go out as they are.
    passes: bool,
}

impl Editing {
    fn begin(
        &mut self,
        placed: &PlacedSection,
        is_of_table: bool,
        writing: &mut Writing<'_>,
    ) -> Result<(), OpsError> {
        let delimiter = placed.section.delimiter.as_deref();
        self.editor.begin(delimiter, is_of_table);
        match delimiter {
            Some(delimiter) => writing.write(&[b"DELIMITER ", delimiter, b"\n"].concat()),
            None => Ok(()),
        }
    }

    fn push(
        &mut self,
        placed: &PlacedSection,
        bytes: &[u8],
        writing: &mut Writing<'_>,
    ) -> Result<(), OpsError> {
        if self.passes && placed.section.kind == Kind::TableData {
            return writing.write(bytes);
        }
        let mut done = Ok(());
        self.editor.push(bytes, &mut |bytes| {
            if done.is_ok() {
                done = writing.write(bytes);
            }
        });
        done
    }

    fn end(&mut self, placed: &PlacedSection, writing: &mut Writing<'_>) -> Result<(), OpsError> {
        let mut done = Ok(());
        self.editor.end(&mut |bytes| {
            if done.is_ok() {
                done = writing.write(bytes);
            }
        });
        done?;
        if placed.section.delimiter.is_some() {
            let end: &[u8] = if writing.ends_line { b"" } else { b"\n" };
            writing.write(&[end, b"DELIMITER ;\n"].concat())?;
        }
        Ok(())
    }
}

/// A section as a client takes it by itself: with its delimiter, and without what only the dump's own program understands.
pub fn standing_alone(placed: &PlacedSection, dialect: Dialect, text: &[u8]) -> Vec<u8> {
    let text = framed(placed, dialect, text);
    match &placed.section.delimiter {
        None => text,
        Some(delimiter) => {
            let end: &[u8] = if text.ends_with(b"\n") { b"" } else { b"\n" };
            [b"DELIMITER ", delimiter.as_slice(), b"\n", &text, end, b"DELIMITER ;\n"].concat()
        }
    }
}

/// A section's text without the lines that only the dump's own program understands, and with what has to come first.
fn framed(placed: &PlacedSection, dialect: Dialect, text: &[u8]) -> Vec<u8> {
    match (placed.section.kind, &placed.section.table) {
        (Kind::Header | Kind::Footer, _) => without_client_lines(text),
        // SQLite has counted while the rows were inserted.
        (Kind::SequenceValue, Some(table)) if dialect == Dialect::Sqlite => {
            let name = table.name.iter().flat_map(|byte| match byte {
                b'\'' => vec![b'\'', b'\''],
                byte => vec![*byte],
            });
            let name: Vec<u8> = name.collect();
            [b"DELETE FROM sqlite_sequence WHERE name='".as_slice(), &name, b"';\n", text].concat()
        }
        (Kind::Schema | Kind::Type | Kind::Extension | Kind::Function, _) => without_drops(text),
        _ => text.to_vec(),
    }
}

/// What a table needs is made and never dropped first: others may need it too.
fn without_drops(text: &[u8]) -> Vec<u8> {
    let mut is_made = false;
    let mut lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    lines.retain(|line| {
        is_made |= line.starts_with(b"CREATE");
        is_made || !line.starts_with(b"DROP ")
    });
    lines.concat()
}

/// Without the line that turns on the sandbox of MariaDB's client, those that restrict `psql` to a key of the dump's, and comments on where
/// replication goes on, which is true of the whole dump on its server only.
pub fn without_client_lines(bytes: &[u8]) -> Vec<u8> {
    const STARTS: [&[u8]; 4] = [b"/*!999999\\- ", b"/*M!999999\\- ", b"\\restrict ", b"\\unrestrict "];
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    lines.retain(|line| !STARTS.iter().any(|start| line.starts_with(start)) && !is_of_replication(line));
    lines.concat()
}

fn is_of_replication(line: &[u8]) -> bool {
    const WORDS: [&str; 6] =
        ["CHANGE MASTER", "CHANGE-MASTER", "REPLICATION", "GTID", "MASTER SERVER", "BINARY LOG"];
    let Some(comment) = line.strip_prefix(b"--") else { return false };
    let comment = String::from_utf8_lossy(comment).to_uppercase();
    WORDS.iter().any(|word| comment.contains(word))
}

/// Counts what is written.
pub struct Writing<'w> {
    out: &'w mut dyn Write,
    /// Comes before whatever is written next.
    held: Vec<u8>,
    /// Bytes so far.
    pub bytes: u64,
    ends_line: bool,
}

impl<'w> Writing<'w> {
    /// Writes to `out`.
    pub fn new(out: &'w mut dyn Write) -> Self {
        Self { out, held: vec![], bytes: 0, ends_line: true }
    }

    /// Keeps bytes back until others follow.
    pub fn hold(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// Writes bytes.
    ///
    /// # Errors
    /// [`OpsError::Output`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), OpsError> {
        let Some(last) = bytes.last() else { return Ok(()) };
        self.ends_line = *last == b'\n';
        let held = std::mem::take(&mut self.held);
        self.bytes += (held.len() + bytes.len()) as u64;
        let written = self.out.write_all(&held).and_then(|()| self.out.write_all(bytes));
        written.map_err(|source| OpsError::Output { what: "the extract", source })
    }
}

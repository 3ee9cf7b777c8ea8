//! `dump`: one file's bytes, or a directory as a tar archive, to a writer.
//!
//! Everything is read ahead on all cores and written in order. Nothing that was not compared with its chunk's id is
//! written; after an error what was written so far is right and the rest is missing.

mod archive;
mod links;
mod outgoing;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use self::archive::Archive;
use self::links::Links;
use self::outgoing::{Outgoing, as_it_goes_out};
use super::OpsError;
use super::content::{Content, Piece, Ready, read_ahead};
use super::entries::Entries;
use super::rewriting;
use crate::base::{Observer, Phase, Progress, TreePath};
use crate::format::{Entry, EntryKind, Root};
use crate::repo::{ChunkReader, RepoError, TreeReader};

/// What a dump wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DumpReport {
    /// Whether it is an archive and not a file's bare content.
    pub is_archive: bool,
    /// Entries in the archive; 1 for a file.
    pub entries: u64,
    /// Bytes of content, holes included.
    pub bytes: u64,
    /// Compressed files of which only the plaintext was kept: that was written.
    pub plain_only: u64,
    /// Where parts of the tree could not be read: what is there is not in the archive, which then has no mark of its end.
    pub trees_damaged: Vec<TreePath>,
}

/// What a dump is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct DumpOptions<'d> {
    /// What is dumped; without it, everything.
    pub path: Option<&'d TreePath>,
    /// What the snapshot is called in errors.
    pub snapshot: &'d str,
    /// Compressed files that are stored as their plaintext come out as that.
    pub decompressed: bool,
}

/// Writes the file at `path` of the tree at `root` to `out`, or as an archive what is below the directory there (without a path: everything).
///
/// Names in the archive are relative to the directory, which itself is not in it. Must not run on a thread of the pool.
///
/// # Errors
/// [`OpsError::NoEntry`] if nothing has this path, [`OpsError::Request`] if it is neither file nor directory,
/// [`OpsError::Output`] if `out` refuses, [`OpsError::Repo`] for damage of content. Damage of the tree below a directory is told to `observer`
/// and in the report, and the rest of the directory is written.
pub fn run(
    reader: &ChunkReader,
    root: Root,
    options: DumpOptions<'_>,
    out: &mut dyn Write,
    observer: &dyn Observer,
) -> Result<DumpReport, OpsError> {
    let Some(path) = options.path else { return archive(reader, root, options, out, observer) };
    let found = TreeReader::find(reader, root, path)?;
    let none = || OpsError::NoEntry { path: path.to_string(), snapshot: options.snapshot.to_string() };
    let entry = found.ok_or_else(none)?;
    match entry.kind {
        EntryKind::File => file(reader, entry, options, out, observer),
        EntryKind::Directory => archive(reader, root, options, out, observer),
        EntryKind::Symlink => {
            let target = crate::base::escape(entry.link_target.as_deref().unwrap_or_default());
            Err(OpsError::Request(format!("{path} is a symbolic link to {target}; it has no content")))
        }
        _ => Err(OpsError::Request(format!("{path} is a pipe or a device; it has no content"))),
    }
}

fn file(
    reader: &ChunkReader,
    entry: Entry,
    options: DumpOptions<'_>,
    out: &mut dyn Write,
    observer: &dyn Observer,
) -> Result<DumpReport, OpsError> {
    let mut report = DumpReport { entries: 1, ..DumpReport::default() };
    let (entry, _) = as_it_goes_out(entry, options, &mut report.plain_only, observer);
    let mut outgoing = Outgoing::open(reader, &entry)?;
    let mut content = Content::new(reader, &entry);
    let mut next = || Ok(content.next_record()?.map(Piece::<()>::Record));
    read_ahead(reader, observer, &mut next, &mut |ready| {
        match ready {
            Ready::Mark(()) => {}
            Ready::Bytes(bytes) => report.bytes += outgoing.bytes(bytes, out)?,
            Ready::Zeros(bytes) => report.bytes += outgoing.zeros(bytes, out)?,
        }
        tell(observer, &report, Some(entry.size), Some(&entry.path));
        Ok(())
    })?;
    report.bytes += outgoing.finish(out)?;
    out.flush().map_err(refused)?;
    Ok(report)
}

/// An entry on its way into the archive.
struct Member {
    name: Vec<u8>,
    entry: Entry,
    link: Option<Vec<u8>>,
}

fn archive(
    reader: &ChunkReader,
    root: Root,
    options: DumpOptions<'_>,
    out: &mut dyn Write,
    observer: &dyn Observer,
) -> Result<DumpReport, OpsError> {
    let mut report = DumpReport { is_archive: true, ..DumpReport::default() };
    let mut members = Members::open(reader, root, options, observer)?;
    let mut outgoing = Outgoing::default();
    let mut archive = Archive::new(&mut *out);
    read_ahead(reader, observer, &mut || Ok(members.next_piece()?), &mut |ready| {
        match ready {
            Ready::Mark(member) => {
                report.bytes += outgoing.finish(archive.content())?;
                let Member { name, entry, link } = *member;
                archive.start(&name, &entry, link.as_deref()).map_err(refused)?;
                if link.is_none() {
                    outgoing = Outgoing::open(reader, &entry)?;
                }
                report.entries += 1;
                tell(observer, &report, None, Some(&entry.path));
            }
            Ready::Bytes(bytes) => report.bytes += outgoing.bytes(bytes, archive.content())?,
            Ready::Zeros(bytes) => report.bytes += outgoing.zeros(bytes, archive.content())?,
        }
        Ok(())
    })?;
    report.bytes += outgoing.finish(archive.content())?;
    report.plain_only = members.plain_only;
    report.trees_damaged = members.entries.into_damaged();
    if report.trees_damaged.is_empty() {
        archive.finish().map_err(refused)?;
    } else {
        out.flush().map_err(refused)?;
    }
    Ok(report)
}

/// The entries below a directory, each followed by its content.
struct Members<'a> {
    reader: &'a ChunkReader,
    root: Root,
    options: DumpOptions<'a>,
    observer: &'a dyn Observer,
    plain_only: u64,
    entries: Entries<'a>,
    links: Links,
    content: Option<Content<'a>>,
}

impl<'a> Members<'a> {
    fn open(
        reader: &'a ChunkReader,
        root: Root,
        options: DumpOptions<'a>,
        observer: &'a dyn Observer,
    ) -> Result<Self, RepoError> {
        let entries = Entries::open(reader, root, options.path, observer)?;
        let (links, content) = (Links::default(), None);
        Ok(Self { reader, root, options, observer, plain_only: 0, entries, links, content })
    }

    fn next_piece(&mut self) -> Result<Option<Piece<Box<Member>>>, RepoError> {
        if let Some(content) = &mut self.content {
            if let Some(record) = content.next_record()? {
                return Ok(Some(Piece::Record(record)));
            }
            self.content = None;
        }
        loop {
            let Some((entry, name)) = self.entries.next_entry()? else { return Ok(None) };
            if name.is_empty() {
                continue;
            }
            let (entry, is_plain) = as_it_goes_out(entry, self.options, &mut self.plain_only, self.observer);
            let name = if is_plain { self.plain_name(&entry, name)? } else { name };
            let link = self.links.earlier_name(&entry, &name);
            if entry.kind == EntryKind::File && link.is_none() {
                self.content = Some(Content::new(self.reader, &entry));
            }
            return Ok(Some(Piece::Mark(Box::new(Member { name, entry, link }))));
        }
    }

    /// The name of a plaintext: without the suffix, if nothing else has that.
    fn plain_name(&self, entry: &Entry, name: Vec<u8>) -> Result<Vec<u8>, RepoError> {
        let plain = rewriting::without_suffix(&name);
        let is_taken = rewriting::is_taken(self.reader, self.root, &entry.path)?;
        Ok(plain.filter(|_| !is_taken).unwrap_or(name))
    }
}

fn write_zeros(out: &mut dyn Write, bytes: u64) -> io::Result<()> {
    io::copy(&mut io::Read::take(io::repeat(0), bytes), out).map(drop)
}

fn refused(source: io::Error) -> OpsError {
    OpsError::Output { what: "output", source }
}

fn tell(observer: &dyn Observer, report: &DumpReport, bytes_total: Option<u64>, current: Option<&TreePath>) {
    observer.progress(&Progress {
        phase: Phase::Restore,
        items_done: report.entries,
        items_total: None,
        bytes_done: report.bytes,
        bytes_total,
        current,
    });
}

//! `dump`: the bytes of one file, or a directory as a tar archive.

use std::collections::HashMap;
use std::io::Write;

use super::OpsError;
use crate::base::{Observer, TreePath};
use crate::format::{Entry, EntryKind, Root};
use crate::repo::{ChunkReader, RepoError, StreamReader, TreeReader};

/// Writes the file at `path`, or the directory (the whole snapshot without a path) as tar, to `out`.
///
/// # Errors
/// [`OpsError::NoEntry`], [`OpsError::Output`], those of reading. After an error the output is not whole.
pub fn run(
    reader: &ChunkReader,
    root: Root,
    path: Option<&TreePath>,
    out: &mut dyn Write,
    observer: &dyn Observer,
) -> Result<(), OpsError> {
    let Some(path) = path else { return archive(reader, root, None, out, observer) };
    match TreeReader::find(reader, root, path)? {
        Some(entry) if entry.kind == EntryKind::File => file(reader, &entry, out, observer),
        Some(entry) if entry.kind != EntryKind::Directory => {
            Err(OpsError::Request(format!("/{path} is neither a file nor a directory")))
        }
        Some(_) => archive(reader, root, Some(path), out, observer),
        None if has_below(reader, root, path)? => archive(reader, root, Some(path), out, observer),
        None => Err(OpsError::NoEntry { path: path.to_string(), snapshot: "the snapshot".into() }),
    }
}

/// Whether something lies below a path that has no entry of its own.
fn has_below(reader: &ChunkReader, root: Root, path: &TreePath) -> Result<bool, OpsError> {
    let next = TreeReader::starting_at(reader, root, path)?.next_entry()?;
    Ok(next.is_some_and(|entry| entry.path.is_within(path)))
}

fn output(source: std::io::Error) -> OpsError {
    OpsError::Output { what: "the dump", source }
}

fn file(
    reader: &ChunkReader,
    entry: &Entry,
    out: &mut dyn Write,
    observer: &dyn Observer,
) -> Result<(), OpsError> {
    let recipe = entry.content.clone().unwrap_or_default();
    let mut stream = StreamReader::new(reader, &recipe);
    loop {
        if observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
        let bytes = stream.next_bytes()?;
        if bytes.is_empty() {
            return out.flush().map_err(output);
        }
        out.write_all(bytes).map_err(output)?;
    }
}

fn archive(
    reader: &ChunkReader,
    root: Root,
    directory: Option<&TreePath>,
    out: &mut dyn Write,
    observer: &dyn Observer,
) -> Result<(), OpsError> {
    let mut entries = match directory {
        None => TreeReader::new(reader, root)?,
        Some(directory) => TreeReader::starting_at(reader, root, directory)?,
    };
    let mut tar = tar::Builder::new(out);
    let mut links: HashMap<(u64, u64), Vec<u8>> = HashMap::new();
    while let Some(entry) = entries.next_entry()? {
        if observer.is_cancelled() {
            return Err(RepoError::Cancelled.into());
        }
        let name = match directory {
            None => entry.path.as_bytes().to_vec(),
            Some(directory) => match entry.path.below(directory) {
                None => break,
                Some([]) => continue,
                Some(below) => below.to_vec(),
            },
        };
        append(&mut tar, reader, &entry, &name, &mut links)?;
    }
    tar.finish().map_err(output)
}

fn append(
    tar: &mut tar::Builder<&mut dyn Write>,
    reader: &ChunkReader,
    entry: &Entry,
    name: &[u8],
    links: &mut HashMap<(u64, u64), Vec<u8>>,
) -> Result<(), OpsError> {
    let mut header = header(entry)?;
    let first = if entry.links > 1 { links.get(&(entry.device, entry.inode)).cloned() } else { None };
    if entry.links > 1 && first.is_none() {
        links.insert((entry.device, entry.inode), name.to_vec());
    }
    let extensions = extensions(entry);
    if !extensions.is_empty() {
        let pairs = extensions.iter().map(|(key, value)| (key.as_str(), value.as_slice()));
        tar.append_pax_extensions(pairs).map_err(output)?;
    }
    let path = as_path(name);
    if let Some(first) = first {
        header.set_entry_type(tar::EntryType::Link);
        header.set_size(0);
        return tar.append_link(&mut header, path, as_path(&first)).map_err(output);
    }
    match (entry.kind, &entry.link_target) {
        (EntryKind::Symlink, Some(target)) => {
            tar.append_link(&mut header, path, as_path(target)).map_err(output)
        }
        (EntryKind::File, _) => {
            let recipe = entry.content.clone().unwrap_or_default();
            tar.append_data(&mut header, path, StreamReader::new(reader, &recipe)).map_err(output)
        }
        _ => tar.append_data(&mut header, path, std::io::empty()).map_err(output),
    }
}

fn header(entry: &Entry) -> Result<tar::Header, OpsError> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(match entry.kind {
        EntryKind::File => tar::EntryType::Regular,
        EntryKind::Directory => tar::EntryType::Directory,
        EntryKind::Symlink => tar::EntryType::Symlink,
        EntryKind::Fifo => tar::EntryType::Fifo,
        EntryKind::CharDevice => tar::EntryType::Char,
        EntryKind::BlockDevice => tar::EntryType::Block,
    });
    header.set_mode(entry.mode);
    header.set_uid(entry.uid.into());
    header.set_gid(entry.gid.into());
    header.set_size(entry.size);
    header.set_mtime(u64::try_from(entry.mtime.seconds).unwrap_or(0));
    // Names longer than the field stand nowhere: the numbers do.
    if let Some(user) = &entry.user {
        drop(header.set_username(user));
    }
    if let Some(group) = &entry.group {
        drop(header.set_groupname(group));
    }
    if let Some((major, minor)) = entry.device_number {
        header.set_device_major(major).map_err(output)?;
        header.set_device_minor(minor).map_err(output)?;
    }
    Ok(header)
}

/// What the header has no room for: nanoseconds, times before 1970, extended attributes.
fn extensions(entry: &Entry) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    if entry.mtime.nanos > 0 || entry.mtime.seconds < 0 {
        // A negative time counts its fraction downwards in this notation.
        let (seconds, nanos) = (entry.mtime.seconds, entry.mtime.nanos);
        let text = match seconds < 0 && nanos > 0 {
            true if seconds == -1 => format!("-0.{:09}", 1_000_000_000 - nanos),
            true => format!("{}.{:09}", seconds + 1, 1_000_000_000 - nanos),
            false => format!("{seconds}.{nanos:09}"),
        };
        out.push(("mtime".to_string(), text.into_bytes()));
    }
    for (name, value) in &entry.xattrs {
        if let Ok(name) = std::str::from_utf8(name) {
            out.push((format!("SCHILY.xattr.{name}"), value.clone()));
        }
    }
    out
}

fn as_path(bytes: &[u8]) -> &std::path::Path {
    std::path::Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))
}

//! One item of a node as CBOR, its path shortened by what it shares with the one before.

use std::sync::Arc;

use minicbor::{Decoder, Encoder};

use super::super::cbor::refused;
use super::super::recipe::{decode_records, encode_records};
use super::super::{Entry, EntryKind, FormatError, Recipe, refuse_unless};
use super::compressed::{self, RawCompressed};
use super::{Child, is_after, shared_bytes};
use crate::base::limits::TREE_NODE_PATHS_BYTES_ACCEPTED;
use crate::base::{ChunkId, Timestamp, TreePath};

type Xattrs = Vec<(Vec<u8>, Vec<u8>)>;
pub(super) type EncodeError = minicbor::encode::Error<std::convert::Infallible>;

const fn kind_number(kind: EntryKind) -> u8 {
    match kind {
        EntryKind::File => 1,
        EntryKind::Directory => 2,
        EntryKind::Symlink => 3,
        EntryKind::Fifo => 4,
        EntryKind::CharDevice => 5,
        EntryKind::BlockDevice => 6,
    }
}

const fn kind_of(number: u8) -> Option<EntryKind> {
    Some(match number {
        1 => EntryKind::File,
        2 => EntryKind::Directory,
        3 => EntryKind::Symlink,
        4 => EntryKind::Fifo,
        5 => EntryKind::CharDevice,
        6 => EntryKind::BlockDevice,
        _ => return None,
    })
}

/// Appends the entry to a leaf; `before` is the path before it in the leaf, empty for the first.
pub fn encode_entry(entry: &Entry, before: &[u8], out: &mut Vec<u8>) -> Result<(), FormatError> {
    check_entry(entry)?;
    write_entry(entry, before, out).map_err(|error| FormatError::Cbor(error.to_string()))
}

/// Appends the child to a node; `before` is the first path of the child before it, empty for the first.
pub fn encode_child(child: &Child, before: &[u8], out: &mut Vec<u8>) -> Result<(), FormatError> {
    write_child(child, before, out).map_err(|error| FormatError::Cbor(error.to_string()))
}

fn write_path(
    path: &[u8],
    before: &[u8],
    others: usize,
    e: &mut Encoder<&mut Vec<u8>>,
) -> Result<(), EncodeError> {
    let shared = shared_bytes(before, path);
    e.map((others + 1 + usize::from(shared > 0)) as u64)?;
    if shared > 0 {
        e.u8(0)?.u64(shared as u64)?;
    }
    e.u8(1)?.bytes(path.get(shared..).unwrap_or_default())?;
    Ok(())
}

fn write_child(child: &Child, before: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let mut e = Encoder::new(out);
    write_path(child.first.as_bytes(), before, 3, &mut e)?;
    e.u8(2)?.bytes(child.id.as_bytes())?.u8(3)?.u32(child.bytes)?.u8(4)?.u64(child.entries)?;
    Ok(())
}

fn write_entry(entry: &Entry, before: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let none = Recipe::default();
    let recipe = entry.content.as_ref().unwrap_or(&none);
    let is_linked = entry.links > 1;
    let optional = [
        entry.user.is_some(),
        entry.group.is_some(),
        entry.mtime.nanos > 0,
        entry.ctime.nanos > 0,
        is_linked,
        is_linked,
        entry.size > 0,
        entry.link_target.is_some(),
        entry.device_number.is_some(),
        !entry.xattrs.is_empty(),
        recipe.depth > 0,
        !recipe.records.is_empty(),
        entry.torn,
    ];
    let mut e = Encoder::new(out);
    write_path(
        entry.path.as_bytes(),
        before,
        7 + optional.iter().filter(|is_there| **is_there).count()
            + entry.compressed.as_deref().map_or(0, compressed::keys),
        &mut e,
    )?;
    e.u8(2)?
        .u8(kind_number(entry.kind))?
        .u8(3)?
        .u32(entry.mode)?
        .u8(4)?
        .u32(entry.uid)?
        .u8(5)?
        .u32(entry.gid)?;
    for (key, name) in [(6, &entry.user), (7, &entry.group)] {
        if let Some(name) = name {
            e.u8(key)?.str(name)?;
        }
    }
    for (key, time) in [(8, entry.mtime), (10, entry.ctime)] {
        e.u8(key)?.i64(time.seconds)?;
        if time.nanos > 0 {
            e.u8(key + 1)?.u32(time.nanos)?;
        }
    }
    e.u8(12)?.u64(entry.inode)?;
    if is_linked {
        e.u8(13)?.u64(entry.device)?.u8(14)?.u64(entry.links)?;
    }
    write_rest(entry, recipe, &mut e)
}

fn write_rest(entry: &Entry, recipe: &Recipe, e: &mut Encoder<&mut Vec<u8>>) -> Result<(), EncodeError> {
    if entry.size > 0 {
        e.u8(15)?.u64(entry.size)?;
    }
    if let Some(target) = &entry.link_target {
        e.u8(16)?.bytes(target)?;
    }
    if let Some((major, minor)) = entry.device_number {
        e.u8(17)?.array(2)?.u32(major)?.u32(minor)?;
    }
    if !entry.xattrs.is_empty() {
        e.u8(18)?.array(entry.xattrs.len() as u64)?;
        for (name, value) in &entry.xattrs {
            e.array(2)?.bytes(name)?.bytes(value)?;
        }
    }
    if recipe.depth > 0 {
        e.u8(19)?.u8(recipe.depth)?;
    }
    if !recipe.records.is_empty() {
        let mut records = Vec::new();
        encode_records(&recipe.records, &mut records);
        e.u8(20)?.bytes(&records)?;
    }
    if entry.torn {
        e.u8(21)?.bool(true)?;
    }
    entry.compressed.as_deref().map_or(Ok(()), |compressed| compressed::write(compressed, e))
}

/// Reads the items of a node one after another.
pub struct ItemReader<'a> {
    decoder: Decoder<'a>,
    before: Vec<u8>,
    paths_bytes: usize,
    last_name: Option<Arc<str>>,
    last_group: Option<Arc<str>>,
}

impl<'a> ItemReader<'a> {
    pub fn new(items: &'a [u8]) -> Self {
        let decoder = Decoder::new(items);
        Self { decoder, before: Vec::new(), paths_bytes: 0, last_name: None, last_group: None }
    }

    pub fn end(&self) -> Result<(), FormatError> {
        refuse_unless(self.decoder.position() == self.decoder.input().len(), "bytes after a node's items")
    }

    pub fn child(&mut self) -> Result<Child, FormatError> {
        let (mut path, mut id, mut bytes, mut entries) = (PathParts::default(), None, None, None);
        for _ in 0..self.map()? {
            let d = &mut self.decoder;
            let mut field = || -> Result<(), minicbor::decode::Error> {
                match d.u64()? {
                    0 => path.shared = Some(d.u64()?),
                    1 => path.rest = Some(d.bytes()?),
                    2 => id = Some(d.bytes()?),
                    3 => bytes = Some(d.u32()?),
                    4 => entries = Some(d.u64()?),
                    _ => d.skip()?,
                }
                Ok(())
            };
            field().map_err(|error| refused(&error))?;
        }
        let missing = FormatError::Cbor("a child lacks a key".into());
        let (Some(id), Some(bytes), Some(entries)) = (id, bytes, entries) else { return Err(missing) };
        let id = id.try_into().map_err(|_| FormatError::Value { field: "length of an id" })?;
        Ok(Child { first: self.path(path)?, id: ChunkId::new(id), bytes, entries })
    }

    pub fn entry(&mut self) -> Result<Entry, FormatError> {
        let mut path = PathParts::default();
        let mut raw = RawEntry { links: 1, ..RawEntry::default() };
        for _ in 0..self.map()? {
            raw.field(&mut path, &mut self.decoder).map_err(|error| refused(&error))?;
        }
        let path = self.path(path)?;
        let user = name(raw.user, &mut self.last_name);
        let group = name(raw.group, &mut self.last_group);
        raw.entry(path, user, group)
    }

    fn map(&mut self) -> Result<u64, FormatError> {
        let length = self.decoder.map().map_err(|error| refused(&error))?;
        length.ok_or_else(|| FormatError::Cbor("a map of unknown length".into()))
    }

    fn path(&mut self, parts: PathParts<'a>) -> Result<TreePath, FormatError> {
        let rest = parts.rest.ok_or_else(|| FormatError::Cbor("an item lacks its path".into()))?;
        let shared = usize::try_from(parts.shared.unwrap_or(0)).unwrap_or(usize::MAX);
        let front = self.before.get(..shared).ok_or(FormatError::Value { field: "shared part of a path" })?;
        self.paths_bytes = self.paths_bytes.saturating_add(front.len() + rest.len());
        refuse_unless(self.paths_bytes <= TREE_NODE_PATHS_BYTES_ACCEPTED, "length of a node's paths")?;
        let bytes = [front, rest].concat();
        let path = TreePath::new(bytes)?;
        refuse_unless(self.before.is_empty() || is_after(&self.before, path.as_bytes()), "order of paths")?;
        path.as_bytes().clone_into(&mut self.before);
        Ok(path)
    }
}

/// Names repeat from entry to entry: the same allocation serves as long as they do.
fn name(text: Option<&str>, last: &mut Option<Arc<str>>) -> Option<Arc<str>> {
    let text = text?;
    if last.as_deref() != Some(text) {
        *last = Some(Arc::from(text));
    }
    last.clone()
}

#[derive(Default)]
struct PathParts<'a> {
    shared: Option<u64>,
    rest: Option<&'a [u8]>,
}

#[derive(Default)]
struct RawEntry<'a> {
    kind: Option<u8>,
    mode: Option<u32>,
    uid: Option<u32>,
    gid: Option<u32>,
    user: Option<&'a str>,
    group: Option<&'a str>,
    mtime: Option<i64>,
    mtime_nanos: u32,
    ctime: Option<i64>,
    ctime_nanos: u32,
    inode: Option<u64>,
    device: u64,
    links: u64,
    size: u64,
    target: Option<&'a [u8]>,
    device_number: Option<(u32, u32)>,
    xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    depth: u8,
    records: &'a [u8],
    torn: bool,
    compressed: RawCompressed<'a>,
}

impl<'a> RawEntry<'a> {
    fn field(
        &mut self,
        path: &mut PathParts<'a>,
        d: &mut Decoder<'a>,
    ) -> Result<(), minicbor::decode::Error> {
        match d.u64()? {
            0 => path.shared = Some(d.u64()?),
            1 => path.rest = Some(d.bytes()?),
            2 => self.kind = Some(d.u8()?),
            3 => self.mode = Some(d.u32()?),
            4 => self.uid = Some(d.u32()?),
            5 => self.gid = Some(d.u32()?),
            6 => self.user = Some(d.str()?),
            7 => self.group = Some(d.str()?),
            8 => self.mtime = Some(d.i64()?),
            9 => self.mtime_nanos = d.u32()?,
            10 => self.ctime = Some(d.i64()?),
            11 => self.ctime_nanos = d.u32()?,
            12 => self.inode = Some(d.u64()?),
            13 => self.device = d.u64()?,
            14 => self.links = d.u64()?,
            15 => self.size = d.u64()?,
            16 => self.target = Some(d.bytes()?),
            17 => self.device_number = Some(pair(d, |d| d.u32())?),
            18 => self.xattrs = xattrs(d)?,
            19 => self.depth = d.u8()?,
            20 => self.records = d.bytes()?,
            21 => self.torn = d.bool()?,
            key if self.compressed.field(key, d)? => {}
            _ => d.skip()?,
        }
        Ok(())
    }

    fn entry(
        self,
        path: TreePath,
        user: Option<Arc<str>>,
        group: Option<Arc<str>>,
    ) -> Result<Entry, FormatError> {
        let kind = self.kind.and_then(kind_of).ok_or(FormatError::Value { field: "kind of an entry" })?;
        let missing = || FormatError::Cbor("an entry lacks a key".into());
        let time = |seconds: Option<i64>, nanos: u32| {
            refuse_unless(nanos <= 999_999_999, "nanoseconds")?;
            Ok::<_, FormatError>(Timestamp { seconds: seconds.ok_or_else(missing)?, nanos })
        };
        let content = match kind {
            EntryKind::File => Some(Recipe { depth: self.depth, records: decode_records(self.records)? }),
            _ => {
                refuse_unless(
                    self.records.is_empty() && self.depth == 0 && self.size == 0,
                    "content of an entry",
                )?;
                None
            }
        };
        let entry = Entry {
            path,
            kind,
            mode: self.mode.ok_or_else(missing)?,
            uid: self.uid.ok_or_else(missing)?,
            gid: self.gid.ok_or_else(missing)?,
            user,
            group,
            mtime: time(self.mtime, self.mtime_nanos)?,
            ctime: time(self.ctime, self.ctime_nanos)?,
            inode: self.inode.ok_or_else(missing)?,
            device: self.device,
            links: self.links,
            size: self.size,
            link_target: self.target.map(<[u8]>::to_vec),
            device_number: self.device_number,
            xattrs: self.xattrs,
            content,
            compressed: self.compressed.compressed()?,
            torn: self.torn,
        };
        check_entry(&entry)?;
        Ok(entry)
    }
}

/// What holds for every entry, written or read.
fn check_entry(entry: &Entry) -> Result<(), FormatError> {
    let is_device = matches!(entry.kind, EntryKind::CharDevice | EntryKind::BlockDevice);
    refuse_unless(entry.mode <= 0o7777, "mode")?;
    refuse_unless((entry.kind == EntryKind::Symlink) == entry.link_target.is_some(), "target of a link")?;
    refuse_unless(is_device == entry.device_number.is_some(), "device number")?;
    refuse_unless(entry.links > 1 || (entry.links == 1 && entry.device == 0), "number of hard links")?;
    if let Some(compressed) = &entry.compressed {
        refuse_unless(entry.kind == EntryKind::File, "fields of a compressed file")?;
        compressed::check(compressed)?;
    }
    match &entry.content {
        Some(recipe) => {
            recipe.check()?;
            refuse_unless(entry.kind == EntryKind::File, "content of an entry")?;
            refuse_unless(
                recipe.depth > 0 || recipe.record_bytes() == entry.content_bytes(),
                "size of a file",
            )
        }
        None => refuse_unless(entry.kind != EntryKind::File || entry.size == 0, "content of an entry"),
    }
}

fn pair<'a, T>(
    d: &mut Decoder<'a>,
    each: impl Fn(&mut Decoder<'a>) -> Result<T, minicbor::decode::Error>,
) -> Result<(T, T), minicbor::decode::Error> {
    if d.array()? != Some(2) {
        return Err(minicbor::decode::Error::message("not an array of two"));
    }
    Ok((each(d)?, each(d)?))
}

fn xattrs(d: &mut Decoder<'_>) -> Result<Xattrs, minicbor::decode::Error> {
    let count = d.array()?.ok_or_else(|| minicbor::decode::Error::message("an array of unknown length"))?;
    (0..count).map(|_| pair(d, |d| d.bytes().map(<[u8]>::to_vec))).collect()
}

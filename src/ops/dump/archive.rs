//! A tar archive in the pax format (POSIX.1-2017, `pax`, "pax Interchange Format"), written as it comes.
//!
//! What the old header has room for stands there; long or non-ASCII names, fractions of seconds, large numbers and extended
//! attributes stand in an extended header before it. Names that are not UTF-8 are kept byte by byte (`hdrcharset=BINARY`).

use std::io::{self, Write};

use tar::{EntryType, Header};

use crate::base::Timestamp;
use crate::format::{Entry, EntryKind};

const BLOCK_BYTES: u64 = 512;
const NAME_BYTES: usize = 100;
const PREFIX_BYTES: usize = 155;
const OWNER_BYTES: usize = 32;
/// The highest numbers that 11 and 7 octal digits hold.
const OCTAL_LONG_MAX: u64 = 0o777_7777_7777;
const OCTAL_SHORT_MAX: u32 = 0o777_7777;

/// Writes members one after another.
pub struct Archive<'w> {
    out: &'w mut dyn Write,
    /// Bytes that fill up the current member's last block.
    padding: u64,
}

impl<'w> Archive<'w> {
    /// An archive that goes to `out`.
    pub fn new(out: &'w mut dyn Write) -> Self {
        Self { out, padding: 0 }
    }

    /// Starts a member. If it is a file and no link, exactly its size in bytes must follow.
    pub fn start(&mut self, name: &[u8], entry: &Entry, link: Option<&[u8]>) -> io::Result<()> {
        self.end_member()?;
        let mut header = Header::new_ustar();
        let mut extended = Extended::default();
        let size = if entry.kind == EntryKind::File && link.is_none() { entry.size } else { 0 };
        put_numbers(&mut header, &mut extended, entry, size);
        put_owners(&mut header, &mut extended, entry);
        header.set_entry_type(match (entry.kind, link) {
            (EntryKind::File, Some(_)) => EntryType::Link,
            (EntryKind::File, None) => EntryType::Regular,
            (EntryKind::Directory, _) => EntryType::Directory,
            (EntryKind::Symlink, _) => EntryType::Symlink,
            (EntryKind::Fifo, _) => EntryType::Fifo,
            (EntryKind::CharDevice, _) => EntryType::Char,
            (EntryKind::BlockDevice, _) => EntryType::Block,
        });
        if let Some((major, minor)) = entry.device_number {
            header.set_device_major(major)?;
            header.set_device_minor(minor)?;
        }
        let slash: &[u8] = if entry.kind == EntryKind::Directory { b"/" } else { b"" };
        put_name(&mut header, &mut extended, &[name, slash].concat());
        if let Some(target) = link.or(entry.link_target.as_deref()) {
            put_link(&mut header, &mut extended, target);
        }
        for (name, value) in &entry.xattrs {
            extended.add(&[b"SCHILY.xattr.", xattr_key(name).as_slice()].concat(), value);
        }
        self.put_extended(extended, name)?;
        header.set_cksum();
        self.out.write_all(header.as_bytes())?;
        self.padding = padding(size);
        Ok(())
    }

    /// Where the member's content goes.
    pub fn content(&mut self) -> &mut dyn Write {
        self.out
    }

    fn write_zeros(&mut self, bytes: u64) -> io::Result<()> {
        super::write_zeros(self.out, bytes)
    }

    /// The mark of the end: without it, readers know that something is missing.
    pub fn finish(mut self) -> io::Result<()> {
        self.end_member()?;
        self.write_zeros(2 * BLOCK_BYTES)?;
        self.out.flush()
    }

    fn end_member(&mut self) -> io::Result<()> {
        let padding = std::mem::take(&mut self.padding);
        self.write_zeros(padding)
    }

    fn put_extended(&mut self, extended: Extended, name: &[u8]) -> io::Result<()> {
        let body = extended.finish();
        if body.is_empty() {
            return Ok(());
        }
        let size = body.len() as u64;
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::XHeader);
        header.set_mode(0o644);
        header.set_size(size);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        fill(&mut header.as_old_mut().name, &[b"PaxHeaders/", last].concat());
        header.set_cksum();
        self.out.write_all(header.as_bytes())?;
        self.out.write_all(&body)?;
        self.write_zeros(padding(size))
    }
}

/// The records of an extended header.
#[derive(Default)]
struct Extended {
    records: Vec<u8>,
    is_binary: bool,
}

impl Extended {
    /// A record whose value is any bytes.
    fn add(&mut self, key: &[u8], value: &[u8]) {
        put_record(&mut self.records, key, value);
    }

    /// A record whose value is a name, which readers take for UTF-8 unless told otherwise.
    fn add_name(&mut self, key: &[u8], value: &[u8]) {
        self.is_binary |= std::str::from_utf8(value).is_err();
        self.add(key, value);
    }

    fn finish(self) -> Vec<u8> {
        let mut out = vec![];
        if self.is_binary {
            put_record(&mut out, b"hdrcharset", b"BINARY");
        }
        out.extend_from_slice(&self.records);
        out
    }
}

/// `LENGTH KEY=VALUE\n`, where the length counts its own digits.
fn put_record(out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let digits = |length: usize| length.to_string().len();
    let mut length = rest + digits(rest);
    if rest + digits(length) != length {
        length += 1;
    }
    out.extend_from_slice(format!("{length} ").as_bytes());
    for part in [key, b"=", value, b"\n"] {
        out.extend_from_slice(part);
    }
}

fn put_numbers(header: &mut Header, extended: &mut Extended, entry: &Entry, size: u64) {
    header.set_mode(entry.mode);
    header.set_size(size);
    if size > OCTAL_LONG_MAX {
        extended.add(b"size", size.to_string().as_bytes());
    }
    header.set_uid(entry.uid.into());
    header.set_gid(entry.gid.into());
    for (key, number) in [(b"uid", entry.uid), (b"gid", entry.gid)] {
        if number > OCTAL_SHORT_MAX {
            extended.add(key, number.to_string().as_bytes());
        }
    }
    let seconds = u64::try_from(entry.mtime.seconds).ok().filter(|seconds| *seconds <= OCTAL_LONG_MAX);
    header.set_mtime(seconds.unwrap_or(0));
    if seconds.is_none() || entry.mtime.nanos > 0 {
        extended.add(b"mtime", decimal(entry.mtime).as_bytes());
    }
}

fn put_owners(header: &mut Header, extended: &mut Extended, entry: &Entry) {
    let Some(ustar) = header.as_ustar_mut() else { return };
    let mut put = |field: &mut [u8; OWNER_BYTES], key: &[u8], name: Option<&str>| {
        let name = name.unwrap_or_default();
        if name.is_ascii() && name.len() < OWNER_BYTES {
            fill(field, name.as_bytes());
        } else {
            extended.add_name(key, name.as_bytes());
        }
    };
    put(&mut ustar.uname, b"uname", entry.user.as_deref());
    put(&mut ustar.gname, b"gname", entry.group.as_deref());
}

/// Names that fit and are ASCII, or not UTF-8 at all, stand in the header; all others in the extended one.
fn put_name(header: &mut Header, extended: &mut Extended, name: &[u8]) {
    let Some(ustar) = header.as_ustar_mut() else { return };
    match split(name) {
        Some((prefix, rest)) if fits_header(name) => {
            fill(&mut ustar.prefix, prefix);
            fill(&mut ustar.name, rest);
        }
        _ => {
            fill(&mut ustar.name, name);
            extended.add_name(b"path", name);
        }
    }
}

fn put_link(header: &mut Header, extended: &mut Extended, target: &[u8]) {
    fill(&mut header.as_old_mut().linkname, target);
    if !(target.len() <= NAME_BYTES && fits_header(target)) {
        extended.add_name(b"linkpath", target);
    }
}

fn fits_header(name: &[u8]) -> bool {
    name.is_ascii() || std::str::from_utf8(name).is_err()
}

/// Splits a name at a slash so that the header has room for both parts; the slash stands in neither.
fn split(name: &[u8]) -> Option<(&[u8], &[u8])> {
    if name.len() <= NAME_BYTES {
        return Some((&[], name));
    }
    let last = name.len().saturating_sub(1);
    let slashes = name.iter().enumerate().filter(|(at, byte)| **byte == b'/' && (1..last).contains(at));
    slashes
        .filter_map(|(at, _)| Some((name.get(..at)?, name.get(at + 1..)?)))
        .find(|(prefix, rest)| prefix.len() <= PREFIX_BYTES && rest.len() <= NAME_BYTES)
}

/// As much of `bytes` as there is room for.
fn fill(field: &mut [u8], bytes: &[u8]) {
    field.fill(0);
    for (to, from) in field.iter_mut().zip(bytes) {
        *to = *from;
    }
}

/// As GNU tar writes them: an `=` would end the key.
fn xattr_key(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    for byte in name {
        match byte {
            b'=' => out.extend_from_slice(b"%3D"),
            b'%' => out.extend_from_slice(b"%25"),
            byte => out.push(*byte),
        }
    }
    out
}

/// Seconds since 1970 with nine decimals: `-0.250000000` is a quarter second before it.
fn decimal(time: Timestamp) -> String {
    if time.seconds < 0 && time.nanos > 0 {
        format!("-{}.{:09}", (time.seconds + 1).unsigned_abs(), 1_000_000_000 - time.nanos)
    } else {
        format!("{}.{:09}", time.seconds, time.nanos)
    }
}

const fn padding(size: u64) -> u64 {
    (BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_counts_its_own_length() {
        for bytes in 0..1200 {
            let mut out = vec![];
            put_record(&mut out, b"key", &vec![b'x'; bytes]);
            let text = String::from_utf8(out).unwrap();
            let (length, _) = text.split_once(' ').unwrap();
            assert_eq!(length.parse::<usize>().unwrap(), text.len(), "{bytes}");
        }
    }

    #[test]
    fn times_before_the_epoch_have_their_sign_in_front() {
        assert_eq!(decimal(Timestamp::new(-1, 750_000_000)), "-0.250000000");
        assert_eq!(decimal(Timestamp::new(-2, 750_000_000)), "-1.250000000");
        assert_eq!(decimal(Timestamp::new(-2, 0)), "-2.000000000");
        assert_eq!(decimal(Timestamp::new(7, 5)), "7.000000005");
    }

    #[test]
    fn long_names_are_split_at_a_slash_where_both_parts_have_room() {
        let name = [vec![b'a'; 120], b"/".to_vec(), vec![b'b'; 90]].concat();
        assert_eq!(split(&name).unwrap().0.len(), 120);
        assert!(split(&[b'a'; 101]).is_none());
        let directory = [vec![b'a'; 100], b"/".to_vec()].concat();
        assert!(split(&directory).is_none(), "nothing would be left after the slash");
        assert!(split(&[vec![b'a'; 160], b"/b".to_vec()].concat()).is_none());
    }
}

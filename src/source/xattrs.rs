//! Extended attributes of a name in an open directory, whatever its kind and without opening it.
//!
//! The calls take no directory, so the path goes through `/proc/self/fd`. Where there is no `/proc`, files and
//! directories are opened for it, and other kinds have none.

use std::os::fd::{AsRawFd, OwnedFd};

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::facts::open_quietly;

/// The kernel's limit for the names and for one value (`XATTR_LIST_MAX`, `XATTR_SIZE_MAX`).
const BYTES_MAX: usize = 65_536;
/// What all of one name's attributes may have together. File systems without a limit of their own would otherwise let one file
/// take any amount of memory.
const TOTAL_BYTES_MAX: usize = 4 * 1024 * 1024;
/// What nearly every list and value fits into.
const BYTES_USUAL: usize = 512;

/// Names and values.
pub(super) type Xattrs = Vec<(Vec<u8>, Vec<u8>)>;

/// All attributes of `name` in `directory`, sorted by name. None where the file system has no attributes.
///
/// # Errors
/// Whatever the system says, [`Errno::NOENT`] if there is no such name.
pub(super) fn read(directory: &OwnedFd, name: &[u8]) -> Result<Xattrs, Errno> {
    let mut path = format!("/proc/self/fd/{}/", directory.as_raw_fd()).into_bytes();
    path.extend_from_slice(name);
    let path = path.as_slice();
    collect(|list| rustix::fs::llistxattr(path, list), |name, value| rustix::fs::lgetxattr(path, name, value))
}

/// The same by opening it, which must be a file or a directory.
pub(super) fn read_open(directory: &OwnedFd, name: &[u8]) -> Result<Xattrs, Errno> {
    let file = open_quietly(directory, name, OFlags::NOFOLLOW | OFlags::NONBLOCK)?;
    collect(
        |list| rustix::fs::flistxattr(&file, list),
        |name, value| rustix::fs::fgetxattr(&file, name, value),
    )
}

fn collect(
    list: impl Fn(&mut [u8]) -> Result<usize, Errno>,
    get: impl Fn(&[u8], &mut [u8]) -> Result<usize, Errno>,
) -> Result<Xattrs, Errno> {
    let names = match grown(list) {
        Err(Errno::NOTSUP) => return Ok(Vec::new()),
        names => names?,
    };
    let (mut xattrs, mut bytes) = (Xattrs::new(), 0);
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        match grown(|value| get(name, value)) {
            // Taken away meanwhile, or listed by a file system that cannot give it.
            Err(Errno::NODATA | Errno::NOTSUP) => {}
            value => {
                let value = value?;
                bytes += name.len() + value.len();
                if bytes > TOTAL_BYTES_MAX {
                    return Err(Errno::TOOBIG);
                }
                xattrs.push((name.to_vec(), value));
            }
        }
    }
    xattrs.sort_unstable();
    Ok(xattrs)
}

/// What `fill` writes, into a buffer that is as large as it takes.
fn grown(fill: impl Fn(&mut [u8]) -> Result<usize, Errno>) -> Result<Vec<u8>, Errno> {
    let mut small = [0; BYTES_USUAL];
    match fill(&mut small) {
        Err(Errno::RANGE) => {}
        filled => return filled.map(|bytes| small.get(..bytes).unwrap_or_default().to_vec()),
    }
    let mut large = vec![0; BYTES_MAX];
    let bytes = fill(&mut large)?;
    large.truncate(bytes);
    Ok(large)
}

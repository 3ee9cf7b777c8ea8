//! A file without a name that holds a secret for a child: in memory only, gone with this process however that ends.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::PathBuf;

use rustix::fs::{MemfdFlags, Mode, fchmod, memfd_create};

/// A secret that a child reads by a path. No directory has the file: nothing is left behind, be this process killed, and no other user can
/// open it.
#[derive(Debug)]
pub struct SecretFile(File);

impl SecretFile {
    /// A file with this content, that only its owner may read. It is there until it is dropped.
    ///
    /// # Errors
    /// If the system has no room for it.
    pub fn new(content: &[u8]) -> std::io::Result<Self> {
        // No child inherits it; one that is to read it opens it by its path.
        let mut file = File::from(memfd_create("strongroom", MemfdFlags::CLOEXEC)?);
        fchmod(&file, Mode::RUSR | Mode::WUSR)?;
        file.write_all(content)?;
        Ok(Self(file))
    }

    /// The path by which a process of the same user opens it.
    pub fn path(&self) -> PathBuf {
        format!("/proc/{}/fd/{}", std::process::id(), self.0.as_raw_fd()).into()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::process::{Command, spawn};

    #[test]
    fn a_child_reads_a_secret_by_its_path_and_nobody_after_it_is_dropped() {
        let secret = SecretFile::new(b"hush").unwrap();
        let path = secret.path();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let mut child = spawn(&Command::shell("reader", format!("cat {}", path.display()), None)).unwrap();
        let mut read = String::new();
        std::io::Read::read_to_string(&mut child, &mut read).unwrap();
        assert_eq!(read, "hush");
        drop(secret);
        assert_ne!(std::fs::read(path).ok().as_deref(), Some(&b"hush"[..]));
    }
}

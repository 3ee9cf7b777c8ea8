//! Floor 2: small named facts that a machine remembers of a repository, outside of it.
//!
//! What they mean is known above. A file is replaced as a whole and durably, or stays as it was. A lost file is a first meeting and no error:
//! nobody's data depends on it. Two runs that change one file at once do not wait for each other; the later one wins, so only what is
//! found out again anyway may be kept here.

mod error;
mod text;

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

pub use error::StateError;

use crate::base::limits::STATE_BYTES_MAX;

/// Facts by their names: graphic ASCII; values are text of one line.
pub type Facts = BTreeMap<String, String>;

/// A file of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateFile {
    directory: PathBuf,
    name: String,
}

impl StateFile {
    /// The file `name` in `directory`. Neither has to be there.
    pub fn new(directory: &Path, name: impl ToString) -> Self {
        Self { directory: directory.to_path_buf(), name: name.to_string() }
    }

    /// The facts; none if there is no file, or one that is not as it was written.
    ///
    /// # Errors
    /// [`StateError::Io`] if there may be facts that cannot be had.
    pub fn read(&self) -> Result<Facts, StateError> {
        let path = self.directory.join(&self.name);
        let mut bytes = vec![];
        match File::open(&path).and_then(|file| file.take(STATE_BYTES_MAX + 1).read_to_end(&mut bytes)) {
            Ok(_) => Ok(text::decode(&bytes).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Facts::new()),
            Err(source) => Err(StateError::Io { path, source }),
        }
    }

    /// Changes the facts: when this returns, they survive a power cut. Nothing is written if `change` changes nothing.
    ///
    /// # Errors
    /// [`StateError::Io`], [`StateError::Fact`], [`StateError::TooMany`]: the file is as it was.
    pub fn update(&self, change: impl FnOnce(&mut Facts)) -> Result<(), StateError> {
        let before = self.read()?;
        let mut facts = before.clone();
        change(&mut facts);
        if facts == before {
            return Ok(());
        }
        let text = text::encode(&facts)?;
        self.replace(text.as_bytes())
            .map_err(|source| StateError::Io { path: self.directory.clone(), source })
    }

    /// Write, fsync, rename, fsync of the directory. A run that is killed in between leaves a file that nobody reads.
    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        self.make_directory()?;
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let new = self.directory.join(format!("{}.{:016x}.new", self.name, u64::from_le_bytes(random)));
        let written = self.write(&new, bytes);
        if written.is_err() {
            std::fs::remove_file(&new).ok();
        }
        written
    }

    fn write(&self, new: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(new, self.directory.join(&self.name))?;
        File::open(&self.directory)?.sync_all()
    }

    fn make_directory(&self) -> io::Result<()> {
        if self.directory.is_dir() {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
        match self.directory.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, StateFile) {
        let place = tempfile::tempdir().unwrap();
        let file = StateFile::new(&place.path().join("a/b"), "facts");
        (place, file)
    }

    fn set(file: &StateFile, name: &str, value: &str) -> Result<(), StateError> {
        file.update(|facts| drop(facts.insert(name.into(), value.into())))
    }

    #[test]
    fn facts_stay_until_they_are_changed_and_nothing_else_is_left_behind() {
        let (place, file) = file();
        assert_eq!(file.read().unwrap(), Facts::new());
        set(&file, "x", "1").unwrap();
        set(&file, "y", "2").unwrap();
        set(&file, "x", "3").unwrap();
        assert_eq!(file.read().unwrap(), Facts::from([("x".into(), "3".into()), ("y".into(), "2".into())]));
        assert_eq!(std::fs::read_dir(place.path().join("a/b")).unwrap().count(), 1);
    }

    #[test]
    fn a_change_that_changes_nothing_writes_nothing() {
        let (place, file) = file();
        file.update(|_| ()).unwrap();
        assert!(!place.path().join("a").exists());
    }

    #[test]
    fn a_damaged_file_is_a_first_meeting_and_is_replaced() {
        let (place, file) = file();
        set(&file, "x", "1").unwrap();
        std::fs::write(place.path().join("a/b/facts"), "strongroom state 1\nx 1\n").unwrap();
        assert_eq!(file.read().unwrap(), Facts::new());
        set(&file, "y", "2").unwrap();
        assert_eq!(file.read().unwrap(), Facts::from([("y".into(), "2".into())]));
    }

    #[test]
    fn what_cannot_be_kept_is_an_error_and_leaves_what_was_there() {
        let (place, file) = file();
        set(&file, "x", "1").unwrap();
        assert!(matches!(set(&file, "a b", "2"), Err(StateError::Fact(_))));
        assert_eq!(file.read().unwrap(), Facts::from([("x".into(), "1".into())]));
        std::fs::write(place.path().join("file"), "").unwrap();
        let below_a_file = StateFile::new(&place.path().join("file"), "facts");
        assert!(matches!(set(&below_a_file, "x", "1"), Err(StateError::Io { .. })));
    }
}

//! Floor 3: where `restore` writes. Entries become files below one directory, and nothing outside it is touched.
//!
//! No name and no link is trusted, neither those of the snapshot nor those that lie in the directory already: every
//! path is resolved below the root's descriptor without following a symbolic link, and every new inode is made under
//! a name that did not exist. What is here knows no repository; the caller brings the bytes and strips prefixes, so
//! that a path `at` is relative to the root of the target and need not be the entry's own.

mod beneath;
mod delete;
mod directory;
mod error;
mod file;
mod metadata;
mod node;
mod owners;
mod plan;
mod root;

#[cfg(test)]
mod tests;

pub use error::TargetError;
pub use file::FileWriter;
pub use metadata::{Metadata, MetadataLoss};
pub use plan::Plan;
pub use root::DirectoryTarget;

/// What happens to something that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overwrite {
    /// It stays as it is, whatever it is.
    #[default]
    Never,
    /// It is replaced unless it looks the same: size and modification time of a file, target of a link, number of a
    /// device. Owner, mode and attributes are not compared.
    IfChanged,
    /// It is replaced.
    Always,
}

/// How entries are turned into files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetOptions {
    /// What happens to something that is there already.
    pub overwrite: Overwrite,
    /// Make device nodes; they are refused otherwise.
    pub devices: bool,
    /// Keep what lets a program run as somebody else: setuid and setgid bits (those of directories, too) and file
    /// capabilities. They are left out and reported otherwise, and also where the owner they speak of could not be
    /// set.
    pub setid: bool,
    /// Give files the owner and group they had.
    pub owner: bool,
    /// Take the stored numbers of owners; otherwise the names are looked up on this machine first.
    pub numeric_ids: bool,
    /// Set extended attributes and access control lists.
    pub xattrs: bool,
    /// Make every file and directory durable before it is called done.
    pub sync: bool,
}

impl Default for TargetOptions {
    /// Nothing is overwritten, nothing gains rights, owners are set if the process is root.
    fn default() -> Self {
        Self {
            overwrite: Overwrite::Never,
            devices: false,
            setid: false,
            owner: rustix::process::geteuid().is_root(),
            numeric_ids: false,
            xattrs: true,
            sync: false,
        }
    }
}

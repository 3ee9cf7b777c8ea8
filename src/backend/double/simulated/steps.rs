//! The steps of writing, each counted and put before the script.

use std::io;

use rustix::io::Errno;

use super::{Node, Simulated, Step};
use crate::backend::lock;
use crate::backend::publish::Steps;

impl Steps for Simulated {
    type File = usize;

    fn create(&self, path: &str) -> io::Result<usize> {
        let mut state = lock(&self.state);
        state.enter(Step::Create, path)?;
        state.add(path, Node::File { content: Vec::new(), synced: Vec::new() })
    }

    fn open(&self, path: &str) -> io::Result<usize> {
        lock(&self.state).find(path)
    }

    fn write(&self, file: &mut usize, bytes: &[u8]) -> io::Result<()> {
        let mut state = lock(&self.state);
        if state.enter(Step::Write, "")? {
            state.bytes(*file)?.0.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn fsync(&self, file: &usize) -> io::Result<()> {
        let mut state = lock(&self.state);
        if state.enter(Step::Fsync, "")? {
            let (content, synced) = state.bytes(*file)?;
            synced.clone_from(content);
        }
        Ok(())
    }

    fn close(&self, _: &usize) -> io::Result<()> {
        lock(&self.state).enter(Step::Close, "").map(|_| ())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = lock(&self.state);
        if state.enter(Step::Rename, to)? {
            let id = state.find(from)?;
            state.name(to, id)?;
            state.unname(from)?;
        }
        Ok(())
    }

    fn rename_over(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = lock(&self.state);
        if state.enter(Step::Rename, to)? {
            let id = state.find(from)?;
            state.unname(to)?;
            state.name(to, id)?;
            state.unname(from)?;
        }
        Ok(())
    }

    fn fsync_directory(&self, path: &str) -> io::Result<()> {
        let mut state = lock(&self.state);
        if state.enter(Step::FsyncDirectory, path)? {
            let (entries, synced) = state.names(path)?;
            synced.clone_from(entries);
        }
        Ok(())
    }

    fn mkdir(&self, path: &str) -> io::Result<()> {
        let mut state = lock(&self.state);
        if state.enter(Step::Mkdir, path)? {
            state.add(path, Node::directory())?;
        }
        Ok(())
    }

    fn unlink(&self, path: &str) -> io::Result<()> {
        let mut state = lock(&self.state);
        if state.enter(Step::Unlink, path)? {
            if matches!(state.node(state.find(path)?)?, Node::Directory { .. }) {
                return Err(Errno::ISDIR.into());
            }
            state.unname(path)?;
        }
        Ok(())
    }
}

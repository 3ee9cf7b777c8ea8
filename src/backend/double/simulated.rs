//! A model of a file system that keeps what was synced apart from what was not, and can lose the second.
//!
//! It is as strict as POSIX and stricter than most disks: a new file's name lasts only when its directory was synced, and a
//! renamed file comes back under its old name if only the old directory was. It knows nothing of objects.

mod steps;

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

use rustix::io::Errno;

use crate::backend::lock;
use crate::backend::name::join;

/// One kind of step in writing an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A file is made.
    Create,
    /// Bytes are written into it.
    Write,
    /// Its content is made durable.
    Fsync,
    /// It is closed.
    Close,
    /// It gets its final name.
    Rename,
    /// The names in a directory are made durable.
    FsyncDirectory,
    /// A directory is made.
    Mkdir,
    /// A name is removed.
    Unlink,
}

/// What becomes of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Do,
    /// It is not done, and reported as done: a broken order of steps.
    Skip,
    /// It is not done, and this system error is reported.
    Fail(i32),
}

/// Decides about each step: its number (from 1), what it is, and on which path (for a rename, the new one).
pub type Script = Box<dyn Fn(u64, Step, &str) -> Answer + Send + Sync>;

/// What a power cut leaves of that which was not synced. What was synced always stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survivors {
    /// Nothing: files come back under their old names.
    Nothing,
    /// Names, but not the content of files.
    Names,
    /// Names, and the first half of the content of files.
    NamesAndHalfTheBytes,
}

/// The file system. Its root is there and durable from the start.
pub(in crate::backend) struct Simulated {
    state: Mutex<State>,
}

struct State {
    nodes: Vec<Node>,
    steps: u64,
    script: Option<Script>,
    off_after: Option<u64>,
    is_off: bool,
}

type Entries = BTreeMap<String, usize>;

enum Node {
    File { content: Vec<u8>, synced: Vec<u8> },
    Directory { entries: Entries, synced: Entries },
}

impl Node {
    const fn directory() -> Self {
        Self::Directory { entries: Entries::new(), synced: Entries::new() }
    }
}

const ROOT: usize = 0;

impl Simulated {
    pub(super) fn new() -> Self {
        let nodes = vec![Node::directory()];
        Self { state: Mutex::new(State { nodes, steps: 0, script: None, off_after: None, is_off: false }) }
    }

    pub(super) fn set_script(&self, script: Script) {
        lock(&self.state).script = Some(script);
    }

    /// How many steps there were, done or not.
    pub(super) fn steps(&self) -> u64 {
        lock(&self.state).steps
    }

    /// Lets that many more steps happen; after them the power is off and everything fails until [`Self::power_cut`].
    pub(super) fn power_off_after(&self, steps: u64) {
        let mut state = lock(&self.state);
        state.off_after = Some(state.steps + steps);
    }

    /// Loses what was not synced, but for the survivors, and turns the power on.
    pub(super) fn power_cut(&self, survivors: Survivors) {
        let mut state = lock(&self.state);
        (state.is_off, state.off_after) = (false, None);
        for node in &mut state.nodes {
            match node {
                Node::Directory { entries, synced } if survivors == Survivors::Nothing => {
                    entries.clone_from(synced)
                }
                Node::Directory { entries, synced } => synced.clone_from(entries),
                Node::File { content, synced } if content == synced => {}
                Node::File { content, synced } => {
                    if survivors == Survivors::NamesAndHalfTheBytes {
                        content.truncate(content.len() / 2);
                        synced.clone_from(content);
                    }
                    content.clone_from(synced);
                }
            }
        }
    }

    /// The content of a file.
    pub(super) fn content(&self, path: &str) -> io::Result<Vec<u8>> {
        let state = lock(&self.state);
        state.check_power()?;
        match state.node(state.find(path)?)? {
            Node::File { content, .. } => Ok(content.clone()),
            Node::Directory { .. } => Err(Errno::ISDIR.into()),
        }
    }

    /// Path and size of every file below a directory; none if it is not there.
    pub(super) fn files(&self, path: &str) -> io::Result<Vec<(String, u64)>> {
        let state = lock(&self.state);
        state.check_power()?;
        let mut files = Vec::new();
        let mut open: Vec<(String, usize)> =
            state.find(path).ok().map(|id| (path.to_owned(), id)).into_iter().collect();
        while let Some((at, id)) = open.pop() {
            match state.node(id)? {
                Node::File { content, .. } => files.push((at, content.len() as u64)),
                Node::Directory { entries, .. } => {
                    open.extend(entries.iter().map(|(part, id)| (join(&at, part), *id)));
                }
            }
        }
        Ok(files)
    }
}

impl State {
    /// Counts a step and says whether it shall be done.
    fn enter(&mut self, step: Step, path: &str) -> io::Result<bool> {
        self.steps += 1;
        self.is_off |= self.off_after.is_some_and(|last| self.steps > last);
        self.check_power()?;
        match self.script.as_ref().map_or(Answer::Do, |script| script(self.steps, step, path)) {
            Answer::Do => Ok(true),
            Answer::Skip => Ok(false),
            Answer::Fail(errno) => Err(io::Error::from_raw_os_error(errno)),
        }
    }

    fn check_power(&self) -> io::Result<()> {
        if self.is_off { Err(Errno::IO.into()) } else { Ok(()) }
    }

    fn node(&self, id: usize) -> io::Result<&Node> {
        self.nodes.get(id).ok_or_else(|| Errno::STALE.into())
    }

    fn find(&self, path: &str) -> io::Result<usize> {
        path.split('/').filter(|part| !part.is_empty()).try_fold(ROOT, |id, part| match self.node(id)? {
            Node::Directory { entries, .. } => entries.get(part).copied().ok_or_else(|| Errno::NOENT.into()),
            Node::File { .. } => Err(Errno::NOTDIR.into()),
        })
    }

    /// The names in a directory: as they are, and as they are durable.
    fn names(&mut self, path: &str) -> io::Result<(&mut Entries, &mut Entries)> {
        let id = self.find(path)?;
        match self.nodes.get_mut(id) {
            Some(Node::Directory { entries, synced }) => Ok((entries, synced)),
            _ => Err(Errno::NOTDIR.into()),
        }
    }

    fn bytes(&mut self, id: usize) -> io::Result<(&mut Vec<u8>, &mut Vec<u8>)> {
        match self.nodes.get_mut(id) {
            Some(Node::File { content, synced }) => Ok((content, synced)),
            _ => Err(Errno::BADF.into()),
        }
    }

    fn add(&mut self, path: &str, node: Node) -> io::Result<usize> {
        let id = self.nodes.len();
        self.name(path, id)?;
        self.nodes.push(node);
        Ok(id)
    }

    fn name(&mut self, path: &str, id: usize) -> io::Result<()> {
        let (parent, part) = path.rsplit_once('/').unwrap_or(("", path));
        let (entries, _) = self.names(parent)?;
        if entries.contains_key(part) {
            return Err(Errno::EXIST.into());
        }
        entries.insert(part.to_owned(), id);
        Ok(())
    }

    fn unname(&mut self, path: &str) -> io::Result<usize> {
        let (parent, part) = path.rsplit_once('/').unwrap_or(("", path));
        self.names(parent)?.0.remove(part).ok_or_else(|| Errno::NOENT.into())
    }
}

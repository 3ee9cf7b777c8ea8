//! What commands share: the repository, the cache, the console, the clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::args::Global;
use super::error::CliError;
use super::observer::Console;
use super::password;
use crate::backend::{Backend, LocalBackend};
use crate::base::{SnapshotId, Timestamp, TreePath};
use crate::format::Manifest;
use crate::ops::select::{self, Filter};
use crate::repo::{IndexState, Repository};

/// What commands share.
pub struct Session {
    pub global: Global,
    pub json: bool,
    pub observer: Console,
}

/// Signals and limits, before anything is opened.
pub fn prepare_process() {
    // More files can be open at once than the cautious default allows; what the system refuses is left as it is.
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, raised);
    // Writing past a file size limit is then an error (EFBIG) and no sudden death.
    drop(signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false))));
}

impl Session {
    pub fn new(global: &Global) -> Result<Self, CliError> {
        let cancelled = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP]
        {
            // The second one ends at once: the first is then already noted.
            signal_hook::flag::register_conditional_shutdown(signal, 130, cancelled.clone())?;
            signal_hook::flag::register(signal, cancelled.clone())?;
        }
        Ok(Self { global: global.clone(), json: global.json, observer: Console::new(global, cancelled) })
    }

    /// A session with other arguments, cancelled by the same signals.
    pub fn with(&self, global: &Global) -> Self {
        let cancelled = self.observer.cancelled.clone();
        Self { global: global.clone(), json: global.json, observer: Console::new(global, cancelled) }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        Timestamp::from(std::time::SystemTime::now())
    }

    /// The name of this machine.
    pub fn host(&self) -> String {
        let name = nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_else(|_| "localhost".into())
    }

    /// The name of whoever runs this.
    pub fn user(&self) -> String {
        let user = nix::unistd::User::from_uid(nix::unistd::geteuid());
        user.ok().flatten().map(|user| user.name).unwrap_or_default()
    }

    /// The directory the repository is in.
    pub fn repository_path(&self) -> Result<PathBuf, CliError> {
        let Some(location) = &self.global.repo else {
            return Err(CliError::Usage("no repository given: use --repo or STRONGROOM_REPO".into()));
        };
        if let Some((scheme, _)) = location.split_once("://") {
            return Err(CliError::Usage(format!(
                "{scheme}:// repositories are not in this version: give a directory"
            )));
        }
        Ok(PathBuf::from(location))
    }

    /// The store of an existing repository.
    pub fn backend(&self) -> Result<Arc<dyn Backend>, CliError> {
        let path = self.repository_path()?;
        match LocalBackend::open(&path) {
            Ok(backend) => Ok(Arc::new(backend)),
            Err(error) if error.is_not_found() || !path.is_dir() => {
                let location = path.display().to_string();
                Err(crate::repo::RepoError::NoRepository { location }.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The repository, opened with the password.
    pub fn repository(&self) -> Result<Repository, CliError> {
        let backend = self.backend()?;
        if backend
            .size(&crate::backend::ObjectName::new("config").map_err(crate::backend::BackendError::from)?)
            .is_err()
        {
            // Said before a password is asked for.
            return Err(crate::repo::RepoError::NoRepository { location: backend.location() }.into());
        }
        let password = password::current(&self.global)?;
        Ok(Repository::open(backend, &password)?)
    }

    /// The directory of the index, made if it is not there.
    pub fn cache(&self) -> Result<PathBuf, CliError> {
        let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
        let base = std::env::var_os("XDG_CACHE_HOME")
            .filter(|path| Path::new(path).is_absolute())
            .map(PathBuf::from);
        let path = match &self.global.cache_dir {
            Some(path) => path.clone(),
            None => match base.or_else(home) {
                Some(base) => base.join("strongroom"),
                None => return Err(CliError::Usage("no place for the index: use --cache-dir".into())),
            },
        };
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), 0o700);
        let made = builder.create(&path);
        made.map_err(|source| crate::index::IndexError::Cache { path: path.clone(), source })
            .map_err(crate::repo::RepoError::from)?;
        Ok(path)
    }

    /// The index, in step with the repository.
    pub fn index(&self, repo: &Repository) -> Result<IndexState, CliError> {
        Ok(repo.open_index(&self.cache()?, &self.observer)?)
    }

    /// The snapshot and path that `SNAP[:PATH]` names.
    pub fn named(
        &self,
        repo: &Repository,
        name: &std::ffi::OsStr,
        filter: &Filter,
    ) -> Result<Named, CliError> {
        let (snapshot, path) = select::split(std::os::unix::ffi::OsStrExt::as_bytes(name))?;
        let snapshots = repo.snapshots()?;
        for (_, error) in &snapshots.unreadable {
            let warning = crate::base::Warning { subject: "repository".into(), message: error.to_string() };
            crate::base::Observer::warning(&self.observer, warning);
        }
        let (id, manifest) = select::find(&snapshots.whole, &snapshot, filter)?.clone();
        Ok(Named { id, manifest, path })
    }
}

/// What `SNAP[:PATH]` names.
pub struct Named {
    pub id: SnapshotId,
    pub manifest: Manifest,
    pub path: Option<TreePath>,
}

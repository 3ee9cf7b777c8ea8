//! What commands share: the repository, the cache, the console, the clock.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::args::Global;
use super::error::CliError;
use super::location;
use super::observer::Console;
use super::output::say;
use super::password::{self, Password};
use super::report::Doing;
use super::signals::Cancel;
use super::temporary::{TemporaryCache, is_of_cache};
use crate::backend::LocalBackend;
use crate::base::{Observer, SnapshotId, Timestamp, TreePath, Warning};
use crate::crypto::PasswordCost;
use crate::format::{LeasePurpose, Manifest, Parameters};
use crate::ops::select::{self, Filter};
use crate::repo::{HeldLease, IndexState, NewSlot, Repository, Snapshots};

/// Parity of a new repository in a directory: a disk loses sectors, and nothing behind it puts them right.
pub const PARITY_PERCENT: u8 = 5;

/// What commands share.
pub struct Session {
    pub global: Global,
    pub json: bool,
    pub observer: Console,
    /// Whether somebody wants the run to end.
    pub cancel: Cancel,
    doing: Cell<Doing>,
    lease: RefCell<Option<HeldLease>>,
    /// Whether it was said already that this machine cannot remember anything.
    pub is_state_told: Cell<bool>,
    /// Whether the snapshots were compared already with what this machine remembers.
    is_compared: Cell<bool>,
}

/// More files can be open at once than the cautious default allows; what the system refuses is left as it is.
pub fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).ok();
}

impl Session {
    /// `is_data`: standard output is for data, and nothing else may be written there.
    pub fn new(global: &Global, is_data: bool, cancel: Cancel) -> Self {
        Self {
            global: global.clone(),
            json: global.json,
            observer: Console::new(global, is_data, cancel.clone()),
            cancel,
            doing: Cell::new(Doing::Reading),
            lease: RefCell::new(None),
            is_state_told: Cell::new(false),
            is_compared: Cell::new(false),
        }
    }

    /// A session with other arguments, cancelled by the same signals.
    pub fn with(&self, global: &Global) -> Self {
        Self::new(global, false, self.cancel.clone())
    }

    /// Says what the command is about to do, so that an error can say what it means.
    pub fn start(&self, doing: Doing) {
        self.doing.set(doing);
    }

    /// What the command is doing.
    pub const fn doing(&self) -> Doing {
        self.doing.get()
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
        match &self.global.repo {
            Some(location) => location::path_of(location),
            None => Err(CliError::Usage("no repository given: use --repo or STRONGROOM_REPO".into())),
        }
    }

    /// The repository, opened with the password. Without a repository the password is not asked for.
    pub fn repository(&self) -> Result<Repository, CliError> {
        self.opened(location::open(&self.repository_path()?)?)
    }

    /// The repository in this store, opened with the password or the recovery kit.
    pub fn opened(&self, backend: Arc<LocalBackend>) -> Result<Repository, CliError> {
        match &self.global.recovery_kit {
            None => Ok(Repository::open(backend, &self.password(false)?)?),
            Some(path) => {
                let (repository, master) = password::recovery_kit(path)?;
                Ok(Repository::open_with_kit(backend, repository, master)?)
            }
        }
    }

    /// The repository, made first if there is none.
    pub fn repository_or_new(&self) -> Result<Repository, CliError> {
        let backend = Arc::new(LocalBackend::create(&self.repository_path()?)?);
        if location::has_repository(&backend)? {
            return Ok(Repository::open(backend, &self.password(false)?)?);
        }
        let password = self.password(true)?;
        match self.create(backend.clone(), &password, "first", PARITY_PERCENT) {
            // Another run was quicker, and made the repository that both want.
            Err(_) if location::has_repository(&backend)? => Ok(Repository::open(backend, &password)?),
            other => other,
        }
    }

    /// Makes the repository and says what to keep safe.
    pub fn create(
        &self,
        backend: Arc<LocalBackend>,
        password: &Password,
        label: &str,
        parity_percent: u8,
    ) -> Result<Repository, CliError> {
        let (host, now) = (self.host(), self.now());
        let slot = NewSlot { password, label, host: &host, cost: PasswordCost::DEFAULT, now };
        let repo =
            Repository::create(backend, &slot, Parameters { parity_percent, ..Parameters::default() }, now)?;
        if !self.global.quiet && !self.json {
            say(format!("made repository {} at {}", repo.id(), repo.backend().location()));
            say(
                "keep safe, away from this machine: the password. Without it nobody can read the snapshots, nor can you.",
            );
            say("a copy of the key on paper opens them too: strongroom key export --paper");
        }
        Ok(repo)
    }

    /// The repository's password; asked for twice if it is `new`.
    pub fn password(&self, new: bool) -> Result<Password, CliError> {
        Ok(password::current(&self.global, new, &self.cancel)?)
    }

    /// The directory of the index, made if it is not there.
    pub fn cache(&self) -> Result<PathBuf, CliError> {
        let place = self.own_place(self.global.cache_dir.as_ref(), "XDG_CACHE_HOME", ".cache");
        let Some(path) = place else {
            return Err(CliError::Usage("no place for the index: use --cache-dir".into()));
        };
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), 0o700);
        let made = builder.create(&path);
        made.map_err(|source| crate::index::IndexError::Cache { path: path.clone(), source })
            .map_err(crate::repo::RepoError::from)?;
        Ok(path)
    }

    /// The directory that was given, else that of this program below the one of the variable or of the home directory.
    pub fn own_place(&self, given: Option<&PathBuf>, variable: &str, below_home: &str) -> Option<PathBuf> {
        if let Some(path) = given {
            return Some(path.clone());
        }
        let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        // A job of cron or of a container may have no HOME.
        let user = || nix::unistd::User::from_uid(nix::unistd::geteuid()).ok().flatten();
        let home = || absolute("HOME").or_else(|| Some(user()?.dir)).map(|home| home.join(below_home));
        absolute(variable).or_else(home).map(|base| base.join("strongroom"))
    }

    /// The index, in step with the repository.
    pub fn index(&self, repo: &Repository) -> Result<IndexState, CliError> {
        self.with_cache(|cache| Ok(repo.open_index(cache, &self.observer)?))
    }

    /// Nothing that is in the repository now is deleted until this command ends. To be called before the index is opened.
    ///
    /// Where nothing can be written, nobody on this machine deletes either, and what another one deletes is an error then.
    pub fn keep_from_prune(&self, repo: &Repository) {
        *self.lease.borrow_mut() = repo.take_lease(LeasePurpose::Reading, &self.host()).ok();
    }

    /// Does `work` with the cache, or, where that cannot be written, after a warning with a directory that is gone afterwards.
    ///
    /// For what only reads: who cannot write to the cache shall get the data back all the same.
    pub fn with_cache<T>(&self, work: impl Fn(&Path) -> Result<T, CliError>) -> Result<T, CliError> {
        match self.cache().and_then(|cache| work(&cache)) {
            Err(error) if is_of_cache(&error) => {
                let place = TemporaryCache::create()?;
                let message =
                    format!("{error}: the index is made anew in a temporary place, which takes time");
                self.observer.warning(Warning { subject: "cache".into(), message });
                work(place.path())
            }
            other => other,
        }
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
        let (id, manifest) = select::find(&snapshots, &snapshot, filter)?.clone();
        self.warn_of(repo, &snapshots)?;
        Ok(Named { id, manifest, path })
    }

    /// Names the manifests that cannot be read, and says if the repository went back in time.
    pub fn warn_of(&self, repo: &Repository, snapshots: &Snapshots) -> Result<(), CliError> {
        let warn =
            |subject: &str, message| self.observer.warning(Warning { subject: subject.into(), message });
        for error in snapshots.unreadable.iter().map(|(_, error)| error).chain(&snapshots.forgettings_damaged)
        {
            warn("repository", error.to_string());
        }
        if !self.is_compared.replace(true)
            && let Some(back) = self.look_back_at(repo, snapshots)?.went_back
        {
            warn("rollback", format!("{back}; strongroom check says what is gone"));
        }
        Ok(())
    }
}

/// What `SNAP[:PATH]` names.
pub struct Named {
    pub id: SnapshotId,
    pub manifest: Manifest,
    pub path: Option<TreePath>,
}

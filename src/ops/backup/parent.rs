//! Which earlier snapshot a backup compares with.

use super::BackupOptions;
use crate::base::SnapshotId;
use crate::format::{Component, Manifest, Status};
use crate::repo::Snapshots;

/// How unchanged files are recognised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ParentChoice {
    /// By the newest complete snapshot of the same host and paths, else of the same host.
    #[default]
    Newest,
    /// By this snapshot.
    Snapshot(SnapshotId),
    /// Not at all: every file is read.
    None,
}

/// The snapshot to compare with. What lost something is none unless it is asked for: what it lost would be taken for what is there.
pub fn choose(
    snapshots: &Snapshots,
    options: &BackupOptions,
    components: &[Component],
) -> Option<(SnapshotId, Manifest)> {
    let newest = |fits: &dyn Fn(&Manifest) -> bool| {
        snapshots.sound().rev().find(|(_, manifest)| fits(manifest)).cloned()
    };
    let paths = |components: &[Component]| {
        let mut paths: Vec<_> = components.iter().map(|component| component.path.clone()).collect();
        paths.sort();
        paths
    };
    let wanted = paths(components);
    let same_host =
        |manifest: &Manifest| manifest.status == Status::Complete && manifest.host == options.host;
    match &options.parent {
        ParentChoice::None => None,
        ParentChoice::Snapshot(id) => snapshots.whole.iter().find(|(other, _)| other == id).cloned(),
        ParentChoice::Newest => {
            newest(&|manifest| same_host(manifest) && paths(&manifest.components) == wanted)
                .or_else(|| newest(&same_host))
        }
    }
}

//! `hold` and `release`: snapshots that nobody forgets, with who says so and why.

use super::OpsError;
use crate::base::{SnapshotId, Timestamp};
use crate::format::Hold;
use crate::repo::Repository;

/// Who holds or releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldOptions {
    /// On which host.
    pub host: String,
    /// By whom.
    pub user: String,
    /// Why.
    pub reason: Option<String>,
    /// Since when.
    pub now: Timestamp,
}

/// Holds a snapshot: from now on nobody forgets it, neither by rules nor by its id.
///
/// # Errors
/// [`OpsError::Repo`], also for a reason of over 4,096 bytes.
pub fn hold(repo: &Repository, snapshot: SnapshotId, options: &HoldOptions) -> Result<(), OpsError> {
    let HoldOptions { host, user, reason, now } = options.clone();
    repo.put_hold(&Hold { snapshot, time: now, host, user, reason })?;
    // Somebody may have forgotten it at the same moment: a hold of what is gone would promise something.
    if repo.forgettings()?.snapshots().contains(&snapshot) {
        release(repo, snapshot)?;
        return Err(OpsError::NoSnapshot {
            name: snapshot.short(),
            hint: " (it was forgotten meanwhile)".into(),
        });
    }
    Ok(())
}

/// Releases all holds of a snapshot. Returns them.
///
/// # Errors
/// [`OpsError::Repo`].
pub fn release(repo: &Repository, snapshot: SnapshotId) -> Result<Vec<Hold>, OpsError> {
    let mut released = vec![];
    for (id, hold) in repo.holds()?.whole {
        if hold.snapshot == snapshot {
            repo.remove_hold(&id)?;
            released.push(hold);
        }
    }
    Ok(released)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::house::House;

    #[test]
    fn a_snapshot_is_held_until_all_its_holds_are_released() {
        let house = House::new();
        let id = house.save().snapshot.unwrap();
        let options = |reason: &str| HoldOptions {
            host: "h".into(),
            user: "u".into(),
            reason: Some(reason.into()),
            now: Timestamp::new(7, 0),
        };
        hold(&house.repo, id, &options("closing of the year")).unwrap();
        hold(&house.repo, id, &options("audit")).unwrap();
        let mut reasons: Vec<_> =
            release(&house.repo, id).unwrap().into_iter().map(|hold| hold.reason).collect();
        reasons.sort();
        assert_eq!(reasons, [Some("audit".into()), Some("closing of the year".into())]);
        assert_eq!(release(&house.repo, id).unwrap(), []);
        assert!(hold(&house.repo, id, &options(&"x".repeat(4_097))).is_err());
    }
}

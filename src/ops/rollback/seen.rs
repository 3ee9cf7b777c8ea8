//! What was seen of a repository, and as facts.

use std::collections::BTreeMap;

use crate::base::limits::SEEN_MAX;
use crate::base::{ObjectId, SnapshotId};
use crate::repo::Snapshots;
use crate::state::Facts;

const SEQUENCE: &str = "sequence";
const SNAPSHOT: &str = "snapshot/";
const FORGETTING: &str = "forgotten/";

/// What was seen of a repository: the newest [`SEEN_MAX`] of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The greatest sequence number of a snapshot, of forgotten ones too.
    pub sequence: u64,
    /// Snapshots and their sequence numbers.
    pub snapshots: BTreeMap<SnapshotId, u64>,
    /// Forgetting records, and the greatest sequence number in each; 0 of one that could not be read.
    pub forgettings: BTreeMap<ObjectId, u64>,
}

impl Seen {
    /// What is there.
    pub fn of(there: &Snapshots) -> Self {
        let snapshots = there.whole.iter().map(|(id, manifest)| (*id, manifest.sequence)).collect();
        Self { sequence: there.sequence, snapshots, forgettings: there.forgettings.clone() }
    }

    /// One more snapshot.
    #[must_use]
    pub fn with(mut self, id: SnapshotId, sequence: u64) -> Self {
        self.snapshots.insert(id, sequence);
        self.sequence = self.sequence.max(sequence);
        self
    }

    /// What was seen and what is seen now; the oldest fall off where there are too many.
    #[must_use]
    pub fn and(mut self, now: &Self) -> Self {
        self.sequence = self.sequence.max(now.sequence);
        self.snapshots.extend(&now.snapshots);
        self.forgettings.extend(&now.forgettings);
        newest(&mut self.snapshots);
        newest(&mut self.forgettings);
        self
    }

    /// The same without snapshots that a record names: the record is remembered in their place.
    #[must_use]
    pub fn without(mut self, forgotten: &std::collections::BTreeSet<SnapshotId>) -> Self {
        self.snapshots.retain(|id, _| !forgotten.contains(id));
        self
    }

    /// What facts say; what they say of other things, or badly, is passed over.
    pub fn from_facts(facts: &Facts) -> Self {
        let mut seen = Self::default();
        for (name, value) in facts {
            let Ok(number) = value.parse::<u64>() else { continue };
            if name == SEQUENCE {
                seen.sequence = number;
            } else if let Some(Ok(id)) = name.strip_prefix(SNAPSHOT).map(str::parse) {
                seen.snapshots.insert(id, number);
            } else if let Some(Ok(id)) = name.strip_prefix(FORGETTING).map(str::parse) {
                seen.forgettings.insert(id, number);
            }
        }
        seen
    }

    /// Makes facts say this; those about other things stay.
    pub fn put_in(&self, facts: &mut Facts) {
        facts.retain(|name, _| {
            name != SEQUENCE && !name.starts_with(SNAPSHOT) && !name.starts_with(FORGETTING)
        });
        facts.insert(SEQUENCE.into(), self.sequence.to_string());
        facts.extend(
            self.snapshots.iter().map(|(id, number)| (format!("{SNAPSHOT}{id}"), number.to_string())),
        );
        facts.extend(
            self.forgettings.iter().map(|(id, number)| (format!("{FORGETTING}{id}"), number.to_string())),
        );
    }
}

/// Leaves those with the greatest numbers.
fn newest<I: Ord + Copy>(all: &mut BTreeMap<I, u64>) {
    let Some(excess) = all.len().checked_sub(SEEN_MAX).filter(|excess| *excess > 0) else { return };
    let mut by_age: Vec<_> = all.iter().map(|(id, number)| (*number, *id)).collect();
    by_age.sort_unstable();
    for (_, id) in by_age.iter().take(excess) {
        all.remove(id);
    }
}

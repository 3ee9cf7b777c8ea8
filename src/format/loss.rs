#![doc = include_str!("../../format-spec/loss.md")]

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::cbor::{self, Time};
use super::{FormatError, refuse_unless};
use crate::base::{SnapshotId, Timestamp};

/// Paths of either kind that a reader takes.
const PATHS_ACCEPTED: usize = 1_000;

/// What a snapshot lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Which snapshot.
    pub snapshot: SnapshotId,
    /// When it was found.
    pub time: Timestamp,
    /// Whether part of its tree is lost, so that more may be.
    pub is_tree_damaged: bool,
    /// Files that lost something.
    pub files: u64,
    /// Paths of the first of them.
    pub paths: Vec<Vec<u8>>,
    /// Paths of dumps whose table map is lost.
    pub maps: Vec<Vec<u8>>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Wire {
    #[n(1)]
    snapshot: ByteVec,
    #[n(2)]
    time: Time,
    #[n(3)]
    tree: u64,
    #[n(4)]
    files: u64,
    #[n(5)]
    paths: Vec<ByteVec>,
    #[n(6)]
    maps: Vec<ByteVec>,
}

impl Loss {
    /// The envelope's body.
    ///
    /// # Errors
    /// [`FormatError::Value`] for what a reader would refuse.
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        let paths = |paths: &[Vec<u8>]| paths.iter().cloned().map(ByteVec::from).collect();
        let wire = Wire {
            snapshot: self.snapshot.as_bytes().to_vec().into(),
            time: Time(self.time),
            tree: if self.is_tree_damaged { 2 } else { 1 },
            files: self.files,
            paths: paths(&self.paths),
            maps: paths(&self.maps),
        };
        wire.check()?;
        cbor::encode(&wire)
    }

    /// The loss in an envelope's body.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused.
    pub fn decode(body: &[u8]) -> Result<Self, FormatError> {
        let wire: Wire = cbor::decode(body)?;
        wire.check()?;
        let snapshot: &[u8] = &wire.snapshot;
        let refused = |_| FormatError::Value { field: "length of an id" };
        Ok(Self {
            snapshot: SnapshotId::new(snapshot.try_into().map_err(refused)?),
            time: wire.time.0,
            is_tree_damaged: match wire.tree {
                1 => false,
                2 => true,
                _ => return Err(FormatError::Value { field: "state of the tree" }),
            },
            files: wire.files,
            paths: wire.paths.into_iter().map(Vec::from).collect(),
            maps: wire.maps.into_iter().map(Vec::from).collect(),
        })
    }
}

impl Wire {
    fn check(&self) -> Result<(), FormatError> {
        let are_few = self.paths.len() <= PATHS_ACCEPTED && self.maps.len() <= PATHS_ACCEPTED;
        refuse_unless(are_few, "number of paths")?;
        refuse_unless(self.paths.len() as u64 <= self.files, "number of files")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_comes_back_and_an_impossible_one_is_neither_written_nor_read() {
        let paths: Vec<_> = (0..101_u32).map(|number| number.to_string().into_bytes()).collect();
        let loss = Loss {
            snapshot: SnapshotId::new([3; 32]),
            time: Timestamp::new(9, 1),
            is_tree_damaged: true,
            files: 120,
            paths,
            maps: vec![b"a.sql".to_vec()],
        };
        let body = loss.encode().unwrap();
        assert_eq!(Loss::decode(&body), Ok(loss.clone()));
        assert!(Loss { files: 100, ..loss }.encode().is_err());
        for length in 0..body.len() {
            assert!(Loss::decode(&body[..length]).is_err());
        }
    }
}

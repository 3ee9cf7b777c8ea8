#![doc = include_str!("../../format-spec/keeping.md")]

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::cbor::{self, Time};
use super::{FormatError, refuse_unless};
use crate::base::limits::HOLD_REASON_BYTES_MAX;
use crate::base::{SnapshotId, Timestamp};

/// A snapshot that is not to be forgotten, who says so, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Which snapshot.
    pub snapshot: SnapshotId,
    /// Since when.
    pub time: Timestamp,
    /// On which host it was said.
    pub host: String,
    /// By whom.
    pub user: String,
    /// Why; at most 4,096 bytes.
    pub reason: Option<String>,
}

/// Snapshots that are forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgetting {
    /// When.
    pub time: Timestamp,
    /// On which host.
    pub host: String,
    /// By whom.
    pub user: String,
    /// Which, with their sequence numbers; at least one.
    pub snapshots: Vec<(SnapshotId, u64)>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct HoldWire {
    #[n(1)]
    snapshot: ByteVec,
    #[n(2)]
    time: Time,
    #[n(3)]
    host: String,
    #[n(4)]
    user: String,
    #[n(5)]
    reason: Option<String>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct ForgettingWire {
    #[n(1)]
    time: Time,
    #[n(2)]
    host: String,
    #[n(3)]
    user: String,
    #[n(4)]
    snapshots: Vec<ForgottenWire>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct ForgottenWire {
    #[n(1)]
    id: ByteVec,
    #[n(2)]
    sequence: u64,
}

fn id(bytes: &[u8]) -> Result<SnapshotId, FormatError> {
    let bytes = bytes.try_into().map_err(|_| FormatError::Value { field: "length of an id" })?;
    Ok(SnapshotId::new(bytes))
}

impl Hold {
    /// The envelope's body.
    ///
    /// # Errors
    /// [`FormatError::Value`] for a reason that is too long.
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        self.check()?;
        let Self { snapshot, time, host, user, reason } = self.clone();
        let snapshot = snapshot.as_bytes().to_vec().into();
        cbor::encode(&HoldWire { snapshot, time: Time(time), host, user, reason })
    }

    /// The hold in an envelope's body.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused.
    pub fn decode(body: &[u8]) -> Result<Self, FormatError> {
        let HoldWire { snapshot, time, host, user, reason } = cbor::decode(body)?;
        let hold = Self { snapshot: id(&snapshot)?, time: time.0, host, user, reason };
        hold.check()?;
        Ok(hold)
    }

    fn check(&self) -> Result<(), FormatError> {
        let bytes = self.reason.as_ref().map_or(0, String::len);
        refuse_unless(bytes <= HOLD_REASON_BYTES_MAX, "length of a reason")
    }
}

impl Forgetting {
    /// The envelope's body.
    ///
    /// # Errors
    /// [`FormatError::Value`] for what a reader would refuse.
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        self.check()?;
        let wire = |(id, sequence): &(SnapshotId, u64)| ForgottenWire {
            id: id.as_bytes().to_vec().into(),
            sequence: *sequence,
        };
        cbor::encode(&ForgettingWire {
            time: Time(self.time),
            host: self.host.clone(),
            user: self.user.clone(),
            snapshots: self.snapshots.iter().map(wire).collect(),
        })
    }

    /// The record in an envelope's body.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused.
    pub fn decode(body: &[u8]) -> Result<Self, FormatError> {
        let ForgettingWire { time, host, user, snapshots } = cbor::decode(body)?;
        let of = |wire: ForgottenWire| Ok((id(&wire.id)?, wire.sequence));
        let snapshots = snapshots.into_iter().map(of).collect::<Result<_, FormatError>>()?;
        let record = Self { time: time.0, host, user, snapshots };
        record.check()?;
        Ok(record)
    }

    fn check(&self) -> Result<(), FormatError> {
        refuse_unless(!self.snapshots.is_empty(), "number of forgotten snapshots")?;
        refuse_unless(
            self.snapshots.iter().all(|(_, sequence)| *sequence > 0),
            "sequence of a forgotten snapshot",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_comes_back_and_a_reason_has_a_length() {
        let hold = Hold {
            snapshot: SnapshotId::new([1; 32]),
            time: Timestamp::new(5, 6),
            host: "db1".into(),
            user: "root".into(),
            reason: Some("x".repeat(HOLD_REASON_BYTES_MAX)),
        };
        let body = hold.encode().unwrap();
        assert_eq!(Hold::decode(&body), Ok(hold.clone()));
        let bare = Hold { reason: None, ..hold.clone() };
        assert_eq!(Hold::decode(&bare.encode().unwrap()), Ok(bare));
        assert!(Hold { reason: Some("x".repeat(HOLD_REASON_BYTES_MAX + 1)), ..hold }.encode().is_err());
        assert!((0..body.len()).all(|length| Hold::decode(&body[..length]).is_err()));
    }

    #[test]
    fn a_forgetting_record_comes_back_and_names_something() {
        let snapshots = vec![(SnapshotId::new([1; 32]), 7), (SnapshotId::new([2; 32]), 9)];
        let record =
            Forgetting { time: Timestamp::new(5, 6), host: "db1".into(), user: "root".into(), snapshots };
        let body = record.encode().unwrap();
        assert_eq!(Forgetting::decode(&body), Ok(record.clone()));
        assert!(Forgetting { snapshots: vec![], ..record.clone() }.encode().is_err());
        assert!(Forgetting { snapshots: vec![(SnapshotId::new([1; 32]), 0)], ..record }.encode().is_err());
        assert!((0..body.len()).all(|length| Forgetting::decode(&body[..length]).is_err()));
    }
}

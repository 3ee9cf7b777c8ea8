#![doc = include_str!("../../format-spec/lease.md")]

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::cbor::{self, Time};
use super::{FormatError, refuse_unless};
use crate::base::{LeaseId, ObjectId, PackId, Timestamp};

/// What the owner of a lease is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeasePurpose {
    /// Writing a snapshot.
    Backup,
    /// Deleting what nothing needs.
    Prune,
    /// Reading, for a while, what must not be deleted meanwhile.
    Reading,
}

/// Somebody is writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// One for a run.
    pub id: LeaseId,
    /// Counts renewals, from 1.
    pub counter: u64,
    /// When the run started.
    pub started: Timestamp,
    /// When this object was written.
    pub renewed: Timestamp,
    /// Seconds from `renewed` after which it means nothing: 1 to 86,400.
    pub valid_seconds: u32,
    /// What the run does.
    pub purpose: LeasePurpose,
    /// On which host.
    pub host: String,
    /// In which process.
    pub process: u32,
}

/// What prune is about to delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When it was written.
    pub time: Timestamp,
    /// Greatest sequence number among the manifests that were looked at.
    pub sequence: u64,
    /// Packs that are to be deleted: no region of theirs is needed, or what is needed stands in other packs too.
    pub packs: Vec<PackId>,
    /// Index objects that are replaced.
    pub indexes: Vec<ObjectId>,
    /// Leases that must have ended first; `None` while they are not gathered, and then nobody acts on the mark.
    pub leases: Option<Vec<LeaseId>>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct LeaseWire {
    #[n(1)]
    id: ByteVec,
    #[n(2)]
    counter: u64,
    #[n(3)]
    started: Time,
    #[n(4)]
    renewed: Time,
    #[n(5)]
    valid_seconds: u32,
    #[n(6)]
    purpose: u8,
    #[n(7)]
    host: String,
    #[n(8)]
    process: u32,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct MarkWire {
    #[n(1)]
    time: Time,
    #[n(2)]
    sequence: u64,
    #[n(3)]
    packs: ByteVec,
    #[n(4)]
    indexes: ByteVec,
    #[n(5)]
    leases: Option<ByteVec>,
}

impl Lease {
    /// The envelope's body.
    ///
    /// # Errors
    /// [`FormatError::Value`] for what a reader would refuse.
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        self.check()?;
        cbor::encode(&LeaseWire {
            id: self.id.as_bytes().to_vec().into(),
            counter: self.counter,
            started: Time(self.started),
            renewed: Time(self.renewed),
            valid_seconds: self.valid_seconds,
            purpose: match self.purpose {
                LeasePurpose::Backup => 1,
                LeasePurpose::Prune => 2,
                LeasePurpose::Reading => 3,
            },
            host: self.host.clone(),
            process: self.process,
        })
    }

    /// The lease in an envelope's body.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused.
    pub fn decode(body: &[u8]) -> Result<Self, FormatError> {
        let wire: LeaseWire = cbor::decode(body)?;
        let id: &[u8] = &wire.id;
        let lease = Self {
            id: LeaseId::new(id.try_into().map_err(|_| FormatError::Value { field: "length of an id" })?),
            counter: wire.counter,
            started: wire.started.0,
            renewed: wire.renewed.0,
            valid_seconds: wire.valid_seconds,
            purpose: match wire.purpose {
                1 => LeasePurpose::Backup,
                2 => LeasePurpose::Prune,
                3 => LeasePurpose::Reading,
                _ => return Err(FormatError::Value { field: "purpose of a lease" }),
            },
            host: wire.host,
            process: wire.process,
        };
        lease.check()?;
        Ok(lease)
    }

    fn check(&self) -> Result<(), FormatError> {
        refuse_unless(self.counter > 0, "counter of a lease")?;
        refuse_unless((1..=86_400).contains(&self.valid_seconds), "seconds of a lease")
    }
}

impl Mark {
    /// The envelope's body.
    ///
    /// # Errors
    /// Never in practice; see [`FormatError::Cbor`].
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        cbor::encode(&MarkWire {
            time: Time(self.time),
            sequence: self.sequence,
            packs: joined(self.packs.iter().map(PackId::as_bytes)),
            indexes: joined(self.indexes.iter().map(ObjectId::as_bytes)),
            leases: self.leases.as_ref().map(|leases| joined(leases.iter().map(LeaseId::as_bytes))),
        })
    }

    /// The mark in an envelope's body.
    ///
    /// # Errors
    /// [`FormatError`] for everything the page says must be refused.
    pub fn decode(body: &[u8]) -> Result<Self, FormatError> {
        let wire: MarkWire = cbor::decode(body)?;
        Ok(Self {
            time: wire.time.0,
            sequence: wire.sequence,
            packs: ids(&wire.packs)?.iter().map(|id| PackId::new(*id)).collect(),
            indexes: ids(&wire.indexes)?.iter().map(|id| ObjectId::new(*id)).collect(),
            leases: match wire.leases {
                Some(leases) => Some(ids(&leases)?.iter().map(|id| LeaseId::new(*id)).collect()),
                None => None,
            },
        })
    }
}

fn joined<'i>(ids: impl Iterator<Item = &'i [u8; 32]>) -> ByteVec {
    ids.flatten().copied().collect::<Vec<_>>().into()
}

fn ids(bytes: &[u8]) -> Result<&[[u8; 32]], FormatError> {
    match bytes.as_chunks::<32>() {
        (ids, []) => Ok(ids),
        _ => Err(FormatError::Value { field: "length of a list of ids" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease() -> Lease {
        Lease {
            id: LeaseId::new([1; 32]),
            counter: 1,
            started: Timestamp::new(10, 0),
            renewed: Timestamp::new(20, 0),
            valid_seconds: 600,
            purpose: LeasePurpose::Backup,
            host: "db1".into(),
            process: 77,
        }
    }

    #[test]
    fn a_lease_comes_back_and_an_impossible_one_is_neither_written_nor_read() {
        let body = lease().encode().unwrap();
        assert_eq!(Lease::decode(&body), Ok(lease()));
        assert!(Lease { counter: 0, ..lease() }.encode().is_err());
        assert!(Lease { valid_seconds: 86_401, ..lease() }.encode().is_err());
        for length in 0..body.len() {
            assert!(Lease::decode(&body[..length]).is_err());
        }
    }

    #[test]
    fn a_mark_comes_back_and_a_torn_list_of_ids_is_refused() {
        let mark = Mark {
            time: Timestamp::new(1, 2),
            sequence: 9,
            packs: vec![PackId::new([1; 32]), PackId::new([2; 32])],
            indexes: vec![],
            leases: Some(vec![LeaseId::new([3; 32])]),
        };
        assert_eq!(Mark::decode(&mark.encode().unwrap()), Ok(mark));
        assert!(Mark::decode(b"\xa4\x01\x82\x01\x02\x02\x09\x03\x43abc\x04\x40").is_err());
        assert!(Mark::decode(b"\xa4\x01\x82\x01\x02\x02\x09\x03\x40\x04\x40").is_ok());
    }
}

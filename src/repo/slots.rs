//! Key slots: the master key under passwords.

use zeroize::Zeroizing;

use super::object::{open_envelope, read_named, seal_envelope};
use super::{OpenSlot, RepoError, Repository, Subject};
use crate::backend::{Backend, ObjectName};
use crate::base::{ObjectId, RepositoryId, Timestamp};
use crate::crypto::{CryptoError, Keys, MasterKey, PasswordCost, PasswordKey, random_array};
use crate::format::{KeySlotBody, KeySlotHeader};

/// What a new slot is made of.
#[derive(Clone, Copy)]
pub struct NewSlot<'a> {
    /// The password, without a line ending.
    pub password: &'a [u8],
    /// What its owner calls it.
    pub label: &'a str,
    /// The host it is made on.
    pub host: &'a str,
    /// What opening it costs.
    pub cost: PasswordCost,
    /// When it is made.
    pub now: Timestamp,
}

impl std::fmt::Debug for NewSlot<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewSlot({:?}, ..)", self.label)
    }
}

/// A slot as a list shows it.
#[derive(Debug, Clone)]
pub struct KeySlot {
    /// Its id.
    pub id: ObjectId,
    /// What opening it costs; `None` if it is damaged.
    pub cost: Option<PasswordCost>,
    /// Whether the repository was opened with it.
    pub is_in_use: bool,
    /// What its owner calls it. It is sealed, and known only of the slot in use.
    pub label: Option<String>,
}

impl Repository {
    /// The key slots, sorted by id. Damaged ones are among them, without a cost.
    ///
    /// # Errors
    /// [`RepoError::Backend`].
    pub fn key_slots(&self) -> Result<Vec<KeySlot>, RepoError> {
        let mut slots = vec![];
        for name in names(self.backend())? {
            let Ok(id) = name.last_part().parse() else { continue };
            let header = read_slot(self.backend(), &name).ok().map(|(header, _)| header);
            let in_use = self.slot.as_ref().filter(|open| open.id == id);
            slots.push(KeySlot {
                id,
                cost: header.map(|header| cost_of(&header)),
                is_in_use: in_use.is_some(),
                label: in_use.map(|open| open.label.to_string()),
            });
        }
        Ok(slots)
    }

    /// Adds a slot for another password.
    ///
    /// # Errors
    /// [`RepoError::Backend`], [`RepoError::Crypto`].
    pub fn add_key_slot(&self, slot: &NewSlot<'_>) -> Result<ObjectId, RepoError> {
        let name = put(self.backend(), &self.keys, slot)?;
        name.last_part()
            .parse()
            .map_err(|error| RepoError::damaged(Subject::KeySlot(name.to_string()), error))
    }

    /// Takes away the slot whose id starts with `prefix`. The last whole slot stays, and so does the one the repository was
    /// opened with: of the others nobody knows whether they open it.
    ///
    /// # Errors
    /// [`RepoError::LastKeySlot`], [`RepoError::KeySlotInUse`], [`RepoError::KeySlotNotUnique`], [`RepoError::Backend`].
    pub fn remove_key_slot(&self, prefix: &str) -> Result<ObjectId, RepoError> {
        let slots = self.key_slots()?;
        let mut matching =
            slots.iter().filter(|slot| !prefix.is_empty() && slot.id.to_string().starts_with(prefix));
        let (Some(slot), None) = (matching.next(), matching.next()) else {
            let found = slots.iter().filter(|slot| slot.id.to_string().starts_with(prefix)).count();
            return Err(RepoError::KeySlotNotUnique { prefix: prefix.to_string(), found });
        };
        let others_whole = slots.iter().filter(|other| other.id != slot.id && other.cost.is_some()).count();
        if others_whole == 0 {
            return Err(RepoError::LastKeySlot { name: slot.id.short() });
        }
        if slot.is_in_use {
            return Err(RepoError::KeySlotInUse { name: slot.id.short() });
        }
        self.backend().remove(&super::object::name_in("keys", &slot.id)?)?;
        Ok(slot.id)
    }

    /// Takes away `old`, in whose place there is `new`, which was just added.
    ///
    /// # Errors
    /// [`RepoError::LastKeySlot`] if `new` is not there, [`RepoError::Backend`].
    pub fn replace_key_slot(&self, old: ObjectId, new: ObjectId) -> Result<(), RepoError> {
        let is_there = self.key_slots()?.iter().any(|slot| slot.id == new && slot.cost.is_some());
        if old == new || !is_there {
            return Err(RepoError::LastKeySlot { name: old.short() });
        }
        Ok(self.backend().remove(&super::object::name_in("keys", &old)?)?)
    }

    /// The slot this password opens.
    ///
    /// # Errors
    /// [`RepoError::WrongPassword`], [`RepoError::NoKeySlot`].
    pub fn key_slot_of(&self, password: &[u8]) -> Result<(ObjectId, KeySlotBody), RepoError> {
        open_slot(self.backend(), self.id(), password)
    }
}

/// Writes a slot for the master key in `keys`.
pub fn put(backend: &dyn Backend, keys: &Keys, slot: &NewSlot<'_>) -> Result<ObjectName, RepoError> {
    let salt = random_array()?;
    let key = PasswordKey::derive(slot.password, &salt, slot.cost)?;
    let PasswordCost { memory_kib, passes, lanes } = slot.cost;
    let header = KeySlotHeader { memory_kib, passes, lanes, salt, commitment: *key.commitment() };
    let body = KeySlotBody {
        master: *keys.master().expose(),
        label: slot.label.to_string(),
        created: slot.now,
        host: (!slot.host.is_empty()).then(|| slot.host.to_string()),
    };
    let body = Zeroizing::new(body.encode()?);
    let mut object = header.encode();
    let seal = key.seal(keys.repository(), &object);
    object.extend_from_slice(&seal_envelope(&seal, 0, &body)?);
    let name = super::object::name_in("keys", &blake3::hash(&object).to_hex())?;
    backend.put(&name, &object)?;
    Ok(name)
}

/// The slot that the password opens, and the master key in it, from whichever slot the password opens.
pub fn open_any(
    backend: &dyn Backend,
    repository: RepositoryId,
    password: &[u8],
) -> Result<(OpenSlot, MasterKey), RepoError> {
    let (id, body) = open_slot(backend, repository, password)?;
    let master = MasterKey::new(*Zeroizing::new(body.master));
    Ok((OpenSlot { id, label: body.label.into() }, master))
}

fn open_slot(
    backend: &dyn Backend,
    repository: RepositoryId,
    password: &[u8],
) -> Result<(ObjectId, KeySlotBody), RepoError> {
    let (mut tried, mut damaged) = (0, vec![]);
    let short = |name: &ObjectName| name.last_part().chars().take(8).collect::<String>();
    for name in names(backend)? {
        match open_one(backend, &name, repository, password) {
            Ok(Some(body)) => {
                let id = name.last_part().parse();
                return Ok((id.map_err(|error| RepoError::damaged(subject(&name), error))?, body));
            }
            Ok(None) => tried += 1,
            Err(error) if error.is_damage() => damaged.push(short(&name)),
            Err(RepoError::Crypto(CryptoError::Cost { .. })) => damaged.push(short(&name)),
            Err(error) => return Err(error),
        }
    }
    let location = backend.location();
    if tried == 0 {
        return Err(RepoError::NoKeySlot { location, damaged });
    }
    Err(RepoError::WrongPassword { location, slots: tried })
}

/// The slot's body; `None` if the password is another one.
fn open_one(
    backend: &dyn Backend,
    name: &ObjectName,
    repository: RepositoryId,
    password: &[u8],
) -> Result<Option<KeySlotBody>, RepoError> {
    let (header, sealed) = read_slot(backend, name)?;
    let key = PasswordKey::derive(password, &header.salt, cost_of(&header))?;
    if *key.commitment() != header.commitment {
        return Ok(None);
    }
    let damaged = |reason: &dyn std::fmt::Display| RepoError::damaged(subject(name), reason);
    let seal = key.seal(repository, &header.encode());
    let body = Zeroizing::new(open_envelope(&seal, 0, &sealed).map_err(|error| damaged(&error))?);
    KeySlotBody::decode(&body).map(Some).map_err(|error| damaged(&error))
}

fn read_slot(backend: &dyn Backend, name: &ObjectName) -> Result<(KeySlotHeader, Vec<u8>), RepoError> {
    let object = read_named(backend, name, &subject(name))?;
    let (header, sealed) =
        KeySlotHeader::decode(&object).map_err(|error| RepoError::damaged(subject(name), error))?;
    Ok((header, sealed.to_vec()))
}

fn names(backend: &dyn Backend) -> Result<Vec<ObjectName>, RepoError> {
    Ok(backend.list("keys")?.into_iter().map(|stored| stored.name).collect())
}

const fn cost_of(header: &KeySlotHeader) -> PasswordCost {
    PasswordCost { memory_kib: header.memory_kib, passes: header.passes, lanes: header.lanes }
}

fn subject(name: &ObjectName) -> Subject {
    Subject::KeySlot(name.last_part().chars().take(8).collect())
}

//! Decodes a vector with the program's own decoders.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use strongroom::backend::{Backend, MemoryBackend, ObjectName};
use strongroom::base::{Encoding, RepositoryId, TreePath};
use strongroom::codec::Decompressor;
use strongroom::compressed::ReplayRecipe;
use strongroom::crypto::{Keys, MasterKey, MessageKind, PasswordCost, PasswordKey};
use strongroom::format::{
    Config, ConfigHeader, Contents, Envelope, Forgetting, FormatError, Hold, KeySlotBody, KeySlotHeader,
    Lease, Loss, Manifest, Mark, ObjectKind, Recipe, index, padme, recipe, recovery, tree,
};
use strongroom::repo::{Repository, open_envelope, open_sealed};

use super::vector::Vector;
use super::{chunker, delta, files, parity, replay, repository, seal, shown, table_map};

pub type Decoded = Result<Value, String>;

/// What comes out of the vector, in the form of its field `decoded`; else what the program says.
pub fn decode(vector: &Value) -> Decoded {
    let bytes = files::bytes(&vector["hex"]);
    match text(vector, "object") {
        "chunker" => chunker::decode(vector, &bytes),
        "config" => config(vector, &bytes),
        "delta" => delta::decode(vector, &bytes),
        "envelope" => envelope(&bytes),
        "frame" => frame(vector, &bytes),
        "index" => index(vector, &bytes),
        "keys" => Ok(derived(vector, &bytes)),
        "keyslot" => keyslot(vector, &bytes),
        "lease" => sealed(vector, ObjectKind::Lease, &bytes, |body| {
            Lease::decode(body).map(|lease| shown::lease(&lease))
        }),
        "hold" => {
            sealed(vector, ObjectKind::Hold, &bytes, |body| Hold::decode(body).map(|hold| shown::hold(&hold)))
        }
        "forgotten" => sealed(vector, ObjectKind::Forgetting, &bytes, |body| {
            Forgetting::decode(body).map(|record| shown::forgotten(&record))
        }),
        "loss" => {
            sealed(vector, ObjectKind::Loss, &bytes, |body| Loss::decode(body).map(|loss| shown::loss(&loss)))
        }
        "manifest" => manifest(vector, &bytes),
        "mark" => {
            sealed(vector, ObjectKind::Mark, &bytes, |body| Mark::decode(body).map(|mark| shown::mark(&mark)))
        }
        "message" => message(vector, &bytes),
        "pack" => repository::decode_pack(vector, &bytes),
        "padme" => Ok(
            json!({"padded": padme(usize::from(bytes[0]) | usize::from(bytes[1]) << 8 | usize::from(bytes[2]) << 16)}),
        ),
        "parity" => parity::decode(vector, &bytes),
        "recipe" => recipe(vector, &bytes),
        "replay" => ReplayRecipe::decode(&bytes).map(|recipe| replay::shown(&recipe)).map_err(said),
        "recovery-kit" => recovery_kit(&bytes),
        "repository" => repository::decode(vector, &bytes),
        "table-of-contents" => contents(vector, &bytes),
        "table-map" => table_map::decode(&bytes),
        "tree-node" => tree_node(vector, &bytes),
        other => panic!("no decoder for {other}"),
    }
}

pub fn said<E: ToString>(error: E) -> String {
    error.to_string()
}

pub fn text<'v>(vector: &'v Value, key: &str) -> &'v str {
    vector[key].as_str().unwrap_or_else(|| panic!("{key} is missing"))
}

pub fn number<N: TryFrom<u64>>(vector: &Value, key: &str) -> N {
    let number = vector[key].as_u64().unwrap_or_else(|| panic!("{key} is missing"));
    N::try_from(number).ok().unwrap()
}

fn id(vector: &Value, key: &str) -> [u8; 32] {
    seal::unhex(text(vector, key)).try_into().unwrap()
}

pub fn master(vector: &Value) -> MasterKey {
    MasterKey::new(id(vector, "master"))
}

fn keys(vector: &Value) -> Keys {
    Keys::new(RepositoryId::new(id(vector, "repository")), master(vector))
}

/// The name under which the object lies: that of its bytes, unless the vector has another.
pub fn name_of(vector: &Value, bytes: &[u8]) -> String {
    vector["name_id"].as_str().map_or_else(|| blake3::hash(bytes).to_hex().to_string(), ToOwned::to_owned)
}

/// A store with these objects.
pub fn store<'o>(objects: impl IntoIterator<Item = (String, &'o [u8])>) -> Arc<MemoryBackend> {
    let backend = MemoryBackend::new();
    for (name, bytes) in objects {
        backend.put(&ObjectName::new(&name).unwrap(), bytes).unwrap();
    }
    Arc::new(backend)
}

fn config(vector: &Value, bytes: &[u8]) -> Decoded {
    let repo =
        Repository::open_with_master(store([("config".into(), bytes)]), master(vector)).map_err(said)?;
    if repo.id() != RepositoryId::new(id(vector, "repository")) {
        return Err("another repository".into());
    }
    let (header, _) = ConfigHeader::decode(bytes).map_err(said)?;
    let mut shown = shown::parameters(repo.parameters());
    shown["repository"] = repo.id().to_string().into();
    shown["oldest_reader"] = header.oldest_reader.into();
    shown["oldest_writer"] = header.oldest_writer.into();
    shown["made"] = shown::time(repo.created());
    Ok(shown)
}

/// The key of a password, derived once for each salt: it takes a tenth of a second.
fn password_key(password: &[u8], header: &KeySlotHeader) -> Result<Arc<PasswordKey>, String> {
    type Derived = BTreeMap<(Vec<u8>, [u8; 32]), Arc<PasswordKey>>;
    static DERIVED: Mutex<Derived> = Mutex::new(BTreeMap::new());
    let KeySlotHeader { memory_kib, passes, lanes, salt, .. } = *header;
    let cost = PasswordCost { memory_kib, passes, lanes };
    cost.check().map_err(said)?;
    let mut derived = DERIVED.lock().unwrap();
    let place = (password.to_vec(), salt);
    if let Some(key) = derived.get(&place) {
        return Ok(key.clone());
    }
    let key = Arc::new(PasswordKey::derive(password, &salt, cost).map_err(said)?);
    derived.insert(place, key.clone());
    Ok(key)
}

fn open_keyslot(vector: &Value, bytes: &[u8]) -> Result<(KeySlotHeader, Vec<u8>), String> {
    if blake3::hash(bytes).to_hex().as_str() != name_of(vector, bytes) {
        return Err("its hash is not its name".into());
    }
    let (header, sealed) = KeySlotHeader::decode(bytes).map_err(said)?;
    let key = password_key(text(vector, "password").as_bytes(), &header)?;
    if *key.commitment() != header.commitment {
        return Err("another password".into());
    }
    let seal = key.seal(RepositoryId::new(id(vector, "repository")), &header.encode());
    Ok((header, open_envelope(&seal, 0, sealed).map_err(said)?))
}

fn keyslot(vector: &Value, bytes: &[u8]) -> Decoded {
    let (header, body) = open_keyslot(vector, bytes)?;
    let mut shown = shown::keyslot(&KeySlotBody::decode(&body).map_err(said)?);
    shown["memory_kib"] = header.memory_kib.into();
    shown["passes"] = header.passes.into();
    shown["lanes"] = header.lanes.into();
    Ok(shown)
}

fn recovery_kit(bytes: &[u8]) -> Decoded {
    let (repository, master) = recovery::decode(std::str::from_utf8(bytes).map_err(said)?).map_err(said)?;
    Ok(json!({"repository": repository.to_string(), "master": seal::hex(&master)}))
}

fn envelope(bytes: &[u8]) -> Decoded {
    let envelope = Envelope::decode(bytes).map_err(said)?;
    let (body, plain_bytes) = (envelope.body.to_vec(), envelope.plain_bytes as usize);
    let body = Decompressor::new().decompress(envelope.encoding, body, &[], plain_bytes).map_err(said)?;
    Ok(json!({"body": seal::hex(&body)}))
}

fn frame(vector: &Value, bytes: &[u8]) -> Decoded {
    let plain_bytes = number(vector, "plain_bytes");
    let plain =
        Decompressor::new().decompress(Encoding::Zstd, bytes.to_vec(), &[], plain_bytes).map_err(said)?;
    Ok(json!({"plain": seal::hex(&plain)}))
}

fn derived(vector: &Value, bytes: &[u8]) -> Value {
    let keys = Keys::new(RepositoryId::new([0; 32]), MasterKey::new(bytes.try_into().unwrap()));
    let gear: Vec<u8> = keys.gear_table().iter().flat_map(|entry| entry.to_le_bytes()).collect();
    let gear_first: Vec<_> = gear.chunks(8).take(4).map(seal::hex).collect();
    json!({
        "chunk_id": keys.chunk_id(&seal::unhex(text(vector, "plain"))).to_string(),
        "gear_first": gear_first, "gear_digest": blake3::hash(&gear).to_hex().as_str(),
        "boundary": keys.tree_boundary(number(vector, "level"), &seal::unhex(text(vector, "path"))),
    })
}

fn message(vector: &Value, bytes: &[u8]) -> Decoded {
    let kind = match number(vector, "type") {
        3_u8 => MessageKind::Region,
        4 => MessageKind::Contents,
        other => panic!("no vector has type {other}"),
    };
    let seal = keys(vector).seal(kind, &id(vector, "salt"), &seal::unhex(text(vector, "header")));
    let mut message = bytes.to_vec();
    seal.open(text(vector, "position").parse().unwrap(), &mut message).map_err(said)?;
    Ok(json!({"plain": seal::hex(&message)}))
}

fn sealed(
    vector: &Value,
    kind: ObjectKind,
    bytes: &[u8],
    decode: impl Fn(&[u8]) -> Result<Value, FormatError>,
) -> Decoded {
    decode(&open_sealed(&keys(vector), kind, bytes).map_err(said)?).map_err(said)
}

fn index(vector: &Value, bytes: &[u8]) -> Decoded {
    sealed(vector, ObjectKind::Index, bytes, |body| {
        let mut packs = vec![];
        index::decode(body, |pack| {
            packs.push(pack);
            Ok::<_, FormatError>(())
        })?;
        Ok(json!({"packs": shown::packs(&packs)}))
    })
}

fn manifest(vector: &Value, bytes: &[u8]) -> Decoded {
    let name = name_of(vector, bytes);
    let config = repository::config_of(vector);
    let store = store([("config".into(), config.as_slice()), (format!("snapshots/{name}"), bytes)]);
    let repo = Repository::open_with_master(store, master(vector)).map_err(said)?;
    Ok(shown::manifest(&repo.snapshot(name.parse().unwrap()).map_err(said)?))
}

fn contents(vector: &Value, bytes: &[u8]) -> Decoded {
    let contents = Contents::decode(bytes, number(vector, "room")).map_err(said)?;
    Ok(json!({"regions": shown::regions(&contents)}))
}

fn recipe(vector: &Value, bytes: &[u8]) -> Decoded {
    let depth = number(vector, "depth");
    let recipe = Recipe { depth, records: recipe::decode_records(bytes).map_err(said)? };
    recipe.check().map_err(said)?;
    Ok(shown::recipe(&recipe))
}

fn tree_node(vector: &Value, bytes: &[u8]) -> Decoded {
    let level = number(vector, "level");
    let first = vector["first"].as_str().map(|first| TreePath::new(seal::unhex(first)).unwrap());
    Ok(shown::items(level, &tree::decode_node(bytes, level, first.as_ref()).map_err(said)?))
}

/// The same body as the program writes it; `None` for objects that it does not write from one value.
pub fn rewritten(vector: &Vector) -> Option<Vec<u8>> {
    let bytes = || body(vector);
    let written = match vector.object {
        "config" => Config::decode(&bytes()).and_then(|config| config.encode()),
        "delta" => return Some(delta::rewritten()),
        "keyslot" => KeySlotBody::decode(&bytes()).and_then(|slot| slot.encode()),
        "lease" => Lease::decode(&bytes()).and_then(|lease| lease.encode()),
        "hold" => Hold::decode(&bytes()).and_then(|hold| hold.encode()),
        "forgotten" => Forgetting::decode(&bytes()).and_then(|record| record.encode()),
        "loss" => Loss::decode(&bytes()).and_then(|loss| loss.encode()),
        "manifest" => Manifest::decode(&bytes()).and_then(|manifest| manifest.encode()),
        "mark" => Mark::decode(&bytes()).and_then(|mark| mark.encode()),
        "table-map" => table_map::rewritten(&bytes()),
        "replay" => return Some(ReplayRecipe::decode(&vector.bytes).unwrap().encode().unwrap()),
        _ => return None,
    };
    Some(written.unwrap())
}

/// What is sealed in a vector's object; the object itself if it is a plain stream.
pub fn body(vector: &Vector) -> Vec<u8> {
    let known: serde_json::Map<_, _> =
        vector.fields.iter().map(|(key, value)| ((*key).into(), value.clone())).collect();
    let (known, bytes) = (Value::Object(known), &vector.bytes);
    let sealed = |kind| open_sealed(&keys(&known), kind, bytes).unwrap();
    match vector.object {
        "config" => {
            let (header, sealed) = ConfigHeader::decode(bytes).unwrap();
            let seal = keys(&known).seal(MessageKind::Config, &header.salt, &header.encode());
            open_envelope(&seal, 0, sealed).unwrap()
        }
        "index" => sealed(ObjectKind::Index),
        "keyslot" => open_keyslot(&known, bytes).unwrap().1,
        "lease" => sealed(ObjectKind::Lease),
        "hold" => sealed(ObjectKind::Hold),
        "forgotten" => sealed(ObjectKind::Forgetting),
        "loss" => sealed(ObjectKind::Loss),
        "manifest" => sealed(ObjectKind::Manifest),
        "mark" => sealed(ObjectKind::Mark),
        "pack" => repository::contents_of(bytes),
        "delta" | "replay" | "table-map" => bytes.clone(),
        other => panic!("nothing is sealed in {other}"),
    }
}

//! Whole repositories in which snapshots are forgotten or held.

use serde_json::json;
use strongroom::format::ObjectKind;

use super::between::first;
use super::cbor::{self, bytes, uint};
use super::house::House;
use super::objects::NAME;
use super::repository::config;
use super::vector::Vector;
use super::{keeping, manifest, seal};

pub fn vectors() -> Vec<Vector> {
    let hold = named("hold-of-another-name", "holds", ObjectKind::Hold, &keeping::hold());
    let record =
        named("forgotten-of-another-name", "forgotten", ObjectKind::Forgetting, &keeping::forgotten());
    let refused = |house: House| house.refused(NAME, "its hash is not its name");
    vec![forgotten(), refused(hold), refused(record)]
}

/// What is forgotten is no snapshot: neither the newest one, whose manifest lies there still and whose chunks are gone, nor one whose manifest
/// does not open, nor one whose manifest is gone. A hold changes nothing for a reader.
fn forgotten() -> Vector {
    let mut house = House { name: "repository-of-forgotten-snapshots".into(), ..first() };
    let stays = house.objects.keys().find_map(|name| name.strip_prefix("snapshots/")).unwrap().to_owned();
    let nowhere = manifest::of_root(seal::made_of("a root in no pack"), 8, 0);
    let newest = seal::unhex(&house.put_manifest(&nowhere.with(1, uint(8))));
    let damaged = seal::unhex(&house.put("snapshots", b"not an object"));
    let gone = seal::made_of("a snapshot whose manifest is gone").to_vec();
    let records = [("first record", vec![(newest, 8), (gone, 7)]), ("second record", vec![(damaged, 9)])];
    for (name, ids) in records {
        let body = keeping::forgotten_of(ids).bytes();
        house.put("forgotten", &seal::object(ObjectKind::Forgetting, name, &body));
    }
    let hold = keeping::hold().with(1, bytes(seal::unhex(&stays)));
    house.put("holds", &seal::object(ObjectKind::Hold, "hold of what stays", &hold.bytes()));
    let digest = blake3::hash(b"hello").to_hex().to_string();
    let files = json!({ seal::hex(b"srv/hello"): digest });
    let decoded = json!({"snapshots": [stays], "latest": stays, "files": files});
    Vector::taken("repository", house.name, config(), decoded).with("objects", house.objects)
}

/// The first repository with one more object, under a name that is not its hash.
fn named(name: &str, folder: &str, kind: ObjectKind, body: &cbor::Map) -> House {
    let mut house = House { name: format!("repository-{name}"), ..first() };
    let object = seal::hex(&seal::object(kind, name, &body.bytes()));
    house.objects.insert(format!("{folder}/{}", seal::hex(&seal::made_of(name))), object.into());
    house
}

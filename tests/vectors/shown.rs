//! Decoded values as the JSON of a vector: `format-spec/reader/README.md`, "Vectors".

use serde_json::{Value, json};
use strongroom::base::{Encoding, SnapshotId, Timestamp};
use strongroom::format::{
    Child, ComponentKind, Compressed, CompressedFormat, Contents, DumpCost, Entry, EntryKind, Forgetting,
    Hold, IndexedPack, Items, KeySlotBody, Lease, LeasePurpose, Loss, Manifest, Mark, Parameters, Recipe,
    RegionKind, Replay, Status,
};

use super::seal::hex;

pub fn time(time: Timestamp) -> Value {
    json!([time.seconds, time.nanos])
}

fn bytes(bytes: Option<&[u8]>) -> Value {
    bytes.map(hex).into()
}

pub fn parameters(parameters: &Parameters) -> Value {
    let [min, average, max] = parameters.chunk_bytes;
    json!({
        "chunk_bytes_min": min, "chunk_bytes_average": average, "chunk_bytes_max": max,
        "normalization": parameters.normalization, "region_bytes": parameters.region_bytes,
        "pack_bytes": parameters.pack_bytes, "delta_depth": parameters.delta_depth,
        "parity_percent": parameters.parity_percent,
    })
}

pub fn keyslot(slot: &KeySlotBody) -> Value {
    json!({"master": hex(&slot.master), "label": slot.label, "made": time(slot.created), "host": slot.host})
}

pub fn regions(contents: &Contents) -> Value {
    let mut offset = 48;
    let mut regions = vec![];
    for (number, region) in contents.regions.iter().enumerate() {
        let codec = match region.encoding {
            Encoding::Stored => 0,
            Encoding::Zstd => 1,
            Encoding::Delta => 2,
        };
        let chunks: Vec<_> =
            region.chunks.iter().map(|chunk| json!([chunk.id.to_string(), chunk.plain_bytes])).collect();
        let bases: Vec<_> = region.bases.iter().map(ToString::to_string).collect();
        regions.push(json!({
            "number": number, "offset": offset, "stored_bytes": region.stored_bytes,
            "plain_bytes": region.plain_bytes(), "codec": codec, "depth": region.depth,
            "kind": u8::from(region.kind == RegionKind::Metadata), "chunks": chunks, "bases": bases,
        }));
        offset += region.stored_bytes;
    }
    regions.into()
}

pub fn packs(packs: &[IndexedPack]) -> Value {
    let packs = packs.iter().map(|pack| {
        let toc = hex(&pack.contents.encode().unwrap());
        json!({"name": pack.id.to_string(), "pack_bytes": pack.bytes, "toc": toc, "regions": regions(&pack.contents)})
    });
    packs.collect()
}

pub fn recipe(recipe: &Recipe) -> Value {
    let records: Vec<_> =
        recipe.records.iter().map(|record| json!([record.id.to_string(), record.bytes])).collect();
    json!({"depth": recipe.depth, "records": records})
}

pub fn items(level: u8, items: &Items) -> Value {
    let items: Vec<_> = match items {
        Items::Entries(entries) => entries.iter().map(entry).collect(),
        Items::Children(children) => children.iter().map(child).collect(),
    };
    json!({"level": level, "items": items})
}

fn child(child: &Child) -> Value {
    let path = hex(child.first.as_bytes());
    json!({"path": path, "id": child.id.to_string(), "plain_bytes": child.bytes, "entries": child.entries})
}

fn entry(entry: &Entry) -> Value {
    let kind = match entry.kind {
        EntryKind::File => 1,
        EntryKind::Directory => 2,
        EntryKind::Symlink => 3,
        EntryKind::Fifo => 4,
        EntryKind::CharDevice => 5,
        EntryKind::BlockDevice => 6,
    };
    let attributes: Vec<_> =
        entry.xattrs.iter().map(|(name, value)| json!([hex(name), hex(value)])).collect();
    json!({
        "path": hex(entry.path.as_bytes()), "kind": kind, "mode": entry.mode, "owner": entry.uid, "group": entry.gid,
        "owner_name": entry.user.as_deref(), "group_name": entry.group.as_deref(), "mtime": time(entry.mtime),
        "ctime": time(entry.ctime), "inode": entry.inode, "device": entry.device, "links": entry.links,
        "size": entry.size, "target": bytes(entry.link_target.as_deref()),
        "numbers": entry.device_number.map(|(major, minor)| [major, minor]), "attributes": attributes,
        "recipe": entry.content.as_ref().map(recipe), "changed": entry.torn,
        "compressed": entry.compressed.as_deref().map(compressed),
    })
}

fn compressed(compressed: &Compressed) -> Value {
    let format = match compressed.format {
        CompressedFormat::Gzip => "gzip",
        CompressedFormat::Zstd => "zstd",
        CompressedFormat::Xz => "xz",
    };
    let (replay, records) = match &compressed.replay {
        None => (None, None),
        Some(Replay::Inline(bytes)) => (Some(hex(bytes)), None),
        Some(Replay::Stored(records)) => {
            let records = records.iter().map(|record| json!([hex(record.id.as_bytes()), record.bytes]));
            (None, Some(records.collect::<Vec<_>>()))
        }
    };
    json!({"format": format, "plain_bytes": compressed.plain_bytes, "replay": replay, "replay_records": records})
}

pub fn manifest(m: &Manifest) -> Value {
    let status = match m.status {
        Status::Complete => "complete",
        Status::Partial => "partial",
        Status::Unverified => "unverified",
    };
    let s = m.statistics;
    let maps = m.table_maps.iter().map(|map| {
        json!({
            "path": hex(&map.path), "recipe": recipe(&map.recipe), "tables": map.tables, "rows": map.rows,
            "cost": map.cost.as_ref().map(cost),
        })
    });
    let left_out: Vec<_> = m.left_out.iter().map(|path| hex(path)).collect();
    json!({
        "sequence": m.sequence, "time": time(m.time), "started": time(m.started), "ended": time(m.ended),
        "host": m.host, "user": m.user, "tags": m.tags, "description": m.description, "program": m.program,
        "parent": m.parent.map(|id| id.to_string()), "status": status, "components": components(m),
        "statistics": {
            "files": s.files, "directories": s.directories, "others": s.others, "content_bytes": s.bytes,
            "files_new": s.files_new, "files_changed": s.files_changed, "files_unmodified": s.files_unmodified,
            "content_bytes_new": s.bytes_added, "repository_bytes_new": s.bytes_stored, "warnings": s.warnings,
            "chunks_new": s.chunks_new, "spent_on_new": s.content.map(|content| content.new),
            "spent_on_deltas": s.content.map(|content| content.delta),
        },
        "root": {"id": m.root.id.to_string(), "plain_bytes": m.root.bytes, "level": m.root.level},
        "table_maps": maps.collect::<Vec<_>>(), "excludes": m.excludes, "left_out": left_out,
    })
}

fn cost(cost: &DumpCost) -> Value {
    let tables = cost.tables.iter().map(|table| {
        let rows = cost.has_rows.then_some(table.rows);
        json!([table.section, table.stored, rows])
    });
    let others = cost.others.map(|others| [others.tables, others.stored, others.rows]);
    json!({"stored": cost.stored, "tables": tables.collect::<Vec<_>>(), "others": others})
}

fn components(manifest: &Manifest) -> Value {
    let components = manifest.components.iter().map(|component| {
        let kind = match component.kind {
            ComponentKind::Path => "path",
            ComponentKind::Stdin => "standard input",
            ComponentKind::Command => "command",
            ComponentKind::Database => "database",
            ComponentKind::Unknown(_) => "unknown",
        };
        let state = if component.is_whole { "whole" } else { "not whole" };
        json!({
            "name": component.name, "kind": kind, "path": hex(&component.path), "state": state,
            "problem": component.detail,
        })
    });
    components.collect()
}

pub fn lease(lease: &Lease) -> Value {
    let work = match lease.purpose {
        LeasePurpose::Backup => "backup",
        LeasePurpose::Prune => "prune",
        LeasePurpose::Reading => "reading",
    };
    json!({
        "id": lease.id.to_string(), "counter": lease.counter, "started": time(lease.started),
        "written": time(lease.renewed), "valid_s": lease.valid_seconds, "work": work, "host": lease.host,
        "process": lease.process,
    })
}

pub fn hold(hold: &Hold) -> Value {
    json!({
        "snapshot": hold.snapshot.to_string(), "time": time(hold.time), "host": hold.host, "user": hold.user,
        "reason": hold.reason,
    })
}

pub fn forgotten(record: &Forgetting) -> Value {
    let one = |(id, sequence): &(SnapshotId, u64)| json!({"id": id.to_string(), "sequence": sequence});
    let snapshots: Vec<_> = record.snapshots.iter().map(one).collect();
    json!({"time": time(record.time), "host": record.host, "user": record.user, "snapshots": snapshots})
}

pub fn mark(mark: &Mark) -> Value {
    let packs: Vec<_> = mark.packs.iter().map(ToString::to_string).collect();
    let indexes: Vec<_> = mark.indexes.iter().map(ToString::to_string).collect();
    let leases =
        mark.leases.as_ref().map(|leases| leases.iter().map(ToString::to_string).collect::<Vec<_>>());
    json!({"written": time(mark.time), "sequence": mark.sequence, "packs": packs, "indexes": indexes, "leases": leases})
}

pub fn loss(loss: &Loss) -> Value {
    let tree = if loss.is_tree_damaged { "damaged" } else { "sound" };
    let paths = |paths: &[Vec<u8>]| paths.iter().map(|path| hex(path)).collect::<Vec<_>>();
    json!({
        "snapshot": loss.snapshot.to_string(), "found": time(loss.time), "tree": tree, "files": loss.files,
        "paths": paths(&loss.paths), "maps": paths(&loss.maps),
    })
}

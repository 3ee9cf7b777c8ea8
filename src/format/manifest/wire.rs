//! A manifest as it stands in CBOR, key by key, and back. What values are possible is decided here; what they mean is not known.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::cost::CostWire;
use super::statistics::StatisticsWire;
use super::{Component, ComponentKind, DumpCost, Manifest, Root, Status, TableMapRef};
use crate::base::limits::TREE_DEPTH_MAX;
use crate::base::{ChunkId, SnapshotId};
use crate::format::cbor::Time;
use crate::format::recipe::{decode_records, encode_records};
use crate::format::{FormatError, Recipe, refuse_unless};

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct Wire {
    #[n(1)]
    sequence: u64,
    #[n(2)]
    time: Time,
    #[n(3)]
    started: Time,
    #[n(4)]
    ended: Time,
    #[n(5)]
    host: String,
    #[n(6)]
    user: String,
    #[n(7)]
    tags: Vec<String>,
    #[n(8)]
    description: Option<String>,
    #[n(9)]
    program: String,
    #[n(10)]
    parent: Option<ByteVec>,
    #[n(11)]
    status: u64,
    #[n(12)]
    components: Vec<ComponentWire>,
    #[n(13)]
    statistics: StatisticsWire,
    #[n(14)]
    root: RootWire,
    #[n(15)]
    table_maps: Option<Vec<TableMapWire>>,
    #[n(16)]
    excludes: Option<Vec<String>>,
    #[n(17)]
    left_out: Option<Vec<ByteVec>>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct ComponentWire {
    #[n(1)]
    name: String,
    #[n(2)]
    kind: u64,
    #[n(3)]
    path: ByteVec,
    #[n(4)]
    state: u64,
    #[n(5)]
    detail: Option<String>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct RootWire {
    #[n(1)]
    id: ByteVec,
    #[n(2)]
    bytes: u32,
    #[n(3)]
    level: u8,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct TableMapWire {
    #[n(1)]
    path: ByteVec,
    #[n(2)]
    depth: u8,
    #[n(3)]
    records: ByteVec,
    #[n(4)]
    tables: Option<u64>,
    #[n(5)]
    rows: Option<u64>,
    #[n(6)]
    cost: Option<CostWire>,
}

impl From<&Manifest> for Wire {
    fn from(manifest: &Manifest) -> Self {
        let m = manifest.clone();
        let unless_empty = |empty: bool| !empty;
        Self {
            sequence: m.sequence,
            time: Time(m.time),
            started: Time(m.started),
            ended: Time(m.ended),
            host: m.host,
            user: m.user,
            tags: m.tags,
            description: m.description,
            program: m.program,
            parent: m.parent.map(|id| id.as_bytes().to_vec().into()),
            status: match m.status {
                Status::Complete => 1,
                Status::Partial => 2,
                Status::Unverified => 3,
            },
            components: m.components.into_iter().map(ComponentWire::from).collect(),
            statistics: StatisticsWire::from(m.statistics),
            root: RootWire {
                id: m.root.id.as_bytes().to_vec().into(),
                bytes: m.root.bytes,
                level: m.root.level,
            },
            table_maps: unless_empty(m.table_maps.is_empty())
                .then(|| m.table_maps.into_iter().map(TableMapWire::from).collect()),
            excludes: unless_empty(m.excludes.is_empty()).then_some(m.excludes),
            left_out: unless_empty(m.left_out.is_empty())
                .then(|| m.left_out.into_iter().map(ByteVec::from).collect()),
        }
    }
}

impl TryFrom<Wire> for Manifest {
    type Error = FormatError;

    fn try_from(wire: Wire) -> Result<Self, FormatError> {
        refuse_unless(wire.sequence > 0, "sequence")?;
        let status = match wire.status {
            1 => Status::Complete,
            2 => Status::Partial,
            3 => Status::Unverified,
            _ => return Err(FormatError::Value { field: "status" }),
        };
        let parent = wire.parent.map(|id| digest(&id)).transpose()?.map(SnapshotId::new);
        let root =
            Root { id: ChunkId::new(digest(&wire.root.id)?), bytes: wire.root.bytes, level: wire.root.level };
        refuse_unless(root.level <= TREE_DEPTH_MAX, "level of the root")?;
        let maps = wire.table_maps.unwrap_or_default();
        Ok(Self {
            sequence: wire.sequence,
            time: wire.time.0,
            started: wire.started.0,
            ended: wire.ended.0,
            host: wire.host,
            user: wire.user,
            tags: wire.tags,
            description: wire.description,
            program: wire.program,
            parent,
            status,
            components: wire.components.into_iter().map(Component::from).collect(),
            statistics: wire.statistics.try_into()?,
            root,
            table_maps: maps.into_iter().map(TableMapRef::try_from).collect::<Result<_, _>>()?,
            excludes: wire.excludes.unwrap_or_default(),
            left_out: wire.left_out.unwrap_or_default().into_iter().map(Vec::from).collect(),
        })
    }
}

fn digest(bytes: &[u8]) -> Result<[u8; 32], FormatError> {
    bytes.try_into().map_err(|_| FormatError::Value { field: "length of an id" })
}

impl From<Component> for ComponentWire {
    fn from(component: Component) -> Self {
        let kind = match component.kind {
            ComponentKind::Path => 1,
            ComponentKind::Stdin => 2,
            ComponentKind::Command => 3,
            ComponentKind::Database => 4,
            ComponentKind::Unknown(kind) => kind,
        };
        let state = if component.is_whole { 1 } else { 2 };
        Self { name: component.name, kind, path: component.path.into(), state, detail: component.detail }
    }
}

impl From<ComponentWire> for Component {
    fn from(wire: ComponentWire) -> Self {
        let kind = match wire.kind {
            1 => ComponentKind::Path,
            2 => ComponentKind::Stdin,
            3 => ComponentKind::Command,
            4 => ComponentKind::Database,
            kind => ComponentKind::Unknown(kind),
        };
        Self { name: wire.name, kind, path: wire.path.into(), is_whole: wire.state == 1, detail: wire.detail }
    }
}

impl From<TableMapRef> for TableMapWire {
    fn from(map: TableMapRef) -> Self {
        let mut records = Vec::new();
        encode_records(&map.recipe.records, &mut records);
        let unless_zero = |number: u64| (number > 0).then_some(number);
        let (tables, rows) = (unless_zero(map.tables), unless_zero(map.rows));
        let cost = map.cost.map(CostWire::from);
        Self { path: map.path.into(), depth: map.recipe.depth, records: records.into(), tables, rows, cost }
    }
}

impl TryFrom<TableMapWire> for TableMapRef {
    type Error = FormatError;

    fn try_from(wire: TableMapWire) -> Result<Self, FormatError> {
        let recipe = Recipe { depth: wire.depth, records: decode_records(&wire.records)? };
        recipe.check()?;
        let (tables, rows) = (wire.tables.unwrap_or(0), wire.rows.unwrap_or(0));
        let cost = wire.cost.map(DumpCost::try_from).transpose()?;
        Ok(Self { path: wire.path.into(), recipe, tables, rows, cost })
    }
}

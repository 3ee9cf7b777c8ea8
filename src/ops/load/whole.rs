//! A whole dump in the place of a database: loaded beside it, then swapped.

use std::collections::BTreeSet;

use super::{LoadReport, refuse_occupied, refuse_unfit};
use crate::base::{Observer, TreePath, escape};
use crate::database::load::{MariaDbRestore, PostgresRestore, Script};
use crate::database::{Kind, Server};
use crate::format::Manifest;
use crate::format::table_map::MapSectionKind as Section;
use crate::ops::dumps::{self, Table};
use crate::ops::{OpsError, extract};
use crate::repo::{ChunkReader, TableMap};

/// Makes the database what it was when the dump at `path` was made. Until everything is loaded, it stays as it is; an error leaves it so.
///
/// # Errors
/// [`OpsError::Occupied`] unless `overwrite`; [`OpsError::SeveralDumps`]; the first error of SQL; those of reading chunks.
pub fn restore_database(
    reader: &ChunkReader,
    manifest: &Manifest,
    path: Option<&TreePath>,
    server: &Server,
    overwrite: bool,
    observer: &dyn Observer,
) -> Result<LoadReport, OpsError> {
    let all: Vec<_> = dumps::of(manifest, path).collect();
    let at = match all.as_slice() {
        [one] => *one,
        [] => {
            let place = path.map_or_else(|| "the snapshot".into(), |path| format!("/{path}"));
            return Err(OpsError::Request(format!("there is no dump in {place}")));
        }
        several => {
            let dumps = several.iter().map(|at| format!("/{}", escape(&at.path))).collect();
            return Err(OpsError::SeveralDumps { name: "a dump".into(), dumps });
        }
    };
    if manifest.components.iter().any(|component| component.path == at.path && !component.is_whole) {
        let why = "the snapshot is partial".into();
        return Err(OpsError::DumpNotWhole { dump: escape(&at.path), why });
    }
    let map = TableMap::open(reader, at)?;
    refuse_unfit(&map, &at.path, server)?;
    refuse_several(&map)?;
    if let Some(why) = dumps::lacks_its_end(&map) {
        return Err(OpsError::DumpNotWhole { dump: escape(&at.path), why: why.into() });
    }
    refuse_occupied(server, overwrite)?;
    let recipe = dumps::recipe(reader, manifest, at, &map)?;
    let mut events = vec![];
    let load = |fresh: &Server, events: &mut Vec<u8>| -> Result<(), OpsError> {
        let mut script = Script::start(fresh, false)?;
        let goes_on = || !observer.is_cancelled();
        let wanted = |kind| !matches!(kind, Section::Replication | Section::Database);
        extract::each(
            reader,
            &recipe,
            &map,
            &|placed| wanted(placed.section.kind),
            observer,
            &mut |placed, bytes| {
                if placed.section.kind == Section::Event {
                    // It would begin to run where it is loaded.
                    events.extend_from_slice(bytes);
                    return Ok(());
                }
                Ok(script.push(bytes, &goes_on)?)
            },
        )?;
        Ok(script.finish()?)
    };
    let left_behind = match server.dsn.kind {
        Kind::MariaDb => {
            let restore = MariaDbRestore::begin(server)?;
            load(restore.fresh(), &mut events)?;
            restore.swap(&events)?
        }
        Kind::Postgres => {
            let restore = PostgresRestore::begin(server)?;
            load(restore.fresh(), &mut events)?;
            restore.swap()?
        }
    };
    let tables = dumps::tables(&map);
    Ok(LoadReport {
        dump: at.path.clone(),
        rows: tables.iter().map(|table| table.rows).sum(),
        tables: tables.iter().map(Table::full_name).collect(),
        left_behind,
    })
}

/// A dump of several databases has no one place to go.
fn refuse_several(map: &TableMap<'_>) -> Result<(), OpsError> {
    let databases: BTreeSet<_> =
        map.sections.iter().filter_map(|placed| placed.section.database.as_ref()).collect();
    if databases.len() > 1 {
        let names: Vec<String> = databases.iter().map(|name| escape(name)).collect();
        let message =
            format!("the dump has several databases: {}; a dump of one can be restored", names.join(", "));
        return Err(OpsError::Request(message));
    }
    Ok(())
}

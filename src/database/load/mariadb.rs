//! A database of MariaDB or MySQL replaced as a whole.
//!
//! A database cannot be renamed, and of what is in it only tables can change their database: a view cannot, a table with a trigger cannot, routines and
//! events cannot. So everything is loaded into a fresh database first, which proves all of it but events (they would begin to run there). Then tables
//! change places in one statement, which happens as a whole or not at all, and what cannot be renamed (the *frame*: triggers, routines, events, and last
//! of all views) is made anew in its place. The frame that was there is kept as SQL until the end, in this process and beside the old tables
//! ([`super::undo`]); if the new one cannot be made, tables go back and it is made again. Views come last because one whose tables are gone, as after the
//! accident that a restore is for, could not be made again: it is not touched before nothing can fail any more but views that have been proven already.

use std::ffi::OsString;

use super::{Occupancy, Script, name_beside, undo};
use crate::database::dump::unhex;
use crate::database::{DatabaseError, Server};

/// What cannot be renamed.
#[derive(Debug, Default)]
struct Frame {
    /// Statements that drop all of it but views: events first, so that none runs between.
    drops: String,
    views: Vec<String>,
}

/// A restore that is under way. Dropped before [`MariaDbRestore::swap`], it leaves everything as it was.
#[derive(Debug)]
pub struct MariaDbRestore {
    live: Server,
    fresh: Server,
    /// The live database was made for this restore.
    is_new: bool,
    is_done: bool,
}

pub(super) fn occupancy(server: &Server) -> Result<Occupancy, DatabaseError> {
    let name = literal(&server.dsn.database);
    let nowhere = server.at("");
    let exists = nowhere
        .number(&format!("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {name}"))?;
    let objects = nowhere.number(&format!(
        "SELECT (SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = {name}) \
         + (SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {name}) \
         + (SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {name})"
    ))?;
    Ok(Occupancy { exists: exists > 0, objects })
}

impl MariaDbRestore {
    /// Makes the fresh database, with the character set of the live one.
    ///
    /// # Errors
    /// [`DatabaseError`]; also if a table of another database has a foreign key to one that would go.
    pub fn begin(live: &Server) -> Result<Self, DatabaseError> {
        let name = literal(&live.dsn.database);
        let nowhere = live.at("");
        let keys = nowhere.query(&format!(
            "SELECT CONCAT(CONSTRAINT_SCHEMA, '.', TABLE_NAME) FROM information_schema.REFERENTIAL_CONSTRAINTS \
             WHERE UNIQUE_CONSTRAINT_SCHEMA = {name} AND CONSTRAINT_SCHEMA <> {name} LIMIT 1"
        ))?;
        if let Some(table) = keys.first().and_then(|row| row.first()) {
            let said = format!("table {table} of another database has a foreign key to it");
            return Err(DatabaseError::Refused { database: live.name(), said });
        }
        let is_new = !live.occupancy()?.exists;
        let charset = nowhere.query(&format!(
            "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA \
             WHERE SCHEMA_NAME = {name}"
        ))?;
        let charset = match charset.first().map(Vec::as_slice) {
            Some([set, collation]) => format!(" CHARACTER SET {set} COLLATE {collation}"),
            _ => String::new(),
        };
        let fresh = live.at(&name_beside(&live.dsn.database, "new"));
        let mut sql = format!("CREATE DATABASE {}{charset};", quoted(&fresh.dsn.database));
        if is_new {
            sql = format!("CREATE DATABASE {}; {sql}", quoted(&live.dsn.database));
        }
        Script::run(&nowhere, sql.as_bytes(), false)?;
        Ok(Self { live: live.clone(), fresh, is_new, is_done: false })
    }

    /// Where the dump is to be loaded.
    pub const fn fresh(&self) -> &Server {
        &self.fresh
    }

    /// Puts what was loaded in the place of what is there; `events` are statements that could not be loaded before. What the old state was is gone when
    /// this succeeds, and is back when it does not. Databases beside it that could not be dropped are told.
    ///
    /// # Errors
    /// [`DatabaseError`]; [`DatabaseError::Stranded`] if the old state could not be put back: then it says where it is.
    pub fn swap(mut self, events: &[u8]) -> Result<Option<String>, DatabaseError> {
        let (fresh, live) = (frame_of(&self.fresh)?, frame_of(&self.live)?);
        let frame = frame_sql(&self.fresh, &fresh.views, false)?;
        let views = views_sql(&self.fresh, &fresh.views)?;
        let undo_frame = frame_sql(&self.live, &live.views, true)?;
        let undo_views = sound_views_sql(&self.live, &live.views)?;
        let old = self.live.at(&name_beside(&self.live.dsn.database, "old"));
        let (live_tables, fresh_tables) = (tables_of(&self.live)?, tables_of(&self.fresh)?);
        // A view in the place of a table that comes cannot wait.
        let in_the_way: Vec<String> =
            live.views.iter().filter(|view| fresh_tables.contains(view)).cloned().collect();
        let rename = renames(&[(&self.live, &old, &live_tables), (&self.fresh, &self.live, &fresh_tables)]);
        let undo_table = undo::table_beside(&live_tables);
        let mut views_are_touched = !in_the_way.is_empty();
        let make = format!("CREATE DATABASE {};", quoted(&old.dsn.database));
        Script::run(&self.live.at(""), make.as_bytes(), false)?;
        if let Err(error) = undo::keep(&old, &undo_table, &[undo_frame.as_slice(), &undo_views].concat()) {
            old.drop_database().ok();
            return Err(error);
        }
        let placed = Script::run(&self.fresh, fresh.drops.as_bytes(), false)
            .and_then(|()| {
                Script::run(&self.live, [live.drops, drops("VIEW", &in_the_way)].concat().as_bytes(), false)
            })
            .and_then(|()| Script::run(&self.live.at(""), rename.as_bytes(), false))
            .and_then(|()| Script::run(&self.live, &frame, false))
            .and_then(|()| Script::run(&self.live, events, false))
            .and_then(|()| {
                views_are_touched = true;
                let gone: Vec<String> =
                    live.views.iter().filter(|view| !fresh_tables.contains(view)).cloned().collect();
                let sql = [drops("VIEW", &gone).as_bytes(), &views].concat();
                Script::run(&self.live, &sql, false)
            });
        if let Err(error) = placed {
            // All tables have changed places or none has: a look at one side tells.
            let changed = match live_tables.is_empty() {
                false => tables_of(&old).map(|tables| tables.iter().any(|table| *table != undo_table)),
                true => tables_of(&self.fresh).map(|tables| tables.is_empty() && !fresh_tables.is_empty()),
            };
            let undo_views = views_are_touched.then_some(undo_views.as_slice());
            let moved = |changed: bool| changed.then_some(live_tables.as_slice());
            return match changed
                .and_then(|changed| self.put_back(&old, &undo_frame, undo_views, moved(changed)))
            {
                Ok(()) => Err(error),
                Err(second) => {
                    self.is_done = true;
                    let said = format!("{error}; then: {second}");
                    Err(DatabaseError::Stranded { database: self.live.name(), place: old.name(), said })
                }
            };
        }
        self.is_done = true;
        let left: Vec<&str> = [&old, &self.fresh]
            .into_iter()
            .filter(|server| server.drop_database().is_err())
            .map(|server| server.dsn.database.as_str())
            .collect();
        Ok((!left.is_empty()).then(|| left.join(", ")))
    }

    /// Old tables that were `moved` go back to their place, and the old frame is made again; views only where they were touched.
    fn put_back(
        &self,
        old: &Server,
        undo: &[u8],
        undo_views: Option<&[u8]>,
        moved: Option<&[String]>,
    ) -> Result<(), DatabaseError> {
        let frame = frame_of(&self.live)?;
        Script::run(&self.live, frame.drops.as_bytes(), false)?;
        if undo_views.is_some() {
            Script::run(&self.live, drops("VIEW", &frame.views).as_bytes(), false)?;
        }
        if let Some(moved) = moved {
            let rename =
                renames(&[(&self.live, &self.fresh, &tables_of(&self.live)?), (old, &self.live, moved)]);
            Script::run(&self.live.at(""), rename.as_bytes(), false)?;
        }
        Script::run(&self.live, &[undo, undo_views.unwrap_or_default()].concat(), false)?;
        old.drop_database()
    }
}

impl Drop for MariaDbRestore {
    fn drop(&mut self) {
        if !self.is_done {
            let mut sql = format!(
                "SET foreign_key_checks=0; DROP DATABASE IF EXISTS {};",
                quoted(&self.fresh.dsn.database)
            );
            if self.is_new {
                sql.push_str(&format!("DROP DATABASE IF EXISTS {};", quoted(&self.live.dsn.database)));
            }
            Script::run(&self.live.at(""), sql.as_bytes(), false).ok();
        }
    }
}

impl Server {
    /// Drops this database, whatever depends on it.
    fn drop_database(&self) -> Result<(), DatabaseError> {
        let sql = format!("SET foreign_key_checks=0; DROP DATABASE {};", quoted(&self.dsn.database));
        Script::run(&self.at(""), sql.as_bytes(), false)
    }
}

/// A name as SQL has it.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text as SQL has it, whatever the mode says of backslashes.
pub(super) fn literal(text: &str) -> String {
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    if digits.is_empty() { "''".into() } else { format!("CONVERT(X'{digits}' USING utf8mb4)") }
}

/// One statement by which these tables of each first database go to the second; nothing if there are none.
fn renames(moves: &[(&Server, &Server, &[String])]) -> String {
    let mut pairs = vec![];
    for (from, to, tables) in moves {
        let place = |server: &Server| quoted(&server.dsn.database);
        for table in *tables {
            let table = quoted(table);
            pairs.push(format!("{}.{table} TO {}.{table}", place(from), place(to)));
        }
    }
    // Without the checks a foreign key goes along with the table it names, in whichever order they go.
    let statement = format!("SET foreign_key_checks=0; RENAME TABLE {};", pairs.join(", "));
    if pairs.is_empty() { String::new() } else { statement }
}

/// Tables and sequences.
fn tables_of(server: &Server) -> Result<Vec<String>, DatabaseError> {
    names(
        server,
        "SELECT HEX(TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_TYPE <> 'VIEW' AND TABLE_SCHEMA = ",
    )
}

fn names(server: &Server, select: &str) -> Result<Vec<String>, DatabaseError> {
    let rows = server.at("").query(&format!("{select}{}", literal(&server.dsn.database)))?;
    Ok(rows.iter().filter_map(|row| row.first()).map(|name| unhex(name)).collect())
}

fn drops(what: &str, names: &[String]) -> String {
    names.iter().map(|name| format!("DROP {what} IF EXISTS {};\n", quoted(name))).collect()
}

fn frame_of(server: &Server) -> Result<Frame, DatabaseError> {
    let select = |column: &str, table: &str, schema: &str| {
        names(server, &format!("SELECT HEX({column}) FROM information_schema.{table} WHERE {schema} = "))
    };
    let routines = |kind: &str| {
        names(
            server,
            &format!(
                "SELECT HEX(ROUTINE_NAME) FROM information_schema.ROUTINES WHERE ROUTINE_TYPE = '{kind}' AND ROUTINE_SCHEMA = "
            ),
        )
    };
    let drops = [
        drops("EVENT", &select("EVENT_NAME", "EVENTS", "EVENT_SCHEMA")?),
        drops("TRIGGER", &select("TRIGGER_NAME", "TRIGGERS", "TRIGGER_SCHEMA")?),
        drops("PROCEDURE", &routines("PROCEDURE")?),
        drops("FUNCTION", &routines("FUNCTION")?),
    ];
    Ok(Frame { drops: drops.concat(), views: select("TABLE_NAME", "VIEWS", "TABLE_SCHEMA")? })
}

/// Those of the views that can be made again, as SQL: all of them, else each that the dumper can write by itself.
fn sound_views_sql(server: &Server, views: &[String]) -> Result<Vec<u8>, DatabaseError> {
    if let Ok(all) = views_sql(server, views) {
        return Ok(all);
    }
    let is_sound = |view: &&String| views_sql(server, std::slice::from_ref(*view)).is_ok();
    let sound: Vec<String> = views.iter().filter(is_sound).cloned().collect();
    views_sql(server, &sound)
}

/// What the dumper is told for a frame: no tables.
const FRAME: [&str; 4] = ["--single-transaction", "--no-tablespaces", "--no-data", "--skip-triggers"];

/// Triggers, routines and events as the dumper writes them, for any database. A view that is not sound would stop it, so that it looks at none.
fn frame_sql(server: &Server, views: &[String], with_events: bool) -> Result<Vec<u8>, DatabaseError> {
    let (program, _) = server.program(&["mariadb-dump", "mysqldump"])?;
    let more =
        ["--no-create-info", "--routines", "--triggers"].into_iter().chain(with_events.then_some("--events"));
    let mut arguments: Vec<OsString> = FRAME.into_iter().chain(more).map(OsString::from).collect();
    let ignored = views.iter().map(|view| format!("--ignore-table={}.{view}", server.dsn.database).into());
    arguments.extend(ignored);
    server.run(&server.command(program, &arguments, None))
}

/// These views as the dumper writes them, for any database.
fn views_sql(server: &Server, views: &[String]) -> Result<Vec<u8>, DatabaseError> {
    if views.is_empty() {
        return Ok(vec![]);
    }
    let (program, _) = server.program(&["mariadb-dump", "mysqldump"])?;
    let mut arguments: Vec<OsString> = FRAME.into_iter().map(OsString::from).collect();
    arguments.extend(["--".into(), OsString::from(&server.dsn.database)]);
    arguments.extend(views.iter().map(OsString::from));
    server.run(&server.at("").command(program, &arguments, None))
}

//! A database of PostgreSQL replaced as a whole: everything is loaded into a fresh database, made like the one that is there, and the two change names
//! in one transaction. What belongs to a database and is not in it (owner, privileges, settings, comment) is given to the fresh one first.

use super::{Occupancy, Script, name_beside};
use crate::database::{DatabaseError, Server};

/// The database from which others are made and renamed.
const MAINTENANCE: &str = "postgres";

/// A restore that is under way. Dropped before [`PostgresRestore::swap`], it leaves everything as it was.
#[derive(Debug)]
pub struct PostgresRestore {
    live: Server,
    fresh: Server,
    exists: bool,
    is_done: bool,
}

pub(super) fn occupancy(server: &Server) -> Result<Occupancy, DatabaseError> {
    let name = literal(&server.dsn.database);
    let count = format!("SELECT count(*) FROM pg_database WHERE datname = {name}");
    if server.at(MAINTENANCE).number(&count)? == 0 {
        return Ok(Occupancy { exists: false, objects: 0 });
    }
    // What initdb made has a small number.
    let objects = server.number(
        "SELECT (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.oid >= 16384 AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema') \
         + (SELECT count(*) FROM pg_proc p WHERE p.oid >= 16384) \
         + (SELECT count(*) FROM pg_type t WHERE t.oid >= 16384) \
         + (SELECT count(*) FROM pg_namespace n WHERE n.oid >= 16384 AND n.nspname NOT LIKE 'pg\\_%') \
         + (SELECT count(*) FROM pg_largeobject_metadata)",
    )?;
    Ok(Occupancy { exists: true, objects })
}

impl PostgresRestore {
    /// Makes the fresh database like the live one.
    ///
    /// # Errors
    /// [`DatabaseError`]; also if sessions are in the live database, whose name could not be changed.
    pub fn begin(live: &Server) -> Result<Self, DatabaseError> {
        let exists = live.occupancy()?.exists;
        let fresh = live.at(&name_beside(&live.dsn.database, "new"));
        refuse_busy(live)?;
        let maintenance = live.at(MAINTENANCE);
        let make = match exists {
            true => maintenance.query(&like(&live.dsn.database, &fresh.dsn.database))?,
            false => vec![vec![hex(&format!(
                "CREATE DATABASE {} TEMPLATE template0",
                quoted(&fresh.dsn.database)
            ))]],
        };
        let restore = Self { live: live.clone(), fresh, exists, is_done: false };
        for row in &make {
            let statement = row.first().map(|hex| crate::database::dump::unhex(hex)).unwrap_or_default();
            Script::run(&maintenance, format!("{statement};\n").as_bytes(), false)?;
        }
        Ok(restore)
    }

    /// Where the dump is to be loaded.
    pub const fn fresh(&self) -> &Server {
        &self.fresh
    }

    /// Gives the fresh database the live one's name. What was there is gone when this succeeds, and is as it was when it does not. The name of the old
    /// database is told if it could not be dropped.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub fn swap(mut self) -> Result<Option<String>, DatabaseError> {
        let maintenance = self.live.at(MAINTENANCE);
        let old = name_beside(&self.live.dsn.database, "old");
        let rename =
            |from: &str, to: &str| format!("ALTER DATABASE {} RENAME TO {};\n", quoted(from), quoted(to));
        let mut sql = if self.exists { rename(&self.live.dsn.database, &old) } else { String::new() };
        sql.push_str(&rename(&self.fresh.dsn.database, &self.live.dsn.database));
        refuse_busy(&self.live)?;
        Script::run(&maintenance, sql.as_bytes(), true)?;
        self.is_done = true;
        if !self.exists {
            return Ok(None);
        }
        let drop = format!("DROP DATABASE {};", quoted(&old));
        Ok(Script::run(&maintenance, drop.as_bytes(), false).is_err().then_some(old))
    }
}

impl Drop for PostgresRestore {
    fn drop(&mut self) {
        if !self.is_done {
            let drop = format!("DROP DATABASE IF EXISTS {};", quoted(&self.fresh.dsn.database));
            Script::run(&self.live.at(MAINTENANCE), drop.as_bytes(), false).ok();
        }
    }
}

/// A database that somebody uses cannot be renamed: that is better known before anything is loaded.
fn refuse_busy(live: &Server) -> Result<(), DatabaseError> {
    let name = literal(&live.dsn.database);
    let count =
        format!("SELECT count(*) FROM pg_stat_activity WHERE datname = {name} AND pid <> pg_backend_pid()");
    match live.at(MAINTENANCE).number(&count)? {
        0 => Ok(()),
        sessions => {
            let said = format!("{sessions} sessions use it: stop what uses it first");
            Err(DatabaseError::Refused { database: live.name(), said })
        }
    }
}

/// A name as SQL has it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL has it, whatever the settings say of backslashes.
pub(super) fn literal(text: &str) -> String {
    format!("convert_from('\\x{}'::bytea, 'UTF8')", hex(text))
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// Selects, in hex, the statements that make `fresh` like `live`. Names of columns differ between versions, so that rows are asked as JSON.
fn like(live: &str, fresh: &str) -> String {
    let (live, fresh) = (literal(live), literal(fresh));
    format!(
        "WITH d AS (SELECT oid, datname, datdba, datacl, to_jsonb(pg_database) AS j FROM pg_database WHERE datname = {live}), \
         s AS ( \
         SELECT 1 AS place, format('CREATE DATABASE %I TEMPLATE template0 OWNER %I ENCODING %L LC_COLLATE %L LC_CTYPE %L', \
           {fresh}, pg_get_userbyid(datdba), pg_encoding_to_char((j->>'encoding')::int), j->>'datcollate', j->>'datctype') \
           || CASE WHEN j->>'datlocprovider' = 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', \
              coalesce(j->>'daticulocale', j->>'datlocale')) ELSE '' END \
           || CASE WHEN t.spcname <> 'pg_default' THEN format(' TABLESPACE %I', t.spcname) ELSE '' END \
           || format(' CONNECTION LIMIT %s', j->>'datconnlimit') AS text \
           FROM d JOIN pg_tablespace t ON t.oid = (j->>'dattablespace')::oid \
         UNION ALL SELECT 2, format('REVOKE ALL ON DATABASE %I FROM PUBLIC', {fresh}) FROM d WHERE datacl IS NOT NULL \
         UNION ALL SELECT 3, format('GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, {fresh}, \
           CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, \
           CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
           FROM d, LATERAL aclexplode(d.datacl) a WHERE d.datacl IS NOT NULL \
         UNION ALL SELECT 4, CASE WHEN r.setrole = 0 THEN format('ALTER DATABASE %I', {fresh}) \
           ELSE format('ALTER ROLE %I IN DATABASE %I', pg_get_userbyid(r.setrole), {fresh}) END \
           || format(' SET %I TO ', split_part(c, '=', 1)) \
           || CASE WHEN split_part(c, '=', 1) IN ('search_path', 'temp_tablespaces', 'session_preload_libraries', \
              'local_preload_libraries') THEN substr(c, strpos(c, '=') + 1) ELSE quote_literal(substr(c, strpos(c, '=') + 1)) END \
           FROM d JOIN pg_db_role_setting r ON r.setdatabase = d.oid, LATERAL unnest(r.setconfig) c \
         UNION ALL SELECT 5, format('COMMENT ON DATABASE %I IS %L', {fresh}, shobj_description(d.oid, 'pg_database')) \
           FROM d WHERE shobj_description(d.oid, 'pg_database') IS NOT NULL) \
         SELECT encode(convert_to(text, 'UTF8'), 'hex') FROM s ORDER BY place"
    )
}

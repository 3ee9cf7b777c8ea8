//! Rows of a snapshot into a table that is there: found again by primary key, in one transaction.
//!
//! Rows are never deleted on the way. `REPLACE` of MariaDB deletes and inserts, and a foreign key with `ON DELETE CASCADE` would take along what hangs on
//! the row; `INSERT IGNORE` passes over every error. So both servers are told the same: rows with a key that is there are updated, others are inserted, and
//! anything that does not fit is an error that undoes all of it.

use super::{mariadb, postgres};
use crate::database::dump::unhex;
use crate::database::{DatabaseError, Kind, Server};

/// What happens with rows whose key is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The row becomes what it was in the snapshot; columns that the snapshot does not know get their default.
    Replace,
    /// Columns of the snapshot are set, others stay.
    Upsert,
    /// The row stays as it is.
    InsertMissing,
}

/// A table that is in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetTable {
    /// Schema of PostgreSQL; empty for MariaDB.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Columns that can be written, in their order.
    pub columns: Vec<String>,
    /// Columns of the primary key.
    pub key: Vec<String>,
    /// Whether a transaction on it can be undone.
    pub is_transactional: bool,
}

/// The tables of a database.
///
/// # Errors
/// [`DatabaseError`] if the server cannot be asked.
pub fn tables(server: &Server) -> Result<Vec<TargetTable>, DatabaseError> {
    let rows = match server.dsn.kind {
        Kind::MariaDb => server.at("").query(&mariadb_columns(&server.dsn.database))?,
        Kind::Postgres => server.query(POSTGRES_COLUMNS)?,
    };
    let mut tables: Vec<TargetTable> = vec![];
    for row in &rows {
        let [schema, name, column, is_generated, is_key, is_transactional] = row.as_slice() else { continue };
        let (schema, name, column) = (unhex(schema), unhex(name), unhex(column));
        if tables.last().is_none_or(|last| (&last.schema, &last.name) != (&schema, &name)) {
            let is_transactional = is_transactional == "1";
            tables.push(TargetTable { schema, name, columns: vec![], key: vec![], is_transactional });
        }
        let Some(table) = tables.last_mut() else { continue };
        if is_key == "1" {
            table.key.push(column.clone());
        }
        if is_generated != "1" {
            table.columns.push(column);
        }
    }
    Ok(tables)
}

// `indkey` also has the columns that a key includes: only the first of them are the key.
const POSTGRES_COLUMNS: &str = "SELECT encode(convert_to(n.nspname, 'UTF8'), 'hex'), encode(convert_to(c.relname, 'UTF8'), 'hex'), \
    encode(convert_to(a.attname, 'UTF8'), 'hex'), CASE WHEN a.attgenerated <> '' THEN 1 ELSE 0 END, \
    CASE WHEN a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) THEN 1 ELSE 0 END, 1 \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid \
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname NOT LIKE 'pg\\_%' \
    AND n.nspname <> 'information_schema' ORDER BY n.nspname, c.relname, a.attnum";

fn mariadb_columns(database: &str) -> String {
    format!(
        "SELECT '', HEX(c.TABLE_NAME), HEX(c.COLUMN_NAME), c.EXTRA LIKE '%GENERATED%' AND c.EXTRA NOT LIKE '%DEFAULT_GENERATED%', \
         c.COLUMN_KEY = 'PRI', COALESCE(t.ENGINE, '') IN ('InnoDB', 'ROCKSDB') \
         FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME) \
         WHERE t.TABLE_TYPE <> 'VIEW' AND c.TABLE_SCHEMA = {} ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION",
        mariadb::literal(database)
    )
}

/// The statements that bring rows of `staged`, a table as SQL names it which has `columns` of the snapshot, into `table` of `database`.
pub fn statements(
    kind: Kind,
    database: &str,
    table: &TargetTable,
    staged: &str,
    columns: &[String],
    mode: Mode,
) -> String {
    match kind {
        Kind::MariaDb => mariadb_statements(database, table, staged, columns, mode),
        Kind::Postgres => postgres_statement(table, staged, columns, mode),
    }
}

/// Names as SQL has them, one after the other.
fn listed(names: &[String], quoted: fn(&str) -> String) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// What stands behind `SET`, empty if no column is set: each column as `to_row` or `to_default` has it, given its quoted name.
fn set_list(
    set: &[(&String, bool)],
    quoted: fn(&str) -> String,
    to_row: fn(&str) -> String,
    to_default: fn(&str) -> String,
) -> String {
    let one = |(column, is_known): &(&String, bool)| {
        let name = quoted(column);
        if *is_known { to_row(&name) } else { to_default(&name) }
    };
    set.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Columns beside the key that are set, and whether to the row's value.
fn set_columns<'t>(table: &'t TargetTable, columns: &[String], mode: Mode) -> Vec<(&'t String, bool)> {
    let known = |column: &String| columns.contains(column);
    let all = table.columns.iter().filter(|column| !table.key.contains(column));
    match mode {
        Mode::InsertMissing => vec![],
        Mode::Upsert => all.filter(|column| known(column)).map(|column| (column, true)).collect(),
        Mode::Replace => all.map(|column| (column, known(column))).collect(),
    }
}

fn mariadb_statements(
    database: &str,
    table: &TargetTable,
    staged: &str,
    columns: &[String],
    mode: Mode,
) -> String {
    let quoted = mariadb::quoted;
    let live = format!("{}.{}", quoted(database), quoted(&table.name));
    let is_same: Vec<String> = table.key.iter().map(|key| format!("l.{0} = n.{0}", quoted(key))).collect();
    let is_same = is_same.join(" AND ");
    let set = set_list(
        &set_columns(table, columns, mode),
        quoted,
        |name| format!("l.{name} = n.{name}"),
        |name| format!("l.{name} = DEFAULT(l.{name})"),
    );
    let update = match set.is_empty() {
        true => String::new(),
        false => format!("UPDATE {live} l JOIN {staged} n ON {is_same} SET {set};\n"),
    };
    let names = |prefix: &str| {
        columns.iter().map(|name| format!("{prefix}{}", quoted(name))).collect::<Vec<_>>().join(", ")
    };
    format!(
        "{update}INSERT INTO {live} ({}) SELECT {} FROM {staged} n WHERE NOT EXISTS (SELECT 1 FROM {live} l WHERE {is_same});\n",
        names(""),
        names("n.")
    )
}

fn postgres_statement(table: &TargetTable, staged: &str, columns: &[String], mode: Mode) -> String {
    let quoted = postgres::quoted;
    let live = format!("{}.{}", quoted(&table.schema), quoted(&table.name));
    let set = set_list(
        &set_columns(table, columns, mode),
        quoted,
        |name| format!("{name} = EXCLUDED.{name}"),
        |name| format!("{name} = DEFAULT"),
    );
    let what = if set.is_empty() { "NOTHING".into() } else { format!("UPDATE SET {set}") };
    let all = listed(columns, quoted);
    format!(
        "INSERT INTO {live} ({all}) OVERRIDING SYSTEM VALUE SELECT {all} FROM {staged} ON CONFLICT ({}) DO {what};\n",
        listed(&table.key, quoted)
    )
}

/// What comes before the statements: zero is a number, and nothing counts until all is done. PostgreSQL's client does that by itself.
pub const fn start_of_rows(kind: Kind) -> &'static str {
    match kind {
        Kind::MariaDb => {
            "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES'); START TRANSACTION;\n"
        }
        Kind::Postgres => "",
    }
}

/// A statement of PostgreSQL that makes a temporary table for these columns, until all is done.
pub fn stage(table: &TargetTable, staged: &str, columns: &[String]) -> String {
    let quoted = postgres::quoted;
    let list = listed(columns, quoted);
    format!(
        "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {list} FROM {}.{} WITH NO DATA;\n",
        quoted(staged),
        quoted(&table.schema),
        quoted(&table.name)
    )
}

/// Statements of PostgreSQL by which no sequence of the table's key gives a number again that a row has. One that was never asked stands at its first number
/// and has not given it yet; a table without rows says nothing about its sequence.
pub fn sequences_follow(table: &TargetTable) -> String {
    let name = format!("{}.{}", postgres::quoted(&table.schema), postgres::quoted(&table.name));
    let of = |column: &String| {
        format!(
            "DO $strongroom$ DECLARE seq text := pg_get_serial_sequence({0}, {1}); most bigint; BEGIN IF seq IS NOT NULL THEN \
             EXECUTE format('SELECT max(%I) FROM %s', {1}, {0}) INTO most; \
             IF most IS NOT NULL THEN \
             EXECUTE format('SELECT setval(%1$L, %2$s) FROM %1$s WHERE last_value < %2$s OR (NOT is_called AND last_value = %2$s)', \
             seq, most); END IF; END IF; END $strongroom$;\n",
            postgres::literal(&name),
            postgres::literal(column),
        )
    };
    table.key.iter().map(of).collect()
}

/// Drops tables of MariaDB, whatever depends on them.
///
/// # Errors
/// [`DatabaseError`].
pub fn drop_tables(server: &Server, names: &[String]) -> Result<(), DatabaseError> {
    let names = listed(names, mariadb::quoted);
    let sql = format!("SET foreign_key_checks=0; DROP TABLE IF EXISTS {names};");
    super::Script::run(server, sql.as_bytes(), false)
}

/// A database of MariaDB for rows on their way; it goes when this is dropped.
#[derive(Debug)]
pub struct Staging(Server);

impl Staging {
    /// Makes it.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub fn make(server: &Server) -> Result<Self, DatabaseError> {
        let staging = Self(server.at(&super::name_beside(&server.dsn.database, "rows")));
        let sql = format!("CREATE DATABASE {};", mariadb::quoted(&staging.0.dsn.database));
        super::Script::run(&server.at(""), sql.as_bytes(), false)?;
        Ok(staging)
    }

    /// The database.
    pub const fn server(&self) -> &Server {
        &self.0
    }

    /// A table in it as SQL names it.
    pub fn table(&self, name: &str) -> String {
        format!("{}.{}", mariadb::quoted(&self.0.dsn.database), mariadb::quoted(name))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let sql = format!(
            "SET foreign_key_checks=0; DROP DATABASE IF EXISTS {};",
            mariadb::quoted(&self.0.dsn.database)
        );
        super::Script::run(&self.0.at(""), sql.as_bytes(), false).ok();
    }
}

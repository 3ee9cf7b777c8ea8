//! Names of types to kinds, names of collations to how they compare.

use super::{Collation, ColumnKind};
use crate::sql::Dialect;

/// The kind of a type whose bare words, without arguments, are these, in lower case with blanks between them.
pub fn kind_of(dialect: Dialect, words: &str) -> ColumnKind {
    match dialect {
        Dialect::MySql => mysql_kind(words),
        Dialect::Postgres => postgres_kind(words),
        Dialect::Sqlite => sqlite_kind(words),
    }
}

fn mysql_kind(words: &str) -> ColumnKind {
    match words.split(' ').next().unwrap_or_default() {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "year" | "bool" | "boolean"
        | "serial" | "int1" | "int2" | "int3" | "int4" | "int8" | "middleint" => ColumnKind::Integer,
        "decimal" | "dec" | "numeric" | "fixed" | "number" => ColumnKind::Decimal,
        "float" | "double" | "real" | "float4" | "float8" => ColumnKind::Float,
        "long" if words.starts_with("long varbinary") => ColumnKind::Binary,
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "character" | "nchar"
        | "nvarchar" | "national" | "long" | "varcharacter" | "varchar2" | "clob" => ColumnKind::Text,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "raw" => {
            ColumnKind::Binary
        }
        "date" => ColumnKind::Date,
        "time" => ColumnKind::Time,
        "datetime" | "timestamp" => ColumnKind::DateTime,
        "bit" => ColumnKind::Bit,
        "json" => ColumnKind::Json,
        "uuid" => ColumnKind::Uuid,
        "enum" => ColumnKind::Enum,
        "set" => ColumnKind::Set,
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => ColumnKind::Geometry,
        _ => ColumnKind::Other,
    }
}

fn postgres_kind(words: &str) -> ColumnKind {
    let words = words.strip_prefix("pg_catalog.").unwrap_or(words);
    match words.split(' ').next().unwrap_or_default() {
        "smallint" | "integer" | "bigint" | "int" | "int2" | "int4" | "int8" | "serial" | "bigserial"
        | "smallserial" | "serial2" | "serial4" | "serial8" | "oid" => ColumnKind::Integer,
        "numeric" | "decimal" | "dec" => ColumnKind::Decimal,
        "real" | "double" | "float" | "float4" | "float8" => ColumnKind::Float,
        "text" | "varchar" | "character" | "char" | "bpchar" | "national" | "nchar" => ColumnKind::Text,
        "bytea" => ColumnKind::Binary,
        "date" => ColumnKind::Date,
        "time" | "timetz" => ColumnKind::Time,
        "timestamp" | "timestamptz" => ColumnKind::DateTime,
        "boolean" | "bool" => ColumnKind::Boolean,
        "bit" | "varbit" => ColumnKind::Bit,
        "json" | "jsonb" => ColumnKind::Json,
        "uuid" => ColumnKind::Uuid,
        "point" | "line" | "lseg" | "box" | "path" | "polygon" | "circle" => ColumnKind::Geometry,
        other if is_of_postgis(other) => ColumnKind::Geometry,
        _ => ColumnKind::Other,
    }
}

fn is_of_postgis(name: &str) -> bool {
    matches!(name.rsplit('.').next(), Some("geometry" | "geography"))
}

/// SQLite's rules of affinity, after the names that tell more than those do.
fn sqlite_kind(words: &str) -> ColumnKind {
    match words {
        "date" => return ColumnKind::Date,
        "datetime" | "timestamp" => return ColumnKind::DateTime,
        "time" => return ColumnKind::Time,
        "boolean" | "bool" => return ColumnKind::Boolean,
        "json" => return ColumnKind::Json,
        _ => {}
    }
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if has(&["int"]) {
        ColumnKind::Integer
    } else if has(&["char", "clob", "text"]) {
        ColumnKind::Text
    } else if has(&["blob"]) {
        ColumnKind::Binary
    } else if has(&["real", "floa", "doub"]) {
        ColumnKind::Float
    } else if has(&["dec", "num"]) {
        ColumnKind::Decimal
    } else {
        ColumnKind::Other
    }
}

/// How a collation with this name, in lower case, compares.
pub fn collation_of(dialect: Dialect, name: &[u8]) -> Collation {
    let name = String::from_utf8_lossy(name);
    match dialect {
        Dialect::MySql if name == "binary" || name.ends_with("_bin") || name.ends_with("_nopad_bin") => {
            Collation::Binary
        }
        Dialect::MySql if name.ends_with("_ci") => Collation::CaseInsensitive,
        Dialect::Postgres if matches!(bare(&name), "c" | "posix" | "ucs_basic" | "c.utf-8" | "c.utf8") => {
            Collation::Binary
        }
        Dialect::Sqlite if name == "binary" || name.is_empty() => Collation::Binary,
        Dialect::Sqlite if name == "nocase" => Collation::CaseInsensitive,
        _ => Collation::Unknown,
    }
}

fn bare(name: &str) -> &str {
    name.strip_prefix("pg_catalog.").unwrap_or(name)
}

/// The collation that MySQL and MariaDB take for a character set when none is named; empty where servers differ.
pub fn default_collation(charset: &[u8]) -> Vec<u8> {
    let charset = String::from_utf8_lossy(charset).to_ascii_lowercase();
    match charset.as_str() {
        "latin1" => "latin1_swedish_ci".into(),
        "utf8" => "utf8_general_ci".into(),
        "utf8mb3" => "utf8mb3_general_ci".into(),
        "ascii" => "ascii_general_ci".into(),
        "latin2" => "latin2_general_ci".into(),
        "cp1251" => "cp1251_general_ci".into(),
        "binary" => "binary".into(),
        _ => Vec::new(),
    }
}

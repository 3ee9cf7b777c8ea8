//! What a lexer says of a dump: sections, which tile it, rows inside of them, and walls that no chunk should cross.

use std::ops::Range;

use super::ddl::TableSchema;

/// A name as in SQL, unquoted, as bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// What it is qualified with, or what was current; in MySQL the database.
    pub schema: Option<Vec<u8>>,
    /// The name itself.
    pub name: Vec<u8>,
}

/// What stands in a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// Session settings and comments before the first object; settings later on that belong to no object.
    Header,
    /// GTIDs, binary log positions: never extracted.
    Replication,
    /// `CREATE DATABASE`, `USE`, `\connect`.
    Database,
    /// `DROP` and `CREATE TABLE` of one table, with its comment and charset brackets.
    TableDefinition,
    /// `LOCK TABLES` to `UNLOCK TABLES`, or `COPY` to `\.`: the only sections with rows.
    TableData,
    /// A trigger; its table is the one it watches.
    Trigger,
    /// A view, or what stands for it before it can be made; a materialised view and its refresh.
    View,
    /// A procedure, function or package of MySQL and MariaDB.
    Routine,
    /// An event of MySQL and MariaDB.
    Event,
    /// `CREATE SEQUENCE`.
    Sequence,
    /// Where a sequence stands.
    SequenceValue,
    /// `ALTER SEQUENCE .. OWNED BY`; its table is the owner's.
    SequenceOwned,
    /// `ALTER COLUMN .. SET DEFAULT`.
    ColumnDefault,
    /// A primary key, a unique or check constraint that is added after the rows.
    Constraint,
    /// A foreign key that is added after the rows.
    ForeignKey,
    /// An index.
    Index,
    /// Extended statistics, or statistics that were carried along.
    Statistics,
    /// A row security policy, or its switch.
    Policy,
    /// A rule.
    Rule,
    /// `COMMENT ON`, `SECURITY LABEL`.
    Comment,
    /// A partition, child or index that is attached; its table is the child, its name the parent.
    Attach,
    /// `ADD GENERATED .. AS IDENTITY`; its name is the sequence's.
    Identity,
    /// `CLUSTER ON`, `REPLICA IDENTITY`.
    Cluster,
    /// `OWNER TO`.
    Owner,
    /// Grants, roles and users.
    Acl,
    /// A type or domain.
    Type,
    /// An extension.
    Extension,
    /// A function, procedure or aggregate of PostgreSQL.
    Function,
    /// `CREATE SCHEMA`.
    Schema,
    /// Large objects.
    LargeObject,
    /// `ANALYZE TABLE .. UPDATE HISTOGRAM`.
    Histogram,
    /// Keys and counters that phpMyAdmin adds at the end of the file.
    Keys,
    /// Settings that are restored, and the line that says the dump is complete.
    Footer,
    /// Anything else, and what was not understood.
    Other,
}

/// How the rows of a section are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Tuples of `INSERT`.
    Tuples {
        /// Whether a backslash escapes in their strings.
        has_backslash: bool,
    },
    /// Lines of `COPY` in its text form.
    Copy,
}

/// A part of a dump. Sections tile it: each starts where the one before ended, the first at 0, the last ends at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What stands in it.
    pub kind: SectionKind,
    /// Bytes in the file.
    pub range: Range<u64>,
    /// The database that `USE` or `\connect` made current before it.
    pub database: Option<Vec<u8>>,
    /// The table it belongs to.
    pub table: Option<TableName>,
    /// The object itself: trigger, index, sequence, view.
    pub name: Option<TableName>,
    /// Rows that were told; `TableData` only.
    pub rows: u64,
    /// The column list of `INSERT` or `COPY`, empty if there is none.
    pub columns: Vec<Vec<u8>>,
    /// How its rows are written; `TableData` only, where that is understood.
    pub form: Option<Form>,
    /// What the definition of a table says of its columns; `TableDefinition` only, where it is understood.
    pub schema: Option<Box<TableSchema>>,
    /// Columns of the primary key that it gives a table which was defined before; `Constraint` and `Keys` only.
    pub primary_key: Vec<Vec<u8>>,
    /// Which value of a row its key is, counted from 0; `TableData` only.
    pub key_column: Option<usize>,
    /// What ends a statement where the section starts, where that is not `;`.
    pub delimiter: Option<Vec<u8>>,
    /// Whether it ends as it should; not so if the file ended, or the grammar was lost, inside it.
    pub is_whole: bool,
    /// Why the lexer lost its way.
    pub note: Option<&'static str>,
}

/// What the bytes of a key were written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Decimal digits, with a minus perhaps.
    Integer,
    /// A string.
    Text,
}

/// The value of the key column of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key<'a> {
    /// What it was written as. A number between quotes is a string; in `COPY`, where nothing has quotes, what looks like an integer is one.
    pub kind: KeyKind,
    /// The digits, or the string without its quotes and escapes; no more than `limits::SQL_KEY_BYTES_MAX`.
    pub bytes: &'a [u8],
    /// Whether it was longer than that.
    pub is_cut: bool,
}

/// A row, told as soon as its end has been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// First byte that belongs to it: the end of the row before. Separators and heads of `INSERT` go with the row that follows.
    pub start: u64,
    /// Offset of the byte after it and its separator (`,` or `;`, and the line's end if that follows): a cut here is right.
    pub end: u64,
    /// The value of the key column, if that is an integer or a string.
    pub key: Option<Key<'a>>,
}

/// Hears what a lexer says, in ascending order of offsets.
pub trait Sink {
    /// A row has ended.
    fn row(&mut self, row: Row<'_>);
    /// A section has ended; its rows have been told.
    fn section(&mut self, section: Section);
    /// A table's data or definition starts here: bytes before and after should not share a chunk.
    fn wall(&mut self, offset: u64);
}

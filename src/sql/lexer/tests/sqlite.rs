//! `.dump` of SQLite's shell.

use super::*;

const SQLITE: Dialect = Dialect::Sqlite;

#[test]
fn a_dump_is_told_table_by_table() {
    let dump = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(id INTEGER PRIMARY KEY, x);\n\
        INSERT INTO t VALUES(1,replace(replace('a\\r\\nb;','\\r',char(13)),'\\n',char(10)));\nINSERT INTO t VALUES(2,1e999);\n\
        INSERT INTO t VALUES(3,X'00ff');\nCREATE TABLE IF NOT EXISTS \"u v\" (a);\nINSERT INTO \"u v\" VALUES(NULL);\n\
        DELETE FROM sqlite_sequence;\nINSERT INTO sqlite_sequence VALUES('t',3);\nCREATE INDEX i ON t (x);\n\
        CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO t VALUES(1,'END;'); SELECT CASE WHEN 1 THEN 2 END; END;\n\
        CREATE VIEW v AS SELECT ';' FROM t;\nCOMMIT;\n";
    let all = [
        "Header",
        "TableDefinition t",
        "TableData t 3",
        "TableDefinition u v",
        "TableData u v 1",
        "SequenceValue",
        "SequenceValue t t",
        "Index t i",
        "Trigger t g",
        "View v",
        "Footer",
    ];
    assert_eq!(told(SQLITE, dump.as_bytes()), all);
    assert_eq!(keys(SQLITE, dump.as_bytes()), ["1", "2", "3", "-"]);
}

#[test]
fn a_virtual_table_is_a_definition_with_its_brackets() {
    let dump = "BEGIN TRANSACTION;\nPRAGMA writable_schema=ON;\n\
        INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','f','f',0,'CREATE VIRTUAL TABLE f USING fts5(x)');\n\
        CREATE TABLE 'f_data'(id INTEGER PRIMARY KEY, block BLOB);\nINSERT INTO f_data VALUES(1,X'00');\nPRAGMA writable_schema=OFF;\n\
        ROLLBACK; -- due to errors\n";
    let all = ["Header", "TableDefinition f", "TableDefinition f_data", "TableData f_data 1", "Footer"];
    assert_eq!(told(SQLITE, dump.as_bytes()), all);
    assert!(text_of(SQLITE, dump.as_bytes(), SectionKind::Footer).ends_with("due to errors\n"));
}

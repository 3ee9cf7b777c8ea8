//! Law: any bytes are a table or none; every key is one of its columns, and every column is found by its name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::sql::Dialect;
use strongroom::sql::ddl::table_schema;
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|ddl: &[u8]| {
    for dialect in [Dialect::MySql, Dialect::Postgres, Dialect::Sqlite] {
        let Some(table) = bounded(4 * memory_for(ddl.len()), || table_schema(dialect, ddl)) else { continue };
        assert!(table.primary_key.iter().all(|place| *place < table.columns.len()));
        for column in &table.columns {
            let found = table.column(&column.name).expect("a column with this name");
            assert_eq!(table.columns[found].name, column.name);
        }
    }
});

//! Law: any condition is bound or refused, any row picked or not; keys that are passed over have no row that is picked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::sql::Dialect;
use strongroom::sql::ddl::{TableSchema, table_schema};
use strongroom::sql::filter::Filter;
use strongroom::sql::value::{RowForm, Value, Values};

const TABLE: &[u8] =
    b"CREATE TABLE t (a bigint, b text, c decimal(9,2), d date, e float, f varchar(9), g blob, h time);";

fuzz_target!(|input: (&str, &[u8], bool)| {
    let (condition, row, has_postgres_text) = input;
    for (dialect, form) in [
        (Dialect::MySql, RowForm::MySql { has_backslashes: true }),
        (Dialect::Postgres, RowForm::Copy),
        (Dialect::Sqlite, RowForm::Sqlite),
    ] {
        let table: TableSchema = table_schema(dialect, TABLE).expect("a table");
        let Ok(filter) = Filter::parse(dialect, condition, &table) else { continue };
        let mut values: Vec<Value<'_>> = Values::new(form, row).map_while(Result::ok).collect();
        if has_postgres_text && values.is_empty() {
            values = vec![Value::Number(b"1".as_slice().into()); 8];
        }
        if filter.matches(&values) == Ok(true) {
            for (column, value) in values.iter().enumerate().filter(|(_, value)| **value != Value::Null) {
                assert!(filter.may_match(column, value, value), "{condition} passes over {value:?}");
            }
        }
    }
});

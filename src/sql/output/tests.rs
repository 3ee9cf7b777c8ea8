use super::*;
use crate::sql::Dialect;
use crate::sql::ddl::{TableSchema, table_schema};
use crate::sql::value::{RowForm, read_row};

fn schema(dialect: Dialect, ddl: &str) -> TableSchema {
    table_schema(dialect, ddl.as_bytes()).unwrap()
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out);
    out
}

const MYSQL: &str = "CREATE TABLE t (id int, n decimal(5,2), s text, b blob, j json, g int AS (id) STORED, z int(3) zerofill)";
const ROW: &[u8] = b"(18446744073709551615,1.50,'a\\'\"\\n\xff','\xff\\0','{\"a\": [1,\\n {}]}',NULL,007)";

fn mysql_row(values: &mut Vec<Value<'static>>) -> TableSchema {
    read_row(RowForm::MySql { has_backslashes: true }, ROW, 7, values).unwrap();
    schema(Dialect::MySql, MYSQL)
}

#[test]
fn a_row_is_a_line_of_csv() {
    let mut row = Vec::new();
    let table = mysql_row(&mut row);
    let csv = written(|out| {
        write_csv_header(&table.columns, out);
        write_csv_row(&table.columns, &row, out);
    });
    assert_eq!(
        csv,
        b"id,n,s,b,j,g,z\r\n18446744073709551615,1.50,\"a'\"\"\n\xff\",\\xff00,\"{\"\"a\"\": [1,\n {}]}\",,007\r\n"
    );
}

#[test]
fn null_and_the_empty_text_differ_in_csv() {
    let table = schema(Dialect::Sqlite, "CREATE TABLE t(a, b, c)");
    let row = [Value::Null, Value::Text(b"".into()), Value::Text(b" x".into())];
    assert_eq!(written(|out| write_csv_row(&table.columns, &row, out)), b",\"\",\" x\"\r\n");
}

#[test]
fn a_row_is_a_line_of_json() {
    let mut row = Vec::new();
    let table = mysql_row(&mut row);
    let json = written(|out| write_json_row(&table.columns, &row, out));
    let expected = r#"{"id":18446744073709551615,"n":1.50,"s":{"$text":"YSciCv8="},"b":{"$base64":"/wA="},"j":{"a": [1,  {}]},"g":null,"z":"007"}"#;
    assert_eq!(String::from_utf8(json.clone()).unwrap(), format!("{expected}\n"));
    serde_json::from_slice::<serde_json::Value>(&json).unwrap();
}

#[test]
fn a_row_of_copy_is_a_line_of_json() {
    let table = schema(
        Dialect::Postgres,
        "CREATE TABLE t (a boolean, b bytea, c double precision, d jsonb, e text, f date)",
    );
    let mut row = Vec::new();
    read_row(RowForm::Copy, b"t\t\\\\x00ff\tNaN\t[01]\t1\\t\\\\\t2024-01-31\n", 6, &mut row).unwrap();
    let json = written(|out| write_json_row(&table.columns, &row, out));
    let expected = r#"{"a":true,"b":{"$base64":"AP8="},"c":"NaN","d":"[01]","e":"1\t\\","f":"2024-01-31"}"#;
    assert_eq!(String::from_utf8(json).unwrap(), format!("{expected}\n"));
}

#[test]
fn an_insert_leaves_out_what_the_server_computes() {
    let mut row = Vec::new();
    let table = mysql_row(&mut row);
    let insert = written(|out| write_insert(Dialect::MySql, &[b"d`b", b"t"], &table.columns, &row, out));
    let expected = b"INSERT INTO `d``b`.`t` (`id`,`n`,`s`,`b`,`j`,`z`) VALUES (18446744073709551615,1.50,'a\\'\\\"\\n\xff',0xFF00,'{\\\"a\\\": [1,\\n {}]}',007);\n";
    assert_eq!(String::from_utf8_lossy(&insert), String::from_utf8_lossy(expected));
}

#[test]
fn a_row_of_copy_is_written_as_it_was() {
    let table = schema(
        Dialect::Postgres,
        "CREATE TABLE t (a int, \"B\"\"\" text, c bytea, g int GENERATED ALWAYS AS (a) STORED)",
    );
    let table = TableSchema {
        columns: table.columns.into_iter().filter(|column| !column.is_generated).collect(),
        ..table
    };
    let line = b"1\ta\\tb\\\\N\\n\t\\\\x00\n";
    let mut row = Vec::new();
    read_row(RowForm::Copy, line, 3, &mut row).unwrap();
    let copy = written(|out| {
        write_copy_head(&[b"s", b"t"], &table.columns, out);
        write_copy_row(&table.columns, &row, out).unwrap();
        out.extend(COPY_END);
    });
    let expected =
        [b"COPY \"s\".\"t\" (\"a\",\"B\"\"\",\"c\") FROM stdin;\n".as_slice(), line, b"\\.\n"].concat();
    assert_eq!(copy, expected);
}

#[test]
fn copy_refuses_expressions() {
    let table = schema(Dialect::Postgres, "CREATE TABLE t (a int)");
    let row = [Value::Expression(b"now()".into())];
    let mut out = b"x".to_vec();
    let error = write_copy_row(&table.columns, &row, &mut out).unwrap_err();
    assert!(error.to_string().contains("now()"));
    assert_eq!(out, b"x");
}

#[test]
fn json_is_told_from_what_is_none() {
    let table = schema(Dialect::Postgres, "CREATE TABLE t (d json)");
    let is_embedded = |text: &str| {
        let row = [Value::Text(text.as_bytes().into())];
        !written(|out| write_json_row(&table.columns, &row, out)).starts_with(b"{\"d\":\"")
            || text.starts_with('"')
    };
    let all = [
        "1",
        "-0.5e+3",
        "[]",
        "{}",
        "[[[{}]]]",
        "{\"a\":1,\"b\":[true,false,null]}",
        " 1 ",
        "01",
        "1.",
        "[1,]",
        "{,}",
        "{\"a\"}",
        "[",
        "]",
        "{]",
        "[}",
        "",
        "tru",
        "1 2",
        "{\"a\":1,}",
        "{1:2}",
        "[,1]",
        "\u{b}1",
    ];
    for text in all {
        assert_eq!(is_embedded(text), serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(is_embedded(&deep));
}

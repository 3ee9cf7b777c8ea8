use proptest::prelude::*;

use super::{RowForm, Value, ValueError, Values, read_row, write_copy_field, write_literal};
use crate::sql::Dialect;

const MYSQL: RowForm = RowForm::MySql { has_backslashes: true };
const POSTGRES: RowForm = RowForm::Postgres { has_backslashes: false };

fn text(text: &str) -> Value<'_> {
    Value::Text(text.as_bytes().into())
}

fn number(text: &str) -> Value<'_> {
    Value::Number(text.as_bytes().into())
}

fn bytes(bytes: &[u8]) -> Value<'_> {
    Value::Bytes(bytes.into())
}

fn read(form: RowForm, row: &[u8]) -> Result<Vec<Value<'static>>, ValueError> {
    Values::new(form, row).map(|value| value.map(Value::into_owned)).collect()
}

#[test]
fn a_tuple_of_mysql_is_read() {
    let row = br#"(1,'a\'b''c\\',NULL,0xFf,_binary '\0\Z%',-1.5e3,"d\"e",x'0a',b'01',TRUE,'\%\_\q',now(),.5,'',0xF)"#;
    let all = vec![
        number("1"),
        text("a'b'c\\"),
        Value::Null,
        bytes(&[255]),
        bytes(&[0, 26, b'%']),
        number("-1.5e3"),
        text("d\"e"),
        bytes(&[10]),
        Value::Bits(b"01".into()),
        Value::Bool(true),
        text("\\%\\_q"),
        Value::Expression(b"now()".into()),
        number(".5"),
        text(""),
        bytes(&[15]),
    ];
    assert_eq!(read(MYSQL, row), Ok(all));
    let plain = RowForm::MySql { has_backslashes: false };
    assert_eq!(read(plain, b"('a\\','b\n')"), Ok(vec![text("a\\"), text("b\n")]));
}

#[test]
fn what_a_lexer_counts_to_a_row_is_passed_over() {
    let ones = Ok(vec![number("1"), text("(")]);
    for row in [
        "\n(1,'('),",
        ",(1,'(');\n",
        "INSERT INTO `t` VALUES (1,'('),",
        "INSERT  IGNORE INTO `values` (`a`, `VALUES (9)`) VALUES\n(1,'('),",
        "-- Data (2,3)\n\nLOCK TABLES `t` WRITE;\n/*!40000 ALTER TABLE `t` DISABLE KEYS */;\nREPLACE INTO t VALUE (1,'(');",
    ] {
        assert_eq!(read(MYSQL, row.as_bytes()), ones, "{row}");
    }
    let overriding =
        b"INSERT INTO s.t (a, b) OVERRIDING SYSTEM VALUE VALUES\n\t(1, '(') ON CONFLICT DO NOTHING;\n";
    assert_eq!(read(POSTGRES, overriding), ones);
}

#[test]
fn a_tuple_of_postgres_is_read() {
    let row = br"(1, 'a''\n', E'\'\\\x41\101\u00e9\uD83D\uDE00\n''', B'01', X'1f', '\x00ff'::bytea, '1'::numeric(3,2), true, NULL, $a$'$a$, ARRAY[1,'),'], DEFAULT, nextval('a'::regclass) )";
    let all = vec![
        number("1"),
        text("a'\\n"),
        text("'\\AA\u{e9}\u{1f600}\n'"),
        Value::Bits(b"01".into()),
        Value::Bits(b"00011111".into()),
        bytes(&[0, 255]),
        text("1"),
        Value::Bool(true),
        Value::Null,
        text("'"),
        Value::Expression(b"ARRAY[1,'),']".into()),
        Value::Expression(b"DEFAULT".into()),
        Value::Expression(b"nextval('a'::regclass)".into()),
    ];
    assert_eq!(read(POSTGRES, row), Ok(all));
    let old = RowForm::Postgres { has_backslashes: true };
    assert_eq!(read(old, br"('a\\b\'c')"), Ok(vec![text("a\\b'c")]));
}

#[test]
fn a_line_of_copy_is_read() {
    let all = vec![text("1"), Value::Null, text(""), text("a\tb\\N"), text("A\u{b}A.")];
    assert_eq!(read(RowForm::Copy, b"1\t\\N\t\ta\\tb\\\\N\t\\x41\\v\\101\\.\n"), Ok(all));
    assert_eq!(read(RowForm::Copy, b"\n"), Ok(vec![text("")]));
    assert_eq!(read(RowForm::Copy, b"a\t\r\n"), Ok(vec![text("a"), text("")]));
    let end = ValueError::Wanted { offset: 0, wanted: "a row, and not the end of the data" };
    assert_eq!(read(RowForm::Copy, b"\\.\n"), Err(end));
}

#[test]
fn a_tuple_of_sqlite_is_read() {
    let row = b"INSERT INTO t VALUES(1,-1e999,'a''\\',X'00fF',replace(replace('x\\ny\\r\\n','\\r',char(13)),'\\n',char(10)),unistr('a\\u000ab\\\\'),CAST(X'6100' AS TEXT),NULL);";
    let all = vec![
        number("1"),
        number("-1e999"),
        text("a'\\"),
        bytes(&[0, 255]),
        text("x\ny\r\n"),
        text("a\nb\\"),
        text("a\0"),
        Value::Null,
    ];
    assert_eq!(read(RowForm::Sqlite, row), Ok(all));
    let other = b"(replace('a','b',upper('c')))";
    assert_eq!(
        read(RowForm::Sqlite, other),
        Ok(vec![Value::Expression(b"replace('a','b',upper('c'))".into())])
    );
}

#[test]
fn an_error_names_its_place() {
    let unended = |offset, what| Err(ValueError::Unended { offset, what });
    assert_eq!(read(MYSQL, b"(1,'a\\')"), unended(3, "string"));
    assert_eq!(read(MYSQL, b"(1"), unended(0, "row"));
    assert_eq!(read(MYSQL, b"(now("), unended(1, "value"));
    assert_eq!(read(MYSQL, b"(1,,2)"), Err(ValueError::Wanted { offset: 3, wanted: "a value" }));
    assert_eq!(read(MYSQL, b"(b'12')"), Err(ValueError::Wanted { offset: 4, wanted: "a bit" }));
    assert_eq!(read(MYSQL, b"SELECT 1"), Err(ValueError::NoRow { bytes: 8 }));
    let escape = ValueError::Wanted { offset: 4, wanted: "an escape that names a character" };
    assert_eq!(read(POSTGRES, b"(E'a\\uD800')"), Err(escape));
    let nul = ValueError::Wanted { offset: 3, wanted: "a string without NUL" };
    assert_eq!(read(POSTGRES, b"('a\0')"), Err(nul));
}

#[test]
fn a_row_with_too_few_values_is_refused() {
    let mut values = Vec::new();
    assert_eq!(read_row(MYSQL, b"(1,2)", 2, &mut values), Ok(()));
    assert_eq!(values.len(), 2);
    let count = ValueError::Count { found: 3, columns: 2 };
    assert_eq!(read_row(MYSQL, b"(1,2,3)", 2, &mut values), Err(count));
}

fn any_value(has_nul: bool) -> impl Strategy<Value = Value<'static>> {
    let bytes = prop::collection::vec(
        prop_oneof![any::<u8>(), prop::sample::select(&b"'\"\\\n\r\t\x1a%_;-)(,0x"[..])],
        0..20,
    );
    let texts = bytes.clone().prop_map(move |mut text: Vec<u8>| {
        text.retain(|byte| has_nul || *byte != 0);
        Value::Text(text.into())
    });
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "-?[0-9]{1,30}(\\.[0-9]{0,9})?(e-?[0-9]{1,3})?"
            .prop_map(|text| Value::Number(text.into_bytes().into())),
        texts,
        bytes.prop_map(|bytes| Value::Bytes(bytes.into())),
    ]
}

fn tuple(dialect: Dialect, values: &[Value<'_>]) -> Vec<u8> {
    let mut row = b"(".to_vec();
    for (at, value) in values.iter().enumerate() {
        row.extend(if at > 0 { b",".as_slice() } else { b"" });
        write_literal(dialect, value, &mut row);
    }
    row.extend(b")");
    row
}

proptest! {
    #[test]
    fn a_value_is_what_its_literal_says(values in prop::collection::vec(any_value(true), 1..8)) {
        prop_assert_eq!(&read(MYSQL, &tuple(Dialect::MySql, &values)), &Ok(values.clone()));
        prop_assert_eq!(&read(RowForm::Sqlite, &tuple(Dialect::Sqlite, &values)), &Ok(values.clone()));
    }

    #[test]
    fn a_value_is_what_its_literal_says_to_postgres(values in prop::collection::vec(any_value(false), 1..8)) {
        let row = tuple(Dialect::Postgres, &values);
        for has_backslashes in [false, true] {
            prop_assert_eq!(&read(RowForm::Postgres { has_backslashes }, &row), &Ok(values.clone()));
        }
        let texts: Vec<_> = values.into_iter().filter(|value| matches!(value, Value::Text(_) | Value::Null)).collect();
        let mut line = Vec::new();
        for (at, value) in texts.iter().enumerate() {
            line.extend(if at > 0 { b"\t".as_slice() } else { b"" });
            write_copy_field(value, &mut line);
        }
        if !texts.is_empty() {
            prop_assert_eq!(read(RowForm::Copy, &line), Ok(texts));
        }
    }

    #[test]
    fn no_row_is_too_strange(row in prop::collection::vec(any::<u8>(), 0..60), head in any::<bool>()) {
        let row = [if head { b"('".as_slice() } else { b"" }, &row].concat();
        for form in [MYSQL, POSTGRES, RowForm::Postgres { has_backslashes: true }, RowForm::Copy, RowForm::Sqlite] {
            let count = Values::new(form, &row).count();
            prop_assert!(count <= row.len() + 1);
        }
    }
}

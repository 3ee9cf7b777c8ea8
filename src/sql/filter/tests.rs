use std::cmp::Ordering;

use proptest::prelude::*;

use super::decimal::Decimal;
use super::{Filter, FilterError, OPERATORS_MAX};
use crate::sql::Dialect;
use crate::sql::ddl::{Column, TableSchema, table_schema};
use crate::sql::value::Value;

const DIALECTS: [Dialect; 3] = [Dialect::MySql, Dialect::Postgres, Dialect::Sqlite];

fn schema(dialect: Dialect) -> TableSchema {
    let ddl = "CREATE TABLE t (id bigint, name text, born date, j json, x real) COLLATE utf8mb4_general_ci";
    table_schema(dialect, ddl.as_bytes()).unwrap()
}

fn parse(dialect: Dialect, condition: &str) -> Result<Filter, FilterError> {
    Filter::parse(dialect, condition, &schema(dialect))
}

fn row(id: &str, name: &str) -> [Value<'static>; 4] {
    let text = |text: &str| Value::Text(text.as_bytes().to_vec().into());
    let id = if id.is_empty() { Value::Null } else { Value::Number(id.as_bytes().to_vec().into()) };
    [id, text(name), text("2024-01-31"), Value::Null]
}

fn holds(dialect: Dialect, condition: &str, id: &str, name: &str) -> bool {
    let filter = parse(dialect, condition).unwrap_or_else(|error| panic!("{condition}: {error}"));
    filter.matches(&row(id, name)).unwrap()
}

#[test]
fn unknown_is_neither_true_nor_false() {
    for dialect in DIALECTS {
        assert!(!holds(dialect, "id = 1", "", ""));
        assert!(!holds(dialect, "NOT id = 1", "", ""));
        assert!(holds(dialect, "id = 1 OR name = 'a'", "", "a"));
        assert!(!holds(dialect, "id NOT IN (1, NULL)", "2", ""));
        assert!(holds(dialect, "id IN (2, NULL)", "2", ""));
        assert!(holds(dialect, "(id = 1) IS NULL AND j IS NULL", "", ""));
        assert!(holds(dialect, "id IS NULL OR id = NULL", "", ""));
        assert!(!holds(dialect, "NULL", "1", ""));
    }
    assert!(holds(Dialect::MySql, "NOT (id <=> 1) AND id <=> NULL", "", ""));
    assert!(holds(Dialect::Postgres, "id IS DISTINCT FROM 1", "", ""));
}

#[test]
fn a_name_that_is_no_column_is_told_with_those_like_it() {
    let error = parse(Dialect::MySql, "nam = 'a'").unwrap_err();
    assert_eq!(error.to_string(), "there is no column \"nam\"; there is name");
    assert!(matches!(parse(Dialect::Postgres, "\"ID\" = 1"), Err(FilterError::Column { .. })));
    assert!(parse(Dialect::Postgres, "ID = 1").is_ok());
    assert!(parse(Dialect::MySql, "`ID` = 1 AND t.Name = 'x'").is_ok());
}

#[test]
fn what_cannot_be_evaluated_exactly_is_refused() {
    let all = [
        (Dialect::MySql, "name = 1"),
        (Dialect::MySql, "id = 'a'"),
        (Dialect::MySql, "id = '12345678901234567890'"),
        (Dialect::MySql, "id + 1 = 2"),
        (Dialect::MySql, "name REGEXP 'a'"),
        (Dialect::MySql, "j = '{}'"),
        (Dialect::MySql, "born = '2024-02-30'"),
        (Dialect::MySql, "born > 20240101"),
        (Dialect::MySql, "id = id"),
        (Dialect::MySql, "id IN (1, 'a')"),
        (Dialect::MySql, "id IN (SELECT 1)"),
        (Dialect::MySql, "sleep(1)"),
        (Dialect::MySql, "name COLLATE utf8mb4_bin = 'a'"),
        (Dialect::Postgres, "name > 'a'"),
        (Dialect::Postgres, "name ILIKE 'a'"),
        (Dialect::Postgres, "id LIKE '1%'"),
        (Dialect::Postgres, "id = '1.5'"),
        (Dialect::Postgres, "born = now()"),
        (Dialect::Postgres, "born = '2024-01-31 10:00:00'"),
        (Dialect::Postgres, "x IN (0.1, 0.5)"),
        (Dialect::Sqlite, "id"),
        (Dialect::Sqlite, "id = ' 5'"),
    ];
    for (dialect, condition) in all {
        let refused = parse(dialect, condition);
        assert!(matches!(refused, Err(FilterError::Refused { .. })), "{condition}: {refused:?}");
    }
}

#[test]
fn a_condition_that_is_none_is_an_error() {
    for condition in ["", "id =", "id = 1; DROP TABLE t", "id = 1 -- x", "id = 1 /* x */", "id = 'a", "a b"] {
        assert!(matches!(parse(Dialect::MySql, condition), Err(FilterError::Syntax(_))), "{condition}");
    }
    let deep = format!("{}id = 1{}", "(".repeat(20_000), ")".repeat(20_000));
    assert!(parse(Dialect::MySql, &deep).is_err());
    let long = vec!["id = 1"; OPERATORS_MAX].join(" OR ");
    assert_eq!(parse(Dialect::MySql, &long).unwrap_err(), FilterError::Long);
    let list = vec!["123"; 10_000].join(",");
    assert!(holds(Dialect::MySql, &format!("id IN ({list})"), "123", ""));
    let not = format!("{}TRUE", "NOT ".repeat(1_900));
    assert!(parse(Dialect::MySql, &not).is_err());
    for operator in ["=", "+", "OR", "IS NULL AND", "::int ="] {
        let chain = vec!["id"; 600].join(&format!(" {operator} "));
        let _ = parse(Dialect::Postgres, &chain);
    }
}

#[test]
fn escapes_are_those_of_the_server_and_not_of_the_parser() {
    assert!(holds(Dialect::MySql, "name = '\\a\\f'", "1", "af"));
    assert!(holds(Dialect::MySql, "name = 'a''b\\'c'", "1", "a'b'c"));
    assert!(holds(Dialect::MySql, "name LIKE '\\%'", "1", "%"));
    assert!(!holds(Dialect::MySql, "name LIKE '\\%'", "1", "a"));
    assert!(holds(Dialect::Postgres, "name = 'a\\n'''", "1", "a\\n'"));
    assert!(holds(Dialect::Postgres, "name = E'a\\n'", "1", "a\n"));
    assert!(holds(Dialect::MySql, "name = \"a\"\"b'\"", "1", "a\"b'"));
}

#[test]
fn a_value_that_cannot_be_compared_is_an_error_only_if_it_matters() {
    let filter = parse(Dialect::MySql, "name = 'a' AND id = 1").unwrap();
    let mut values = row("1", "");
    values[1] = Value::Text(b"\xff".as_slice().into());
    assert!(matches!(filter.matches(&values), Err(FilterError::Value { .. })));
    values[0] = Value::Number(b"2".as_slice().into());
    assert_eq!(filter.matches(&values), Ok(false));
    assert!(matches!(filter.matches(&values[..1]), Ok(false)));
    assert!(matches!(
        parse(Dialect::MySql, "name = 'a'").unwrap().matches(&[]),
        Err(FilterError::Short { .. })
    ));
}

#[test]
fn keys_that_cannot_match_are_passed_over() {
    let number = |text: &'static str| Value::Number(text.as_bytes().into());
    let may =
        |dialect, condition| parse(dialect, condition).unwrap().may_match(0, &number("10"), &number("20"));
    for dialect in DIALECTS {
        for condition in [
            "id = 15",
            "id > 19",
            "id < 11",
            "id IN (1, 20)",
            "NOT id = 9",
            "id <> 10",
            "name = 'a'",
            "id = 9 OR born IS NULL",
        ] {
            assert!(may(dialect, condition), "{condition}");
        }
        for condition in [
            "id = 9",
            "id > 20",
            "id BETWEEN 1 AND 9",
            "id IS NULL",
            "id IN (1, 21)",
            "id = 9 AND name = 'a'",
            "NOT id >= 10",
        ] {
            assert!(!may(dialect, condition), "{condition}");
        }
    }
}

#[test]
fn texts_are_passed_over_only_where_equal_is_equal_byte_by_byte() {
    let text = |text: &'static str| Value::Text(text.as_bytes().into());
    let may = |dialect, condition| parse(dialect, condition).unwrap().may_match(1, &text("f"), &text("h"));
    assert!(may(Dialect::MySql, "name = 'G'"));
    assert!(may(Dialect::MySql, "name = 'a'"));
    assert!(!may(Dialect::Postgres, "name = 'G'"));
    assert!(may(Dialect::Postgres, "name = 'g'"));
    let (min, max) = ("a", "b".repeat(64));
    let cut = Value::Text(max.as_bytes().into());
    let filter = parse(Dialect::Postgres, &format!("name = '{max}b'")).unwrap();
    assert!(filter.may_match(1, &text(min), &cut));
}

proptest! {
    /// Against an evaluator that knows whole numbers only and does as the truth tables say.
    #[test]
    fn conditions_over_numbers_hold_as_by_hand(parts in prop::collection::vec((0..6_usize, -3..4_i64, any::<bool>(), any::<bool>()), 1..6), id in prop::option::of(-3..4_i64)) {
        let signs = ["=", "<>", "<", "<=", ">", ">="];
        let mut condition = String::new();
        let (mut any_part, mut all) = (Some(false), Some(true));
        for (at, (sign, number, is_not, is_or)) in parts.iter().enumerate() {
            let truth = id.map(|id| match (sign, id.cmp(number)) {
                (0, order) => order == Ordering::Equal,
                (1, order) => order != Ordering::Equal,
                (2, order) => order == Ordering::Less,
                (3, order) => order != Ordering::Greater,
                (4, order) => order == Ordering::Greater,
                (_, order) => order != Ordering::Less,
            });
            let truth = if *is_not { truth.map(|truth| !truth) } else { truth };
            if at > 0 {
                condition += if *is_or { " OR " } else { " AND " };
            }
            if at > 0 && *is_or {
                any_part = or(any_part, all);
                all = Some(true);
            }
            all = and(all, truth);
            condition += &format!("{}id {} {number}", if *is_not { "NOT " } else { "" }, signs[*sign]);
        }
        let expected = or(any_part, all) == Some(true);
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        for dialect in DIALECTS {
            prop_assert_eq!(holds(dialect, &condition, &id, ""), expected, "{} for {}", condition, id);
            let key = Value::Number(id.clone().into_bytes().into());
            let may = id.is_empty() || parse(dialect, &condition).unwrap().may_match(0, &key, &key);
            prop_assert!(may || !expected);
        }
    }

    #[test]
    fn no_condition_is_too_strange(condition in "[a-z0-9'\"`%_()<>=!., :\\\\-]{0,40}", id in "-?[0-9.eN]{0,5}", name in any::<String>()) {
        for dialect in DIALECTS {
            if let Ok(filter) = parse(dialect, &condition) {
                let _ = filter.matches(&row(&id, &name));
            }
        }
    }

    #[test]
    fn bounds_never_pass_over_a_row(low in -50..50_i64, width in 0..20_i64, at in 0..20_i64, number in -60..60_i64, sign in 0..6_usize) {
        let text = |number: i64| Value::Number(number.to_string().into_bytes().into());
        let condition = format!("NOT id {} {number}", ["=", "<>", "<", "<=", ">", ">="][sign]);
        let id = low + at.min(width);
        let filter = parse(Dialect::Postgres, &condition).unwrap();
        let matches = filter.matches(&row(&id.to_string(), "")).unwrap();
        prop_assert!(filter.may_match(0, &text(low), &text(low + width)) || !matches);
    }

    #[test]
    fn decimals_of_any_text_do_not_panic(text in "[-+0-9.eE]{0,12}") {
        let _ = Decimal::parse(text.as_bytes());
    }
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    if a == Some(false) || b == Some(false) { Some(false) } else { a.zip(b).map(|_| true) }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    and(a.map(|a| !a), b.map(|b| !b)).map(|both| !both)
}

/// A dump without definitions: whole numbers are equal or not whatever the column is, and anything else is refused.
#[test]
fn columns_of_no_known_type_are_asked_for_whole_numbers() {
    let columns = vec![Column::untyped(b"id".to_vec())];
    let schema = TableSchema { columns, primary_key: vec![], is_whole: true };
    let text = |text: &str| [Value::Text(text.as_bytes().to_vec().into())];
    for condition in ["id = 60", "id = '60'", "id IN (7, 60)", "id <> 61 AND id <> '7'"] {
        let filter = Filter::parse(Dialect::MySql, condition, &schema).unwrap();
        assert_eq!(filter.matches(&text("60")), Ok(true), "{condition}");
        let holds_for_seven = condition.contains("IN");
        for (other, holds) in [("7", holds_for_seven), ("-60", condition.contains("<>")), ("61", false)] {
            assert_eq!(filter.matches(&text(other)), Ok(holds), "{condition} {other}");
        }
        for strange in ["060", "60 ", "60.0", "6e1", "sixty", "-0", ""] {
            assert!(filter.matches(&text(strange)).is_err(), "{condition} {strange}");
        }
    }
    for condition in ["id > 60", "id = 'x'", "id = 60.5", "id LIKE '6%'", "id = '060'", "id BETWEEN 1 AND 2"]
    {
        assert!(Filter::parse(Dialect::MySql, condition, &schema).is_err(), "{condition}");
    }
}

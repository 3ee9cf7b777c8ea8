//! What every splitter of dumps has stumbled over.

use super::*;

const MYSQL: Dialect = Dialect::MySql;
const POSTGRES: Dialect = Dialect::Postgres;
const SQLITE: Dialect = Dialect::Sqlite;

fn values(dialect: Dialect, values: &str) -> Vec<String> {
    let dump = format!("INSERT INTO t VALUES {values};\nINSERT INTO u VALUES (9);\n");
    let found = rows(dialect, dump.as_bytes());
    let (last, found) = found.split_last().unwrap();
    assert_eq!(last, "INSERT INTO u VALUES (9);\n", "{values}");
    let first = found[0].strip_prefix("INSERT INTO t VALUES ").unwrap().to_owned();
    [vec![first], found[1..].to_vec()].concat()
}

#[test]
fn what_looks_like_sql_inside_of_strings_is_data() {
    for dialect in [MYSQL, POSTGRES, SQLITE] {
        let text = "('; -- /* # \"x` ),( (', 2),('$$ $t$', 3)";
        assert_eq!(
            values(dialect, text),
            ["('; -- /* # \"x` ),( (', 2),", "('$$ $t$', 3);\n"],
            "{dialect:?}"
        );
    }
}

#[test]
fn a_backslash_ends_a_string_or_does_not() {
    assert_eq!(
        values(MYSQL, r"('\\'),('a\\\'b'),('\'),(',2)"),
        [r"('\\'),", r"('a\\\'b'),", "('\\'),(',2);\n"]
    );
    assert_eq!(
        values(POSTGRES, r"('\'),('a''\'),(E'\'),(',2)"),
        [r"('\'),", r"('a''\'),", "(E'\\'),(',2);\n"]
    );
    assert_eq!(values(SQLITE, r"('\'),('it''s')"), [r"('\'),", "('it''s');\n"]);
}

#[test]
fn an_escaped_quote_before_a_semicolon_does_not_end_the_statement() {
    assert_eq!(values(MYSQL, r"('a\';'),('b'';')"), [r"('a\';'),", "('b'';');\n"]);
}

#[test]
fn a_prefix_decides_on_backslashes_in_postgresql() {
    let text = r"(E'it''s \' not over'),(B'101'),('\x5c'),(fine'\')";
    assert_eq!(values(POSTGRES, text).len(), 4);
}

#[test]
fn comments_between_and_inside_of_rows_are_passed_over() {
    let text = "(1, /* ),( */ 2), -- ),('\n(3,4) /* ' */ ,\n(5,6) -- (7,8)\n";
    for dialect in [MYSQL, POSTGRES, SQLITE] {
        let dump = format!("INSERT INTO t VALUES {text};\n");
        assert_eq!(told(dialect, dump.as_bytes()), ["TableData t 3"], "{dialect:?}");
    }
    assert_eq!(told(MYSQL, b"INSERT INTO t VALUES (1--2),\n(3 # ),(\n),(5--\n);\n"), ["TableData t 3"]);
}

#[test]
fn what_follows_the_rows_belongs_to_the_last() {
    let text = "(1,2),(3,4) ON DUPLICATE KEY UPDATE a = VALUES(a), b = ';'";
    assert_eq!(values(MYSQL, text)[1], "(3,4) ON DUPLICATE KEY UPDATE a = VALUES(a), b = ';';\n");
    assert_eq!(values(POSTGRES, "(1),(2)\nON CONFLICT DO NOTHING")[1], "(2)\nON CONFLICT DO NOTHING;\n");
}

#[test]
fn bytes_that_are_no_text_are_passed_through() {
    let dump = b"INSERT INTO `t` VALUES (1,'\xff\xfe\0\x80'),(2,_binary '\\0\\'\xc3');\n";
    assert_eq!(told(MYSQL, dump), ["TableData t 2"]);
}

#[test]
fn lines_may_end_in_cr_lf_and_a_file_may_begin_with_a_bom() {
    let dump = "\u{feff}-- MySQL dump 10.13\r\n\r\nDROP TABLE IF EXISTS `t`;\r\nCREATE TABLE `t` (\r\n `id` int\r\n);\r\n\
                INSERT INTO `t` VALUES (1),\r\n(2);\r\n";
    assert_eq!(told(MYSQL, dump.as_bytes()), ["TableDefinition t", "TableData t 2"]);
    assert_eq!(rows(MYSQL, dump.as_bytes()), ["INSERT INTO `t` VALUES (1),\r\n", "(2);\r\n"]);
}

#[test]
fn a_line_of_many_megabytes_is_rows_like_any_other() {
    let value = "x".repeat(50_000_000);
    let dump = format!("INSERT INTO `t` VALUES (1,'{value}'),(2,'{value}');\n");
    assert_eq!(told(MYSQL, dump.as_bytes()), ["TableData t 2"]);
}

#[test]
fn a_dump_that_ends_early_says_so() {
    assert_eq!(told(MYSQL, b"INSERT INTO `t` VALUES (1,'a'),(2,'b"), ["TableData t 1 (not whole)"]);
    assert_eq!(told(MYSQL, b"INSERT INTO `t` VALUES (1,'a'),(2,'b')"), ["TableData t 1 (not whole)"]);
    assert_eq!(told(MYSQL, b"CREATE TABLE `t` (a int"), ["TableDefinition t (not whole)"]);
    assert_eq!(told(POSTGRES, b"COPY t (a) FROM stdin;\n1\n2"), ["TableData t 1 (not whole)"]);
    assert_eq!(told(POSTGRES, b"COPY t (a) FROM stdin;"), ["TableData t (not whole)"]);
    assert_eq!(
        told(SQLITE, b"BEGIN TRANSACTION;\nINSERT INTO t VALUES(1"),
        ["Header", "TableData t (not whole)"]
    );
}

#[test]
fn several_dumps_in_one_file_are_read_one_after_the_other() {
    let one = "-- MySQL dump 10.13\n/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n\
               CREATE TABLE `t` (a int);\nINSERT INTO `t` VALUES (1);\n/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n\
               -- Dump completed on 2025-01-01  1:00:00\n";
    let each = ["Header", "TableDefinition t", "TableData t 1", "Footer"];
    let sandbox = "/*M!999999\\- enable the sandbox mode */ \n";
    let found = told(MYSQL, format!("{one}{sandbox}{one}").as_bytes());
    assert_eq!(found, [each, each].concat());
}

#[test]
fn names_are_read_without_their_quotes() {
    let mysql = "INSERT INTO `a``b`.`c \"d'. ;` VALUES (1);\nINSERT INTO `new\nline` VALUES (2);\nINSERT INTO 雪 VALUES (3);\n";
    assert_eq!(
        told(MYSQL, mysql.as_bytes()),
        ["TableData a`b.c \"d'. ; 1", "TableData new\nline 1", "TableData 雪 1"]
    );
    let postgres = "INSERT INTO \"S.x\".\"a\"\"b; c\" VALUES (1);\nINSERT INTO Public.Plain VALUES (2);\n";
    assert_eq!(told(POSTGRES, postgres.as_bytes()), ["TableData S.x.a\"b; c 1", "TableData public.plain 1"]);
    let sqlite =
        "INSERT INTO [a b] VALUES(1);\nINSERT INTO \"c\"\"d\" VALUES(2);\nINSERT INTO 'e' VALUES(2);\n";
    assert_eq!(told(SQLITE, sqlite.as_bytes())[..2], ["TableData a b 1", "TableData c\"d 1"]);
}

#[test]
fn names_that_begin_alike_and_equal_names_in_two_databases_are_told_apart() {
    let dump = "USE `a`;\nINSERT INTO `t` VALUES (1);\nINSERT INTO `t_two` VALUES (2);\nUSE `b`;\nINSERT INTO `t` VALUES (3);\n";
    let all = ["Database a", "TableData a.t 1", "TableData a.t_two 1", "Database b", "TableData b.t 1"];
    assert_eq!(told(MYSQL, dump.as_bytes()), all);
}

#[test]
fn something_odd_between_rows_is_noted_and_the_next_statement_is_found() {
    let found = told(MYSQL, b"INSERT INTO t VALUES (1) (2),(3);\nINSERT INTO u VALUES (4);\n");
    assert_eq!(found, ["TableData t 1 (not whole)", "TableData u 1"]);
    let found = told(MYSQL, b"INSERT INTO t VALUES (1,(2;\nINSERT INTO u VALUES (4);\n");
    assert_eq!(found, ["TableData t (not whole)", "TableData u 1"]);
    let found =
        told(MYSQL, b"GIBBERISH 'and' `more`;\nINSERT INTO t SELECT (1);\nINSERT INTO u VALUES (4);\n");
    assert_eq!(found, ["Other (not whole)", "TableData u 1"]);
}

#[test]
fn an_empty_file_has_no_section_and_one_without_statements_has_one() {
    assert_eq!(told(MYSQL, b""), [""; 0]);
    assert_eq!(told(MYSQL, b"-- nothing\n\n"), ["Other"]);
}

#[test]
fn a_key_is_a_number_or_a_string_and_nothing_else() {
    let dump = format!(
        "INSERT INTO t VALUES (1,2),(-3,4),( 5 ,6),('a''b\\'c\\n\\\\',7),(NULL,8),(1.5,9),(0x41,1),(_binary 'x',2),('{}',3),(-- no\n4,4);\n",
        "y".repeat(70)
    );
    let cut = format!("'{}'", "y".repeat(64));
    let all = ["1", "-3", "5", "'a'b'c\n\\'", "-", "-", "-", "-", &cut, "-"];
    assert_eq!(keys(MYSQL, dump.as_bytes()), all);
    assert_eq!(
        keys(SQLITE, b"INSERT INTO t VALUES('a\\',1);\nINSERT INTO t VALUES(X'00');\n"),
        ["'a\\'", "-"]
    );
}

#[test]
fn the_key_column_is_the_primary_key_or_what_is_named_like_one() {
    let key = |dump: &str| keys(MYSQL, dump.as_bytes());
    let table = "CREATE TABLE `t` (`a` int, `b` varchar(9), PRIMARY KEY (`b`,`a`));\n";
    assert_eq!(key(&format!("{table}INSERT INTO `t` VALUES (1,'x');\n")), ["'x'"]);
    assert_eq!(key(&format!("{table}INSERT INTO `t` (`b`,`a`) VALUES ('y',1);\n")), ["'y'"]);
    assert_eq!(key("INSERT INTO `t` (`a`,`t_id`) VALUES (f(1,2),3);\n"), ["3"]);
    assert_eq!(key("INSERT INTO `t` (`t_id`,`a`,`Id`) VALUES (1,(2),3);\n"), ["3"]);
    assert_eq!(key("INSERT INTO `t` (`a`,`b`) VALUES (1,2);\n"), ["1"]);
}

#[test]
fn an_earlier_dump_can_tell_the_key_column() {
    let mut heard = Heard::default();
    let known = |database: Option<&[u8]>, table: &TableName| {
        (database == Some(b"d") && table.name == b"t").then(|| b"b".to_vec())
    };
    let dump = b"USE d;\nINSERT INTO t (a, b) VALUES (1,2);\nUSE e;\nINSERT INTO t (a, b) VALUES (3,4);\n\
        USE d;\nCREATE TABLE t (a int, b int, c int);\nINSERT INTO t VALUES (5,6,7);\n\
        CREATE TABLE t (a int, b int, c int, PRIMARY KEY (c));\nINSERT INTO t VALUES (8,9,10);\n";
    let mut lexer = Lexer::with_known_keys(MYSQL, Box::new(known));
    lexer.push(dump, &mut heard);
    lexer.finish(&mut heard);
    let keys = heard.0.iter().filter_map(|event| match event {
        Event::Row { key, .. } => key.as_ref().map(|(_, bytes, _)| String::from_utf8(bytes.clone()).unwrap()),
        _ => None,
    });
    // Last of all: what the dump itself says counts more.
    assert_eq!(keys.collect::<Vec<_>>(), ["2", "3", "6", "10"]);
}

#[test]
fn a_primary_key_that_is_added_later_is_told_with_its_section() {
    let told = |dialect, dump: &str| -> Vec<Vec<u8>> {
        let sections = sections(dialect, dump.as_bytes());
        sections
            .into_iter()
            .find(|section| !section.primary_key.is_empty())
            .map(|s| s.primary_key)
            .unwrap_or_default()
    };
    let table = "CREATE TABLE public.t (a integer, \"B\" text);\n";
    let key = "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (\"B\", a) INCLUDE (c);\n";
    assert_eq!(told(Dialect::Postgres, &format!("{table}{key}")), [b"B".to_vec(), b"a".to_vec()]);
    let unique = "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_key UNIQUE (a);\n";
    assert!(told(Dialect::Postgres, &format!("{table}{unique}")).is_empty());
    let table = "CREATE TABLE `t` (`a` int, `b` int);\n";
    let keys = "ALTER TABLE `t`\n  ADD PRIMARY KEY (`b`),\n  ADD KEY `a` (`a`);\nALTER TABLE `t` MODIFY `b` int AUTO_INCREMENT;\n";
    assert_eq!(told(MYSQL, &format!("{table}{keys}")), [b"b".to_vec()]);
}

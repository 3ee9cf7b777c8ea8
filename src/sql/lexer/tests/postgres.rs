//! What `pg_dump` writes around the rows.

use super::*;

const POSTGRES: Dialect = Dialect::Postgres;

#[test]
fn every_kind_of_statement_finds_its_table() {
    let cases = [
        ("CREATE UNLOGGED TABLE s.t (a int)", "TableDefinition s.t"),
        ("CREATE TABLE s.t PARTITION OF s.p DEFAULT", "TableDefinition s.t"),
        ("CREATE FOREIGN TABLE s.t (a int) SERVER x", "TableDefinition s.t"),
        ("ALTER TABLE ONLY s.t ALTER COLUMN a SET STATISTICS 5", "TableDefinition s.t"),
        ("ALTER TABLE s.t OWNER TO me", "Owner s.t"),
        ("ALTER FUNCTION f(a integer) OWNER TO me", "Owner"),
        ("ALTER TABLE ONLY s.t ALTER COLUMN a SET DEFAULT nextval('s.q'::regclass)", "ColumnDefault s.t"),
        (
            "ALTER TABLE s.t ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY (\n    SEQUENCE NAME s.q\n)",
            "Identity s.t s.q",
        ),
        ("ALTER TABLE ONLY s.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (a)", "Constraint s.t t_pkey"),
        (
            "ALTER TABLE ONLY s.t\n    ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES s.u(a) NOT VALID",
            "ForeignKey s.t f",
        ),
        ("ALTER TABLE IF EXISTS ONLY s.t DROP CONSTRAINT IF EXISTS f", "Constraint s.t f"),
        ("ALTER TABLE ONLY s.p ATTACH PARTITION s.t FOR VALUES FROM (1) TO (2)", "Attach s.t s.p"),
        ("ALTER TABLE ONLY s.t INHERIT s.p", "Attach s.t s.p"),
        ("ALTER TABLE s.t CLUSTER ON i", "Cluster s.t"),
        ("ALTER TABLE ONLY s.t REPLICA IDENTITY FULL", "Cluster s.t"),
        ("ALTER TABLE s.t ENABLE ROW LEVEL SECURITY", "Policy s.t"),
        ("ALTER TABLE s.t DISABLE TRIGGER g", "Trigger s.t g"),
        ("CREATE UNIQUE INDEX i ON ONLY s.t USING btree (a) WHERE (a > 1)", "Index s.t s.i"),
        (
            "CREATE CONSTRAINT TRIGGER g AFTER INSERT OR UPDATE OF a ON s.t FOR EACH ROW EXECUTE FUNCTION f()",
            "Trigger s.t g",
        ),
        (
            "CREATE RULE r AS\n    ON INSERT TO s.t DO INSTEAD (INSERT INTO s.u VALUES (1); DELETE FROM s.v)",
            "Rule s.t r",
        ),
        ("CREATE POLICY p ON s.t FOR SELECT USING ((a = 1))", "Policy s.t p"),
        ("CREATE STATISTICS s.x (ndistinct) ON a, b FROM s.t", "Statistics s.t s.x"),
        (
            "SELECT * FROM pg_catalog.pg_restore_relation_stats(\n\t'version', '180000'::integer,\n\t'schemaname', 's',\n\t'relname', 't'\n)",
            "Statistics s.t",
        ),
        ("CREATE MATERIALIZED VIEW s.v AS\n SELECT 1\n  WITH NO DATA", "View s.v"),
        ("REFRESH MATERIALIZED VIEW s.v", "View s.v"),
        ("ALTER SEQUENCE s.q OWNED BY s.t.a", "SequenceOwned s.t s.q"),
        ("SELECT pg_catalog.setval('s.\"Q q\"', 7, true)", "SequenceValue s.Q q"),
        ("COMMENT ON COLUMN s.t.a IS 'COPY s.t (a) FROM stdin;'", "Comment s.t"),
        ("COMMENT ON CONSTRAINT c ON s.t IS 'x'", "Comment s.t c"),
        ("GRANT SELECT(a),INSERT ON TABLE s.t TO you", "Acl s.t"),
        ("REVOKE ALL ON SCHEMA s FROM PUBLIC", "Acl"),
        ("CREATE DOMAIN s.d AS text", "Type s.d"),
        ("CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA s", "Extension uuid-ossp"),
        ("CREATE PROCEDURE s.f() LANGUAGE sql AS $_$ ; COPY x FROM stdin; $$ $_$", "Function s.f"),
        ("DROP INDEX IF EXISTS s.i", "Index s.i"),
        ("SELECT pg_catalog.lo_create('5')", "LargeObject"),
        ("CREATE OPERATOR s.+ (FUNCTION = f)", "Other"),
    ];
    for (statement, section) in cases {
        let name = statement.split_whitespace().next();
        assert_eq!(told(POSTGRES, format!("{statement};\n").as_bytes()), [section], "{name:?} {statement}");
    }
}

#[test]
fn an_owned_sequence_and_an_index_are_known_by_their_table_later_on() {
    let dump = "ALTER SEQUENCE s.q OWNED BY s.t.a;\nALTER TABLE ONLY s.t ADD CONSTRAINT t_pkey PRIMARY KEY (a);\n\
                SELECT pg_catalog.setval('s.q', 1, true);\nALTER INDEX s.p_pkey ATTACH PARTITION s.t_pkey;\n";
    assert_eq!(told(POSTGRES, dump.as_bytes())[2..], ["SequenceValue s.t s.q", "Attach s.t s.p_pkey"]);
}

#[test]
fn bodies_between_begin_atomic_and_end_are_one_statement() {
    let dump = "CREATE FUNCTION f(a integer) RETURNS integer\n    LANGUAGE sql\n    BEGIN ATOMIC\n\
                INSERT INTO t VALUES (1);\n SELECT CASE WHEN a > 1 THEN 2 ELSE 3 END AS x;\nEND;\nINSERT INTO u VALUES (1);\n";
    assert_eq!(told(POSTGRES, dump.as_bytes()), ["Function f", "TableData u 1"]);
}

#[test]
fn dollars_quote_or_do_not() {
    let dump = "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $a1$ $a$ ; ' $$ $a1$;\nPREPARE p AS SELECT $1, a$b$c, ';';\nINSERT INTO u VALUES (1);\n";
    assert_eq!(told(POSTGRES, dump.as_bytes()), ["Function f", "Other", "TableData u 1"]);
}

#[test]
fn comments_nest() {
    assert_eq!(
        told(POSTGRES, b"/* /* ' */ ; INSERT INTO t VALUES (1); */\nINSERT INTO u VALUES (1);\n"),
        ["TableData u 1"]
    );
}

#[test]
fn strings_of_old_dumps_have_backslashes() {
    let dump = "SET standard_conforming_strings = off;\nINSERT INTO t VALUES ('it\\'s; (1),(2)');\nINSERT INTO t VALUES ('a\\\\');\n";
    assert_eq!(told(POSTGRES, dump.as_bytes()), ["Header", "TableData t 2"]);
    let sjis = b"SET client_encoding = 'SJIS';\nSET standard_conforming_strings = off;\nINSERT INTO t VALUES ('\x83\x5c'),('\x83\x5c\\'');\n";
    assert_eq!(told(POSTGRES, sjis), ["Header", "TableData t 2"]);
}

#[test]
fn names_without_a_schema_are_where_the_search_path_says() {
    let dump = "SET search_path = old, pg_catalog;\nCREATE TABLE t (a int);\nSELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE u (a int);\n";
    assert_eq!(
        told(POSTGRES, dump.as_bytes()),
        ["Header", "TableDefinition old.t", "Header", "TableDefinition u"]
    );
}

#[test]
fn lines_for_the_shell_are_sections_and_tell_the_database() {
    let dump = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET x = 1;\nCREATE DATABASE d;\n\\connect d\nCOPY t (a) FROM stdin;\n1\n\\.\n\
                --\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n";
    let found = sections(POSTGRES, dump.as_bytes());
    let short: Vec<_> = found.iter().map(short).collect();
    assert_eq!(short, ["Header", "Database d", "TableData t 1", "Footer"]);
    assert_eq!(found[2].database.as_deref(), Some(b"d".as_slice()));
}

#[test]
fn rows_of_inserts_have_line_ends_in_strings_and_tabs_before_them() {
    let dump = "INSERT INTO s.t (id, a) OVERRIDING SYSTEM VALUE VALUES\n\t(1, 'a\n-- Name: x; Type: TABLE;\n'),\n\t(2, E'b');\nINSERT INTO s.t DEFAULT VALUES;\n";
    let all = ["TableData s.t 2", "TableData s.t 1"];
    assert_eq!(told(POSTGRES, dump.as_bytes()), all);
    assert_eq!(keys(POSTGRES, dump.as_bytes()), ["1", "2", "-"]);
}

#[test]
fn large_objects_with_their_transaction_are_one_section() {
    let dump = "SELECT pg_catalog.lo_create('5');\nBEGIN;\n\nSELECT pg_catalog.lo_open('5', 131072);\nSELECT pg_catalog.lowrite(0, '\\x00');\nSELECT pg_catalog.lo_close(0);\n\nCOMMIT;\n";
    assert_eq!(told(POSTGRES, dump.as_bytes()), ["LargeObject"]);
}

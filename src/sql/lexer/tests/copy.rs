//! The lines of `COPY`.

use super::*;

const POSTGRES: Dialect = Dialect::Postgres;

#[test]
fn lines_are_rows_whatever_they_look_like() {
    let dump = "COPY public.t (id, note) FROM stdin;\n1\t-- Name: x; Type: TABLE\n2\tCOPY u FROM stdin;\n3\t'$$\n\\\\.\t4\n\\N\t5\n\\.\n\n\n\
                COPY public.u (id) FROM stdin;\n\\.\n\nSELECT pg_catalog.setval('public.t_id_seq', 3, true);\n";
    let all = ["TableData public.t 5", "TableData public.u", "SequenceValue public.t_id_seq"];
    assert_eq!(told(POSTGRES, dump.as_bytes()), all);
    assert_eq!(keys(POSTGRES, dump.as_bytes()), ["1", "2", "3", "'\\.'", "-"]);
    assert_eq!(rows(POSTGRES, dump.as_bytes())[1], "2\tCOPY u FROM stdin;\n");
}

#[test]
fn the_key_is_found_in_its_column_and_read() {
    let dump = "COPY t (a, t_id, c) FROM stdin;\nx\ta\\tb\\\\\\nc\tz\n\\N\t-7\tz\nshort\n\t\t\n\\.\n";
    assert_eq!(keys(POSTGRES, dump.as_bytes()), ["'a\tb\\\nc'", "-7", "-", "''"]);
}

#[test]
fn a_long_key_is_cut() {
    let key = |text: &str| {
        let dump = format!("COPY t (id) FROM stdin;\n{text}\n\\.\n");
        match &read(POSTGRES, dump.as_bytes())[0] {
            Event::Row { key: Some((_, bytes, is_cut)), .. } => (bytes.len(), *is_cut),
            event => panic!("{event:?}"),
        }
    };
    assert_eq!(key(&"k".repeat(64)), (64, false));
    assert_eq!(key(&"k".repeat(65)), (64, true));
    assert_eq!(key(&"\\\\".repeat(64)), (64, false));
    assert_eq!(key(&"\\\\".repeat(65)), (64, true));
}

#[test]
fn line_ends_of_windows_are_part_of_the_rows() {
    let dump = "COPY t (id) FROM stdin;\r\n1\r\n2\r\n\\.\r\nSELECT 1;\r\n";
    assert_eq!(told(POSTGRES, dump.as_bytes()), ["TableData t 2", "Other"]);
    assert_eq!(keys(POSTGRES, dump.as_bytes()), ["1", "2"]);
}

#[test]
fn forms_without_a_row_a_line_are_passed_over_to_their_end() {
    let dump = "COPY t FROM stdin WITH (FORMAT csv);\n1,\"a\nb\"\n\\.\nCOPY u FROM '/x';\nSELECT 1;\n";
    assert_eq!(
        told(POSTGRES, dump.as_bytes()),
        ["TableData t (not whole)", "TableData u (not whole)", "Other"]
    );
}

#[test]
fn a_table_without_columns_has_rows_that_are_empty_lines() {
    assert_eq!(told(POSTGRES, b"COPY public.t  FROM stdin;\n\n\n\\.\n"), ["TableData public.t 2"]);
}

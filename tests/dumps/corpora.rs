//! Dumps that others have written, where they are at hand: beside the repository, or where `STRONGROOM_CORPUS` says.

use std::path::PathBuf;

use strongroom::sql::{Producer, SectionKind};

use super::heard::Heard;

/// A dump of the corpora; `None`, said aloud, where they are not.
fn corpus(name: &str) -> Option<Vec<u8>> {
    let place = std::env::var_os("STRONGROOM_CORPUS").map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let found = std::fs::read(place.unwrap_or_else(beside).join(name));
    if found.is_err() {
        eprintln!("skipped: {name} is not there");
    }
    found.ok()
}

/// Lines of every `COPY` block, counted by themselves.
fn copied_lines(dump: &str) -> u64 {
    let mut is_inside = false;
    let mut lines = 0;
    for line in dump.lines() {
        match line {
            "\\." => is_inside = false,
            _ if is_inside => lines += 1,
            line => is_inside = line.starts_with("COPY ") && line.ends_with(" FROM stdin;"),
        }
    }
    lines
}

#[test]
fn nights_of_mysql_have_as_many_rows_as_their_ids_say() {
    let nights = [
        ("0-2025-11-18", 5296),
        ("1-2025-11-22", 0),
        ("2-2025-11-22", 0),
        ("3-2025-11-24", 0),
        ("4-2025-11-29", 0),
        ("5-2025-12-03", 0),
        ("6-2025-12-03", 0),
        ("7-2025-12-13", 0),
    ];
    for (night, known) in nights {
        let Some(dump) = corpus(&format!("states-mysql/night-{night}.sql")) else { return };
        let heard = Heard::of(&dump, Producer::MysqlDump);
        heard.assert_all_understood();
        // Every row ends in its flag and a wikidata id, or NULL; what stands before is `,(` and a number.
        let text = String::from_utf8_lossy(&dump);
        let starts = text.match_indices("(").filter(|(at, _)| is_row_start(&text, *at)).count() as u64;
        assert_eq!(heard.rows()["states"], starts, "{night}");
        assert!(known == 0 || starts == known);
        assert_eq!(heard.keys, starts);
        let kinds: Vec<_> = heard.sections.iter().map(|section| section.kind).collect();
        use SectionKind::{Footer, Header, TableData, TableDefinition};
        assert_eq!(kinds, [Header, TableDefinition, TableData, Footer]);
    }
}

/// `VALUES (1,'` or `),(1,'`: a row of this table begins with a number and a string.
fn is_row_start(text: &str, at: usize) -> bool {
    let before = text[..at].ends_with("VALUES ") || text[..at].ends_with("),");
    let after = text[at + 1..].trim_start_matches(|digit: char| digit.is_ascii_digit());
    before && after.len() < text.len() - at - 1 && after.starts_with(",'")
}

#[test]
fn nights_of_postgresql_have_a_row_a_statement() {
    for night in ["0-2025-11-24", "1-2025-11-29", "2-2025-12-03", "3-2025-12-03", "4-2025-12-13"] {
        let Some(dump) = corpus(&format!("states-postgres/night-{night}.sql")) else { return };
        let heard = Heard::of(&dump, Producer::PgDump);
        heard.assert_all_understood();
        let text = String::from_utf8_lossy(&dump);
        let statements = text.matches("\nINSERT INTO public.states VALUES (").count() as u64;
        assert_eq!(heard.rows()["public.states"], statements);
    }
}

#[test]
fn pagila_has_as_many_rows_as_lines() {
    let Some(dump) = corpus("pagila-copy.sql") else { return };
    let heard = Heard::of(&dump, Producer::PgDump);
    assert_eq!(heard.rows().values().sum::<u64>(), copied_lines(&String::from_utf8_lossy(&dump)));
    assert!(heard.sections.iter().all(|section| section.is_whole));
    let Some(schema) = corpus("pagila-schema-postgres.sql") else { return };
    let heard = Heard::of(&schema, Producer::PgDump);
    let attached = heard.sections.iter().filter(|section| section.kind == SectionKind::Attach).count();
    let foreign = heard.sections.iter().filter(|section| section.kind == SectionKind::ForeignKey).count();
    assert_eq!((attached, foreign), (55, 37));
}

#[test]
fn scripts_written_by_hand_are_read() {
    for (name, inserts) in [("chinook-mysql.sql", 15_607), ("chinook-sqlite.sql", 15_607)] {
        let Some(dump) = corpus(name) else { return };
        let heard = Heard::of(&dump, Producer::Other);
        assert_eq!(heard.rows().values().sum::<u64>(), inserts, "{name}");
    }
    let Some(sakila) = corpus("sakila-schema-mysql.sql") else { return };
    let heard = Heard::of(&sakila, Producer::Other);
    let triggers = heard.about(SectionKind::Trigger);
    assert_eq!(triggers, ["sakila.film del_film", "sakila.film ins_film", "sakila.film upd_film"]);
    assert_eq!(heard.about(SectionKind::View).len(), 7);
    assert_eq!(heard.about(SectionKind::Routine).len(), 6);
    assert_eq!(heard.about(SectionKind::TableDefinition).len(), 16);
    let Some(sakila) = corpus("sakila-schema-postgres.sql") else { return };
    assert_eq!(Heard::of(&sakila, Producer::PgDump).about(SectionKind::TableDefinition).len(), 21);
}

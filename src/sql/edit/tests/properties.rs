//! Laws.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn what_is_handed_over_joins_to_what_was_pushed(
        parts in prop::collection::vec(prop::sample::select(vec![
            "CREATE TABLE t (a int);\n", "INSERT INTO t VALUES (1,'a;b'),\n(2,'\\'');\n", "-- c\n", "COPY t (a) FROM stdin;\n1\n\\.\n",
            "DELIMITER ;;\n", "DELIMITER ;\n", "$a$;", "'", "/*!50003 ", "*/", "(", ")", ";", "\"", "`", "\n", "BEGIN ATOMIC ", "END",
        ]), 0..12),
        cuts in prop::collection::vec(0_usize..200, 0..6),
        dialect in prop::sample::select(vec![MySql, Postgres, Sqlite]),
    ) {
        let text = parts.concat().into_bytes();
        let whole = edited_in_pieces(dialect, &text, &[]);
        prop_assert_eq!(&whole.0, &text);
        let pieces = edited_in_pieces(dialect, &text, &cuts);
        prop_assert_eq!(&pieces.0, &text);
        // Rows are handed over as they come; statements are the same however the bytes were split.
        prop_assert_eq!(whole.1, pieces.1);
    }

    #[test]
    fn what_is_made_of_statements_does_not_depend_on_the_split(
        parts in prop::collection::vec(prop::sample::select(vec![
            "CREATE ", "TABLE ", "t ", "`t` ", "public.t ", "ON ", "ALTER ", "ADD ", "CONSTRAINT ", "FOREIGN KEY ", "REFERENCES ", "(", ")", ",",
            ".", ";", "'", "DEFINER=", "@", "TRIGGER ", "/*!50003 ", "*/", "-- Name: t; Type: ", "\n", "nextval('", "::regclass", "INSERT INTO ",
            "VALUES ", "COPY ", "FROM stdin;\n", "\\.\n", "$$", "é", "LOCK ", "DEFAULT ",
        ]), 0..24),
        at in any::<prop::sample::Index>(),
        dialect in prop::sample::select(vec![MySql, Postgres, Sqlite]),
    ) {
        let text = parts.concat().into_bytes();
        let mut renames = Renames::of_table(dialect, &name("t"), b"new");
        renames.learn_all(&text, None);
        let made = |at: usize| {
            let edits = Edits { renames: renames.clone(), no_definer: true, no_foreign_keys: true };
            let mut editor = Editor::new(dialect, edits);
            let mut out = vec![];
            let mut take = |bytes: &[u8]| out.extend_from_slice(bytes);
            editor.begin(None, true);
            editor.push(&text[..at], &mut take);
            editor.push(&text[at..], &mut take);
            editor.end(&mut take);
            out
        };
        let at = at.index(text.len() + 1);
        prop_assert_eq!(made(at), made(text.len()));
        let mut mentions = Mentions::default();
        mentions.add_with_bodies(dialect, &text);
        for table in referenced_tables(dialect, &text) {
            prop_assert!(mentions.has(&table, true), "{:?}", table);
        }
    }

    #[test]
    fn a_new_name_and_back_again_is_the_statement(
        names in prop::collection::vec("[a-z`\" ]{1,6}", 2),
        dialect in prop::sample::select(vec![MySql, Postgres, Sqlite]),
    ) {
        prop_assume!(names[0] != names[1]);
        let quote = |name: &str| String::from_utf8(path::quoted(dialect, name.as_bytes(), b"")).unwrap();
        let text = format!("DROP TABLE {0}; ALTER TABLE {0} ADD x int; INSERT INTO {0} VALUES (1, '{1}');", quote(&names[0]), "x");
        let there = renamed(dialect, &names[0], &names[1], &text);
        prop_assert_eq!(there.matches(&quote(&names[1])).count() >= 3, true);
        prop_assert_eq!(renamed(dialect, &names[1], &names[0], &there), text);
    }
}

/// All that was handed over, and the statements alone.
fn edited_in_pieces(dialect: Dialect, text: &[u8], cuts: &[usize]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (mut all, mut statements) = (vec![], vec![]);
    let mut take = |stretch: Stretch<'_>| match stretch {
        Stretch::Statement(bytes) => {
            all.extend_from_slice(bytes);
            statements.push(bytes.to_vec());
        }
        Stretch::Rows(bytes) => all.extend_from_slice(bytes),
    };
    let mut heads = Heads::new(dialect, 1 << 20);
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
    cuts.sort_unstable();
    let mut at = 0;
    for cut in cuts {
        heads.push(&text[at..cut], &mut take);
        at = cut;
    }
    heads.push(&text[at..], &mut take);
    heads.end(&mut take);
    (all, statements)
}

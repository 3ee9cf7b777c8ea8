//! Law: an editor that has nothing to do changes nothing, however a dump is split; with names to change it still takes any bytes,
//! and what it makes of them does not depend on the split.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::sql::edit::{Editor, Edits, Mentions, Renames, referenced_tables};
use strongroom::sql::{Dialect, TableName};
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|input: (u8, &[u8], &[u8], u8)| {
    let (dialect, text, name, cut) = input;
    let dialect = [Dialect::MySql, Dialect::Postgres, Dialect::Sqlite][usize::from(dialect) % 3];
    bounded(memory_for(16 * text.len() + name.len()), || {
        let idle = Edits { renames: Renames::new(dialect), no_definer: false, no_foreign_keys: false };
        assert_eq!(edited(dialect, &idle, text, text.len()), text);
        let from = TableName { schema: None, name: b"t".to_vec() };
        let mut renames = Renames::of_table(dialect, &from, name);
        renames.learn_all(text, None);
        let busy = Edits { renames, no_definer: true, no_foreign_keys: true };
        let at = text.len() * usize::from(cut) / 256;
        assert_eq!(edited(dialect, &busy, text, at), edited(dialect, &busy, text, text.len()));
        let mut mentions = Mentions::default();
        mentions.add_with_bodies(dialect, text);
        for table in referenced_tables(dialect, text) {
            assert!(mentions.has(&table, true));
        }
    });
});

fn edited(dialect: Dialect, edits: &Edits, text: &[u8], at: usize) -> Vec<u8> {
    let mut editor = Editor::new(dialect, edits.clone());
    let mut out = Vec::new();
    let mut take = |bytes: &[u8]| out.extend_from_slice(bytes);
    let (first, second) = text.split_at(at);
    editor.begin(None, true);
    editor.push(first, &mut take);
    editor.push(second, &mut take);
    editor.end(&mut take);
    out
}

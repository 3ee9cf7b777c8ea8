use super::*;
use crate::format::table_map::MapSection;

fn name(schema: Option<&str>, name: &str) -> MapTableName {
    MapTableName { schema: schema.map(Into::into), name: name.into() }
}

fn section(kind: Kind, table: Option<&str>, object: Option<&str>) -> MapSection {
    let own = |text: &str| name(Some("public"), text);
    MapSection { table: table.map(own), object: object.map(own), bytes: 1, ..MapSection::new(kind) }
}

fn dump() -> Vec<MapSection> {
    vec![
        section(Kind::Header, None, None),                                   // 0
        section(Kind::Type, None, Some("mood")),                             // 1
        section(Kind::TableDefinition, Some("orders"), None),                // 2
        section(Kind::Sequence, None, Some("orders_id_seq")),                // 3
        section(Kind::SequenceOwned, Some("orders"), Some("orders_id_seq")), // 4
        section(Kind::TableDefinition, Some("orders_2026"), None),           // 5
        section(Kind::Attach, Some("orders_2026"), Some("orders")),          // 6
        section(Kind::TableDefinition, Some("users"), None),                 // 7
        section(Kind::TableData, Some("orders_2026"), None),                 // 8
        section(Kind::TableData, Some("users"), None),                       // 9
        section(Kind::SequenceValue, None, Some("orders_id_seq")),           // 10
        section(Kind::ForeignKey, Some("orders"), Some("fk")),               // 11
        section(Kind::Replication, None, None),                              // 12
        section(Kind::Owner, Some("orders"), None),                          // 13
        section(Kind::Footer, None, None),                                   // 14
    ]
}

fn table(text: &str) -> Table {
    Table {
        database: None,
        name: name(Some("public"), text),
        rows: 0,
        bytes: 0,
        chunks: 0,
        columns: vec![],
        primary_key: vec![],
        is_whole: true,
        note: None,
    }
}

fn planned(tables: &[&str], options: PlanOptions) -> Vec<usize> {
    let dump = dump();
    let sections: Vec<_> = dump.iter().collect();
    let tables: Vec<_> = tables.iter().map(|name| table(name)).collect();
    plan(&sections, &tables, options).sections
}

const ALL: PlanOptions =
    PlanOptions { wanted: Wanted::All, no_foreign_keys: false, no_owner: false, no_triggers: false };

#[test]
fn a_table_comes_with_its_sequence_its_partitions_and_nothing_else() {
    assert_eq!(planned(&["orders"], ALL), [0, 2, 3, 4, 5, 6, 8, 10, 11, 13, 14]);
    assert_eq!(planned(&["users"], ALL), [0, 7, 9, 14]);
}

#[test]
fn a_partition_alone_is_not_attached() {
    assert_eq!(planned(&["orders_2026"], ALL), [0, 5, 8, 14]);
}

#[test]
fn parts_are_left_out_as_asked() {
    let schema = PlanOptions { wanted: Wanted::Schema, no_foreign_keys: true, no_owner: true, ..ALL };
    assert_eq!(planned(&["orders"], schema), [0, 2, 3, 4, 5, 6, 14]);
    assert_eq!(planned(&["orders"], PlanOptions { wanted: Wanted::Data, ..ALL }), [0, 8, 10, 14]);
}

#[test]
fn a_name_that_no_table_has_brings_up_those_like_it() {
    let tables = [table("orders"), table("order_items"), table("users")];
    let unknown = choose(&tables, &[b"ordres".to_vec()]).unwrap_err();
    assert_eq!(unknown.nearest, ["public.orders"]);
    let unknown = choose(&tables, &[b"item".to_vec()]).unwrap_err();
    assert_eq!(unknown.nearest.first().map(String::as_str), Some("public.order_items"));
    assert_eq!(choose(&tables, &[b"public.users".to_vec(), b"users".to_vec()]), Ok(vec![table("users")]));
}

#[test]
fn distances_are_those_of_levenshtein() {
    for (a, b, wanted) in [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0)] {
        assert_eq!(distance(a, b), wanted, "{a} {b}");
    }
}

#[test]
fn rows_that_stand_under_another_table_are_told() {
    let all = dump();
    let with = |rows_of: &str| {
        let mut dump = all.clone();
        dump[8] = section(Kind::TableData, Some(rows_of), None);
        rows_are_under(&dump.iter().collect::<Vec<_>>(), &table("orders_2026"))
    };
    assert_eq!(with("orders_2026"), None);
    assert_eq!(with("orders"), Some("public.orders".into()));
    assert_eq!(with("users"), None);
}

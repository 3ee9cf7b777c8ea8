//! Keys that last night's map tells.

use super::*;
use crate::format::table_map::KeyKind;

/// Every byte of a value more, or another column: what a key is read of must not move a cut.
fn knows(column: &'static str) -> impl Fn() -> Option<KnownKeys> {
    move || {
        Some(Box::new(move |_: Option<&[u8]>, _: &crate::sql::TableName| Some(column.as_bytes().to_vec())))
    }
}

#[test]
fn the_map_of_last_night_tells_the_keys_that_a_dump_says_last() {
    let dump = dump_of_postgres(&[900, 50]);
    let before = cut(&dump, 10_000);
    let map = before.1.as_deref().unwrap();
    let sections = read(map).sections;
    let of_data = |sections: &[MapSection]| -> Vec<_> {
        let data = sections.iter().filter(|section| section.kind == MapSectionKind::TableData);
        data.filter_map(|section| section.key).collect()
    };
    assert_eq!(of_data(&sections)[0], (0, KeyKind::Bytes), "the first column is as good as any");
    let placed = sections.into_iter().map(|section| crate::repo::PlacedSection {
        section,
        range: 0..0,
        anchor: crate::repo::Anchor::default(),
        pages: 0..0,
    });
    let placed: Vec<_> = placed.collect();
    let after = cut_knowing(&dump, 10_000, &|| known_keys(&placed));
    assert_eq!(after.0, before.0, "other cuts");
    let map = read(after.1.as_deref().unwrap());
    assert_map(&dump, &after.0, &map);
    assert_eq!(of_data(&map.sections), [(1, KeyKind::Integer); 2]);
    let key = map.sections.iter().find(|section| section.kind == MapSectionKind::Constraint).unwrap();
    assert_eq!(
        (key.columns.as_slice(), key.primary_key.as_slice()),
        ([b"no".to_vec()].as_slice(), [0].as_slice())
    );
    assert!(map.pages.windows(2).take(20).all(|two| two[0].keys.unwrap().last < two[1].keys.unwrap().first));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn cuts_do_not_depend_on_what_is_known_of_the_keys(
        rows in prop::collection::vec(0_usize..300, 1..5),
        step in 1_usize..50_000,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        of_postgres: bool,
    ) {
        let mut dump = if of_postgres { dump_of_postgres(&rows) } else { dump(&rows) };
        for (at, byte) in changes {
            let at = at.index(dump.len()).max(59).min(dump.len() - 1);
            dump[at] = byte;
        }
        let step = step.max(dump.len() / 50);
        let ends = cut(&dump, step).0;
        for column in ["no", "name", "x", "id", "none"] {
            prop_assert_eq!(&cut_knowing(&dump, step, &knows(column)).0, &ends, "{}", column);
        }
    }
}

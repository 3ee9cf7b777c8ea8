use std::io::Read;
use std::sync::Arc;

use super::ahead::Ahead;
use crate::backend::ObjectName;
use crate::base::Silent;
use crate::base::limits::DELTA_DEPTH_WRITTEN;
use crate::format::EntryKind;
use crate::ops::check::{self, CheckOptions};
use crate::ops::house::{House, noise};
use crate::repo::{Records, StreamReader, TreeReader};

/// Rows that do not compress much, each of its own.
fn rows(seed: u32, count: u32) -> Vec<Vec<u8>> {
    let noise = noise(seed, count as usize * 24);
    let row = |(id, noise): (usize, &[u8])| {
        let hex: String = noise.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{id}\t{hex}\tand what every row has\n").into_bytes()
    };
    noise.chunks(24).enumerate().map(row).collect()
}

/// The content of every file in a snapshot.
fn contents(house: &House, number: usize) -> Vec<Vec<u8>> {
    let reader = house.reader();
    let mut tree = TreeReader::new(&reader, house.snapshots()[number].1.root).unwrap();
    let mut all = vec![];
    while let Some(entry) = tree.next_entry().unwrap() {
        if entry.kind == EntryKind::File {
            let mut content = vec![];
            StreamReader::new(&reader, &entry.content.unwrap()).read_to_end(&mut content).unwrap();
            all.push(content);
        }
    }
    all
}

/// What the repository grows by when a file of the first content gets the second.
fn growth(first: &[u8], second: &[u8]) -> u64 {
    let house = House::new();
    house.write("f", first);
    house.save();
    house.write("f", second);
    let stored = house.save().written.bytes_stored;
    assert!(contents(&house, 0) == [first] && contents(&house, 1) == [second]);
    let options = CheckOptions { read_data: 1.0, seed: 0 };
    let report = check::run(&house.repo, &house.cache(), &options, &Silent).unwrap();
    assert!(report.errors.is_empty() && report.losses.is_empty(), "{report:?}");
    stored
}

#[test]
fn a_night_costs_what_changed() {
    let first = rows(1, 40_000);
    let mut second = first.clone();
    for (number, row) in second.iter_mut().enumerate() {
        match number % 400 {
            0 => row[30..40].copy_from_slice(b"0123456789"),
            100 => row.clear(),
            200 => row.extend_from_slice(b"a new row with some text\n"),
            300 => row.splice(5..5, *b"more").for_each(drop),
            _ => {}
        }
    }
    let stored = growth(&first.concat(), &second.concat());
    assert!(stored < 25_000, "{stored}");
}

#[test]
fn what_was_put_in_or_took_another_place_is_all_that_is_new() {
    let old = rows(2, 80_000);
    let new = rows(3, 20_000).concat();
    let (before, behind) = old.split_at(40_000);
    let (before, behind) = (before.concat(), behind.concat());
    let mut changed = behind.clone();
    (0..changed.len()).step_by(10_000).for_each(|at| changed[at] ^= 1);
    let replaced = &changed[new.len()..];
    let alone = growth(b"", &new);
    let put_in = growth(&old.concat(), &[&before[..], &new, &changed].concat());
    assert!(put_in < alone + alone / 5, "{put_in} for {alone}");
    let in_place = growth(&old.concat(), &[&before[..], &new, replaced].concat());
    assert!(in_place < alone + alone / 5, "{in_place} for {alone}");
    let taken_away = growth(&old.concat(), &[&before[..before.len() / 2], &changed].concat());
    assert!(taken_away < alone / 4, "{taken_away} for {alone}");
}

/// More than the window holds, and what follows has changed everywhere: no chunk of it is known.
#[test]
fn what_is_far_off_is_found_again() {
    let old = rows(12, 300_000);
    let sizes = |range: std::ops::Range<usize>| old[range].concat();
    let changed = |range: std::ops::Range<usize>| {
        let mut bytes = old[range].concat();
        (0..bytes.len()).step_by(10_000).for_each(|at| bytes[at] ^= 1);
        bytes
    };
    let whole = sizes(0..300_000);
    assert!(whole.len() > 20 << 20);
    let all = growth(b"", &whole);
    // What is lost before it is found may cost something: a few of thirty parts.
    let few = all * 4 / 30;
    let front_gone = growth(&whole, &changed(120_000..300_000));
    assert!(front_gone < few, "{front_gone} of {all}");
    let turned = growth(&whole, &[changed(150_000..300_000), changed(0..150_000)].concat());
    assert!(turned < 2 * few, "{turned} of {all}");
    let new = rows(13, 100_000).concat();
    let put_in = growth(&whole, &[sizes(0..100_000), new.clone(), changed(100_000..300_000)].concat());
    let alone = growth(b"", &new);
    assert!(put_in < alone + few, "{put_in} for {alone} of {all}");
}

#[test]
fn files_that_change_in_place_cost_their_pages() {
    let first = noise(4, 4 << 20);
    let mut second = first.clone();
    for page in (0..512).step_by(50) {
        second[page * 8192..(page + 1) * 8192].copy_from_slice(&noise(page as u32, 8192));
    }
    let stored = growth(&first, &second);
    // Where chunks are cut differs with the key of the repository.
    assert!(stored < 11 * 8192 * 2, "{stored}");
    // Far from each other, and near by across the places that are read ahead.
    let (first, mut second) = (noise(8, 24 << 20), noise(8, 24 << 20));
    let pages = [0, 150, 300, 500, 1000, 1010, 2047, 2600, 3071];
    for page in pages {
        second[page * 8192..(page + 1) * 8192].copy_from_slice(&noise(page as u32, 8192));
    }
    let stored = growth(&first, &second);
    assert!(stored < pages.len() as u64 * 8192 * 2, "{stored}");
}

/// Going on within what is being read starts nothing anew, and no chunk is missed.
#[test]
fn what_is_read_ahead_is_kept_when_the_stream_is_followed_further_on() {
    let house = House::new();
    let content = noise(9, 16 << 20);
    house.write("f", &content);
    house.save();
    let reader = Arc::new(house.reader());
    let mut tree = TreeReader::new(&reader, house.snapshots()[0].1.root).unwrap();
    let recipe = std::iter::from_fn(|| tree.next_entry().unwrap()).find_map(|entry| entry.content).unwrap();
    let mut ahead = Ahead::new(&reader, &recipe);
    let mut offset = 0;
    for step in [0, 1, 300_000, 40_000, 2_000_000, 5_000_000, 900_000, 3_500_000] {
        offset += step;
        ahead.seek(offset);
        let read = reader.work().0;
        let mut chunk = ahead.next().unwrap().unwrap();
        while chunk.end <= offset {
            chunk = ahead.next().unwrap().unwrap();
        }
        assert!(chunk.start <= offset && reader.work().0 <= read + 8);
        let (start, end) = (chunk.start as usize, chunk.end as usize);
        assert!(chunk.base.plain() == &content[start..end]);
        offset = chunk.end;
    }
    assert!(reader.work().0 < 40, "{:?}", reader.work());
    ahead.seek(0);
    assert_eq!(ahead.next().unwrap().unwrap().start, 0);
}

/// A directory of dumps whose names tell the night: each goes on from the one before.
#[test]
fn a_dump_with_a_new_name_goes_on_from_the_last_one() {
    let dump = |rows: &[Vec<u8>]| {
        let head = b"--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE public.t (\n    id integer,\n    a text,\n    b text\n);\n\n\nCOPY public.t (id, a, b) FROM stdin;\n";
        [head, &rows.concat()[..], b"\\.\n\n\n--\n-- PostgreSQL database dump complete\n--\n\n"].concat()
    };
    let mut rows = rows(6, 20_000);
    let house = House::new();
    house.write("shop-2026-01-01.sql", &dump(&rows));
    house.save();
    rows[7000] = b"7000\tchanged\tand new\n".to_vec();
    house.write("shop-2026-01-02.sql", &dump(&rows));
    let stored = house.save().written.bytes_stored;
    assert!(stored < 10_000, "{stored}");
    assert_eq!(contents(&house, 1)[1], dump(&rows));
}

/// What a lost pack takes with it is seen without reading data: the nights that lean on it too.
#[test]
fn a_lost_base_is_a_loss_of_every_night_that_leans_on_it() {
    let house = House::new();
    let mut content = rows(7, 10_000).concat();
    for night in 0..3_u8 {
        content[5000] = b'0' + night;
        house.write("f", &content);
        house.save();
    }
    let reader = house.reader();
    let first = &house.snapshots()[0].1;
    let mut tree = TreeReader::new(&reader, first.root).unwrap();
    let recipe = std::iter::from_fn(|| tree.next_entry().unwrap()).find_map(|entry| entry.content).unwrap();
    let record = Records::new(&reader, &recipe).next_record().unwrap().unwrap();
    let pack = reader.pack_place(reader.locate(&record.id).unwrap().pack).unwrap().id.to_string();
    house.repo.backend().remove(&ObjectName::new(&format!("packs/{}/{pack}", &pack[..2])).unwrap()).unwrap();
    let options = CheckOptions { read_data: 0.0, seed: 0 };
    let report = check::run(&house.repo, &house.cache(), &options, &Silent).unwrap();
    let files: Vec<_> = report.losses.iter().map(|loss| loss.files.len()).collect();
    assert_eq!(files, [1, 1, 1], "{report:?}");
}

/// Deltas of deltas of deltas: the depth stays within what readers take, and every night comes back.
#[test]
fn chains_end() {
    let house = House::new();
    let mut content = rows(5, 1500).concat();
    let mut nights = vec![];
    for night in 0..70_usize {
        let at = 100 + night * 1000;
        content[at..at + 10].copy_from_slice(format!("night {night:>4}").as_bytes());
        house.write("f", &content);
        house.save();
        nights.push(content.clone());
    }
    let mut deepest = 0;
    let reader = house.reader();
    for (_, manifest) in house.snapshots() {
        let mut tree = TreeReader::new(&reader, manifest.root).unwrap();
        while let Some(entry) = tree.next_entry().unwrap() {
            let Some(recipe) = entry.content else { continue };
            let mut records = Records::new(&reader, &recipe);
            while let Some(record) = records.next_record().unwrap() {
                deepest = deepest.max(reader.base_chunk(&record.id).unwrap().depth);
            }
        }
    }
    // Where chunks end hangs on the key, which is random, and a chunk that is divided begins a chain anew.
    assert!((DELTA_DEPTH_WRITTEN / 2..=DELTA_DEPTH_WRITTEN / 2 * 3).contains(&deepest), "{deepest}");
    for (number, night) in nights.iter().enumerate() {
        assert!(contents(&house, number) == [&night[..]], "{number}");
    }
}

use proptest::prelude::*;

use super::*;

/// Bytes without a pattern.
fn noise(bytes: usize) -> Vec<u8> {
    let mut out = vec![0; bytes];
    blake3::Hasher::new().update(b"parity").finalize_xof().fill(&mut out);
    out
}

fn id(pack: &[u8]) -> PackId {
    PackId::new(*blake3::hash(pack).as_bytes())
}

fn parity(pack: &[u8], percent: u8) -> Vec<u8> {
    encode(id(pack), pack, percent).unwrap()
}

/// Turns a bit of every byte over.
fn destroy(bytes: &mut [u8]) {
    bytes.iter_mut().for_each(|byte| *byte ^= 0x40);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_shards_up_to_those_there_are_for_them_heal_and_one_more_is_refused(
        bytes in 96_usize..300_000,
        percent in 1_u8..=100,
        order in any::<prop::sample::Index>(),
        parity_lost in any::<prop::sample::Index>(),
    ) {
        let pack = noise(bytes);
        let mut object = parity(&pack, percent);
        let header = Parity::decode(&object).unwrap().header;
        let (data, recovery, shard) = (header.data_shards, header.recovery_shards, header.shard_bytes);
        let gone = parity_lost.index(recovery);
        let start = head::HEADER_BYTES + header.hashes_bytes();
        destroy(&mut object[start..start + gone * shard]);
        // A step that has no factor with the number of shards visits every one of them.
        let first = order.index(data);
        let step = (1..=data).rev().find(|step| gcd(*step, data) == 1).unwrap();
        let mut torn = pack.clone();
        let mut destroy_nth = |nth: usize| {
            let from = (first + nth * step) % data * shard;
            let to = bytes.min(from + shard);
            destroy(&mut torn[from..to]);
        };
        let heals = (recovery - gone).min(data);
        (0..heals).for_each(&mut destroy_nth);
        let found = Parity::decode(&object).unwrap();
        prop_assert_eq!(found.recovery_lost().len(), gone);
        prop_assert!(found.heal(&torn).unwrap() == pack);
        prop_assert_eq!(found.data_lost(&torn).len(), heals);
        if heals < data {
            let from = (first + heals * step) % data * shard;
            let to = bytes.min(from + shard);
            destroy(&mut torn[from..to]);
            let refused = found.heal(&torn).unwrap_err();
            prop_assert_eq!(refused, ParityError::TooMuchLost { lost: heals + 1, recovery: heals, shard_bytes: shard });
        }
    }

    #[test]
    fn whatever_bytes_are_taken_for_parity_nothing_breaks(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut object = parity(&noise(200), 100);
        for (to, from) in object.iter_mut().zip(&bytes) {
            *to ^= *from;
        }
        if let Ok(found) = Parity::decode(&object) {
            drop(found.heal(&bytes));
        }
        drop(Parity::decode(&bytes));
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[test]
fn three_percent_of_the_blocks_of_a_full_pack_heal_in_a_burst_and_five_where_they_lie_apart() {
    let pack = noise(16 * 1024 * 1024);
    let object = parity(&pack, 5);
    assert!(object.len() * 1000 < pack.len() * 55, "{}", object.len());
    let found = Parity::decode(&object).unwrap();
    let mut torn = pack.clone();
    destroy(&mut torn[5_000_001..5_000_001 + 123 * 4096]);
    assert!(found.heal(&torn).unwrap() == pack);
    let mut torn = pack.clone();
    torn.chunks_mut(4096).step_by(20).for_each(|block| block.fill(0));
    assert_eq!(found.data_lost(&torn).len(), 205);
    assert!(found.heal(&torn).unwrap() == pack);
}

#[test]
fn a_pack_that_was_cut_short_or_has_grown_heals_if_little_is_lost() {
    let pack = noise(300_001);
    let object = parity(&pack, 5);
    let found = Parity::decode(&object).unwrap();
    assert!(found.heal(&pack[..290_000]).unwrap() == pack);
    assert!(found.heal(&[pack.as_slice(), b"and more"].concat()).unwrap() == pack);
    assert!(matches!(found.heal(&[]), Err(ParityError::TooMuchLost { lost: 74, recovery: 4, .. })));
}

#[test]
fn either_end_of_the_object_may_be_lost_and_a_header_works_with_the_hashes_of_the_other_end() {
    let pack = noise(50_000);
    let good = parity(&pack, 20);
    let head = head::HEADER_BYTES + Parity::decode(&good).unwrap().header.hashes_bytes();
    let end = good.len();
    assert!(Parity::decode(&good).unwrap().is_whole());
    for lost in
        [[0..head, 0..0], [end - head..end, 0..0], [0..1, end - head..end - head + 1], [96..97, end - 1..end]]
    {
        let mut object = good.clone();
        lost.iter().for_each(|range| destroy(&mut object[range.clone()]));
        let found = Parity::decode(&object).unwrap();
        assert!(!found.is_whole());
        assert!(found.heal(&pack[..45_000]).unwrap() == pack, "{lost:?}");
    }
    let mut object = good.clone();
    destroy(&mut object[0..1]);
    destroy(&mut object[end - 1..end]);
    assert!(Parity::decode(&object).is_err());
    for length in 0..head {
        assert!(Parity::decode(&good[..length]).is_err());
    }
    assert_eq!(Parity::decode(&good[..head]).unwrap().recovery_lost(), [0, 1, 2]);
}

#[test]
fn every_flipped_bit_of_the_object_is_noticed_and_heals_the_pack_all_the_same() {
    let pack = noise(700);
    let good = parity(&pack, 100);
    for at in 0..good.len() {
        let mut object = good.clone();
        object[at] ^= 1;
        assert!(!Parity::decode(&object).unwrap().is_whole(), "{at}");
    }
}

#[test]
fn parity_of_another_pack_heals_nothing() {
    let pack = noise(10_000);
    let object = encode(PackId::new([7; 32]), &pack, 5).unwrap();
    assert_eq!(Parity::decode(&object).unwrap().heal(&pack), Err(ParityError::NotThePack));
}

#[test]
fn the_largest_pack_has_no_more_shards_than_are_possible_and_impossible_ones_are_refused() {
    for (pack_bytes, wanted) in
        [(96, 128), (4_000, 4_032), (1 << 20, 4_096), (128 << 20, 4_096), (1 << 30, 32_768)]
    {
        let found = Header::of(PackId::new([0; 32]), pack_bytes, shard_bytes(pack_bytes), 100).unwrap();
        assert_eq!(found.shard_bytes, wanted);
    }
    assert!(encode(PackId::new([0; 32]), &[0; 95], 5).is_err());
    assert!(encode(PackId::new([0; 32]), &[0; 96], 0).is_err());
    assert!(encode(PackId::new([0; 32]), &[0; 96], 101).is_err());
}

//! The law of all gzip files: whoever wrote one, it is read, and its recipe makes it again.

use proptest::prelude::*;

use super::*;

fn producers() -> impl proptest::strategy::Strategy<Value = Producer> {
    let levels = 1..=9_u8;
    prop_oneof![
        (levels.clone(), any::<bool>())
            .prop_map(|(level, rsync)| Producer::stream(DeflateParameters::gnu(level, rsync))),
        (levels.clone(), 8..=9_u8, any::<bool>()).prop_map(|(level, memory, ends_flushed)| {
            let parameters =
                DeflateParameters { flavour: Flavour::Zlib { memory }, ..DeflateParameters::zlib(level) };
            Producer::Stream { parameters, ends_flushed }
        }),
        (levels, any::<bool>(), any::<bool>(), 32..200_u32).prop_map(
            |(level, is_independent, is_one_thread, kib)| {
                let parameters = DeflateParameters::zlib(level);
                Producer::Pigz { parameters, block_bytes: kib << 10, is_independent, is_one_thread }
            }
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whoever_wrote_a_file_it_is_read_and_comes_back(
        producer in producers(),
        bytes in 0..400_000_usize,
        piece_bytes in 500..100_000_usize,
    ) {
        let plain = plaintext(bytes);
        let file = written(&recipe(&[(bytes, producer)]), &plain, piece_bytes);
        let (decoded, _, verdict) = examined(&file, piece_bytes, 100_000).unwrap();
        prop_assert!(decoded == plain);
        // Blocks of pigz that are no multiple of 32 KiB are not always guessed; the file stays as it is then.
        let is_guessed = |producer: &Producer| match producer {
            Producer::Pigz { block_bytes, .. } => block_bytes % 32_768 == 0,
            Producer::Stream { .. } => true,
        };
        let found = match verdict {
            Verdict::Exact(found) => found,
            Verdict::Differs { reason: Difference::NoProducer, .. } if !is_guessed(&producer) => return Ok(()),
            _ => panic!("{producer:?}: {verdict:?}"),
        };
        let found = ReplayRecipe::decode(&found.encode().unwrap()).unwrap();
        prop_assert!(written(&found, &plain, 30_000) == file);
    }
}

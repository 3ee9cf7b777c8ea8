//! Where streams are cut. Only writers need it, and they find each other's chunks only if they cut alike.

use serde_json::{Value, json};
use strongroom::base::RepositoryId;
use strongroom::chunker::{Chunker, ChunkerParameters, CutHint};
use strongroom::crypto::Keys;

use super::decode::{Decoded, master, number, said};
use super::seal;
use super::vector::Vector;

const SIZES: &str = "chunk sizes that are odd, zero, or not smallest < average < largest";
const AVERAGE: &str = "an average chunk that is not a power of two";
const LEVEL: &str = "a level over 3";
const MASK: &str = "an average and a level for which there is no mask";

fn with_parameters(vector: Vector, sizes: [u32; 3], level: u8) -> Vector {
    let [min, average, max] = sizes;
    let vector = vector.with("master", seal::hex(&seal::master())).with("chunk_bytes_min", min);
    vector.with("chunk_bytes_average", average).with("chunk_bytes_max", max).with("normalization", level)
}

pub fn vectors() -> Vec<Vector> {
    [cuts(), hints(), refused()].concat()
}

fn taken(name: &str, stream: &[u8], sizes: [u32; 3], level: u8, cuts: &[u32]) -> Vector {
    let vector =
        Vector::taken("chunker", format!("chunker-{name}"), stream.to_vec(), json!({ "cuts": cuts }));
    with_parameters(vector, sizes, level)
}

fn cuts() -> Vec<Vector> {
    let noise = |bytes| seal::noise("stream", bytes);
    let sizes = [64, 256, 1024];
    vec![
        taken("1", &noise(320), [16, 64, 128], 1, &[109, 187, 203, 276, 320]),
        taken(
            "level-0",
            &noise(4000),
            sizes,
            0,
            &[83, 161, 508, 673, 1061, 1205, 1568, 2232, 3256, 3574, 3740, 3849, 4000],
        ),
        taken(
            "level-3",
            &noise(4000),
            sizes,
            3,
            &[264, 525, 782, 1063, 1319, 1600, 1882, 2151, 2451, 2591, 2875, 3169, 3479, 3740, 4000],
        ),
        taken("of-one-byte", &[7; 5000], sizes, 2, &[1024, 2048, 3072, 4096, 5000]),
        taken("of-nothing", &[], sizes, 2, &[]),
        taken("shorter-than-the-smallest", &noise(63), sizes, 2, &[63]),
    ]
}

fn hints() -> Vec<Vector> {
    let stream = seal::noise("stream", 3000);
    let sizes = [64, 256, 1024];
    vec![
        taken("hints", &stream, sizes, 2, &[400, 542, 1500, 1828, 2144, 2990, 3000])
            .with("hints", json!([10, 400, 410, 1500, 2990])),
        taken(
            "hints-everywhere",
            &stream,
            sizes,
            2,
            &[100, 400, 550, 900, 1050, 1400, 1700, 2000, 2300, 2650, 2950, 3000],
        )
        .with("hints", (1..60).map(|n| n * 50).collect::<Vec<_>>()),
        taken("hard-hint", &stream, sizes, 2, &[30, 1000, 1393, 1697, 1970, 2269, 2649, 2975, 3000])
            .with("hard_hints", json!([30, 1000])),
        taken("hard-hint-and-hints", &stream, sizes, 2, &[700, 1000, 2000, 2269, 2649, 2975, 3000])
            .with("hints", json!([700, 990, 1010]))
            .with("hard_hints", json!([1000, 2000])),
    ]
}

fn refused() -> Vec<Vector> {
    let refused = |name: &str, sizes: [u32; 3], level: u8, reason| {
        let vector =
            Vector::refused("chunker", format!("chunker-{name}"), vec![7; 64], reason, "are not possible");
        with_parameters(vector, sizes, level)
    };
    vec![
        refused("smallest-0", [0, 256, 1024], 2, SIZES),
        refused("smallest-odd", [63, 256, 1024], 2, SIZES),
        refused("largest-odd", [64, 256, 1025], 2, SIZES),
        refused("smallest-is-average", [256, 256, 1024], 2, SIZES),
        refused("average-is-largest", [64, 256, 256], 2, SIZES),
        refused("out-of-order", [1024, 256, 64], 2, SIZES),
        refused("average-no-power-of-two", [64, 258, 1024], 2, AVERAGE),
        refused("average-of-three-powers", [64, 448, 1024], 2, AVERAGE),
        refused("level-4", [64, 256, 1024], 4, LEVEL),
        refused("level-255", [64, 256, 1024], 255, LEVEL),
        refused("no-relaxed-mask", [8, 16, 64], 0, MASK),
        refused("no-relaxed-mask-at-level-2", [16, 64, 128], 2, MASK),
        refused("no-strict-mask", [1 << 20, 8 << 20, 16 << 20], 3, MASK),
    ]
}

/// Where the program cuts the stream.
pub fn decode(vector: &Value, bytes: &[u8]) -> Decoded {
    let gear = Keys::new(RepositoryId::new([0; 32]), master(vector)).gear_table();
    let parameters = ChunkerParameters {
        bytes_min: number(vector, "chunk_bytes_min"),
        bytes_average: number(vector, "chunk_bytes_average"),
        bytes_max: number(vector, "chunk_bytes_max"),
        normalization: number(vector, "normalization"),
    };
    let chunker = Chunker::new(parameters, gear).map_err(said)?;
    let offsets = |key: &str| -> Vec<usize> {
        let offsets = vector[key].as_array().map(Vec::as_slice).unwrap_or_default();
        offsets.iter().map(|offset| offset.as_u64().unwrap().try_into().unwrap()).collect()
    };
    let (soft, hard) = (offsets("hints"), offsets("hard_hints"));
    let mut hints: Vec<_> =
        soft.into_iter().map(CutHint::Soft).chain(hard.into_iter().map(CutHint::Hard)).collect();
    let offset = |hint: &CutHint| match hint {
        CutHint::Soft(at) | CutHint::Hard(at) => *at,
    };
    hints.sort_by_key(offset);
    let (mut cuts, mut start) = (vec![], 0);
    while start < bytes.len() {
        let window = &bytes[start..bytes.len().min(start + chunker.bytes_max())];
        let ahead = hints.iter().filter(|hint| offset(hint) > start);
        let ahead: Vec<_> = ahead
            .map(|hint| match hint {
                CutHint::Soft(at) => CutHint::Soft(at - start),
                CutHint::Hard(at) => CutHint::Hard(at - start),
            })
            .collect();
        start += chunker.cut(window, &ahead);
        cuts.push(start);
    }
    Ok(json!({"cuts": cuts}))
}

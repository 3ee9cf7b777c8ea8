//! A tree of very many small files, as a cache, a mail directory or a checkout has them.

use super::rng::Rng;
use super::row::hex;
use super::words::Lexicon;

const KIND: u64 = 0x53a1;

/// `count` files: the path below the root of the tree, with slashes, and the content. About a hundred in a directory,
/// 200 to 8,000 bytes, one in twenty empty; no two paths are the same. One file is in memory at a time.
pub fn small_files(seed: u64, count: u64) -> impl Iterator<Item = (String, Vec<u8>)> {
    let lexicon = Lexicon::new(seed);
    (0..count).map(move |number| {
        let mut rng = Rng::keyed(seed, KIND, number, 0);
        (path(seed, &lexicon, number, &mut rng), content(&lexicon, &mut rng))
    })
}

fn path(seed: u64, lexicon: &Lexicon, number: u64, rng: &mut Rng) -> String {
    let mut directory = Rng::keyed(seed, KIND, number / 100, 1);
    let word = |rng: &mut Rng| {
        let number = lexicon.given.any(rng);
        let word = String::from_utf8_lossy(lexicon.given.word(number)).replace("\\'", "");
        word.to_lowercase()
    };
    match directory.below(3) {
        0 => {
            let mut name = Vec::new();
            hex(&mut name, rng, 24);
            let name = String::from_utf8(name).unwrap_or_default();
            format!("cache/{:02x}/{:02x}/{name}-{number}.php", directory.below(256), number / 100 % 256)
        }
        1 => {
            let (vendor, package, part) = (word(&mut directory), word(&mut directory), word(&mut directory));
            format!("vendor/{vendor}/{package}-{}/src/{part}/{}{number}.php", number / 100, word(rng))
        }
        _ => {
            let section = word(&mut directory);
            format!("content/{section}/{}/{}-{}-{number}.md", number / 100, word(rng), word(rng))
        }
    }
}

fn content(lexicon: &Lexicon, rng: &mut Rng) -> Vec<u8> {
    if rng.chance(50) {
        return Vec::new();
    }
    let size = 200 + rng.below_skewed(7800) as usize;
    let mut out = Vec::with_capacity(size + 256);
    while out.len() < size {
        let count = 4 + rng.below(10);
        lexicon.text.push_sentence(rng, count, &mut out);
        out.push(b'\n');
    }
    out.truncate(size);
    out
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn no_two_paths_are_the_same_and_directories_are_neither_empty_nor_full() {
        let paths: Vec<String> = small_files(7, 20_000).map(|(path, _)| path).collect();
        assert_eq!(paths.iter().collect::<HashSet<_>>().len(), 20_000);
        let mut directories: HashMap<&str, u64> = HashMap::new();
        for path in &paths {
            *directories.entry(path.rsplit_once('/').unwrap().0).or_default() += 1;
        }
        assert!((150..=400).contains(&directories.len()), "{}", directories.len());
    }

    #[test]
    fn one_in_twenty_is_empty_and_the_others_are_small() {
        let sizes: Vec<usize> = small_files(7, 10_000).map(|(_, bytes)| bytes.len()).collect();
        let empty = sizes.iter().filter(|size| **size == 0).count();
        assert!((400..600).contains(&empty), "{empty}");
        assert!(sizes.iter().all(|size| *size == 0 || (200..=8000).contains(size)));
    }

    #[test]
    fn paths_can_be_made_below_any_directory() {
        for (path, _) in small_files(7, 5000) {
            assert!(path.split('/').all(|part| !part.is_empty() && part != "." && part != ".."), "{path}");
            assert!(path.len() < 200, "{path}");
        }
    }
}

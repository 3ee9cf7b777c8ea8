//! The language of the shop: words made of syllables, as unevenly frequent as those of people, and what follows what.
//!
//! Every word is written as it stands inside an SQL string: an apostrophe is already escaped.

use super::rng::Rng;

/// Slots of the table that makes the n-th word as likely as 1/n (Zipf's law).
const ZIPF_SLOTS: usize = 1 << 15;
const ONSETS: [&str; 24] = [
    "s", "t", "r", "l", "m", "n", "k", "d", "b", "v", "p", "", "g", "st", "f", "h", "tr", "br", "w", "kl",
    "sch", "pr", "gr", "z",
];
const NUCLEI: [&str; 12] = ["e", "a", "i", "o", "u", "ei", "ie", "au", "ä", "ö", "ü", "é"];
const CODAS: [&str; 12] = ["", "", "n", "r", "l", "s", "t", "nd", "rt", "m", "ng", "ck"];

/// A list of words, the likeliest first.
pub(super) struct Words {
    list: Vec<Box<[u8]>>,
    zipf: Vec<u16>,
    followers: Vec<[u16; 4]>,
}

/// All the lists the tables draw from.
pub(super) struct Lexicon {
    /// Common words.
    pub(super) text: Words,
    /// First names, capitalised.
    pub(super) given: Words,
    /// Family names, capitalised.
    pub(super) family: Words,
    /// Towns, capitalised.
    pub(super) places: Words,
    /// The browsers that come to the shop.
    pub(super) agents: Words,
}

impl Lexicon {
    /// The language of the shop with this seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Rng::keyed(seed, 0x1e81, 0, 0);
        let mut made = |count: usize, name: bool| {
            let list = (0..count).map(|rank| word(&mut rng, rank, name)).collect();
            Words::new(list, &mut rng)
        };
        let (text, given, family, places) =
            (made(6000, false), made(400, true), made(2500, true), made(900, true));
        let agents = Words::new((0..60).map(|_| agent(&mut rng)).collect(), &mut rng);
        Self { text, given, family, places, agents }
    }
}

impl Words {
    fn new(list: Vec<Box<[u8]>>, rng: &mut Rng) -> Self {
        let weight = |rank: usize| ZIPF_SLOTS / (rank + 3);
        let total: usize = (0..list.len()).map(weight).sum();
        let mut zipf: Vec<u16> = Vec::with_capacity(ZIPF_SLOTS * 2);
        for rank in 0..list.len() {
            let slots = (weight(rank) * ZIPF_SLOTS / total.max(1)).max(1);
            zipf.extend(std::iter::repeat_n(rank as u16, slots));
        }
        let mut words = Self { list, zipf, followers: Vec::new() };
        words.followers = words.list.iter().map(|_| std::array::from_fn(|_| words.any(rng))).collect();
        words
    }

    /// The number of a word: the lower the likelier.
    pub(super) fn any(&self, rng: &mut Rng) -> u16 {
        self.zipf.get(rng.below(self.zipf.len() as u64) as usize).copied().unwrap_or(0)
    }

    /// The number of a word that may follow the word `last`.
    pub(super) fn after(&self, last: u16, rng: &mut Rng) -> u16 {
        let bits = rng.draw();
        if bits & 7 < 3 {
            return self.zipf.get(((bits >> 32) as usize * self.zipf.len()) >> 32).copied().unwrap_or(0);
        }
        let [a, b, c, d] = self.followers.get(usize::from(last)).copied().unwrap_or_default();
        match bits >> 3 & 7 {
            0..=3 => a,
            4..=5 => b,
            6 => c,
            _ => d,
        }
    }

    /// The word with this number.
    pub(super) fn word(&self, number: u16) -> &[u8] {
        self.list.get(usize::from(number)).map_or(b"", |word| word)
    }

    /// Appends a word that is as likely as it should be.
    pub(super) fn push_any(&self, rng: &mut Rng, out: &mut Vec<u8>) {
        let number = self.any(rng);
        out.extend_from_slice(self.word(number));
    }

    /// Appends a word with a capital letter.
    pub(super) fn push_title(&self, rng: &mut Rng, out: &mut Vec<u8>) {
        let start = out.len();
        self.push_any(rng, out);
        capitalise(out, start);
    }

    /// Appends a sentence of `count` words and its full stop.
    pub(super) fn push_sentence(&self, rng: &mut Rng, count: u64, out: &mut Vec<u8>) {
        let start = out.len();
        let mut last = self.any(rng);
        out.extend_from_slice(self.word(last));
        for _ in 1..count {
            last = self.after(last, rng);
            out.extend_from_slice(if last % 16 == 9 { b", " } else { b" " });
            out.extend_from_slice(self.word(last));
        }
        capitalise(out, start);
        out.push(b'.');
    }
}

fn capitalise(out: &mut [u8], at: usize) {
    if let Some(first) = out.get_mut(at) {
        first.make_ascii_uppercase();
    }
}

fn word(rng: &mut Rng, rank: usize, name: bool) -> Box<[u8]> {
    let mut out = Vec::new();
    let syllables = match rank {
        _ if name => 2 + rng.below(2),
        0..60 => 1,
        60..900 => 1 + rng.below(2),
        _ => 2 + rng.below(3),
    };
    for _ in 0..syllables {
        for parts in [ONSETS.as_slice(), &NUCLEI, &CODAS] {
            let at = rng.below_skewed(parts.len() as u64) as usize;
            out.extend_from_slice(parts.get(at).copied().unwrap_or("").as_bytes());
        }
    }
    if name {
        capitalise(&mut out, 0);
    }
    if rank % 211 == 210 {
        out.extend_from_slice(b"\\'s");
    }
    out.into()
}

fn agent(rng: &mut Rng) -> Box<[u8]> {
    let system = rng.one_of(
        &[
            "Windows NT 10.0; Win64; x64",
            "X11; Linux x86_64",
            "Macintosh; Intel Mac OS X 10_15_7",
            "Linux; Android 14",
        ],
        "compatible",
    );
    let (major, minor, build) = (118 + rng.below(20), rng.below(6400), rng.below(200));
    let text = if rng.chance(300) {
        format!("Mozilla/5.0 ({system}; rv:{major}.0) Gecko/20100101 Firefox/{major}.0")
    } else {
        format!(
            "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/{major}.0.{minor}.{build} Safari/537.36"
        )
    };
    text.into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_are_by_far_the_most_frequent_and_the_last_do_occur() {
        let lexicon = Lexicon::new(7);
        let mut rng = Rng::keyed(7, 0, 0, 0);
        let drawn: Vec<u16> = (0..100_000).map(|_| lexicon.text.any(&mut rng)).collect();
        let first = drawn.iter().filter(|number| **number < 10).count();
        let last = drawn.iter().filter(|number| **number >= 3000).count();
        assert!((10_000..40_000).contains(&first), "{first}");
        assert!(last > 500, "{last}");
    }

    #[test]
    fn a_sentence_begins_with_a_capital_letter_and_ends_with_a_full_stop() {
        let lexicon = Lexicon::new(7);
        let mut out = Vec::new();
        lexicon.given.push_sentence(&mut Rng::keyed(7, 0, 0, 0), 5, &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with(|first: char| !first.is_ascii_lowercase()), "{text}");
        assert!(text.ends_with('.'), "{text}");
        assert_eq!(text.split(' ').count(), 5, "{text}");
    }
}

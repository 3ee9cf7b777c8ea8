//! Who may have written a member: guessed from its blocks, tried on its beginning.

use super::member::Member;
use super::{Body, Producer};
use crate::compressed::deflate::{DeflateParameters, Flavour, Matching};
use crate::compressed::inflate::{BitReader, BlockKind, BlockNote, Halt, Inflater};
use crate::compressed::rfc1951::WINDOW_BYTES;

/// Plaintext that is written again at a time while a producer is tried.
const TRY_BYTES: usize = 64 * 1024;
/// Block of pigz when nobody asks for another.
const PIGZ_BLOCK_BYTES: u64 = 128 * 1024;

/// The beginning of a member, or all of it.
#[derive(Debug, Clone, Copy)]
pub struct Probe<'a> {
    /// Its header.
    pub header: &'a [u8],
    /// Its bytes from the header on, as far as they are there.
    pub compressed: &'a [u8],
    /// The plaintext of these bytes.
    pub plain: &'a [u8],
    /// Whether that is the whole member and nothing else.
    pub is_whole: bool,
}

/// Finds producers.
#[derive(Debug, Default)]
pub struct Finder {
    /// Who wrote the member before: most likely this one too.
    pub last: Option<Producer>,
}

impl Finder {
    /// The producer whose output begins as the member does; if several do, the one that is met most often.
    pub fn find(&mut self, probe: Probe<'_>) -> Option<Producer> {
        if self.last.is_some_and(|last| is_reproduced(probe, last)) {
            return self.last;
        }
        let notes = notes(probe);
        let found = candidates(probe, &notes).into_iter().find(|producer| is_reproduced(probe, *producer))?;
        self.last = Some(found);
        Some(found)
    }
}

/// Whether the producer writes what is there.
fn is_reproduced(probe: Probe<'_>, producer: Producer) -> bool {
    let mut made = Vec::new();
    let mut compared = 0;
    let mut is_same = |made: &mut Vec<u8>| {
        let wanted = probe.compressed.get(compared..).unwrap_or_default();
        let bytes = made.len().min(wanted.len());
        let is_same = made.get(..bytes) == wanted.get(..bytes) && (!probe.is_whole || bytes == made.len());
        compared += made.len();
        made.clear();
        is_same
    };
    let mut member = Member::start(probe.header, Body::new(producer), &mut made);
    for plain in probe.plain.chunks(TRY_BYTES) {
        member.push(plain, &mut made);
        if !is_same(&mut made) {
            return false;
        }
    }
    if !probe.is_whole {
        return true;
    }
    member.finish(&mut made);
    is_same(&mut made) && compared == probe.compressed.len()
}

/// The blocks of the member as far as they are there.
fn notes(probe: Probe<'_>) -> Vec<BlockNote> {
    let mut input = probe.compressed.get(probe.header.len()..).unwrap_or_default();
    let mut inflater = Inflater::new();
    let mut bits = BitReader::default();
    let mut plain = Vec::new();
    while let Ok(Halt::Room) = inflater.read(&mut bits, &mut input, TRY_BYTES, &mut plain) {
        plain.clear();
    }
    inflater.notes
}

/// Who may have written blocks like these, the likeliest first.
fn candidates(probe: Probe<'_>, notes: &[BlockNote]) -> Vec<Producer> {
    let extra_flags = probe.header.get(8).copied().unwrap_or_default();
    let levels = levels(extra_flags);
    let mut found = Vec::new();
    let flavours = flavours(notes);
    let markers = notes.iter().zip(notes.iter().skip(1)).filter_map(|(before, note)| marker(before, note));
    match markers.reduce(greatest_common_divisor) {
        Some(end) if probe.is_whole && end == probe.plain.len() as u64 => {
            for flavour in &flavours {
                let with = |level: &u8| DeflateParameters {
                    flavour: *flavour,
                    level: *level,
                    strategy: Matching::Default,
                };
                found.extend(
                    levels
                        .iter()
                        .map(with)
                        .map(|parameters| Producer::Stream { parameters, ends_flushed: true }),
                );
            }
            found.retain(Producer::is_possible);
        }
        Some(end) => {
            found.extend(pigz(end, &levels));
            found.extend(levels.iter().map(|level| Producer::stream(DeflateParameters::gnu(*level, true))));
        }
        None => {
            // Blocks of pigz that happen to end at whole bytes, as those of noise do, have no marker.
            let ends =
                notes.iter().filter(|note| !note.is_last && note.plain_end > 0).map(|note| note.plain_end);
            let round = ends.filter(|end| end.is_multiple_of(WINDOW_BYTES as u64));
            let hint = round.reduce(greatest_common_divisor);
            found.extend(hint.into_iter().flat_map(|end| pigz(end, &levels)));
            found.extend(streams(&flavours, &levels));
            found.extend(pigz(PIGZ_BLOCK_BYTES, &levels));
        }
    }
    found
}

/// Where the plaintext stands at which `note` is an empty block, not the last, that marks the place.
fn marker(before: &BlockNote, note: &BlockNote) -> Option<u64> {
    let is_empty = note.symbols == 0 && note.kind != BlockKind::Own && note.plain_end == before.plain_end;
    (is_empty && !note.is_last).then_some(note.plain_end)
}

/// Streams without a marker.
fn streams(flavours: &[Flavour], levels: &[u8]) -> Vec<Producer> {
    let mut found = Vec::new();
    for flavour in flavours {
        let with =
            |level: &u8| DeflateParameters { flavour: *flavour, level: *level, strategy: Matching::Default };
        found.extend(levels.iter().map(with).map(Producer::stream));
    }
    // A short file of pigz has no marker, and is one of zlib; one of rsyncable gzip may have none.
    found.extend(levels.iter().map(|level| Producer::stream(DeflateParameters::gnu(*level, true))));
    for flavour in flavours.iter().filter(|flavour| matches!(flavour, Flavour::Zlib { .. })) {
        let with =
            |level, strategy| Producer::stream(DeflateParameters { flavour: *flavour, level, strategy });
        found.extend(
            [Matching::Fixed, Matching::HuffmanOnly, Matching::Rle].map(|strategy| with(6, strategy)),
        );
        found
            .extend(levels.iter().filter(|level| **level >= 4).map(|level| with(*level, Matching::Filtered)));
        found.extend(levels.iter().filter(|level| **level != 6).map(|level| with(*level, Matching::Fixed)));
    }
    found
}

/// What the lengths up to all markers are multiples of is the length of a block, even if blocks that end at whole bytes have no marker.
const fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// pigz with markers at multiples of `marker`. Blocks may be half as long or less, if those between happened to end at whole bytes.
fn pigz(marker: u64, levels: &[u8]) -> Vec<Producer> {
    let is_usual = marker != PIGZ_BLOCK_BYTES && marker.is_multiple_of(PIGZ_BLOCK_BYTES);
    let halves = std::iter::successors(Some(marker), |size| size.is_multiple_of(2).then_some(size / 2));
    let sizes = is_usual.then_some(PIGZ_BLOCK_BYTES).into_iter().chain(halves.take_while(|size| *size > 0));
    let sizes = sizes.filter_map(|size| u32::try_from(size).ok());
    sizes.flat_map(|block_bytes| pigz_in_blocks(block_bytes, levels)).collect()
}

fn pigz_in_blocks(block_bytes: u32, levels: &[u8]) -> Vec<Producer> {
    let strategies = [Matching::Default, Matching::HuffmanOnly, Matching::Rle];
    // Threads make no difference but at the lowest levels.
    let kinds = [(false, false), (true, false), (false, true), (true, true)];
    let all = strategies.iter().flat_map(|strategy| {
        kinds.iter().flat_map(move |(is_independent, is_one_thread)| {
            levels.iter().map(move |level| {
                let parameters = DeflateParameters { strategy: *strategy, ..DeflateParameters::zlib(*level) };
                let (is_independent, is_one_thread) = (*is_independent, *is_one_thread);
                Producer::Pigz { parameters, block_bytes, is_independent, is_one_thread }
            })
        })
    });
    all.filter(Producer::is_possible).collect()
}

/// The levels, the likeliest first by what the header says of it: all these programs mark levels 9 and 1, and 8 often begins as 9 does.
const fn levels(extra_flags: u8) -> [u8; 9] {
    match extra_flags {
        2 => [9, 8, 6, 7, 5, 4, 3, 2, 1],
        4 => [1, 6, 2, 3, 5, 4, 9, 7, 8],
        _ => [6, 5, 7, 4, 8, 3, 2, 9, 1],
    }
}

/// Whose blocks have these lengths.
fn flavours(notes: &[BlockNote]) -> Vec<Flavour> {
    // The last block, and one before a marker, is as long as it happens to be.
    let pairs = notes.iter().zip(notes.iter().skip(1)).filter(|(note, next)| marker(note, next).is_none());
    let full = pairs.map(|(note, _)| note).filter(|note| note.kind != BlockKind::Stored && note.symbols > 0);
    let full: Vec<u64> = full.map(|note| note.symbols).collect();
    let zlib = |memory: u8| Flavour::Zlib { memory };
    let fits = |flavour: &Flavour| match flavour {
        Flavour::Zlib { memory } => full.iter().all(|symbols| *symbols == (1 << (memory + 6)) - 1),
        Flavour::Gnu { .. } => full.iter().all(|symbols| *symbols == 32_767 || symbols.is_multiple_of(4_096)),
    };
    let mut all = vec![Flavour::Gnu { rsyncable: false }, zlib(8), zlib(9)];
    // Smaller tables are rare: they are tried only where blocks say so.
    if !full.is_empty() {
        all.extend((1..=7).rev().map(zlib));
    }
    all.retain(fits);
    all
}

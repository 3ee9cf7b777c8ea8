//! Compressed files that are stored as their plaintext: written again as they were, or handed out as what is in them.

use crate::base::TreePath;
use crate::base::limits::{REPLAY_PIECE_BYTES, REPLAY_RECIPE_BYTES_MAX, REPLAY_SLICE_BYTES};
use crate::compressed::{ReplayRecipe, Replayer};
use crate::format::{Entry, Replay, Root};
use crate::repo::{ChunkReader, RepoError, StreamReader, Subject, TreeReader};

/// Names of compressed files, and how those of their plaintexts end. Of two files that would get one name, the first here does.
const SUFFIXES: [(&[u8], &[u8]); 6] = [
    (b".gz", b""),
    (b".tgz", b".tar"),
    (b".zst", b""),
    (b".tzst", b".tar"),
    (b".xz", b""),
    (b".txz", b".tar"),
];

/// Plaintext in, the compressed file out.
#[derive(Debug)]
pub struct Rewriting {
    replayer: Replayer,
    out: Vec<u8>,
    path: String,
    /// Bytes that are still to come.
    left: u64,
}

impl Rewriting {
    /// At the start of the file of `entry`; `None` if that is stored as it is, or only as its plaintext.
    ///
    /// # Errors
    /// Those of [`recipe`].
    pub fn open(reader: &ChunkReader, entry: &Entry) -> Result<Option<Self>, RepoError> {
        let Some(recipe) = recipe(reader, entry)? else { return Ok(None) };
        let path = entry.path.to_string();
        let replayer = Replayer::new(&recipe).map_err(|error| damaged(&path, &error))?;
        Ok(Some(Self { replayer, out: Vec::new(), path, left: entry.size }))
    }

    /// Adds plaintext; hands what became of it to `give` piece by piece, however much that is.
    ///
    /// # Errors
    /// [`RepoError::Damaged`] if that is more than the file has; those of `give`.
    pub fn push_to<E: From<RepoError>>(
        &mut self,
        plain: &[u8],
        give: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.out.clear();
        for slice in plain.chunks(REPLAY_SLICE_BYTES) {
            self.slice(slice)?;
            if self.out.len() >= REPLAY_PIECE_BYTES {
                give(&self.out)?;
                self.out.clear();
            }
        }
        give(&self.out)
    }

    /// The end of the file.
    ///
    /// # Errors
    /// [`RepoError::Damaged`] if the plaintext is not all there, or the file has another size than its entry says.
    pub fn finish(mut self) -> Result<Vec<u8>, RepoError> {
        self.out.clear();
        let replayer = self.replayer;
        replayer.finish(&mut self.out).map_err(|error| damaged(&self.path, &error))?;
        match self.out.len() as u64 == self.left {
            true => Ok(self.out),
            false => Err(damaged(&self.path, &"it does not give the size of the file")),
        }
    }

    /// Adds so little plaintext that a hostile recipe makes little of it before the file has more bytes than it may.
    fn slice(&mut self, plain: &[u8]) -> Result<(), RepoError> {
        let before = self.out.len();
        self.replayer.push(plain, &mut self.out).map_err(|error| damaged(&self.path, &error))?;
        let left = self.left.checked_sub((self.out.len() - before) as u64);
        self.left = left.ok_or_else(|| damaged(&self.path, &"it gives more than the size of the file"))?;
        Ok(())
    }
}

fn damaged(path: &str, reason: &dyn std::fmt::Display) -> RepoError {
    RepoError::damaged(Subject::Object(format!("replay recipe of {path}")), reason)
}

/// The replay recipe of a file, if it has one.
///
/// # Errors
/// [`RepoError::Damaged`] for one that is none, or is for another plaintext or a file of another size; those of reading its chunks.
pub fn recipe(reader: &ChunkReader, entry: &Entry) -> Result<Option<ReplayRecipe>, RepoError> {
    let Some(compressed) = &entry.compressed else { return Ok(None) };
    let path = entry.path.to_string();
    let bytes = match &compressed.replay {
        None => return Ok(None),
        Some(Replay::Inline(bytes)) => bytes.clone(),
        Some(Replay::Stored(records)) => {
            let mut bytes = Vec::new();
            for record in records {
                let chunk = reader.chunk(&record.id)?;
                if chunk.len() != record.bytes as usize || bytes.len() > REPLAY_RECIPE_BYTES_MAX {
                    return Err(damaged(&path, &"a chunk of another length than its record"));
                }
                bytes.extend_from_slice(&chunk);
            }
            bytes
        }
    };
    let recipe = ReplayRecipe::decode(&bytes).map_err(|error| damaged(&path, &error))?;
    if recipe.plain_bytes() != Some(compressed.plain_bytes) {
        return Err(damaged(&path, &"it is for another plaintext"));
    }
    if recipe.bytes_min().is_none_or(|bytes| bytes > entry.size) {
        return Err(damaged(&path, &"it is for a file of another size"));
    }
    Ok(Some(recipe))
}

/// Writes a file again and hands it to `give`, piece by piece.
///
/// # Errors
/// Those of reading it and of `give`.
pub fn each_piece<E: From<RepoError>>(
    reader: &ChunkReader,
    entry: &Entry,
    give: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let Some(mut rewriting) = Rewriting::open(reader, entry)? else { return Ok(()) };
    let mut plain = StreamReader::new(reader, &entry.content.clone().unwrap_or_default());
    loop {
        let bytes = plain.next_bytes()?;
        if bytes.is_empty() {
            return give(&rewriting.finish()?);
        }
        rewriting.push_to(bytes, give)?;
    }
}

/// The entry of what is in a compressed file; its path stays.
pub fn plaintext_entry(entry: Entry) -> Entry {
    Entry { size: entry.content_bytes(), compressed: None, ..entry }
}

/// The path without the suffix of a compressed file; `None` if it has none.
pub fn without_suffix(path: &[u8]) -> Option<Vec<u8>> {
    SUFFIXES.iter().find_map(|(suffix, instead)| {
        let rest = path.strip_suffix(*suffix).filter(|rest| rest.last().is_some_and(|byte| *byte != b'/'))?;
        Some([rest, instead].concat())
    })
}

/// Whether the plaintext of the file at `path` cannot have its name without the suffix, since the tree has something there, or
/// another compressed file whose plaintext comes first.
///
/// # Errors
/// Those of reading the tree.
pub fn is_taken(reader: &ChunkReader, root: Root, path: &TreePath) -> Result<bool, RepoError> {
    let Some(plain) = without_suffix(path.as_bytes()) else { return Ok(false) };
    let there = |path: Vec<u8>| -> Result<bool, RepoError> {
        let Ok(path) = TreePath::new(path) else { return Ok(true) };
        match TreeReader::find(reader, root, &path) {
            // Nobody knows what stands there.
            Err(error) if error.is_damage() => Ok(true),
            other => Ok(other?.is_some()),
        }
    };
    for (suffix, instead) in SUFFIXES {
        let Some(stem) = plain.strip_suffix(instead).filter(|stem| !stem.is_empty()) else { continue };
        let other = [stem, suffix].concat();
        if other == path.as_bytes() {
            break;
        }
        if there(other)? {
            return Ok(true);
        }
    }
    there(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compressed::{DeflateParameters, MemberRun, Producer};
    use crate::format::{Compressed, CompressedFormat, EntryKind};
    use crate::repo::forest::{Forest, entry, path};

    /// A file of `size` bytes in as many members of one byte each as `count` says, all with the longest header that there may be.
    fn hostile(count: u64, size: u64) -> Entry {
        let mut header = b"\x1f\x8b\x08\x08\0\0\0\0\0\x03".to_vec();
        header.resize(4_095, b'x');
        header.push(0);
        let recipe = ReplayRecipe {
            producers: vec![Producer::stream(DeflateParameters::zlib(1))],
            headers: vec![header],
            members: vec![MemberRun { count, plain_bytes: 1, producer: 0, header: 0 }],
            ..ReplayRecipe::default()
        };
        let replay = Some(Replay::Inline(recipe.encode().unwrap()));
        let compressed = Compressed { format: CompressedFormat::Gzip, plain_bytes: count, replay };
        Entry { size, compressed: Some(Box::new(compressed)), ..entry("a.gz", EntryKind::File) }
    }

    #[test]
    fn a_recipe_whose_headers_alone_are_more_than_the_file_is_refused() {
        let forest = Forest::new();
        let open = |count, size| Rewriting::open(&forest.reader(), &hostile(count, size));
        let error = open(1_000, 1_000 * 4_106 - 1).unwrap_err();
        assert!(error.to_string().contains("another size"), "{error}");
        assert!(open(1_000, 1_000 * 4_106).unwrap().is_some());
        // More than any number is.
        assert!(open(u64::MAX, u64::MAX).unwrap_err().to_string().contains("another size"));
    }

    #[test]
    fn a_recipe_that_makes_much_of_little_does_it_in_pieces_and_no_further_than_the_file_goes() {
        let forest = Forest::new();
        let count = 20_000;
        // One byte of plaintext takes at least one byte more than the two that are counted.
        let open = |size| Rewriting::open(&forest.reader(), &hostile(count, size)).unwrap().unwrap();
        let plain = vec![b'x'; usize::try_from(count).unwrap()];
        let written = |mut rewriting: Rewriting| {
            let mut bytes = 0;
            let done = rewriting.push_to(&plain, &mut |piece: &[u8]| {
                bytes += piece.len();
                Ok::<_, RepoError>(())
            });
            (bytes, done)
        };
        let (_, short) = written(open(count * 4_106));
        assert!(short.unwrap_err().to_string().contains("more than the size"));
        let (bytes, short) = written(Rewriting { left: 10_000_000, ..open(count * 4_106) });
        assert!(short.is_err() && bytes < 10_000_000 + REPLAY_SLICE_BYTES * 4_200, "{bytes}");
        let (mut whole, mut sum, mut most) = (open(count * 4_107), 0, 0);
        whole
            .push_to(&plain, &mut |piece: &[u8]| {
                (sum, most) = (sum + piece.len(), most.max(piece.len()));
                Ok::<_, RepoError>(())
            })
            .unwrap();
        assert!(whole.finish().unwrap().is_empty());
        assert_eq!(sum as u64, count * 4_107);
        assert!(most < REPLAY_PIECE_BYTES + REPLAY_SLICE_BYTES * 4_200, "{most}");
    }

    #[test]
    fn a_plaintext_is_called_as_its_file_without_the_suffix() {
        let names = [
            ("a/x.sql.gz", Some("a/x.sql")),
            ("x.tgz", Some("x.tar")),
            ("x.tar.zst", Some("x.tar")),
            ("x.txz", Some("x.tar")),
            ("a/.gz", None),
            (".gz", None),
            ("x.sql", None),
        ];
        for (name, plain) in names {
            let plain = plain.map(|plain| plain.as_bytes().to_vec());
            assert_eq!(without_suffix(name.as_bytes()), plain, "{name}");
        }
    }

    #[test]
    fn a_name_that_is_there_already_is_not_given_to_a_plaintext() {
        let forest = Forest::new();
        let names = ["a.sql", "a.sql.gz", "b.sql.gz", "b.sql.zst", "c.tar.xz", "c.tzst", "d.gz"];
        let (root, nodes) = forest.grow(&names.map(|name| entry(name, EntryKind::File)));
        forest.plant(nodes.values());
        let taken: Vec<&str> = names
            .into_iter()
            .filter(|name| is_taken(&forest.reader(), root, &path(*name)).unwrap())
            .collect();
        assert_eq!(taken, ["a.sql.gz", "b.sql.zst", "c.tar.xz"]);
    }
}

//! The consumer: takes steps in order, stores new chunks, and builds recipes and the tree.

use crossbeam_channel::{Receiver, bounded};

use super::advance::{Advance, Totals};
use super::costs::{Ledger, News};
use super::count;
use super::dump::Marks;
use super::gathered::Gathered;
use super::lineage::Lineage;
use super::maps::Maps;
use super::merge::LastNight;
use super::produce::Producer;
use super::step::{Change, Group, Hashed, Piece, Promise, Step, Tally};
use super::unpack::{CompressedTally, store_recipe};
use crate::base::{ChunkId, Observer, TreePath, Warning};
use crate::format::{Entry, EntryKind, RecipeBuilder, Record, Root, Statistics, TreeBuilder};
use crate::repo::{ChunkReader, RepoError, Writer};

/// A hole of EiB is many records: after so many bytes of it somebody may want the run to end.
const HOLE_BYTES_AT_ONCE: u64 = 1 << 44;

type Boundary<'r> = Box<dyn Fn(u8, &[u8]) -> u32 + 'r>;

/// Takes steps and stores what is new.
pub struct Consumer<'r, 'o> {
    writer: Writer<'r>,
    tree: TreeBuilder<Boundary<'r>>,
    recipe: RecipeBuilder,
    recipe_bytes: u64,
    advance: Advance,
    compressed: CompressedTally,
    maps: Maps,
    lineage: Lineage<'r>,
    ledger: Ledger,
    current: Option<TreePath>,
    statistics: Statistics,
    tally: Option<Tally>,
    not_whole: Vec<(TreePath, String)>,
    observer: &'o dyn Observer,
}

/// Runs producer and consumer side by side to the end.
pub fn run(
    mut consumer: Consumer<'_, '_>,
    producer: Producer<'_>,
    reader: &ChunkReader,
    last: Option<Root>,
) -> Result<Gathered, RepoError> {
    let observer = consumer.observer;
    let (steps, to_do) = bounded(rayon::current_num_threads() * 2 + 4);
    std::thread::scope(|scope| {
        let (last, looking_back) = match last {
            Some(root) => {
                let (last, thread) = LastNight::read(scope, reader, root, observer)?;
                (last, Some(thread))
            }
            None => (LastNight::default(), None),
        };
        let walking = std::thread::Builder::new()
            .name("strongroom-source".into())
            .spawn_scoped(scope, move || producer.run(last, &steps));
        let walking =
            walking.map_err(|error| RepoError::Encode(format!("no thread can be started: {error}")))?;
        let taken = consumer.take_all(to_do);
        let joined = [Some(walking), looking_back].into_iter().flatten().map(|thread| thread.join());
        let joined: Vec<_> = joined.collect();
        taken?;
        let is_broken = joined.iter().any(Result::is_err);
        if is_broken { Err(RepoError::Encode("a thread of the source broke".into())) } else { Ok(()) }
    })?;
    consumer.finish()
}

impl<'r, 'o> Consumer<'r, 'o> {
    pub fn new(
        writer: Writer<'r>,
        maps: Maps,
        lineage: Lineage<'r>,
        totals: Totals,
        observer: &'o dyn Observer,
    ) -> Self {
        let keys = writer.repository().keys();
        let boundary: Boundary<'r> = Box::new(move |level, path| keys.tree_boundary(level, path));
        Self {
            writer,
            tree: TreeBuilder::new(boundary),
            recipe: RecipeBuilder::new(),
            recipe_bytes: 0,
            advance: Advance::new(totals),
            compressed: CompressedTally::default(),
            maps,
            lineage,
            ledger: Ledger::default(),
            current: None,
            statistics: Statistics::default(),
            tally: None,
            not_whole: vec![],
            observer,
        }
    }

    fn take_all(&mut self, steps: Receiver<Step>) -> Result<(), RepoError> {
        for step in steps {
            if self.observer.is_cancelled() {
                return Err(RepoError::Cancelled);
            }
            match step {
                Step::Group(group) => self.group(wait(&group)?)?,
                Step::Start { path, is_unpacked, last } => {
                    self.restart();
                    self.lineage.start(last.as_ref());
                    self.ledger.start(last.is_some());
                    self.advance.start(is_unpacked);
                    self.current = Some(path);
                }
                Step::Taken(bytes) => self.advance.taken(bytes),
                Step::Fate(path, fate) => self.compressed.note(&path, fate),
                Step::Bytes(bytes) => self.bytes(&wait::<Hashed>(&bytes)?)?,
                Step::Hole(bytes) => self.hole(bytes)?,
                Step::End(entry, change) => self.end(*entry, change)?,
                Step::Abandon => self.restart(),
                Step::Map(bytes) => self.maps.push(&bytes, &mut self.writer)?,
                Step::MapEnd(tally, marks) => self.maps.end(tally, marks),
                Step::NotWhole(path, reason) => {
                    self.observer.warning(Warning { subject: path.to_string(), message: reason.clone() });
                    self.not_whole.push((path, reason));
                }
                Step::Tally(tally) => self.tally = Some(tally),
                Step::Tick => {}
            }
            self.advance.tell(self.observer, self.current.as_ref());
        }
        Ok(())
    }

    /// Forgets what was taken of the file at hand.
    fn restart(&mut self) {
        self.recipe = RecipeBuilder::new();
        self.maps.restart();
        self.advance.start(false);
        self.recipe_bytes = 0;
    }

    fn finish(self) -> Result<Gathered, RepoError> {
        // Without a tally the producer ended early: only cancelling does that.
        let tally = self.tally.ok_or(RepoError::Cancelled)?;
        let mut writer = self.writer;
        let root = self.tree.finish(&mut |node: Vec<u8>| writer.put_metadata(&node))?;
        let (written, charges) = writer.finish()?;
        let mut table_maps = self.maps.finish();
        let spent = self.ledger.finish(&charges, &mut table_maps);
        let statistics = Statistics {
            bytes_added: written.bytes_added,
            bytes_stored: written.bytes_stored,
            chunks_new: written.chunks_new,
            content: Some(charges.content),
            ..self.statistics
        };
        let (not_whole, compressed) = (self.not_whole, self.compressed);
        Ok(Gathered { root, statistics, written, tally, not_whole, table_maps, compressed, spent })
    }

    fn group(&mut self, group: Group) -> Result<(), RepoError> {
        for done in group.entries {
            let done = match done {
                Ok(done) => done,
                Err(error) => {
                    self.observer.warning(Warning::from(&error));
                    continue;
                }
            };
            let Some(pieces) = done.pieces else {
                self.advance.taken(done.entry.size);
                self.advance.file_ended();
                // What is no file now has no dump in it, whatever it was last night.
                if done.entry.kind == EntryKind::File {
                    self.maps.take_over(done.entry.path.as_bytes());
                }
                self.add(&done.entry, done.change)?;
                continue;
            };
            self.recipe_bytes = 0;
            self.lineage.start(done.last.as_ref());
            self.ledger.start(done.last.is_some());
            self.advance.start(done.entry.compressed.is_some());
            if done.entry.compressed.is_some() {
                self.advance.taken(done.entry.size);
            }
            if let Some(fate) = done.fate {
                self.compressed.note(&done.entry.path, fate);
            }
            for piece in pieces {
                match piece {
                    Piece::Hole(bytes) => self.hole(bytes)?,
                    Piece::Chunk(id, range, marks) => {
                        let plain = group.bytes.get(range).unwrap_or_default();
                        self.chunk(id, plain, marks.as_ref())?;
                    }
                }
            }
            if let Some(map) = done.map {
                self.maps.push(&map.bytes, &mut self.writer)?;
                self.maps.end(map.tally, map.marks);
            }
            self.end(done.entry, done.change)?;
        }
        Ok(())
    }

    fn bytes(&mut self, hashed: &Hashed) -> Result<(), RepoError> {
        for (number, (id, range)) in hashed.chunks.iter().enumerate() {
            let plain = hashed.bytes.get(range.clone()).unwrap_or_default();
            self.chunk(*id, plain, hashed.marks.get(number))?;
        }
        Ok(())
    }

    fn chunk(&mut self, id: ChunkId, plain: &[u8], marks: Option<&Marks>) -> Result<(), RepoError> {
        let bytes = u32::try_from(plain.len()).map_err(|_| RepoError::Encode("a chunk over 4 GiB".into()))?;
        if self.writer.knows(&id)? {
            self.lineage.known(&id, plain.len() as u64);
            self.ledger.chunk(bytes, marks, &News::Nothing);
        } else {
            let alike = self.lineage.like(&id, plain);
            let shares = self.ledger.chunk(bytes, marks, &News::of(plain, alike.as_ref()));
            let likeness = alike.as_ref().filter(|alike| !alike.is_whole).map(|alike| &alike.likeness);
            self.writer.put_new(id, plain, likeness, shares)?;
        }
        self.recipe_bytes += plain.len() as u64;
        self.advance.content(plain.len() as u64);
        let writer = &mut self.writer;
        self.recipe.push(Record { id, bytes }, &mut |records: Vec<u8>| writer.put_metadata(&records))
    }

    fn hole(&mut self, bytes: u64) -> Result<(), RepoError> {
        self.lineage.hole(bytes);
        let mut left = bytes;
        while left > 0 {
            if self.observer.is_cancelled() {
                return Err(RepoError::Cancelled);
            }
            let part = left.min(HOLE_BYTES_AT_ONCE);
            self.recipe_bytes = self.recipe_bytes.saturating_add(part);
            self.advance.content(part);
            let writer = &mut self.writer;
            self.recipe.push_hole(part, &mut |records: Vec<u8>| writer.put_metadata(&records))?;
            left -= part;
        }
        Ok(())
    }

    fn end(&mut self, mut entry: Entry, change: Change) -> Result<(), RepoError> {
        let (writer, recipe) = (&mut self.writer, std::mem::take(&mut self.recipe));
        entry.content = Some(recipe.finish(&mut |records: Vec<u8>| writer.put_metadata(&records))?);
        if let Some(why) = self.maps.lacks() {
            self.observer.warning(Warning { subject: format!("/{}", entry.path), message: why.into() });
        }
        if let Some(marks) = self.maps.file_ended(entry.path.as_bytes(), writer)? {
            self.ledger.dump_ended(entry.path.as_bytes(), &marks);
        }
        let bytes = std::mem::take(&mut self.recipe_bytes);
        match &mut entry.compressed {
            None => entry.size = bytes,
            Some(compressed) => store_recipe(compressed, writer)?,
        }
        self.compressed.count(&entry);
        self.advance.file_ended();
        self.current = None;
        if entry.torn {
            let message = "changed while it was read, twice: its content may mix two states".into();
            self.observer.warning(Warning { subject: format!("/{}", entry.path), message });
        }
        self.add(&entry, change)
    }

    fn add(&mut self, entry: &Entry, change: Change) -> Result<(), RepoError> {
        count(&mut self.statistics, entry);
        if entry.kind == EntryKind::File {
            match change {
                Change::New => self.statistics.files_new += 1,
                Change::Changed => self.statistics.files_changed += 1,
                Change::Unmodified => self.statistics.files_unmodified += 1,
            }
        }
        self.advance.item();
        let writer = &mut self.writer;
        self.tree.push(entry, &mut |node: Vec<u8>| writer.put_metadata(&node))
    }
}

fn wait<T>(promise: &Promise<T>) -> Result<T, RepoError> {
    promise.recv().map_err(|_| RepoError::Encode("a job of the pool broke".into()))
}

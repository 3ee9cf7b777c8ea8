//! The threads behind a writer: compress (pool), give places in order, seal and verify (pool), fill packs in order, store.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::super::packs::pack_name;
use super::super::region::{self, CompressedRegion, PlainRegion};
use super::super::{RepoError, Repository};
use super::charge::Charges;
use super::open_pack::{CHUNK_LINE_BYTES, FinishedPack, OpenPack};
use crate::codec::Compression;
use crate::format::{IndexedPack, RegionKind};

/// So much room at the end of a pack is worth splitting a region for.
const ROOM_WORTH: usize = 32 * 1024;

type Outcome<T> = Result<T, RepoError>;
/// What a job of the pool will give.
type Promise<T> = Receiver<Outcome<T>>;
/// A pack that is durable, as its parity is; bytes of the latter; and who pays for its regions.
pub struct Durable {
    pub pack: IndexedPack,
    pub parity_bytes: u64,
    pub charges: Charges,
}

/// A pack on its way to the store, and its parity, which is made while the pack is written.
struct Outgoing {
    pack: FinishedPack,
    parity: Promise<Option<Vec<u8>>>,
}

/// The threads of one session.
pub struct Assembler {
    compression: Compression,
    to_places: Option<Sender<Promise<CompressedRegion>>>,
    stored: Receiver<Durable>,
    failure: Failure,
    threads: Vec<JoinHandle<()>>,
}

/// The first thing that went wrong in any thread.
#[derive(Clone, Default)]
struct Failure(Arc<Mutex<Option<RepoError>>>);

impl Failure {
    fn set(&self, error: RepoError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// The error, for the caller; later callers hear that the session has ended.
    fn take(&self) -> RepoError {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.unwrap_or_else(|| RepoError::Encode("the session has ended".into()))
    }

    fn check(&self) -> Outcome<()> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take().map_or(Ok(()), Err)
    }
}

impl Assembler {
    /// Starts the threads.
    pub fn start(repo: Arc<Repository>, compression: Compression) -> Outcome<Self> {
        let failure = Failure::default();
        let in_flight = rayon::current_num_threads() * 2 + 2;
        let (to_places, from_regions) = bounded(in_flight);
        let (to_store, from_packs) = bounded::<Outgoing>(0);
        let (to_caller, stored) = unbounded();
        let mut threads = vec![];
        for _ in 0..2 {
            let (from_packs, to_caller) = (from_packs.clone(), to_caller.clone());
            let (repo, failure) = (repo.clone(), failure.clone());
            threads.push(spawn("strongroom-store", move || {
                for outgoing in from_packs {
                    match store(&repo, outgoing) {
                        Ok(durable) => drop(to_caller.send(durable)),
                        Err(error) => return failure.set(error),
                    }
                }
            })?);
        }
        let of_places = failure.clone();
        threads.push(spawn("strongroom-packs", move || {
            let mut packs = Packs { repo, compression, content: None, metadata: None, in_flight, to_store };
            if let Err(error) = packs.run(&from_regions) {
                of_places.set(error);
            }
        })?);
        Ok(Self { compression, to_places: Some(to_places), stored, failure, threads })
    }

    /// Hands a region on; waits if too many are under way. Returns packs that are durable by now.
    pub fn offer(&mut self, region: PlainRegion) -> Outcome<Vec<Durable>> {
        let compression = self.compression;
        self.hand_on(|| compress_job(region, compression))
    }

    /// The same for a region that is encoded already.
    pub fn offer_encoded(&mut self, region: CompressedRegion) -> Outcome<Vec<Durable>> {
        self.hand_on(|| job(move || Ok(region)))
    }

    fn hand_on(&mut self, start: impl FnOnce() -> Promise<CompressedRegion>) -> Outcome<Vec<Durable>> {
        self.failure.check()?;
        let promise = start();
        let sent = self.to_places.as_ref().is_some_and(|places| places.send(promise).is_ok());
        if !sent {
            return Err(self.failure.take());
        }
        Ok(self.stored.try_iter().collect())
    }

    /// Waits until everything is durable; returns the packs that were not returned before.
    pub fn finish(mut self) -> Outcome<Vec<Durable>> {
        self.join();
        self.failure.check()?;
        Ok(self.stored.try_iter().collect())
    }

    fn join(&mut self) {
        self.to_places = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                self.failure.set(RepoError::Encode("a thread of the session broke".into()));
            }
        }
    }
}

/// Threads never outlive their session, also if it is given up half-way.
impl Drop for Assembler {
    fn drop(&mut self) {
        self.failure.set(RepoError::Cancelled);
        self.join();
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Outcome<JoinHandle<()>> {
    let thread = std::thread::Builder::new().name(name.into()).spawn(run);
    thread.map_err(|error| RepoError::Encode(format!("no thread can be started: {error}")))
}

/// Runs in the pool; what it gives is waited for elsewhere.
fn job<T: Send + 'static>(run: impl FnOnce() -> Outcome<T> + Send + 'static) -> Promise<T> {
    let (give, promise) = bounded(1);
    rayon::spawn_fifo(move || drop(give.send(run())));
    promise
}

fn compress_job(region: PlainRegion, compression: Compression) -> Promise<CompressedRegion> {
    job(move || Ok(region::compress(region, compression)?))
}

/// The pack is durable, and then its parity: a run that ends in between leaves a pack without, which a repair notices.
fn store(repo: &Repository, outgoing: Outgoing) -> Outcome<Durable> {
    let FinishedPack { bytes, indexed: pack, charges } = outgoing.pack;
    repo.backend().put(&pack_name(&pack.id)?, &bytes)?;
    let parity = wait(&outgoing.parity)?.unwrap_or_default();
    if !parity.is_empty() {
        repo.put_parity(pack.id, &parity)?;
    }
    Ok(Durable { pack, parity_bytes: parity.len() as u64, charges })
}

fn wait<T>(promise: &Promise<T>) -> Outcome<T> {
    promise.recv().unwrap_or_else(|_| Err(RepoError::Encode("a job broke".into())))
}

/// Fills packs: places are given in the order of the regions, and sealed regions are appended in the same order.
struct Packs {
    repo: Arc<Repository>,
    compression: Compression,
    content: Option<Filling>,
    metadata: Option<Filling>,
    in_flight: usize,
    to_store: Sender<Outgoing>,
}

/// A pack that is being filled and the regions on their way to it.
struct Filling {
    pack: OpenPack,
    sealing: VecDeque<Promise<Vec<u8>>>,
}

impl Packs {
    fn run(&mut self, regions: &Receiver<Promise<CompressedRegion>>) -> Outcome<()> {
        for promise in regions {
            self.place(wait(&promise)?)?;
        }
        self.close(RegionKind::Content, false)?;
        self.close(RegionKind::Metadata, false)
    }

    fn place(&mut self, region: CompressedRegion) -> Outcome<()> {
        let (kind, full) = (region.source.kind, self.full());
        let Some(filling) = self.slot(kind).as_ref().filter(|filling| !filling.pack.has_room(&region, full))
        else {
            return self.append(region);
        };
        // All full packs have one length. What a region in two parts does not fill would be padding.
        let room = filling.pack.room(full);
        let split =
            if room < ROOM_WORTH { Err(Box::new(region)) } else { region.split(room, CHUNK_LINE_BYTES) };
        let parts = match split {
            Ok((head, tail)) => [self.compress(head), self.compress(tail)],
            Err(whole) => {
                self.close(kind, true)?;
                return self.append(*whole);
            }
        };
        for part in parts {
            let part = wait(&part)?;
            if self.slot(kind).as_ref().is_some_and(|filling| !filling.pack.has_room(&part, full)) {
                self.close(kind, true)?;
            }
            self.append(part)?;
        }
        Ok(())
    }

    fn compress(&self, region: PlainRegion) -> Promise<CompressedRegion> {
        compress_job(region, self.compression)
    }

    fn append(&mut self, region: CompressedRegion) -> Outcome<()> {
        let (kind, in_flight) = (region.source.kind, self.in_flight);
        let repo = self.repo.clone();
        let slot = self.slot(kind);
        let filling = match slot {
            Some(filling) => filling,
            None => slot.insert(Filling { pack: OpenPack::new(&repo)?, sealing: VecDeque::new() }),
        };
        let position = filling.pack.reserve(&region)?;
        let seal = filling.pack.seal().clone();
        filling.sealing.push_back(job(move || region::seal_and_verify(region, repo.keys(), &seal, position)));
        while filling.sealing.len() > in_flight {
            filling.append_next()?;
        }
        Ok(())
    }

    /// Hands the pack of this kind on, after the regions on their way to it have arrived.
    fn close(&mut self, kind: RegionKind, is_full: bool) -> Outcome<()> {
        let full = self.full();
        let Some(mut filling) = self.slot(kind).take() else { return Ok(()) };
        while !filling.sealing.is_empty() {
            filling.append_next()?;
        }
        let pack = filling.pack.finish(is_full, full)?;
        let (repo, id, bytes) = (self.repo.clone(), pack.indexed.id, pack.bytes.clone());
        let parity = job(move || repo.make_parity(id, &bytes));
        let sent = self.to_store.send(Outgoing { pack, parity });
        sent.map_err(|_| RepoError::Encode("the session has ended".into()))
    }

    fn full(&self) -> usize {
        self.repo.parameters().pack_bytes as usize
    }

    const fn slot(&mut self, kind: RegionKind) -> &mut Option<Filling> {
        match kind {
            RegionKind::Content => &mut self.content,
            RegionKind::Metadata => &mut self.metadata,
        }
    }
}

impl Filling {
    fn append_next(&mut self) -> Outcome<()> {
        if let Some(promise) = self.sealing.pop_front() {
            self.pack.append(&wait(&promise)?);
        }
        Ok(())
    }
}

//! What a reader keeps for the next chunk: what was used last, up to so many bytes.

use std::sync::{Mutex, PoisonError};

use lru::LruCache;

/// Things by the region they are of, which is the index's number of its pack and its number there.
pub struct Kept<V> {
    things: Mutex<Things<V>>,
    bytes_max: usize,
    weigh: fn(&V) -> usize,
}

struct Things<V> {
    used: LruCache<(u32, u32), V>,
    bytes: usize,
}

impl<V: Clone> Kept<V> {
    /// Nothing yet, and never more than `bytes_max` bytes, as `weigh` tells them.
    pub fn new(bytes_max: usize, weigh: fn(&V) -> usize) -> Self {
        let things = Things { used: LruCache::unbounded(), bytes: 0 };
        Self { things: Mutex::new(things), bytes_max, weigh }
    }

    pub fn get(&self, region: (u32, u32)) -> Option<V> {
        lock(&self.things).used.get(&region).cloned()
    }

    /// Keeps `thing`, and gives it back.
    pub fn keep(&self, region: (u32, u32), thing: V) -> V {
        let mut kept = lock(&self.things);
        kept.bytes += (self.weigh)(&thing);
        if let Some((_, replaced)) = kept.used.push(region, thing.clone()) {
            kept.bytes -= (self.weigh)(&replaced);
        }
        while kept.bytes > self.bytes_max {
            let Some((_, oldest)) = kept.used.pop_lru() else { break };
            kept.bytes -= (self.weigh)(&oldest);
        }
        thing
    }
}

/// A panic of another thread leaves these caches whole: every change of them is one call.
pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

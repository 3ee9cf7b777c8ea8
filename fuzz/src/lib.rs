//! What the targets share: memory with a limit, so that a small input that takes much of it is a crash.

pub mod lexer_law;
pub mod node_law;

use std::alloc::System;

use cap::Cap;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Memory that reading `bytes` may take: the largest thing that a byte of the format becomes has 48 of them (an empty
/// attribute, three bytes, two vectors), a vector that grows is there twice, and messages of errors are short.
pub const fn memory_for(bytes: usize) -> usize {
    64 * bytes + (64 << 10)
}

/// What `decode` gives; the process ends there if it ever takes more than `bytes_max` of memory at a time.
pub fn bounded<T>(bytes_max: usize, decode: impl FnOnce() -> T) -> T {
    MEMORY.set_limit(MEMORY.allocated().saturating_add(bytes_max)).expect("more than what is there");
    let decoded = decode();
    MEMORY.set_limit(usize::MAX).expect("more than what is there");
    decoded
}

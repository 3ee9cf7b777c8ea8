//! Law: a recipe that was read can be written and comes back, and the file that it makes is read back as what it was made of.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::compressed::{Decoder, Format, ReplayRecipe, Replayer};
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|input: &[u8]| {
    let Ok(recipe) = bounded(memory_for(input.len()), || ReplayRecipe::decode(input)) else { return };
    assert_eq!(ReplayRecipe::decode(&recipe.encode().unwrap()).as_ref(), Ok(&recipe));
    let members: u64 = recipe.members.iter().map(|run| run.count).fold(0, u64::saturating_add);
    let Some(plain_bytes @ ..100_000) = recipe.plain_bytes() else { return };
    if members > 50 {
        return;
    }
    let plain: Vec<u8> = (0..plain_bytes as u32).map(|at| (at / 7 % 50) as u8).collect();
    let (mut replayer, mut file) = (Replayer::new(&recipe).unwrap(), Vec::new());
    replayer.push(&plain, &mut file).unwrap();
    replayer.finish(&mut file).unwrap();
    let (mut decoder, mut read, mut rest) = (Decoder::new(Format::Gzip), Vec::new(), file.as_slice());
    while !rest.is_empty() {
        // A header may say that fields follow which it does not have: then the body is taken for them.
        let Ok(taken) = decoder.push(rest, 1 << 20, &mut read) else { return };
        rest = &rest[taken..];
    }
    let ending = decoder.finish();
    assert!(ending.members != members || read == plain);
});

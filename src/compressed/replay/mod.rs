//! A compressed file as its plaintext and a recipe: found at backup, followed at restore.

mod draft;
mod finder;
mod member;
mod producer;
mod recipe;
mod replayer;
mod verifier;

pub use finder::{Finder, Probe};
use producer::Body;
pub use producer::Producer;
pub use recipe::{MemberRun, RecipeError, ReplayRecipe};
pub use replayer::{ReplayError, Replayer};
pub use verifier::{Difference, Verdict, Verifier};

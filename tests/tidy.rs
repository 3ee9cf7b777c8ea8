//! The guards of the house: what holds for every file of the repository, proven on every file.
//!
//! Each rule is a function from sources to findings, so that beside the proof on the real tree stand tests with a
//! made-up source that breaks it. What a rule lets pass stands in its table with the reason; a line of a table that
//! nothing needs any more is a finding itself.

#![expect(clippy::panic, reason = "a guard that finds something says what")]

mod tidy {
    mod attributes;
    mod committed;
    mod exceptions;
    mod files;
    mod floors;
    mod pages;
    mod source;
    mod tokens;
    mod words;

    use exceptions::{Exception, Finding, assert_none};
    use source::Source;
}

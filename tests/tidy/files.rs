//! Files are small: about 150 lines, rarely over 300, never over 500. (Functions are `clippy::too_many_lines`' matter.)

use super::{Exception, Finding, Source, assert_none};

const LINES_MAX: usize = 500;
const LINES_ARGUED: usize = 300;
const LONG: &str = "over 300 lines";

/// Files that may have more than 300 lines, and why they are one piece.
const EXCEPTIONS: &[Exception] = &[
    Exception {
        path: "tests/vectors/table_map_refusals.rs",
        what: LONG,
        reason: "what a reader must refuse of a table map, beside each other in the order of the page",
    },
    Exception {
        path: "src/format/pack.rs",
        what: LONG,
        reason: "one page of the specification; a third of it is tests",
    },
    Exception {
        path: "src/format/tree/item.rs",
        what: LONG,
        reason: "writing and reading of one item side by side, key by key",
    },
    Exception {
        path: "src/target/beneath.rs",
        what: LONG,
        reason: "two ways to resolve a path and what is open between them, guarded as one",
    },
];

fn long_files(sources: &[Source]) -> Vec<Finding> {
    sources
        .iter()
        .filter_map(|source| {
            let lines = source.text.lines().count();
            let what = match lines {
                0..=LINES_ARGUED => return None,
                LINES_MAX.. if lines > LINES_MAX => format!("{lines} lines, over {LINES_MAX}"),
                _ => LONG.to_owned(),
            };
            Some(Finding { path: source.path.clone(), line: 0, what })
        })
        .collect()
}

#[test]
fn no_file_is_over_500_lines_and_each_over_300_is_argued() {
    assert_none(&long_files(&Source::rust(&["src", "tests", "benches", "fuzz"])), EXCEPTIONS);
}

#[test]
fn a_file_over_the_limits_is_found() {
    let found = |lines: usize| {
        let found = long_files(&[Source::new("src/a.rs", &"\n".repeat(lines))]);
        found.first().map(|finding| finding.what.clone()).unwrap_or_default()
    };
    assert_eq!(found(300), "");
    assert_eq!(found(301), LONG);
    assert_eq!(found(500), LONG);
    assert_eq!(found(501), "501 lines, over 500");
}

//! What rules find, and what they let pass.

use std::fmt;

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, from the top of the repository.
    pub path: String,
    /// Counted from 1; 0 for the whole file.
    pub line: usize,
    /// What stands there: the key by which an exception names it.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Something that a rule lets pass.
#[derive(Debug, Clone, Copy)]
pub struct Exception {
    /// The file it stands in.
    pub path: &'static str,
    /// What the rule calls it.
    pub what: &'static str,
    /// Why it may stand there.
    pub reason: &'static str,
}

/// The findings without those in the table, and a line for each exception that nothing needs or that has no reason.
pub fn complaints(found: &[Finding], table: &[Exception]) -> Vec<String> {
    let is_meant = |finding: &Finding, exception: &Exception| {
        finding.path == exception.path && finding.what == exception.what
    };
    let not_excepted = found.iter().filter(|finding| !table.iter().any(|line| is_meant(finding, line)));
    let stale = table.iter().filter(|line| !found.iter().any(|finding| is_meant(finding, line)));
    let unargued = table.iter().filter(|line| line.reason.split_whitespace().count() < 3);
    not_excepted
        .map(ToString::to_string)
        .chain(
            stale.map(|line| {
                format!("{}: {}: an exception that is not needed any more", line.path, line.what)
            }),
        )
        .chain(unargued.map(|line| format!("{}: {}: an exception without a reason", line.path, line.what)))
        .collect()
}

/// Ends the test with every complaint on a line of its own.
pub fn assert_none(found: &[Finding], table: &[Exception]) {
    let complaints = complaints(found, table);
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Exception] = &[Exception { path: "a.rs", what: "x", reason: "it has to be" }];

    fn finding(path: &str, what: &str) -> Finding {
        Finding { path: path.into(), line: 7, what: what.into() }
    }

    #[test]
    fn what_is_in_the_table_passes_and_nothing_else() {
        let found = [finding("a.rs", "x"), finding("a.rs", "y"), finding("b.rs", "x")];
        assert_eq!(complaints(&found, TABLE), ["a.rs:7: y", "b.rs:7: x"]);
    }

    #[test]
    fn a_line_of_the_table_that_is_not_needed_is_a_complaint() {
        assert_eq!(complaints(&[], TABLE), ["a.rs: x: an exception that is not needed any more"]);
    }

    #[test]
    fn a_line_of_the_table_without_a_reason_is_a_complaint() {
        let table = [Exception { path: "a.rs", what: "x", reason: "" }];
        assert_eq!(complaints(&[finding("a.rs", "x")], &table), ["a.rs: x: an exception without a reason"]);
    }
}

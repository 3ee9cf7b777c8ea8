//! A lint is silenced where it must be, with a reason, and by `#[expect]`, which tells when it is not needed any more.

use super::tokens::{Token, stands_at, text_at};
use super::{Exception, Finding, Source, assert_none};

const EXCEPTIONS: &[Exception] = &[
    Exception {
        path: "src/backend/contract.rs",
        what: "#[allow]",
        reason: "in a macro: some who use it need the import, others do not",
    },
    Exception {
        path: "tests/servers/mod.rs",
        what: "#![allow] for a whole file",
        reason: "several tests take the module, each uses a part of it",
    },
];

fn silenced_lints(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        let tokens = source.tokens();
        for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.text == "#") {
            let is_inner = text_at(&tokens, at + 1) == "!";
            let name = at + 1 + usize::from(is_inner);
            let allows = stands_at(&tokens, name, &["[", "allow", "("]);
            let expects = stands_at(&tokens, name, &["[", "expect", "("]);
            let mut find = |what: &str| {
                found.push(Finding { path: source.path.clone(), line: token.line, what: what.to_owned() });
            };
            match (allows, is_inner) {
                (true, true) => find("#![allow] for a whole file"),
                (true, false) => find("#[allow]"),
                _ => {}
            }
            if (allows || expects) && !has_reason(&tokens, name + 2) {
                find("a lint silenced without a reason");
            }
        }
    }
    found
}

/// Whether the attribute whose parenthesis opens at `start` says why.
fn has_reason(tokens: &[Token<'_>], start: usize) -> bool {
    let inside = tokens.iter().skip(start).take_while(|token| token.text != "]");
    inside.map(|token| token.text).any(|text| text == "reason")
}

#[test]
fn lints_are_silenced_only_with_a_reason_and_by_expect() {
    assert_none(&silenced_lints(&Source::rust(&["src", "tests", "benches", "fuzz"])), EXCEPTIONS);
}

#[test]
fn a_silenced_lint_is_found() {
    let found = |text| {
        let found = silenced_lints(&[Source::new("src/a.rs", text)]);
        found.into_iter().map(|finding| finding.what).collect::<Vec<_>>()
    };
    let no_reason = "a lint silenced without a reason";
    assert_eq!(found("#![allow(dead_code, reason = \"x\")]"), ["#![allow] for a whole file"]);
    assert_eq!(found("#[allow(dead_code)]"), ["#[allow]", no_reason]);
    assert_eq!(found("#[expect(dead_code)]"), [no_reason]);
    assert_eq!(found("#![expect(dead_code)]"), [no_reason]);
    assert_eq!(found("#[expect(dead_code, reason = \"proof\")] fn allow() {} x.expect(\"reason\")"), [""; 0]);
}

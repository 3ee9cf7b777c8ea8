//! What no code says: prints, environment and exits outside of the command line, `unsafe`, things left undone.

use super::tokens::{Token, paths, stands_at, text_at};
use super::{Exception, Finding, Source, assert_none};

const OUTSIDE_WORLD: &[Exception] = &[Exception {
    path: "src/process/mod.rs",
    what: "std::env",
    reason: "takes the passwords of repositories out of the environment of commands it runs",
}];

const UNSAFE: &[Exception] = &[Exception {
    path: "tests/power_cut.rs",
    what: "unsafe",
    reason: "an ioctl that no crate wraps cuts the power of a file system",
}];

const NONE: &[Exception] = &[];

/// Words in comments as in code; put together here so that this file does not have them.
const LEFT_UNDONE: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];

const MACROS_LEFT_UNDONE: [&str; 3] = ["todo", "unimplemented", "dbg"];
const MACROS_PRINTING: [&str; 4] = ["print", "println", "eprint", "eprintln"];

fn finding(source: &Source, line: usize, what: &str) -> Finding {
    Finding { path: source.path.clone(), line, what: what.to_owned() }
}

/// Uses of the macros, as `(name, line)`.
fn macros<'a>(tokens: &[Token<'a>], names: &[&str]) -> Vec<(&'a str, usize)> {
    let is_used = |at: usize, token: &Token<'_>| {
        names.contains(&token.text) && text_at(tokens, at + 1) == "!" && text_at(tokens, at + 2) != "="
    };
    let uses = tokens.iter().enumerate().filter(|(at, token)| is_used(*at, token));
    uses.map(|(_, token)| (token.text, token.line)).collect()
}

/// Prints, reads of the environment and exits in the program, the command line left out.
fn touches_of_the_outside_world(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        if source.path.starts_with("src/cli/") || source.path == "src/main.rs" {
            continue;
        }
        let tokens = source.tokens_of_the_program();
        let prints = macros(&tokens, &MACROS_PRINTING);
        found.extend(prints.iter().map(|(name, line)| finding(source, *line, &format!("{name}!"))));
        for path in paths(&tokens) {
            let what = match path.parts.as_slice() {
                ["std", "env", ..] => "std::env",
                ["std", "io", "stdin" | "stdout" | "stderr", ..]
                | ["io", "stdin" | "stdout" | "stderr", ..] => "std::io",
                [.., "process", "exit" | "abort"] => "process::exit",
                _ => continue,
            };
            found.push(finding(source, path.line, what));
        }
    }
    found
}

fn unsafe_code(sources: &[Source]) -> Vec<Finding> {
    let is_unsafe = |token: &Token<'_>| token.text == "unsafe";
    sources
        .iter()
        .flat_map(|source| {
            let lines: Vec<_> = source.tokens().iter().filter(|t| is_unsafe(t)).map(|t| t.line).collect();
            lines.into_iter().map(|line| finding(source, line, "unsafe"))
        })
        .collect()
}

fn things_left_undone(sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        for (at, line) in source.text.lines().enumerate() {
            let words = LEFT_UNDONE.iter().filter(|word| line.contains(*word));
            found.extend(words.map(|word| finding(source, at + 1, word)));
        }
        let tokens = source.tokens();
        let macros = macros(&tokens, &MACROS_LEFT_UNDONE);
        found.extend(macros.iter().map(|(name, line)| finding(source, *line, &format!("{name}!"))));
        let ignored =
            tokens.iter().enumerate().filter(|(at, _)| stands_at(&tokens, *at, &["#", "[", "ignore"]));
        found.extend(ignored.map(|(_, token)| finding(source, token.line, "a test that is not run")));
    }
    found
}

#[test]
fn only_the_command_line_prints_reads_the_environment_and_exits() {
    assert_none(&touches_of_the_outside_world(&Source::rust(&["src"])), OUTSIDE_WORLD);
}

#[test]
fn there_is_no_unsafe_code_but_the_listed() {
    assert_none(&unsafe_code(&Source::rust(&["src", "tests", "benches", "fuzz"])), UNSAFE);
}

#[test]
fn nothing_is_left_undone() {
    assert_none(&things_left_undone(&Source::rust(&["src", "tests", "benches", "fuzz"])), NONE);
}

fn whats(found: &[Finding]) -> Vec<&str> {
    found.iter().map(|finding| finding.what.as_str()).collect()
}

#[test]
fn a_print_the_environment_and_an_exit_are_found() {
    let found = |path, text| touches_of_the_outside_world(&[Source::new(path, text)]);
    let text = "use std::{env, fs}; fn f() { println!(\"a\"); eprint!(\"b\"); std::process::exit(1) }";
    let all = ["println!", "eprint!", "std::env", "process::exit"];
    assert_eq!(whats(&found("src/ops/backup.rs", text)), all);
    assert_eq!(
        whats(&found("src/ops/backup.rs", "fn f() { std::env::var_os(x); io::stdout() }")),
        ["std::env", "std::io"]
    );
    assert_eq!(whats(&found("src/cli/mod.rs", text)), [""; 0]);
    assert_eq!(whats(&found("src/ops/tests.rs", text)), [""; 0]);
    let others =
        "fn print() {} fn f() { env!(\"X\"); writeln!(out, \"println!\"); std::process::Command::new(x) }";
    assert_eq!(whats(&found("src/ops/backup.rs", others)), [""; 0]);
}

#[test]
fn unsafe_code_is_found_and_the_word_elsewhere_is_not() {
    let found =
        unsafe_code(&[Source::new("src/a.rs", "// unsafe\n#[expect(unsafe_code)]\nunsafe { \"unsafe\" }")]);
    assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [3]);
}

#[test]
fn things_left_undone_are_found() {
    let text = format!(
        "// {}: later\nfn f() {{ todo!() }}\n#[ignore = \"slow\"]\nfn g() {{}}",
        LEFT_UNDONE.concat()
    );
    let found = things_left_undone(&[Source::new("src/a.rs", &text)]);
    let [to_do, fix_me, marked] = LEFT_UNDONE;
    assert_eq!(whats(&found), [to_do, fix_me, marked, "todo!", "a test that is not run"]);
    assert_eq!(
        things_left_undone(&[Source::new("src/a.rs", "let todo = dbg; if a.todo != b { ignore() }")]),
        []
    );
}

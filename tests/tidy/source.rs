//! The files of the repository, and Rust code without its comments and literals, so that no rule trips over a word in them.

use std::path::Path;

use super::tokens::{Token, tokens, without_tests};

/// A text file of the repository.
#[derive(Debug)]
pub struct Source {
    /// From the top of the repository, `/` between names.
    pub path: String,
    /// Everything in it.
    pub text: String,
    code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let code = if path.ends_with(".rs") { code_of(text) } else { String::new() };
        Self { path: path.to_owned(), text: text.to_owned(), code }
    }

    /// Every text file below `top` that is not ignored by git, sorted; `""` for the whole repository.
    pub fn all(top: &str) -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources: Vec<_> = ignore::WalkBuilder::new(root.join(top))
            .hidden(false)
            .require_git(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build()
            .map(|entry| entry.unwrap_or_else(|error| panic!("the tree cannot be walked: {error}")))
            .filter(|entry| entry.file_type().is_some_and(|file_type| file_type.is_file()))
            .filter_map(|entry| {
                let path = entry.path().strip_prefix(root).ok()?.to_str()?;
                let text = std::fs::read(entry.path()).unwrap_or_else(|error| panic!("{path}: {error}"));
                Some(Self::new(path, std::str::from_utf8(&text).ok()?))
            })
            .collect();
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(!sources.is_empty(), "there is nothing in {top:?}");
        sources
    }

    /// The Rust files below each of `tops`.
    pub fn rust(tops: &[&str]) -> Vec<Self> {
        tops.iter().flat_map(|top| Self::all(top)).filter(|source| source.path.ends_with(".rs")).collect()
    }

    /// The code, tests included.
    pub fn tokens(&self) -> Vec<Token<'_>> {
        tokens(&self.code)
    }

    /// The code that is in the program.
    pub fn tokens_of_the_program(&self) -> Vec<Token<'_>> {
        let is_test = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        if is_test { Vec::new() } else { without_tests(&self.tokens()) }
    }
}

/// The text with comments and the contents of literals as blanks, each line where it was.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let hidden = hidden_bytes(rest);
        let (part, after) = rest.split_at(hidden.unwrap_or(letter.len_utf8()));
        if hidden.is_some() {
            code.extend(part.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
        } else {
            code.push_str(part);
        }
        rest = after;
    }
    code
}

/// How long the comment or literal is that `rest` begins with.
fn hidden_bytes(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment_bytes(rest));
    }
    if let Some(raw) = rest.strip_prefix('r') {
        let hashes = raw.bytes().take_while(|byte| *byte == b'#').count();
        let end = format!("\"{}", "#".repeat(hashes));
        let inner = raw.trim_start_matches('#').strip_prefix('"')?;
        return Some(2 + hashes + inner.find(&end).map_or(inner.len(), |at| at + end.len()));
    }
    let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    let is_lifetime = quote == '\'' && !rest.starts_with("'\\") && rest.chars().nth(2) != Some('\'');
    if is_lifetime { None } else { Some(quoted_bytes(rest, quote)) }
}

fn block_comment_bytes(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while let Some(part) = rest.get(at..).filter(|part| !part.is_empty()) {
        let step = if part.starts_with("/*") {
            depth += 1;
            2
        } else if part.starts_with("*/") {
            depth -= 1;
            2
        } else {
            part.chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted_bytes(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            letter if letter == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        code_of(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_are_not_code() {
        assert_eq!(words("a // b\nc /* d /* e */ f */ g"), "a c g");
        assert_eq!(words("/// unsafe\nfn f() {} /*"), "fn f() {}");
    }

    #[test]
    fn what_stands_in_literals_is_not_code() {
        assert_eq!(words(r#"a("b \" c", 'd', '\'', b"e", '"') f"#), "a( , , , b , ) f");
        assert_eq!(words("a(r\"b\\\", r#\"c \" d\"#, br\"e\") f"), "a( , , b ) f");
    }

    #[test]
    fn a_lifetime_is_not_a_literal() {
        assert_eq!(words("fn f<'a>(x: &'a str, y: &'a T)"), "fn f<'a>(x: &'a str, y: &'a T)");
    }

    #[test]
    fn lines_stay_where_they_are() {
        assert_eq!(code_of("\"a\n\n\" b /*\n*/ c").lines().count(), 4);
    }

    #[test]
    fn code_of_tests_is_not_in_the_program() {
        let source =
            Source::new("src/a.rs", "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { c } }\nfn d() {}");
        let program: Vec<_> = source.tokens_of_the_program().iter().map(|token| token.text).collect();
        assert_eq!(program.join(" "), "fn a ( ) { } fn d ( ) { }");
        assert!(Source::new("src/a/tests.rs", "fn a() {}").tokens_of_the_program().is_empty());
    }
}

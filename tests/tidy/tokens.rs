//! Rust code as words and signs, and the paths in it.

/// A word, `::`, or one sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub text: &'a str,
    /// Counted from 1.
    pub line: usize,
}

/// A path with at least two parts; every name of a `use` with braces is a path of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePath<'a> {
    pub parts: Vec<&'a str>,
    pub line: usize,
    /// In how many modules of the same file it stands.
    pub modules: usize,
}

/// The tokens of code that has neither comments nor literals.
pub fn tokens(code: &str) -> Vec<Token<'_>> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut tokens = Vec::new();
    for (line, mut rest) in code.lines().enumerate() {
        while let Some(letter) = rest.chars().next() {
            let bytes = if is_word(letter) {
                rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                letter.len_utf8()
            };
            let (text, after) = rest.split_at(bytes);
            if !letter.is_whitespace() {
                tokens.push(Token { text, line: line + 1 });
            }
            rest = after;
        }
    }
    tokens
}

/// Whether the tokens from `at` on have exactly these texts.
pub fn stands_at(tokens: &[Token<'_>], at: usize, texts: &[&str]) -> bool {
    texts.iter().enumerate().all(|(after, text)| text_at(tokens, at + after) == *text)
}

/// The text of a token; empty where there is none.
pub fn text_at<'a>(tokens: &[Token<'a>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| token.text)
}

/// The tokens without the items that are marked with `#[cfg(test)]`.
pub fn without_tests<'a>(all: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut kept = Vec::new();
    let mut at = 0;
    while let Some(token) = all.get(at) {
        if stands_at(all, at, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            at = item_end(all, at + 7);
        } else {
            kept.push(*token);
            at += 1;
        }
    }
    kept
}

/// Where the item that begins at `start` ends: after a `;` or the brace that closes it.
fn item_end(tokens: &[Token<'_>], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.text {
            "{" | "(" | "[" => depth += 1,
            "}" if depth == 1 => return at + 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Every path in the code.
pub fn paths<'a>(tokens: &[Token<'a>]) -> Vec<CodePath<'a>> {
    let mut paths = Vec::new();
    let mut depth = 0_usize;
    let mut modules = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token.text {
            "{" => depth += 1,
            "}" => {
                modules.retain(|opened| *opened < depth);
                depth = depth.saturating_sub(1);
            }
            "mod" if text_at(tokens, at + 2) == "{" => modules.push(depth + 1),
            text if is_name(text) && text_at(tokens, at + 1) == "::" => {
                at = read_path(tokens, at, &[], modules.len(), &mut paths);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    paths
}

/// Whether a part of a path can have this text; a word before a path that begins with `::` is none.
fn is_name(text: &str) -> bool {
    let is_before_path =
        matches!(text, "use" | "in" | "as" | "dyn" | "impl" | "return" | "if" | "match" | "mut");
    text.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') && !is_before_path
}

/// Reads the path, or the tree of paths, that begins at `at` and follows `front`; returns where it ends.
fn read_path<'a>(
    tokens: &[Token<'a>],
    mut at: usize,
    front: &[&'a str],
    modules: usize,
    paths: &mut Vec<CodePath<'a>>,
) -> usize {
    let line = tokens.get(at).map_or(0, |token| token.line);
    let mut parts = front.to_vec();
    loop {
        match text_at(tokens, at) {
            "{" => return read_group(tokens, at + 1, &parts, modules, paths),
            text if is_name(text) || text == "*" => parts.push(text),
            _ => break,
        }
        at += 1;
        if text_at(tokens, at) != "::" {
            break;
        }
        at += 1;
    }
    if parts.len() > 1 {
        paths.push(CodePath { parts, line, modules });
    }
    at
}

fn read_group<'a>(
    tokens: &[Token<'a>],
    mut at: usize,
    front: &[&'a str],
    modules: usize,
    paths: &mut Vec<CodePath<'a>>,
) -> usize {
    loop {
        match text_at(tokens, at) {
            "" => return at,
            "}" => return at + 1,
            text if is_name(text) || matches!(text, "{" | "*") => {
                at = read_path(tokens, at, front, modules, paths);
                if stands_at(tokens, at, &["as"]) {
                    at += 2;
                }
            }
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> Vec<String> {
        paths(&tokens(code)).iter().map(|path| path.parts.join("::")).collect()
    }

    #[test]
    fn every_name_of_a_use_with_braces_is_a_path() {
        let code = "use a::{b, c::{self, d as e}, f::*, g::{h}}; use ::i::j;";
        assert_eq!(found(code), ["a::b", "a::c::self", "a::c::d", "a::f::*", "a::g::h", "i::j"]);
    }

    #[test]
    fn paths_in_expressions_and_types_are_found() {
        let code = "let x: a::B<c::D> = e::f::<g::H>(i::J { k: 1 }, $crate::l!()); if m::n { o::p() }";
        let all = ["a::B", "c::D", "e::f", "g::H", "i::J", "crate::l", "m::n", "o::p"];
        assert_eq!(found(code), all);
    }

    #[test]
    fn a_path_knows_in_how_many_modules_it_stands() {
        let tokens = tokens("use a::b; mod c { fn f() { a::b } mod d { use a::b; } } mod e; use a::b;");
        let modules: Vec<_> = paths(&tokens).iter().map(|path| path.modules).collect();
        assert_eq!(modules, [0, 1, 2, 0]);
    }

    #[test]
    fn only_the_item_marked_as_test_is_left_out() {
        let all =
            tokens("#[cfg(test)] use a; b #[cfg(test)] fn c() -> [d; 3] { { e } } f #[cfg(test)] mod g; h");
        let kept: Vec<_> = without_tests(&all).iter().map(|token| token.text).collect();
        assert_eq!(kept, ["b", "f", "h"]);
    }
}

//! What SQLite's shell wraps around texts that would not survive as they are: `replace(..)`, `unistr(..)`, `CAST(.. AS TEXT)`.

use std::borrow::Cow;

use super::{Value, Values};
use crate::sql::Dialect;

/// The shell wraps twice: once for carriage returns, once for line feeds.
const REPLACES_MAX: usize = 2;

impl<'a> Values<'a> {
    /// The text in the call of `word` that starts here; `None` if it is not one that the shell writes.
    pub(super) fn wrapped(&mut self, word: &[u8]) -> Option<Value<'a>> {
        match word {
            b"replace" => self.replaced(),
            b"unistr" => {
                self.take(b"unistr(")?;
                let text = unistr(&self.text()?)?;
                self.take(b")")?;
                Some(Value::Text(Cow::Owned(text)))
            }
            _ => {
                self.take(b"CAST(")?;
                let Ok(Value::Bytes(text)) = self.hex_string(Dialect::Sqlite) else { return None };
                self.take(b" AS TEXT)")?;
                Some(Value::Text(text))
            }
        }
    }

    /// `replace(replace('..','\r',char(13)),'\n',char(10))`
    fn replaced(&mut self) -> Option<Value<'a>> {
        let mut depth = 0;
        while self.take(b"replace(").is_some() {
            depth += 1;
        }
        if depth > REPLACES_MAX {
            return None;
        }
        let mut text = self.text()?;
        for _ in 0..depth {
            self.take(b",")?;
            let mark = self.text()?;
            self.take(b",char(")?;
            let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
            let code = std::str::from_utf8(self.rest().get(..count)?).ok()?;
            // One byte, so that the text does not grow.
            let code = code.parse::<u8>().ok().filter(|code| code.is_ascii() && *code > 0)?;
            self.at += count;
            self.take(b"))")?;
            text = replace(&text, &mark, code);
        }
        Some(Value::Text(Cow::Owned(text)))
    }

    fn take(&mut self, word: &[u8]) -> Option<()> {
        let is_there = self.rest().get(..word.len())?.eq_ignore_ascii_case(word);
        self.at += word.len();
        is_there.then_some(()).or_else(|| {
            self.at -= word.len();
            None
        })
    }

    fn text(&mut self) -> Option<Vec<u8>> {
        if self.byte(0) != Some(b'\'') {
            return None;
        }
        match self.string() {
            Ok(Value::Text(text)) => Some(text.into_owned()),
            _ => None,
        }
    }
}

/// As SQLite's `replace` with one byte for every `mark`.
fn replace(text: &[u8], mark: &[u8], byte: u8) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(&first) = rest.first() {
        match rest.strip_prefix(mark).filter(|_| !mark.is_empty()) {
            Some(after) => {
                replaced.push(byte);
                rest = after;
            }
            None => {
                replaced.push(first);
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    replaced
}

/// `\XXXX`, `\+XXXXXX`, `\uXXXX` and `\UXXXXXXXX` for characters, `\\` for itself.
fn unistr(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        if first != b'\\' {
            out.push(first);
            rest = after;
            continue;
        }
        let (skip, digits) = match after.first()? {
            b'\\' => {
                out.push(b'\\');
                rest = after.get(1..)?;
                continue;
            }
            b'+' => (1, 6),
            b'u' => (1, 4),
            b'U' => (1, 8),
            _ => (0, 4),
        };
        let code = after.get(skip..skip + digits).filter(|code| code.iter().all(u8::is_ascii_hexdigit))?;
        let code = u32::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()?;
        out.extend(char::from_u32(code)?.to_string().into_bytes());
        rest = after.get(skip + digits..)?;
    }
    Some(out)
}

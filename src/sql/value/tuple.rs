//! The tuple of an INSERT, in all three dialects: where it begins, its strings and numbers. Words are read in `word.rs`.

use std::borrow::Cow;

use super::escapes::{from_hex, mysql_unescaped, postgres_unescaped};
use super::{RowForm, State, Value, ValueError, Values};
use crate::sql::Dialect;
use crate::sql::ddl::tokens::{Token, Tokens};

impl<'a> Values<'a> {
    pub(super) fn tuple_step(&mut self) -> Result<Option<Value<'a>>, ValueError> {
        if self.state == State::Start {
            self.at = self.tuple_start().ok_or(ValueError::NoRow { bytes: self.row.len() })?;
            self.state = State::Within;
        } else {
            self.pass_blanks();
            match self.byte(0) {
                Some(b',') => self.at += 1,
                Some(b')') => {
                    self.at += 1;
                    return Ok(None);
                }
                Some(_) => return Err(self.wanted("a comma or the end of the row")),
                None => return Err(ValueError::Unended { offset: 0, what: "row" }),
            }
        }
        self.pass_blanks();
        let start = self.at;
        let value = self.value()?;
        self.pass_blanks();
        match self.byte(0) {
            Some(b',' | b')') => Ok(Some(value)),
            Some(b':') if self.byte(1) == Some(b':') => self.cast(start, value).map(Some),
            None => Err(ValueError::Unended { offset: 0, what: "row" }),
            Some(_) => {
                // An operator, or a literal that goes on: whatever it is, it stays as it is.
                self.at = start;
                self.expression().map(Some)
            }
        }
    }

    /// The offset behind the parenthesis that opens the tuple.
    fn tuple_start(&self) -> Option<usize> {
        let dialect = self.form.dialect();
        let blanks = self.row.iter().take_while(|byte| is_blank(**byte) || **byte == b',').count();
        if self.row.get(blanks) == Some(&b'(') {
            return Some(blanks + 1);
        }
        let mut tokens = Tokens::new(dialect, self.row);
        loop {
            let first = tokens.find(|token| !token.is_mark(b';') && !token.is_mark(b','))?;
            if first.is_mark(b'(') {
                return Some(first.range.end);
            }
            if first.is_one_of(&["insert", "replace"]) {
                return values_of_insert(dialect, &mut tokens);
            }
            tokens.find(|token| token.is_mark(b';'))?;
        }
    }

    pub(super) fn pass_blanks(&mut self) {
        self.at += self.rest().iter().take_while(|byte| is_blank(**byte)).count();
    }

    fn value(&mut self) -> Result<Value<'a>, ValueError> {
        let Some(first) = self.byte(0) else {
            return Err(ValueError::Unended { offset: 0, what: "row" });
        };
        let is_mysql = self.form.dialect() == Dialect::MySql;
        match first {
            b'\'' => self.string(),
            b'"' if is_mysql => self.string(),
            b'0' if is_mysql && self.byte(1) == Some(b'x') => self.hex_number(),
            b'0'..=b'9' | b'-' | b'+' | b'.' => self.number(),
            b'$' if self.form.dialect() == Dialect::Postgres => self.dollar_quoted(),
            b',' | b')' => Err(self.wanted("a value")),
            _ => self.word(),
        }
    }

    /// A number; what only begins like one is an expression.
    fn number(&mut self) -> Result<Value<'a>, ValueError> {
        let bytes = number_bytes(self.rest());
        let ends = self.byte(bytes).is_none_or(|byte| is_blank(byte) || matches!(byte, b',' | b')' | b':'));
        if bytes == 0 || !ends {
            return self.expression();
        }
        let digits = self.rest().get(..bytes).unwrap_or_default();
        self.at += bytes;
        Ok(Value::Number(Cow::Borrowed(digits)))
    }

    pub(super) fn hex_number(&mut self) -> Result<Value<'a>, ValueError> {
        let count = self.rest().iter().skip(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let digits = self.rest().get(2..2 + count).unwrap_or_default();
        // MySQL puts a zero before an odd number of digits.
        let bytes = if count % 2 == 0 { from_hex(digits) } else { from_hex(&[b"0", digits].concat()) };
        let bytes = bytes.filter(|bytes| !bytes.is_empty()).ok_or(self.wanted("hexadecimal digits"))?;
        self.at += 2 + count;
        Ok(Value::Bytes(Cow::Owned(bytes)))
    }

    /// The string that starts here, by the rules of the dialect.
    pub(super) fn string(&mut self) -> Result<Value<'a>, ValueError> {
        let quote = self.byte(0).unwrap_or(b'\'');
        let start = self.at;
        let has_backslashes = match self.form {
            RowForm::MySql { has_backslashes } | RowForm::Postgres { has_backslashes } => has_backslashes,
            RowForm::Copy | RowForm::Sqlite => false,
        };
        let inner = self.quoted(has_backslashes)?;
        self.refuse_nul(inner, start)?;
        let is_escape = |byte: &u8| *byte == quote || has_backslashes && *byte == b'\\';
        if !inner.iter().any(is_escape) {
            return Ok(Value::Text(Cow::Borrowed(inner)));
        }
        if has_backslashes && self.form.dialect() == Dialect::Postgres {
            return unescaped(inner, start + 1);
        }
        Ok(Value::Text(Cow::Owned(mysql_unescaped(inner, quote, has_backslashes))))
    }

    /// PostgreSQL has no NUL in any value.
    pub(super) fn refuse_nul(&self, inner: &[u8], start: usize) -> Result<(), ValueError> {
        let nul = inner.iter().position(|byte| *byte == 0);
        match nul.filter(|_| self.form.dialect() == Dialect::Postgres) {
            Some(at) => Err(ValueError::Wanted { offset: start + 1 + at, wanted: "a string without NUL" }),
            None => Ok(()),
        }
    }

    /// What stands between the quotes that start here; `at` is behind them then.
    pub(super) fn quoted(&mut self, has_backslashes: bool) -> Result<&'a [u8], ValueError> {
        let rest = self.rest();
        let quote = *rest.first().ok_or(self.wanted("a string"))?;
        let mut at = 1;
        while let Some(&byte) = rest.get(at) {
            at += match byte {
                b'\\' if has_backslashes => 2,
                byte if byte == quote && rest.get(at + 1) == Some(&quote) => 2,
                byte if byte == quote => {
                    self.at += at + 1;
                    return Ok(rest.get(1..at).unwrap_or_default());
                }
                _ => 1,
            };
        }
        Err(ValueError::Unended { offset: self.at, what: "string" })
    }

    /// Everything up to the comma or parenthesis that ends the value.
    pub(super) fn expression(&mut self) -> Result<Value<'a>, ValueError> {
        let start = self.at;
        let mut depth = 0_usize;
        let has_backslashes = matches!(
            self.form,
            RowForm::MySql { has_backslashes: true } | RowForm::Postgres { has_backslashes: true }
        );
        while let Some(byte) = self.byte(0) {
            match byte {
                b'(' | b'[' => depth += 1,
                b')' | b',' if depth == 0 => {
                    let text = self.row.get(start..self.at).unwrap_or_default();
                    return Ok(Value::Expression(Cow::Borrowed(text.trim_ascii_end())));
                }
                b')' | b']' => depth = depth.saturating_sub(1),
                b'\'' | b'"' | b'`' => {
                    let is_escaping =
                        self.at > start && matches!(self.row.get(self.at - 1), Some(b'e' | b'E'));
                    let is_postgres = self.form.dialect() == Dialect::Postgres;
                    self.quoted(byte != b'`' && (has_backslashes || is_postgres && is_escaping))?;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        Err(ValueError::Unended { offset: start, what: "value" })
    }
}

/// The offset behind the parenthesis that follows the `VALUES` of an INSERT.
fn values_of_insert(dialect: Dialect, tokens: &mut Tokens<'_>) -> Option<usize> {
    let is_values = |token: &Token<'_>| token.is("values") || dialect == Dialect::MySql && token.is("value");
    loop {
        let token = tokens.next()?;
        if token.is_mark(b'(') {
            tokens.pass_parenthesis();
        } else if is_values(&token) {
            let open = tokens.next()?;
            return open.is_mark(b'(').then_some(open.range.end);
        }
    }
}

pub(super) fn unescaped<'a>(inner: &[u8], start: usize) -> Result<Value<'a>, ValueError> {
    let wanted = "an escape that names a character";
    let text = postgres_unescaped(inner).map_err(|at| ValueError::Wanted { offset: start + at, wanted })?;
    Ok(Value::Text(Cow::Owned(text)))
}

/// How long the number is that stands at the start; 0 if there is none.
pub fn number_bytes(text: &[u8]) -> usize {
    let digits = |at: usize| text.iter().skip(at).take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let whole = digits(sign);
    let mut at = sign + whole;
    let mut fraction = 0;
    if text.get(at) == Some(&b'.') {
        fraction = digits(at + 1);
        at += 1 + fraction;
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'-' | b'+')));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    at
}

pub const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

pub(super) const fn is_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | 0x80..)
}

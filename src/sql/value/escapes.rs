//! Backslashes and what they mean, to each server.

/// The line without its end.
pub fn take_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// A string of MySQL's between its quotes.
pub fn mysql_unescaped(inner: &[u8], quote: u8, has_backslashes: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte == quote {
            // Doubled, or it would have been the end.
            bytes.next();
            text.push(quote);
        } else if byte == b'\\' && has_backslashes {
            match bytes.next() {
                Some(b'0') => text.push(0),
                Some(b'b') => text.push(8),
                Some(b'n') => text.push(b'\n'),
                Some(b'r') => text.push(b'\r'),
                Some(b't') => text.push(b'\t'),
                Some(b'Z') => text.push(0x1a),
                Some(wildcard @ (b'%' | b'_')) => text.extend([b'\\', wildcard]),
                Some(other) => text.push(other),
                None => {}
            }
        } else {
            text.push(byte);
        }
    }
    text
}

/// An `E'..'` of PostgreSQL's between its quotes; the offset of an escape that names no character.
pub fn postgres_unescaped(inner: &[u8]) -> Result<Vec<u8>, usize> {
    let mut text = Vec::with_capacity(inner.len());
    let mut at = 0;
    while let Some(&byte) = inner.get(at) {
        let after = inner.get(at + 1..).unwrap_or_default();
        match byte {
            b'\'' => {
                text.push(byte);
                at += 2;
            }
            b'\\' => {
                let (escaped, bytes) = match after.first() {
                    Some(b'u') => unicode(after, 4).ok_or(at)?,
                    Some(b'U') => unicode(after, 8).ok_or(at)?,
                    _ => (Vec::new(), 0),
                };
                if bytes > 0 {
                    text.extend(escaped);
                    at += 1 + bytes;
                } else {
                    let (byte, bytes) = single(after, false).ok_or(at)?;
                    text.push(byte);
                    at += 1 + bytes;
                }
            }
            _ => {
                text.push(byte);
                at += 1;
            }
        }
    }
    Ok(text)
}

/// A field of COPY; the offset of an escape that stands for NUL or for nothing.
pub fn copy_unescaped(field: &[u8]) -> Result<Vec<u8>, usize> {
    let mut text = Vec::with_capacity(field.len());
    let mut at = 0;
    while let Some(&byte) = field.get(at) {
        if byte != b'\\' {
            text.push(byte);
            at += 1;
            continue;
        }
        let after = field.get(at + 1..).unwrap_or_default();
        let (byte, bytes) = single(after, true).ok_or(at)?;
        text.push(byte);
        at += 1 + bytes;
    }
    Ok(text)
}

/// The byte that `after`, which follows a backslash, stands for, and how many bytes say so. `None`: NUL, or nothing follows.
fn single(after: &[u8], is_copy: bool) -> Option<(u8, usize)> {
    let digits = |skip: usize, count: usize, radix: u32| {
        after.iter().skip(skip).take(count).take_while(|byte| char::from(**byte).is_digit(radix)).count()
    };
    let number = |skip: usize, count: usize, radix: u32| {
        let text = after.get(skip..skip + count).and_then(|text| std::str::from_utf8(text).ok());
        text.and_then(|text| u32::from_str_radix(text, radix).ok()).map(|number| number.to_le_bytes()[0])
    };
    let first = *after.first()?;
    let (byte, bytes) = match first {
        b'b' => (8, 1),
        b'f' => (12, 1),
        b'n' => (b'\n', 1),
        b'r' => (b'\r', 1),
        b't' => (b'\t', 1),
        b'v' if is_copy => (11, 1),
        b'0'..=b'7' => (number(0, digits(0, 3, 8), 8)?, digits(0, 3, 8)),
        b'x' if digits(1, 2, 16) > 0 => (number(1, digits(1, 2, 16), 16)?, 1 + digits(1, 2, 16)),
        other => (other, 1),
    };
    (byte != 0).then_some((byte, bytes))
}

/// The character that `uXXXX` or `UXXXXXXXX` stands for, a pair of surrogates too, and how many bytes say so.
fn unicode(after: &[u8], digits: usize) -> Option<(Vec<u8>, usize)> {
    let unit = |at: usize| {
        let text = std::str::from_utf8(after.get(at..at + digits)?).ok()?;
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex { u32::from_str_radix(text, 16).ok() } else { None }
    };
    let first = unit(1)?;
    let (code, bytes) = if (0xd800..0xdc00).contains(&first) {
        let is_pair = after.get(1 + digits..3 + digits)? == [b'\\', *after.first()?];
        let second = unit(3 + digits).filter(|second| is_pair && (0xdc00..0xe000).contains(second))?;
        (0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), 3 + 2 * digits)
    } else {
        (first, 1 + digits)
    };
    let character = char::from_u32(code).filter(|character| *character != '\0')?;
    Some((character.to_string().into_bytes(), bytes))
}

/// Hexadecimal digits as bytes; `None` if they are none.
pub fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(digits).ok()
}

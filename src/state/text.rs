//! Facts as text: a line each, and a last line that proves that all of them are there.
//!
//! ```text
//! strongroom state 1
//! NAME VALUE
//! end <BLAKE3 of all lines before, 64 hex digits>
//! ```

use super::{Facts, StateError};

const FIRST: &str = "strongroom state 1\n";
const LAST: &str = "end ";

/// Facts as they stand in a file.
pub fn encode(facts: &Facts) -> Result<String, StateError> {
    let mut text = FIRST.to_string();
    for (name, value) in facts {
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_name || value.chars().any(char::is_control) {
            return Err(StateError::Fact(format!("{name} {value}")));
        }
        text.extend([name, " ", value, "\n"]);
    }
    let proof = blake3::hash(text.as_bytes()).to_hex();
    text.extend([LAST, proof.as_str(), "\n"]);
    if text.len() as u64 > crate::base::limits::STATE_BYTES_MAX {
        return Err(StateError::TooMany);
    }
    Ok(text)
}

/// The facts in a file; `None` if it is not as it was written.
pub fn decode(bytes: &[u8]) -> Option<Facts> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let (lines, proof) = text.rsplit_once('\n')?;
    let (proven, _) = text.split_at_checked(lines.len() + 1)?;
    if proof.strip_prefix(LAST)? != blake3::hash(proven.as_bytes()).to_hex().as_str() {
        return None;
    }
    let facts = proven.strip_prefix(FIRST)?.lines().map(|line| line.split_once(' '));
    facts.map(|fact| fact.map(|(name, value)| (name.to_string(), value.to_string()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        [("a", "1"), ("b/c", ""), ("d", "words of two")].map(|(a, b)| (a.to_string(), b.to_string())).into()
    }

    #[test]
    fn facts_are_read_as_they_were_written() {
        for facts in [Facts::new(), facts()] {
            assert_eq!(decode(encode(&facts).unwrap().as_bytes()), Some(facts));
        }
    }

    #[test]
    fn a_text_with_any_byte_changed_or_missing_or_too_many_is_refused() {
        let text = encode(&facts()).unwrap().into_bytes();
        for at in 0..text.len() {
            let mut wrong = text.clone();
            wrong[at] ^= 1;
            assert_eq!(decode(&wrong), None, "byte {at}");
            assert_eq!(decode(&text[..at]), None, "{at} bytes");
        }
        assert_eq!(decode(&[&text[..], b"\n"].concat()), None);
        assert_eq!(decode(&[&text[..], &text[..]].concat()), None);
    }

    #[test]
    fn a_name_with_a_space_and_a_value_of_two_lines_are_refused() {
        for (name, value) in [("", "x"), ("a b", "x"), ("a\n", "x"), ("ä", "x"), ("a", "x\ny")] {
            let facts = Facts::from([(name.to_string(), value.to_string())]);
            assert!(matches!(encode(&facts), Err(StateError::Fact(_))), "{name:?} {value:?}");
        }
    }
}

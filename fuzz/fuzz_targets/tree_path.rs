//! Law: a path leads nowhere but down, the order is that of its names, and what is shown can be read back and plays no tricks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::base::{TreePath, escape};
use strongroom_fuzz::{bounded, memory_for};

fuzz_target!(|texts: (&[u8], &[u8])| {
    let (a, b) = texts;
    let shown = bounded(memory_for(a.len()), || escape(a));
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
    assert!(!shown.contains(['\u{202e}', '\u{2066}', '\u{2028}', '\u{feff}', '\u{200f}']), "{shown:?}");
    assert_eq!(unescaped(&shown), a);
    let path = bounded(memory_for(a.len() + b.len()), || TreePath::new(a));
    let is_name = |name: &[u8]| !matches!(name, b"" | b"." | b"..") && !name.contains(&0);
    assert_eq!(path.is_ok(), a.len() <= 65_536 && a.split(|byte| *byte == b'/').all(is_name));
    let Ok(path) = path else { return };
    assert_eq!(path.as_bytes(), a);
    if let Some(parent) = path.parent() {
        assert!(path.is_within(&parent) && !parent.is_within(&path) && parent < path);
        assert_eq!(parent.join(path.name()).as_ref(), Ok(&path));
    }
    if let Ok(other) = TreePath::new(b) {
        assert_eq!(path.cmp(&other), path.names().cmp(other.names()));
        assert_eq!(
            path.is_within(&other),
            path.names().collect::<Vec<_>>().starts_with(&other.names().collect::<Vec<_>>())
        );
        assert_eq!(path.join(b).is_ok(), a.len() + b.len() < 65_536);
    }
});

/// The bytes that `escape` has shown.
fn unescaped(shown: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = shown.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, after) = match (first, after) {
            (b'\\', [b'\\', after @ ..]) => (b'\\', after),
            (b'\\', [b'n', after @ ..]) => (b'\n', after),
            (b'\\', [b't', after @ ..]) => (b'\t', after),
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digits = [*high, *low];
                (u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap(), after)
            }
            _ => (*first, after),
        };
        out.push(byte);
        rest = after;
    }
    out
}

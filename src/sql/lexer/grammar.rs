//! What the bytes of a dump mean where no quote or comment is open; it changes as a dump sets modes, charsets and delimiters.

use super::super::Dialect;

/// Opens a quote.
pub(super) const QUOTE: u8 = 1;
/// A parenthesis.
pub(super) const PAREN: u8 = 2;
/// A comma.
pub(super) const COMMA: u8 = 4;
/// May open or close a comment.
pub(super) const COMMENT: u8 = 8;
/// May be the terminator of a statement.
pub(super) const END: u8 = 16;

/// Charsets whose characters may end in a backslash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeadBytes {
    /// GBK, GB18030, UHC, JOHAB.
    Gbk,
    /// Shift JIS and its relatives.
    Sjis,
    /// Big5.
    Big5,
}

impl LeadBytes {
    /// By a name of MySQL's or PostgreSQL's; `None` for charsets in which a backslash is always one.
    pub fn of_charset(name: &[u8]) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        match name.as_slice() {
            b"gbk" | b"gb18030" | b"uhc" | b"johab" | b"win949" | b"win936" => Some(Self::Gbk),
            b"sjis" | b"cp932" | b"shift_jis" | b"shift_jis_2004" | b"win932" => Some(Self::Sjis),
            b"big5" | b"win950" => Some(Self::Big5),
            _ => None,
        }
    }

    /// Whether the two bytes are one character.
    pub const fn is_pair(self, lead: u8, trail: u8) -> bool {
        match self {
            Self::Gbk => matches!(lead, 0x81..=0xfe) && matches!(trail, 0x40..=0x7e | 0x80..=0xfe),
            Self::Sjis => {
                matches!(lead, 0x81..=0x9f | 0xe0..=0xfc) && matches!(trail, 0x40..=0x7e | 0x80..=0xfc)
            }
            Self::Big5 => matches!(lead, 0xa1..=0xf9) && matches!(trail, 0x40..=0x7e | 0xa1..=0xfe),
        }
    }
}

/// The grammar at a place of a dump.
#[derive(Debug, Clone)]
pub(super) struct Grammar {
    /// Whose.
    pub dialect: Dialect,
    /// Whether a backslash in a plain string takes the next byte's meaning.
    pub has_backslash: bool,
    /// Whether `"` opens a name.
    pub has_quoted_names: bool,
    /// Lead bytes of the charset of strings.
    pub lead: Option<LeadBytes>,
    delimiter: Vec<u8>,
    classes: [u8; 256],
}

impl Grammar {
    pub fn new(dialect: Dialect) -> Self {
        let is_mysql = dialect == Dialect::MySql;
        let mut grammar = Self {
            dialect,
            has_backslash: is_mysql,
            has_quoted_names: !is_mysql,
            lead: None,
            delimiter: Vec::new(),
            classes: [0; 256],
        };
        grammar.set_delimiter(b";");
        grammar
    }

    /// What ends a statement.
    pub fn delimiter(&self) -> &[u8] {
        &self.delimiter
    }

    /// Ends statements with something else from here on; nothing is a mistake and changes nothing.
    pub fn set_delimiter(&mut self, delimiter: &[u8]) {
        let Some(first) = delimiter.first() else { return };
        let mut classes = [0; 256];
        let mut mark = |bytes: &[u8], class: u8| {
            for (byte, found) in (0..=u8::MAX).zip(&mut classes) {
                *found |= if bytes.contains(&byte) { class } else { 0 };
            }
        };
        mark(b"()", PAREN);
        mark(b",", COMMA);
        let (quotes, comments) = match self.dialect {
            Dialect::MySql => (b"'\"`".as_slice(), b"-/#*".as_slice()),
            Dialect::Postgres => (b"'\"$".as_slice(), b"-/".as_slice()),
            Dialect::Sqlite => (b"'\"`[".as_slice(), b"-/".as_slice()),
        };
        mark(quotes, QUOTE);
        mark(comments, COMMENT);
        mark(&[*first], END);
        self.delimiter = delimiter.to_vec();
        self.classes = classes;
    }

    /// What a byte may be.
    pub fn class(&self, byte: u8) -> u8 {
        self.classes.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// Whether a backslash counts between quotes of this kind.
    pub fn escapes_in(&self, quote: u8) -> bool {
        match quote {
            b'\'' => self.has_backslash,
            b'"' => self.has_backslash && !self.has_quoted_names,
            _ => false,
        }
    }
}

/// Whether a byte can be part of a word or a name without quotes.
pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'_' | b'$' | b'@')
}

/// Blanks, line ends among them.
pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

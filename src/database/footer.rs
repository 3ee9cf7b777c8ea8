//! The end of a dump, by which it can be told from one that broke off.

use super::Kind;

/// How many of the last bytes are kept: the footer of `pg_dump` with its key, and room.
const BYTES_KEPT: usize = 2048;

/// The last bytes of a stream.
#[derive(Debug, Clone, Default)]
pub struct Tail(Vec<u8>);

impl Tail {
    /// Takes note of the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes.get(bytes.len().saturating_sub(BYTES_KEPT)..).unwrap_or_default());
        self.0.drain(..self.0.len().saturating_sub(BYTES_KEPT));
    }

    /// Whether a dump of this kind ends so: nothing but comments and the unlocking of the key comes after the line that says it is complete.
    pub fn is_complete(&self, kind: Kind) -> bool {
        let says: &[u8] = match kind {
            Kind::MariaDb => b"-- Dump completed",
            Kind::Postgres => b"-- PostgreSQL database dump complete",
        };
        let lines = self.0.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        let mut lines = lines.rev().skip_while(|line| {
            line.is_empty() || *line == b"--" || kind == Kind::Postgres && line.starts_with(b"\\unrestrict ")
        });
        // The last line must have its end: a dump that broke off inside of it is not whole.
        let is_ended = self.0.ends_with(b"\n");
        is_ended && lines.next().is_some_and(|line| line.starts_with(says))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(kind: Kind, text: &str) -> bool {
        let mut tail = Tail::default();
        text.as_bytes().chunks(7).for_each(|bytes| tail.push(bytes));
        tail.is_complete(kind)
    }

    #[test]
    fn a_dump_is_complete_when_its_last_words_say_so() {
        let filling = "INSERT INTO t VALUES (1);\n".repeat(200);
        for (kind, end, wanted) in [
            (Kind::MariaDb, "-- Dump completed\n", true),
            (Kind::MariaDb, "-- Dump completed on 2026-11-21  3:00:07\n", true),
            (Kind::MariaDb, "-- Dump completed\nINSERT INTO t VALUES (1);\n", false),
            (Kind::MariaDb, "-- Dump comp", false),
            (Kind::MariaDb, "", false),
            (Kind::Postgres, "--\n-- PostgreSQL database dump complete\n--\n\n", true),
            (Kind::Postgres, "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\n", true),
            (Kind::Postgres, "--\n-- PostgreSQL database dump complete\n--\n\nCOPY x FROM stdin;\n", false),
            (Kind::Postgres, "-- Dump completed\n", false),
        ] {
            assert_eq!(ends(kind, &format!("{filling}{end}")), wanted, "{end}");
        }
        assert!(!ends(Kind::MariaDb, ""));
    }
}

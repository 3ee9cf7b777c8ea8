//! What a program's `--version` says.

/// Whose program it is, and how old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Whether it is MariaDB's.
    pub is_mariadb: bool,
    /// Major, minor and patch.
    pub number: (u32, u32, u32),
}

impl Version {
    /// What is known from the text; zeros where it has no number.
    pub fn parse(text: &str) -> Self {
        let is_mariadb = text.to_ascii_lowercase().contains("mariadb");
        // Older programs of MariaDB and MySQL tell a version of their own first.
        let words: Vec<&str> = text.split_whitespace().collect();
        let after =
            |word: &str| words.iter().position(|other| *other == word).and_then(|at| words.get(at + 1));
        let is_number = |word: &&&str| word.starts_with(|first: char| first.is_ascii_digit());
        let word = after("Distrib").or_else(|| after("from")).filter(is_number);
        let word = word.or_else(|| words.iter().find(is_number)).copied().unwrap_or_default();
        let mut parts =
            word.split(|letter: char| !letter.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        Self { is_mariadb, number: (next(), next(), next()) }
    }
}

impl Version {
    /// Whether this `psql` can be told that no line of a script is a command to it. It came with updates of August 2025.
    pub const fn knows_restrict(&self) -> bool {
        let (major, minor, _) = self.number;
        match major {
            13 => minor >= 22,
            14 => minor >= 19,
            15 => minor >= 14,
            16 => minor >= 10,
            17 => minor >= 6,
            major => major >= 18,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_all_vendors_are_told_apart() {
        for (text, is_mariadb, number) in [
            (
                "mariadb-dump  Ver 10.19 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)",
                true,
                (10, 11, 19),
            ),
            ("mariadb-dump from 11.4.2-MariaDB, client 10.19 for Linux (x86_64)", true, (11, 4, 2)),
            ("mysqldump  Ver 10.13 Distrib 5.7.44, for Linux (x86_64)", false, (5, 7, 44)),
            ("mysqldump  Ver 8.0.46 for Linux on x86_64 (MySQL Community Server - GPL)", false, (8, 0, 46)),
            ("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", false, (15, 18, 0)),
            ("pg_dump (PostgreSQL) 18beta1", false, (18, 0, 0)),
            ("", false, (0, 0, 0)),
        ] {
            assert_eq!(Version::parse(text), Version { is_mariadb, number }, "{text}");
        }
    }
}

//! The recovery kit: repository id and master key as rows that can be typed from paper (`format-spec/keyslot.md`, "Recovery kit").

use crate::base::RepositoryId;

const ROW_BYTES: usize = 8;

/// Why rows are not a recovery kit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryError {
    /// There are too few or too many digits.
    #[error("a recovery kit has 8 rows of 20 hex digits, this has {digits} digits")]
    Length {
        /// How many digits there are.
        digits: usize,
    },
    /// A row was not typed as it was printed.
    #[error("row {row} has a mistake")]
    Row {
        /// The row, from 1.
        row: u8,
    },
}

/// Eight rows: repository id, then master key, in groups of four digits, the last group of each a check.
pub fn encode(repository: RepositoryId, master: &[u8; 32]) -> String {
    let bytes = repository.as_bytes().iter().chain(master).copied().collect::<Vec<u8>>();
    let rows = (1..).zip(bytes.chunks(ROW_BYTES)).map(|(number, row)| {
        let digits = data_encoding::HEXLOWER.encode(row) + &check(number, row);
        let groups: Vec<String> =
            digits.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        format!("{number}  {}", groups.join(" "))
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// Repository id and master key of a typed kit: rows with or without their numbers, any spacing, any case.
///
/// # Errors
/// [`RecoveryError`], naming the row that has a mistake.
pub fn decode(text: &str) -> Result<(RepositoryId, [u8; 32]), RecoveryError> {
    let mut bytes = Vec::with_capacity(64);
    let mut digits_seen = 0;
    for (number, line) in (1_u8..).zip(text.lines().filter(|line| !line.trim().is_empty())) {
        let line = line.trim_start();
        // A row's number is followed by two spaces, a group of digits never is.
        let line = line.split_once("  ").filter(|(front, _)| front.len() == 1).map_or(line, |(_, rest)| rest);
        let digits: String = line.chars().filter(|letter| !letter.is_whitespace()).collect();
        digits_seen += digits.len();
        let row = data_encoding::HEXLOWER_PERMISSIVE
            .decode(digits.as_bytes())
            .map_err(|_| RecoveryError::Row { row: number })?;
        let (row, typed) = row.split_at_checked(ROW_BYTES).ok_or(RecoveryError::Row { row: number })?;
        if data_encoding::HEXLOWER.encode(typed) != check(number, row) {
            return Err(RecoveryError::Row { row: number });
        }
        bytes.extend_from_slice(row);
    }
    match bytes.as_chunks::<32>() {
        ([repository, master], []) => Ok((RepositoryId::new(*repository), *master)),
        _ => Err(RecoveryError::Length { digits: digits_seen }),
    }
}

fn check(number: u8, row: &[u8]) -> String {
    let hash = blake3::Hasher::new().update(b"strongroom recovery").update(&[number]).update(row).finalize();
    hash.to_hex().chars().take(4).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kit_is_read_as_it_is_printed_and_as_people_type_it() {
        let (repository, master) = (RepositoryId::new([0xa7; 32]), [0x5b; 32]);
        let kit = encode(repository, &master);
        assert_eq!(kit.lines().count(), 8);
        assert_eq!(decode(&kit), Ok((repository, master)));
        assert_eq!(decode(&kit.to_uppercase()), Ok((repository, master)));
        let bare: String = kit.lines().map(|line| line[3..].replace(' ', "") + "\n").collect();
        assert_eq!(decode(&bare), Ok((repository, master)));
    }

    #[test]
    fn a_mistake_names_its_row() {
        let kit = encode(RepositoryId::new([1; 32]), &[2; 32]);
        let wrong = kit.replacen("0202", "0203", 1);
        assert_eq!(decode(&wrong), Err(RecoveryError::Row { row: 5 }));
        let short: Vec<_> = kit.lines().take(7).collect();
        assert_eq!(decode(&short.join("\n")), Err(RecoveryError::Length { digits: 140 }));
        assert!(decode("").is_err() && decode("zz").is_err());
    }
}

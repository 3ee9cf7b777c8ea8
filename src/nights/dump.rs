//! The database as text, byte for byte as `mariadb-dump --opt` writes it (`client/mysqldump.cc`).
//!
//! Rows come from an iterator and leave at once; a statement ends where the dumper's own buffer would be full.

use std::io::{self, Write};

use super::ledger::{DAY_SECONDS, FIRST_NIGHT_SECONDS, Ledger};
use super::row::{Row, date};
use super::tables::{Scene, Table};

/// The dumper's `net_buffer_length`: no statement of more than one row is longer, in bytes.
pub const STATEMENT_BYTES_MAX: usize = 1_046_528;

/// Which dumper's text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dumper {
    /// `mariadb-dump` 10.11: the sandbox line first, and every row on a line of its own.
    #[default]
    MariaDb1011,
    /// `mysqldump` of MariaDB 10.6, like MySQL's: all rows of a statement on one line of about 1 MB.
    MariaDb106,
}

impl Dumper {
    const fn version(self) -> &'static str {
        match self {
            Self::MariaDb1011 => "10.11.14-MariaDB",
            Self::MariaDb106 => "10.6.16-MariaDB",
        }
    }

    const fn client_charset(self) -> &'static str {
        match self {
            Self::MariaDb1011 => "utf8mb4",
            Self::MariaDb106 => "utf8",
        }
    }

    /// What stands before the first row of a statement, and what between two rows.
    const fn row_separators(self) -> (&'static str, &'static str) {
        match self {
            Self::MariaDb1011 => ("\n", ",\n"),
            Self::MariaDb106 => (" ", ","),
        }
    }
}

/// Writes what stands before the first table.
pub(super) fn write_header(dumper: Dumper, out: &mut dyn Write) -> io::Result<()> {
    let version = dumper.version();
    if dumper == Dumper::MariaDb1011 {
        out.write_all(b"/*M!999999\\- enable the sandbox mode */ \n")?;
    }
    write!(
        out,
        "-- MariaDB dump 10.19  Distrib {version}, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version\t{version}-0+deb12u2

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
"
    )
}

/// Writes one table: its structure and its rows.
pub(super) fn write_table(
    scene: &Scene,
    (table, ledger, parent): (&Table, &Ledger, Option<&Ledger>),
    dumper: Dumper,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = table.name;
    let counter =
        if table.counts_up { format!(" AUTO_INCREMENT={}", ledger.next_id()) } else { String::new() };
    write!(
        out,
        "
--
-- Table structure for table `{name}`
--

DROP TABLE IF EXISTS `{name}`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = {charset} */;
CREATE TABLE `{name}` (
{columns}
) ENGINE=InnoDB{counter} DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `{name}`
--

LOCK TABLES `{name}` WRITE;
/*!40000 ALTER TABLE `{name}` DISABLE KEYS */;
",
        charset = dumper.client_charset(),
        columns = table.columns,
    )?;
    write_rows(scene, (table, ledger, parent), dumper, out)?;
    write!(out, "/*!40000 ALTER TABLE `{name}` ENABLE KEYS */;\nUNLOCK TABLES;\n")
}

/// Writes what stands after the last table, with the date of the night.
pub(super) fn write_footer(night: u16, out: &mut dyn Write) -> io::Result<()> {
    let seconds = FIRST_NIGHT_SECONDS + u64::from(night) * DAY_SECONDS;
    let (year, month, day) = date(seconds / DAY_SECONDS);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    write!(
        out,
        "/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on {year:04}-{month:02}-{day:02} {hour:2}:{minute:02}:{second:02}
"
    )
}

fn write_rows(
    scene: &Scene,
    (table, ledger, parent): (&Table, &Ledger, Option<&Ledger>),
    dumper: Dumper,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (first, between) = dumper.row_separators();
    let insert = format!("INSERT INTO `{}` VALUES{first}", table.name);
    let mut row = Row::default();
    let mut statement_bytes = None;
    for at in ledger.rows(scene.seed, kind(table), parent) {
        row.begin();
        (table.write)(scene, at, &mut row);
        let text = row.end();
        // The dumper counts two more bytes for a row and four for a statement, and so do we.
        let counted = text.len() + 2;
        match statement_bytes {
            Some(bytes) if bytes + counted < STATEMENT_BYTES_MAX => {
                statement_bytes = Some(bytes + counted);
                out.write_all(between.as_bytes())?;
            }
            before => {
                if before.is_some() {
                    out.write_all(b";\n")?;
                }
                statement_bytes = Some(counted + insert.len() + 4);
                out.write_all(insert.as_bytes())?;
            }
        }
        out.write_all(text)?;
    }
    if statement_bytes.is_some() { out.write_all(b";\n") } else { Ok(()) }
}

/// Sets the random numbers of a table apart from those of the others.
pub(super) fn kind(table: &Table) -> u64 {
    table.name.bytes().fold(0, |kind, byte| kind.rotate_left(8) ^ u64::from(byte))
}

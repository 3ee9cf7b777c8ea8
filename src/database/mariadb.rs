//! The programs of MariaDB and MySQL: their arguments, and what they say when they fail.

use std::ffi::OsString;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::Server;
use super::version::Version;
use crate::process::Program;

/// Of a user who is not let in.
pub const DENIED: [&str; 4] = ["1045", "1698", "1044 (42000)", "Access denied for user"];
/// Of a server that does not answer.
pub const AWAY: [&str; 6] =
    ["ERROR 2002", "ERROR 2003", "ERROR 2005", "ERROR 2006", "ERROR 2013", "Got error: 200"];

/// An option file with the password, which wins over those of `files`: they are read before it.
pub fn option_file(files: &[PathBuf], password: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    for file in files.iter().filter(|file| file.exists()) {
        text.extend_from_slice(b"!include ");
        text.extend_from_slice(file.as_os_str().as_encoded_bytes());
        text.push(b'\n');
    }
    text.extend_from_slice(b"[client]\npassword=\"");
    for byte in password {
        match byte {
            b'\\' | b'"' | b'\'' => text.extend_from_slice(&[b'\\', *byte]),
            b'\t' => text.extend_from_slice(b"\\t"),
            byte => text.push(*byte),
        }
    }
    text.extend_from_slice(b"\"\n");
    text
}

/// Option files come first, the way to the server next, the database last.
pub fn connect(server: &Server, program: &mut Program, arguments: &[OsString]) {
    let dsn = &server.dsn;
    let option = |name: &str, value: &str| OsString::from(format!("--{name}={value}"));
    match (&server.secret, dsn.option("defaults-file")) {
        (Some(secret), _) => {
            let mut first = OsString::from("--defaults-file=");
            first.push(secret.path());
            program.arguments.push(first);
        }
        (None, Some(file)) => program.arguments.push(option("defaults-file", file)),
        (None, None) => {}
    }
    if let Some(suffix) = dsn.option("defaults-group-suffix") {
        program.arguments.push(option("defaults-group-suffix", suffix));
    }
    program.arguments.extend(dsn.user.as_ref().map(|user| option("user", user)));
    if let Some((host, port)) = dsn.hosts.first() {
        program.arguments.push(option("host", host));
        program.arguments.extend(port.map(|port| option("port", &port.to_string())));
    }
    let known = dsn.options.iter().filter(|(name, _)| !name.starts_with("defaults-"));
    program.arguments.extend(known.map(|(name, value)| match value.is_empty() {
        true => OsString::from(format!("--{name}")),
        false => option(name, value),
    }));
    program.arguments.push("--default-character-set=utf8mb4".into());
    program.arguments.push("--max-allowed-packet=1G".into());
    program.arguments.extend_from_slice(arguments);
    if !dsn.database.is_empty() {
        // A name that starts with a dash is no option.
        program.arguments.push("--".into());
        program.arguments.push(dsn.database.clone().into());
    }
    // It was taken out of the environment, if that is where the password comes from.
    program.not_inherited.push("MYSQL_PWD".into());
}

/// The client asks and prints bare rows.
pub fn query_arguments(sql: &str) -> Vec<OsString> {
    ["--batch", "--skip-column-names", "--connect-timeout=30"]
        .map(OsString::from)
        .into_iter()
        .chain([format!("--execute={sql}").into()])
        .collect()
}

/// What is asked of a server before a dump, in one go. The first word of a row says what it is about.
///
/// Tables are asked for with their engines: those of `InnoDB` are read in the order of their clustered key and in one moment; others in the order in
/// which rows happen to lie, and whenever they are read.
pub const FACTS: &str = "SELECT 'server', VERSION(), @@GLOBAL.log_bin; \
    SELECT 'table', HEX(TABLE_NAME), COALESCE(ENGINE, ''), TABLE_TYPE FROM information_schema.TABLES \
    WHERE TABLE_SCHEMA = DATABASE()";

/// How a dump is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DumpOptions {
    /// Coordinates of the binary log are written.
    pub coordinates: bool,
    /// Rows are sorted by key.
    pub sorted: bool,
    /// No table is locked while the dump is loaded. With a sequence as a default of one, MariaDB 10.11 refuses to load its own dump otherwise
    /// ("not locked with LOCK TABLES").
    pub unlocked: bool,
    /// The server is MariaDB's.
    pub of_mariadb: bool,
    /// Tables that are left out.
    pub without: Vec<String>,
    /// Tables whose rows are left out.
    pub without_rows: Vec<String>,
}

/// The arguments of the dumper.
pub fn dump_arguments(program: &Version, database: &str, options: &DumpOptions) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = [
        "--single-transaction",
        "--quick",
        "--routines",
        "--triggers",
        "--events",
        "--hex-blob",
        "--skip-dump-date",
        "--no-tablespaces",
    ]
    .map(OsString::from)
    .to_vec();
    arguments.extend(foreign_arguments(program, options.of_mariadb));
    if options.coordinates {
        arguments.push(coordinates_argument(program).into());
    }
    if options.sorted {
        arguments.push("--order-by-primary".into());
    }
    if options.unlocked {
        arguments.push("--skip-add-locks".into());
    }
    let each = |option: &str, tables: &[String]| -> Vec<OsString> {
        tables.iter().map(|table| format!("--{option}={database}.{table}").into()).collect()
    };
    arguments.extend(each("ignore-table", &options.without));
    arguments.extend(each("ignore-table-data", &options.without_rows));
    arguments
}

/// A dump of one row that anybody may read, with coordinates: whether it succeeds tells whether this user gets them, whatever the versions
/// ask for.
pub fn probe_arguments(program: &Version, of_mariadb: bool) -> Vec<OsString> {
    let mut arguments: Vec<OsString> =
        ["--single-transaction", "--no-data", "--no-create-info", "--skip-triggers", "--no-tablespaces"]
            .map(OsString::from)
            .to_vec();
    arguments.extend(foreign_arguments(program, of_mariadb));
    arguments.push(coordinates_argument(program).into());
    arguments
}

fn foreign_arguments(program: &Version, of_mariadb: bool) -> Vec<OsString> {
    let mut arguments = vec![];
    if !program.is_mariadb && program.number >= (8, 0, 0) {
        if of_mariadb {
            // It asks for a table that only MySQL has.
            arguments.push("--column-statistics=0".into());
        } else if program.number >= (8, 0, 17) {
            // The set is told and not set: loaded elsewhere it would poison that server.
            arguments.push("--set-gtid-purged=COMMENTED".into());
        }
    }
    arguments
}

fn coordinates_argument(program: &Version) -> &'static str {
    if !program.is_mariadb && program.number >= (8, 0, 26) { "--source-data=2" } else { "--master-data=2" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_is_told_what_it_knows() {
        let text = |version: &str, options: &DumpOptions| {
            let all = dump_arguments(&Version::parse(version), "shop", options);
            all.iter().map(|argument| argument.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        };
        let options = DumpOptions { coordinates: true, ..DumpOptions::default() };
        assert!(
            text("mysqldump  Ver 8.0.46 for Linux", &options)
                .contains("--set-gtid-purged=COMMENTED --source-data=2")
        );
        assert!(
            text("mysqldump  Ver 10.13 Distrib 5.7.44, for Linux", &options)
                .ends_with("--no-tablespaces --master-data=2")
        );
        let foreign = DumpOptions { of_mariadb: true, ..DumpOptions::default() };
        assert!(text("mysqldump  Ver 8.0.46 for Linux", &foreign).ends_with("--column-statistics=0"));
        let without = DumpOptions {
            without: vec!["a b".into()],
            without_rows: vec!["c".into()],
            ..DumpOptions::default()
        };
        let wanted = "--ignore-table=shop.a b --ignore-table-data=shop.c";
        assert!(text("mariadb-dump from 11.4.2-MariaDB, client", &without).ends_with(wanted));
    }
}

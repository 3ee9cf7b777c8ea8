//! The programs of PostgreSQL: their arguments, and what they say when they fail.

use std::ffi::OsString;

use zeroize::Zeroizing;

use super::{Dsn, Server};
use crate::process::Program;

/// Of a user who is not let in.
pub const DENIED: [&str; 6] = [
    "authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "pg_hba.conf rejects",
    "is not permitted to log in",
    "permission denied for database",
];
/// Of a server that does not answer.
pub const AWAY: [&str; 8] = [
    "Connection refused",
    "No such file or directory",
    "timeout expired",
    "could not translate host name",
    "No route to host",
    "Network is unreachable",
    "server closed the connection",
    "the database system is",
];

/// What is asked of a server before a dump: names of tables, alone and with their schemas, in hex.
pub const TABLES: &str = "SELECT encode(convert_to(name, 'UTF8'), 'hex') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, \
    LATERAL (VALUES (c.relname::text), (n.nspname || '.' || c.relname)) names (name) WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v', 'S')";

/// A password file that fits every server: it is made for one.
pub fn password_file(password: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    text.extend_from_slice(b"*:*:*:*:");
    for byte in password {
        if matches!(byte, b'\\' | b':') {
            text.push(b'\\');
        }
        text.push(*byte);
    }
    text.push(b'\n');
    text
}

/// The way to the server, then everything else.
pub fn connect(server: &Server, program: &mut Program, arguments: &[OsString]) {
    program.arguments.push("--no-password".into());
    program.arguments.push(format!("--dbname={}", connection(&server.dsn)).into());
    program.arguments.extend_from_slice(arguments);
    if let Some(secret) = &server.secret {
        program.environment.push(("PGPASSFILE".into(), secret.path().into()));
    }
    // It was taken out of the environment, if that is where the password comes from.
    program.not_inherited.push("PGPASSWORD".into());
}

/// A connection string of libpq.
fn connection(dsn: &Dsn) -> String {
    let mut words: Vec<(String, String)> = vec![];
    if !dsn.hosts.is_empty() {
        let join = |parts: Vec<String>| parts.join(",");
        let port = |port: &Option<u16>| port.map(|port| port.to_string()).unwrap_or_default();
        words.push(("host".into(), join(dsn.hosts.iter().map(|(host, _)| host.clone()).collect())));
        if dsn.hosts.iter().any(|(_, port)| port.is_some()) {
            words.push(("port".into(), join(dsn.hosts.iter().map(|(_, number)| port(number)).collect())));
        }
    }
    words.extend(dsn.user.iter().map(|user| ("user".into(), user.clone())));
    words.push(("dbname".into(), dsn.database.clone()));
    words.extend(dsn.options.iter().cloned());
    if dsn.option("connect_timeout").is_none() {
        words.push(("connect_timeout".into(), "30".into()));
    }
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('\'', "\\'");
    words.iter().map(|(key, value)| format!("{key}='{}'", quoted(value))).collect::<Vec<_>>().join(" ")
}

/// The client asks and prints bare rows; the first error ends it.
pub fn query_arguments(sql: &str) -> Vec<OsString> {
    ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=\t", "--set=ON_ERROR_STOP=1"]
        .map(OsString::from)
        .into_iter()
        .chain([format!("--command={sql}").into()])
        .collect()
}

/// The arguments of the dumper; `restrict_key` where it knows it.
pub fn dump_arguments(
    restrict_key: Option<&str>,
    without: &[String],
    without_rows: &[String],
) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["--format=plain".into()];
    arguments.extend(restrict_key.map(|key| format!("--restrict-key={key}").into()));
    let each = |option: &str, tables: &[String]| -> Vec<OsString> {
        tables.iter().map(|table| format!("--{option}={table}").into()).collect()
    };
    arguments.extend(each("exclude-table", without));
    arguments.extend(each("exclude-table-data", without_rows));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_string_has_everything_of_the_url_and_quotes_it() {
        let dsn = Dsn::parse("postgres://it's%5Cme@a:1,b/shop?sslmode=require").unwrap();
        let wanted =
            r"host='a,b' port='1,' user='it\'s\\me' dbname='shop' sslmode='require' connect_timeout='30'";
        assert_eq!(connection(&dsn), wanted);
    }

    #[test]
    fn a_password_in_its_file_is_one_field() {
        assert_eq!(password_file(br"a:b\c").as_slice(), b"*:*:*:*:a\\:b\\\\c\n");
    }
}

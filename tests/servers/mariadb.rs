//! A private MariaDB.

use std::process::Command;
use std::sync::OnceLock;

use super::{Watched, is_installed, output_of, skipped};

/// A running MariaDB, reached as its root without a password.
#[derive(Debug)]
pub struct MariaDb {
    watched: Watched,
}

impl MariaDb {
    /// The server of this test process; `None` where MariaDB is not installed.
    pub fn get() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<MariaDb>> = OnceLock::new();
        SERVER.get_or_init(Self::start).as_ref().or_else(|| skipped("mariadb-server is not installed"))
    }

    /// A server of its own, that goes when it is dropped.
    pub fn start() -> Option<Self> {
        if !is_installed("mariadbd") {
            return None;
        }
        let directory = Watched::directory("mariadb");
        let path = |name: &str| format!("{}/{name}", directory.display());
        let user = format!("--user={}", if super::is_root() { "root" } else { "" });
        let mut install = Command::new("mariadb-install-db");
        install.args(["--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal", &user]);
        output_of(install.arg(format!("--datadir={}", path("data"))), b"");
        let arguments = [
            "mariadbd".to_owned(),
            "--no-defaults".to_owned(),
            user,
            format!("--datadir={}", path("data")),
            format!("--socket={}", path("socket")),
            format!("--pid-file={}", path("pid")),
            "--skip-networking".to_owned(),
            "--character-set-server=utf8mb4".to_owned(),
            "--max-allowed-packet=1G".to_owned(),
            "--log-bin=binlog".to_owned(),
            "--innodb-flush-log-at-trx-commit=0".to_owned(),
            "--sync-binlog=0".to_owned(),
        ];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let server = Self { watched: Watched::start(&directory, &arguments) };
        server.watched.wait_until(|| {
            let output = server.client("mariadb").args(["-e", "SELECT 1"]).output();
            output.is_ok_and(|output| output.status.success())
        });
        Some(server)
    }

    /// A client program that talks to this server: `mariadb`, `mariadb-dump`, `mariadb-admin`.
    pub fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("--no-defaults").arg("--user=root");
        command.arg(format!("--socket={}/socket", self.watched.directory.display()));
        command
    }

    /// The URL of a database for a user, `root` having no password.
    pub fn url(&self, user: &str, database: &str) -> String {
        format!("mariadb://{user}@localhost/{database}?socket={}/socket", self.watched.directory.display())
    }

    /// Makes a database anew; what was in one of that name is gone.
    pub fn create_database(&self, name: &str) {
        self.query("", &format!("DROP DATABASE IF EXISTS `{name}`; CREATE DATABASE `{name}`"));
    }

    /// Runs statements in a database. Rows as lines, columns between tabs, without heads.
    pub fn query(&self, database: &str, sql: &str) -> String {
        let output = self.run(database, sql.as_bytes());
        String::from_utf8_lossy(&output).into_owned()
    }

    /// Runs a script, such as a dump, in a database (`""`: in none).
    pub fn run(&self, database: &str, script: &[u8]) -> Vec<u8> {
        let mut client = self.client("mariadb");
        client.args(["--batch", "--skip-column-names", "--binary-mode", "--max-allowed-packet=1G"]);
        client.args(["--default-character-set=utf8mb4"]);
        if !database.is_empty() {
            client.arg(database);
        }
        output_of(&mut client, script)
    }

    /// What `mariadb-dump` writes.
    pub fn dump(&self, arguments: &[&str]) -> Vec<u8> {
        output_of(self.client("mariadb-dump").args(arguments), b"")
    }
}

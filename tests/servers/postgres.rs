//! A private PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{Watched, is_root, output_of, skipped};

/// The user a server runs as where the tests run as root, which PostgreSQL refuses.
const USER: &str = "postgres";

/// A running PostgreSQL, reached as its superuser without a password.
#[derive(Debug)]
pub struct PostgreSql {
    watched: Watched,
    programs: PathBuf,
}

impl PostgreSql {
    /// The server of this test process; `None` where PostgreSQL is not installed.
    pub fn get() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<PostgreSql>> = OnceLock::new();
        SERVER.get_or_init(Self::start).as_ref().or_else(|| skipped("postgresql is not installed"))
    }

    /// A server of its own, that goes when it is dropped.
    pub fn start() -> Option<Self> {
        let programs = programs()?;
        let directory = Watched::directory("postgres");
        let data = format!("{}/data", directory.display());
        let socket = directory.display().to_string();
        if is_root() {
            output_of(Command::new("chown").args([USER, &socket]), b"");
        }
        let initdb = programs.join("initdb");
        let mut init = as_user(&initdb);
        init.args([
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--username=postgres",
        ]);
        output_of(init.arg("--pgdata").arg(&data).current_dir(&directory), b"");
        let mut arguments: Vec<String> = Vec::new();
        let server = as_user(&programs.join("postgres"));
        arguments.push(server.get_program().to_string_lossy().into_owned());
        arguments.extend(server.get_args().map(|argument| argument.to_string_lossy().into_owned()));
        arguments.extend(["-D", &data, "-k", &socket].map(str::to_owned));
        for setting in ["listen_addresses=", "fsync=off", "full_page_writes=off", "synchronous_commit=off"] {
            arguments.extend(["-c".to_owned(), setting.to_owned()]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let server = Self { watched: Watched::start(&directory, &arguments), programs };
        server.watched.wait_until(|| {
            let output = server.client("psql").args(["-c", "SELECT 1", "postgres"]).output();
            output.is_ok_and(|output| output.status.success())
        });
        Some(server)
    }

    /// A client program that talks to this server: `psql`, `pg_dump`, `pg_dumpall`, `pg_restore`.
    pub fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        for variable in ["PGOPTIONS", "PGSERVICE", "PGDATABASE", "PGPORT", "PGUSER", "PGPASSWORD"] {
            command.env_remove(variable);
        }
        command.arg(format!("--host={}", self.watched.directory.display())).arg("--username=postgres");
        command
    }

    /// The URL of a database for a user.
    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@/{database}?host={}", self.watched.directory.display())
    }

    /// From here on this user has to give a password.
    pub fn ask_for_password(&self, user: &str) {
        let rules = format!("local all {user} scram-sha-256\nlocal all all trust\n");
        std::fs::write(self.watched.directory.join("data/pg_hba.conf"), rules).unwrap();
        self.query("postgres", "SELECT pg_reload_conf()");
    }

    /// Makes a database anew; what was in one of that name is gone.
    pub fn create_database(&self, name: &str) {
        self.query("postgres", &format!("DROP DATABASE IF EXISTS \"{name}\""));
        self.query("postgres", &format!("CREATE DATABASE \"{name}\" TEMPLATE template0"));
    }

    /// Runs statements in a database. Rows as lines, columns between tabs, without heads.
    pub fn query(&self, database: &str, sql: &str) -> String {
        String::from_utf8_lossy(&self.run(database, sql.as_bytes())).into_owned()
    }

    /// Runs a script, such as a dump, in a database; the first error ends it.
    pub fn run(&self, database: &str, script: &[u8]) -> Vec<u8> {
        let mut client = self.client("psql");
        client.args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=\t"]);
        client.args(["--set=ON_ERROR_STOP=1", "--file=-", "--dbname", database]);
        output_of(&mut client, script)
    }

    /// What `pg_dump` writes.
    pub fn dump(&self, arguments: &[&str]) -> Vec<u8> {
        output_of(self.client("pg_dump").args(arguments), b"")
    }

    /// What `pg_dumpall` writes.
    pub fn dump_all(&self, arguments: &[&str]) -> Vec<u8> {
        output_of(self.client("pg_dumpall").args(arguments), b"")
    }
}

/// The directory of the newest version that is installed, as Debian lays it out.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let found = versions.filter_map(|version| {
        let version = version.ok()?;
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        let programs = version.path().join("bin");
        programs.join("initdb").exists().then_some((number, programs))
    });
    found.max().map(|(_, programs)| programs)
}

/// A command as a user that PostgreSQL accepts.
fn as_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={USER}"), format!("--regid={USER}")]).arg("--clear-groups").arg(program);
    command
}

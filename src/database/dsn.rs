//! Where a database is and who one is there: a URL, as people have it already, and never a password.

use crate::base::escape;

/// Which vendor's programs talk to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// MariaDB or MySQL.
    MariaDb,
    /// PostgreSQL.
    Postgres,
}

/// A database on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dsn {
    /// Whose server.
    pub kind: Kind,
    /// The user, else what the programs take by themselves.
    pub user: Option<String>,
    /// Hosts with their ports, in the order in which they are tried; `MariaDB` takes one.
    pub hosts: Vec<(String, Option<u16>)>,
    /// The database.
    pub database: String,
    /// Everything behind the question mark but `password-env`.
    pub options: Vec<(String, String)>,
    /// The variable of the environment that has the password.
    pub password_variable: Option<String>,
}

/// What is wrong with a DSN. It never repeats it: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DsnError {
    /// It starts with no scheme that is known.
    #[error("a database is named by mariadb://, mysql://, postgres:// or postgresql://")]
    Scheme,
    /// It holds a password.
    #[error("the URL of the database holds a password, and everybody on this machine can read arguments")]
    Password,
    /// It names no database.
    #[error("the URL names no database: mariadb://user@host/DATABASE")]
    NoDatabase,
    /// A part cannot be understood.
    #[error("the URL of the database has no right {what}: '{text}'")]
    Part {
        /// Which part.
        what: &'static str,
        /// The part, escaped.
        text: String,
    },
}

/// What the programs of MariaDB and MySQL are told by options of the same name.
pub const MARIADB_OPTIONS: [&str; 17] = [
    "socket",
    "defaults-file",
    "defaults-group-suffix",
    "protocol",
    "compress",
    "plugin-dir",
    "default-auth",
    "ssl",
    "ssl-mode",
    "ssl-ca",
    "ssl-capath",
    "ssl-cert",
    "ssl-key",
    "ssl-cipher",
    "ssl-verify-server-cert",
    "tls-version",
    "get-server-public-key",
];

impl Dsn {
    /// What a URL says.
    ///
    /// # Errors
    /// [`DsnError`].
    pub fn parse(url: &str) -> Result<Self, DsnError> {
        let (scheme, rest) = url.split_once("://").ok_or(DsnError::Scheme)?;
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "mariadb" | "mysql" => Kind::MariaDb,
            "postgres" | "postgresql" => Kind::Postgres,
            _ => return Err(DsnError::Scheme),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        // A password may have an @ in it that nobody encoded.
        let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        if user.contains(':') {
            return Err(DsnError::Password);
        }
        let mut dsn = Self {
            kind,
            user: (!user.is_empty()).then(|| decode("user", user)).transpose()?,
            hosts: hosts_of(hosts)?,
            database: decode("database", database)?,
            options: vec![],
            password_variable: None,
        };
        for option in query.split('&').filter(|option| !option.is_empty()) {
            dsn.take_option(option)?;
        }
        if dsn.database.is_empty() { Err(DsnError::NoDatabase) } else { Ok(dsn) }
    }

    /// The value of an option.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Another database on the same server.
    pub fn at(&self, database: &str) -> Self {
        Self { database: database.into(), ..self.clone() }
    }

    /// Where the server is, for people.
    pub fn place(&self) -> String {
        let hosts: Vec<String> = self.hosts.iter().map(|(host, _)| host.clone()).collect();
        let socket = self.option("socket").or_else(|| self.option("host"));
        match (hosts.is_empty(), socket) {
            (false, _) => escape(hosts.join(",").as_bytes()),
            (true, Some(socket)) => escape(socket.as_bytes()),
            (true, None) => "this machine".into(),
        }
    }

    fn take_option(&mut self, option: &str) -> Result<(), DsnError> {
        let (key, value) = option.split_once('=').unwrap_or((option, ""));
        let key = decode("option", key)?;
        let name = key.replace('_', "-").to_ascii_lowercase();
        if matches!(name.as_str(), "password" | "sslpassword" | "passwd" | "pass" | "pwd") {
            return Err(DsnError::Password);
        }
        let value = decode("option", value)?;
        match (name.as_str(), self.kind) {
            ("password-env", _) => self.password_variable = Some(value),
            (known, Kind::MariaDb) if MARIADB_OPTIONS.contains(&known) => self.options.push((name, value)),
            (_, Kind::MariaDb) => {
                return Err(DsnError::Part { what: "option", text: escape(key.as_bytes()) });
            }
            ("dbname", Kind::Postgres) => self.database = value,
            ("user", Kind::Postgres) => self.user = Some(value),
            // The rest is libpq's own matter, which says what it does not know.
            (_, Kind::Postgres) => self.options.push((key, value)),
        }
        Ok(())
    }
}

fn hosts_of(text: &str) -> Result<Vec<(String, Option<u16>)>, DsnError> {
    text.split(',').filter(|host| !host.is_empty()).map(host_of).collect()
}

fn host_of(text: &str) -> Result<(String, Option<u16>), DsnError> {
    let wrong = |what, text: &str| DsnError::Part { what, text: escape(text.as_bytes()) };
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or_else(|| wrong("host", text))?;
            (host, rest.strip_prefix(':'))
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let port = port.filter(|port| !port.is_empty());
    let port = port.map(|port| port.parse().map_err(|_| wrong("port", port))).transpose()?;
    Ok((decode("host", host)?, port))
}

/// Without percent signs.
fn decode(what: &'static str, text: &str) -> Result<String, DsnError> {
    let wrong = || DsnError::Part { what, text: escape(text.as_bytes()) };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()).ok_or_else(wrong)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
        rest = rest.get(2..).unwrap_or_default();
    }
    // A zero byte ends an argument early.
    if bytes.contains(&0) {
        return Err(wrong());
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_user_host_port_database_and_options() {
        let dsn = Dsn::parse("mariadb://sh%40p@db1:3307/shop?socket=/run/my.sock&password-env=PW").unwrap();
        assert_eq!((dsn.kind, dsn.user.as_deref()), (Kind::MariaDb, Some("sh@p")));
        assert_eq!((dsn.hosts.clone(), dsn.database.as_str()), (vec![("db1".into(), Some(3307))], "shop"));
        assert_eq!(
            (dsn.option("socket"), dsn.password_variable.as_deref()),
            (Some("/run/my.sock"), Some("PW"))
        );
        let dsn = Dsn::parse("postgresql://a,[::1]:6432/shop?sslmode=require&host=/run/pg").unwrap();
        assert_eq!(dsn.hosts, [("a".into(), None), ("::1".into(), Some(6432))]);
        assert_eq!((dsn.option("sslmode"), dsn.option("host")), (Some("require"), Some("/run/pg")));
        assert_eq!(Dsn::parse("mysql:///shop").unwrap().place(), "this machine");
    }

    #[test]
    fn a_password_is_refused_wherever_it_stands_and_not_repeated() {
        for url in [
            "mariadb://me:hush@h/db",
            "postgres://me:hu@sh@h/db",
            "postgres://h/db?password=hush",
            "postgres://h/db?sslmode=require&sslpassword=hush",
            "mysql://h/db?PASSWORD=hush",
            "mysql://h/db?pass%77ord=hush",
        ] {
            let error = Dsn::parse(url).unwrap_err();
            assert_eq!(error, DsnError::Password, "{url}");
            assert!(!error.to_string().contains("hush"));
        }
    }

    #[test]
    fn what_is_no_url_of_a_database_is_refused_by_its_part() {
        for (url, wanted) in [
            ("shop", "named by"),
            ("sqlite:///x", "named by"),
            ("mariadb://h", "no database"),
            ("mariadb://h:port/db", "port: 'port'"),
            ("mariadb://h/db?init-command=x", "option: 'init-command'"),
            ("mariadb://h/a%0", "database"),
            ("mariadb://h/a%00b", "database"),
            ("postgres://[::1/db", "host"),
        ] {
            let error = Dsn::parse(url).unwrap_err().to_string();
            assert!(error.contains(wanted), "{url}: {error}");
        }
    }
}

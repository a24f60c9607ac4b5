//! What the URL says, and what every connection is told besides.

use std::time::Duration;

use futures_util::future::join_all;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use url::Url;

use super::PostgresOpenError;

/// Connections of one process, unless the URL says otherwise. Few: a crowd that comes at once
/// would else wait for connections to open, and a database of few cores for all of them.
const CONNECTIONS: u32 = 8;
/// Most connections that a URL may ask for.
const CONNECTIONS_MAX: u32 = 100;
/// The parameter of the URL that is ours; the driver does not know it.
const CONNECTIONS_PARAMETER: &str = "connections_max";
/// Parameters that the driver reads. It would pass over any other in silence.
const DRIVER_PARAMETERS: [&str; 18] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];
/// How a connection shows in `pg_stat_activity`.
const APPLICATION_NAME: &str = "movie-together";
/// Longest wait for a connection, a new one included.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// A connection that was quiet for longer is tried by a round trip before it is lent: a restarted
/// server leaves dead ones. One that was busy until now was alive until now, mostly.
const QUIET: Duration = Duration::from_secs(1);
/// A connection is replaced after this, so that a balancer's new servers come into use.
const LIFETIME_MAX: Duration = Duration::from_mins(30);
/// What the server is told of every connection; the URL's own `options` win.
const SETTINGS: [(&str, &str); 4] = [
    ("statement_timeout", "5s"),
    ("lock_timeout", "2s"),
    ("idle_in_transaction_session_timeout", "5s"),
    // The default of Postgres, but an operator's may differ.
    ("default_transaction_isolation", "read committed"),
];
/// What it is told besides while tables are changed: that may take long, and it waits for no
/// lock longer than a call does, because everyone else would wait behind it.
const MIGRATION_SETTINGS: [(&str, &str); 2] =
    [("statement_timeout", "15min"), ("lock_timeout", "2s")];

/// How to reach a database.
#[derive(Clone, Debug)]
pub(super) struct Options {
    connect: PgConnectOptions,
    connections_max: u32,
}

impl Options {
    pub(super) fn parse(text: &str) -> Result<Self, PostgresOpenError> {
        let url = Url::parse(text).map_err(|error| PostgresOpenError::BadUrl(error.into()))?;
        let mut connections_max = CONNECTIONS;
        // What is given later wins.
        let mut parameters: Vec<(String, String)> =
            SETTINGS.map(|(name, value)| (format!("options[{name}]"), value.to_owned())).into();
        for (name, value) in url.query_pairs().into_owned() {
            if name == CONNECTIONS_PARAMETER {
                connections_max = connections(name, &value)?;
            } else if DRIVER_PARAMETERS.contains(&name.as_str()) || name.starts_with("options[") {
                parameters.push((name, value));
            } else {
                return Err(PostgresOpenError::BadParameter { name, reason: "is not known" });
            }
        }
        let mut full = url;
        full.query_pairs_mut().clear().extend_pairs(parameters);
        let connect = PgConnectOptions::from_url(&full)
            .map_err(|error| PostgresOpenError::BadUrl(error.into()))?;
        Ok(Self { connect: with_name(connect), connections_max })
    }

    /// Connections for the calls, opened before they are asked for: opening one takes a server
    /// many times what a call does, and a crowd would wait for it.
    pub(super) async fn open_pool(&self) -> PgPool {
        let pool = self.pool();
        // What does not open now, opens when it is needed.
        drop(join_all((0..self.connections_max).map(|_| pool.acquire())).await);
        pool
    }

    /// A connection for as long as it is wanted.
    pub(super) fn single(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with(self.connect.clone())
    }

    fn pool(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(self.connections_max)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .max_lifetime(LIFETIME_MAX)
            .idle_timeout(None)
            .test_before_acquire(false)
            .before_acquire(|connection, held| {
                Box::pin(async move {
                    if held.idle_for >= QUIET {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(self.connect.clone())
    }

    /// A connection to change the tables with.
    pub(super) fn migrating(&self) -> PgConnectOptions {
        self.connect.clone().options(MIGRATION_SETTINGS)
    }
}

fn connections(name: String, value: &str) -> Result<u32, PostgresOpenError> {
    match value.parse() {
        Ok(count @ 1..=CONNECTIONS_MAX) => Ok(count),
        _ => Err(PostgresOpenError::BadParameter { name, reason: "is a number from 1 to 100" }),
    }
}

fn with_name(connect: PgConnectOptions) -> PgConnectOptions {
    if connect.get_application_name().is_some() {
        connect
    } else {
        connect.application_name(APPLICATION_NAME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(parameters: &str) -> String {
        let url = format!("postgres://me:secret@host:5433/rooms?{parameters}");
        Options::parse(&url).unwrap_err().to_string()
    }

    #[test]
    fn the_url_says_where_and_its_settings_win() {
        let url = "postgresql://me:secret@host:5433/rooms\
                   ?connections_max=7&options[lock_timeout]=9s&sslmode=require";
        let options = Options::parse(url).unwrap();
        assert_eq!(options.connections_max, 7);
        assert_eq!(options.connect.get_host(), "host");
        assert_eq!(options.connect.get_port(), 5433);
        assert_eq!(options.connect.get_database(), Some("rooms"));
        assert_eq!(options.connect.get_application_name(), Some(APPLICATION_NAME));
        let settings = options.connect.get_options().unwrap();
        assert!(settings.ends_with("-c lock_timeout=9s"), "{settings}");
        assert!(settings.contains("-c statement_timeout=5s"), "{settings}");
    }

    #[test]
    fn connections_are_limited() {
        for count in [1, CONNECTIONS_MAX] {
            let url = format!("postgres://host/rooms?connections_max={count}");
            assert_eq!(Options::parse(&url).unwrap().connections_max, count);
        }
        for count in ["0", "101", "many"] {
            let wanted = "the URL's parameter `connections_max` is a number from 1 to 100";
            assert_eq!(refusal(&format!("connections_max={count}")), wanted);
        }
        assert_eq!(Options::parse("postgres://host/rooms").unwrap().connections_max, CONNECTIONS);
    }

    #[test]
    fn what_nobody_reads_is_refused_by_name() {
        assert_eq!(
            refusal("conections_max=3"),
            "the URL's parameter `conections_max` is not known"
        );
        for bad in ["sslmode=often", "port=many"] {
            let error = Options::parse(&format!("postgres://me:secret@host/rooms?{bad}"));
            let error = error.unwrap_err();
            assert!(matches!(error, PostgresOpenError::BadUrl(_)), "{error}");
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        }
    }
}

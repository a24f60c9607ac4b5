//! Brings the tables up to date, while the version before may still run on them.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Connection};

use super::error::PostgresOpenError;
use super::options::Options;

/// Longest wait for the one connection that changes tables.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest that the tables may be on their way; the server's own limit comes first.
const MIGRATION_TIMEOUT: Duration = Duration::from_mins(16);
/// How often another node that is at it, or a call in the way, is waited for; each wait ends
/// by the `lock_timeout` of the connection.
const ATTEMPTS_MAX: u32 = 15;
/// Others may keep tables in the same database, under a migrator of their own.
const TABLE: &str = "movie_together_migration";

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/postgres");

/// Runs what is new, one node at a time.
pub(super) async fn migrate(options: &Options) -> Result<(), PostgresOpenError> {
    let mut attempt = 1;
    loop {
        match migrate_once(options).await {
            Err(error) if attempt < ATTEMPTS_MAX && error.is_locked() => attempt += 1,
            done => return done,
        }
    }
}

async fn migrate_once(options: &Options) -> Result<(), PostgresOpenError> {
    let mut migrator = Migrator { migrations: MIGRATIONS.migrations.clone(), ..Migrator::DEFAULT };
    migrator.dangerous_set_table_name(TABLE);
    // A node of the version before may start beside newer ones.
    migrator.set_ignore_missing(true);
    let mut connection = connect(options).await?;
    tokio::time::timeout(MIGRATION_TIMEOUT, migrator.run_direct(None, &mut connection, false))
        .await
        .map_err(|elapsed| PostgresOpenError::Away(elapsed.into()))?
        .map_err(PostgresOpenError::of_migrating)?;
    connection.close().await.map_err(PostgresOpenError::of_connecting)
}

async fn connect(options: &Options) -> Result<PgConnection, PostgresOpenError> {
    let options = options.migrating();
    tokio::time::timeout(CONNECT_TIMEOUT, options.connect())
        .await
        .unwrap_or_else(|_elapsed| Err(sqlx::Error::Io(ErrorKind::TimedOut.into())))
        .map_err(PostgresOpenError::of_connecting)
}

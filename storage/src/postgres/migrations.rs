//! Brings the tables up to date, while the version before may still run on them.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Connection, query_scalar};

use super::error::PostgresOpenError;
use super::options::Options;

/// Longest wait for the one connection that changes tables.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest that the tables may be on their way; the server's own limit comes first.
const MIGRATION_TIMEOUT: Duration = Duration::from_mins(16);
/// How long another node that is at it, or a call in the way, is waited for.
const LOCKED_PATIENCE: Duration = Duration::from_secs(30);
/// Pause before the next try meanwhile.
const LOCKED_PAUSE: Duration = Duration::from_millis(200);
/// Others may keep tables in the same database, under a migrator of their own.
const TABLE: &str = "movie_together_migration";

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/postgres");

/// Runs what is new, one node at a time.
pub(super) async fn migrate(options: &Options) -> Result<(), PostgresOpenError> {
    let started_at = Instant::now();
    loop {
        match migrate_once(options).await {
            Err(error) if error.is_locked() && started_at.elapsed() < LOCKED_PATIENCE => {
                tokio::time::sleep(LOCKED_PAUSE).await;
            }
            done => return done,
        }
    }
}

async fn migrate_once(options: &Options) -> Result<(), PostgresOpenError> {
    let mut migrator = Migrator { migrations: MIGRATIONS.migrations.clone(), ..Migrator::DEFAULT };
    migrator.dangerous_set_table_name(TABLE);
    // A node of the version before may start beside newer ones.
    migrator.set_ignore_missing(true);
    // The migrator's own lock is waited for inside the server, as a statement, and an index that
    // is made CONCURRENTLY waits for every statement: that would never end.
    migrator.set_locking(false);
    let mut connection = connect(options).await?;
    lock(&mut connection).await?;
    tokio::time::timeout(MIGRATION_TIMEOUT, migrator.run_direct(None, &mut connection, false))
        .await
        .map_err(|elapsed| PostgresOpenError::Away(elapsed.into()))?
        .map_err(PostgresOpenError::of_migrating)?;
    connection.close().await.map_err(PostgresOpenError::of_connecting)
}

/// Keeps other nodes away until the connection ends.
async fn lock(connection: &mut PgConnection) -> Result<(), PostgresOpenError> {
    let lock = query_scalar("SELECT pg_try_advisory_lock(hashtextextended($1, 0))").bind(TABLE);
    match lock.fetch_one(connection).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(PostgresOpenError::Locked("another node is at it".into())),
        Err(error) => Err(PostgresOpenError::of_connecting(error)),
    }
}

async fn connect(options: &Options) -> Result<PgConnection, PostgresOpenError> {
    let options = options.migrating();
    tokio::time::timeout(CONNECT_TIMEOUT, options.connect())
        .await
        .unwrap_or_else(|_elapsed| Err(sqlx::Error::Io(ErrorKind::TimedOut.into())))
        .map_err(PostgresOpenError::of_connecting)
}

//! The SQLite file: one writer connection, a few readers, migrations.
//!
//! The file may be shared with other parts of Movie Together; this crate's tables begin with
//! `cinema_` and its migrations are counted in a table of their own. Commits are synced to the
//! disk (`synchronous=FULL`): sign-ups and wishes are rare, and people were told they are kept.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{SqliteTransaction, Transaction};
use tokio::fs::DirBuilder;
use uuid::Uuid;

use crate::CinemaError;

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const READERS_MAX: u32 = 4;
const MIGRATIONS_TABLE: &str = "_cinema_migrations";

/// Handles to the file. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    writer: SqlitePool,
    reader: SqlitePool,
}

impl Database {
    /// Opens the file, makes it when absent, and brings its tables up to date.
    pub(crate) async fn open(path: &Path) -> Result<Self, CinemaError> {
        if let Some(folder) = path.parent() {
            // Only its owner may look in: passwords' hashes and the signing key lie there.
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .await
                .map_err(|source| CinemaError::Folder { path: folder.to_path_buf(), source })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        let writer = pool(1).connect_with(options.clone()).await?;
        let mut migrations = sqlx::migrate!("./migrations");
        migrations.dangerous_set_table_name(MIGRATIONS_TABLE);
        migrations.run(&writer).await?;
        let reader = pool(READERS_MAX).connect_lazy_with(options.read_only(true));
        Ok(Self { writer, reader })
    }

    /// Connections that only read.
    pub(crate) fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// Begins a write. `IMMEDIATE`, because a transaction that reads first and writes later
    /// fails at once, whatever the busy timeout, when someone else wrote in between.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        let transaction: SqliteTransaction<'static> =
            self.writer.begin_with("BEGIN IMMEDIATE").await?;
        Ok(transaction)
    }
}

fn pool(connections_max: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections_max).acquire_timeout(ACQUIRE_TIMEOUT)
}

/// Ids as one parameter, to be read in SQL by `SELECT unhex(value) FROM json_each(?)`.
pub(crate) fn id_list(ids: impl IntoIterator<Item = Uuid>) -> String {
    let quoted: Vec<String> = ids.into_iter().map(|id| format!("\"{}\"", id.simple())).collect();
    format!("[{}]", quoted.join(","))
}

/// How a text is compared in searches: without case, and with `ё` as `е`, as people type it.
pub(crate) fn folded(text: &str) -> String {
    text.trim().to_lowercase().replace('ё', "е")
}

/// A count that SQLite gave as a signed number.
pub(crate) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

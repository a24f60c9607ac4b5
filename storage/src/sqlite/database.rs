//! One SQLite file: how it is opened, migrated, read and written.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::log::BoxError;

/// How long a statement waits for another process to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a transaction is begun anew when the file was busy for all that time.
const BEGIN_ATTEMPTS_MAX: u32 = 2;
/// How often the first connection is tried while another process makes the file.
const CONNECT_ATTEMPTS_MAX: u32 = 100;
/// Pause between those attempts.
const CONNECT_PAUSE: Duration = Duration::from_millis(50);
/// Longest wait for a connection of this process.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Rows that a connection's thread reads ahead of whoever takes them; with fewer, the two wait
/// for each other all through a long read.
const ROWS_AHEAD_MAX: usize = 256;
/// Reading connections; each is a thread.
const READERS_MAX: u32 = 4;
/// The write-ahead log is cut back to this size after a burst.
const JOURNAL_BYTES_MAX: &str = "67108864";
/// The cinema and others may keep tables in the same file, under a migrator of their own.
const MIGRATIONS_TABLE: &str = "movie_together_migration";
/// `SQLITE_BUSY`; its extended codes have it as their lowest byte (`BUSY_SNAPSHOT` is 517).
const SQLITE_BUSY: i32 = 5;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

/// What a commit waits for. Either survives a killed process; the disk is the default because
/// it costs a lone append about 0.2 ms more, which nobody in a room can notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// The disk: a commit survives a power cut as well.
    #[default]
    Full,
    /// The operating system: a power cut may take the last commits, but never leaves half of one.
    Normal,
}

/// One SQLite file with one writing connection and a few reading ones.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    writer: SqlitePool,
    reader: SqlitePool,
}

impl Database {
    /// Opens a file, making it and its directory when absent, and brings its tables up to date.
    pub async fn open(path: &Path, synchronous: Synchronous) -> Result<Arc<Self>, BoxError> {
        if let Some(directory) = path.parent() {
            make_folder(directory)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(BUSY_TIMEOUT)
            .row_buffer_size(ROWS_AHEAD_MAX);
        let writer = connect_writer(writing(options.clone(), synchronous)).await?;
        migrate(&writer).await?;
        let reader = pool(READERS_MAX).connect_with(options.read_only(true)).await?;
        Ok(Arc::new(Self { path: path.to_owned(), writer, reader }))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The reading connections.
    pub(crate) fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// The writing connection, for a statement that is a transaction by itself.
    pub(crate) fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// Begins a writing transaction; nothing is written unless it is committed.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        begin(&self.writer).await
    }
}

/// Takes the file's lock at once: a transaction that reads first and asks for it later fails
/// for good when another process wrote in between.
async fn begin(writer: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    let mut attempt = 1;
    loop {
        match writer.begin_with("BEGIN IMMEDIATE").await {
            Err(error) if attempt < BEGIN_ATTEMPTS_MAX && is_busy(&error) => attempt += 1,
            begun => return begun,
        }
    }
}

fn is_busy(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .and_then(|code| code.parse::<i32>().ok())
        .is_some_and(|code| code & 0xFF == SQLITE_BUSY)
}

fn writing(options: SqliteConnectOptions, synchronous: Synchronous) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .pragma("journal_size_limit", JOURNAL_BYTES_MAX)
        .synchronous(match synchronous {
            Synchronous::Full => SqliteSynchronous::Full,
            Synchronous::Normal => SqliteSynchronous::Normal,
        })
}

/// Makes a folder that only its owner may look into.
pub(super) fn make_folder(directory: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

/// Connects, patiently: to turn a new file to WAL, SQLite wants it alone and waits for nobody,
/// so of two processes that start together one is refused at first.
async fn connect_writer(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let mut attempt = 1;
    loop {
        match pool(1).connect_with(options.clone()).await {
            Err(error) if attempt < CONNECT_ATTEMPTS_MAX && is_busy(&error) => {
                attempt += 1;
                tokio::time::sleep(CONNECT_PAUSE).await;
            }
            connected => return connected,
        }
    }
}

fn pool(connections_max: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections_max)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

/// Runs what is new in one transaction, so that two processes that start together on a new
/// file make its tables once.
async fn migrate(writer: &SqlitePool) -> Result<(), BoxError> {
    let mut migrator = Migrator { migrations: MIGRATIONS.migrations.clone(), ..Migrator::DEFAULT };
    migrator.dangerous_set_table_name(MIGRATIONS_TABLE);
    let mut transaction = begin(writer).await?;
    migrator.run_direct(None, &mut *transaction, false).await?;
    transaction.commit().await?;
    Ok(())
}

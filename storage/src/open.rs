//! Opens the three ports, each by its own URL.

mod files;
mod patience;
mod port;

use std::sync::Arc;

use crate::archive::Archive;
use crate::clock::Clock;
use crate::kafka::{KafkaLog, KafkaOpenError};
use crate::log::{BoxError, Log};
use crate::mongo::{MongoArchive, MongoOpenError};
use crate::postgres::{PostgresOpenError, PostgresRooms};
use crate::rooms::Rooms;
use crate::sqlite::{NodeLock, NodeLockError, SqliteArchive, SqliteLog, SqliteRooms};
use files::Files;
use patience::Patience;
use port::{ARCHIVE, LOG, Place, ROOMS};

/// Where each port lies: in a file, such as `sqlite://data/movie-together.db`, or on an engine.
/// A file's path is relative to the working directory; `?synchronous=normal` trades the safety
/// of its last commits in a power cut for speed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageUrls {
    /// `ROOMS_URL`: `sqlite:` or `postgres:`.
    pub rooms: String,
    /// `LOG_URL`: `sqlite:` or `kafka:`.
    pub log: String,
    /// `ARCHIVE_URL`: `sqlite:` or `mongodb:`.
    pub archive: String,
}

impl StorageUrls {
    /// Whether several API nodes may run on these: rooms and log both lie on engines.
    pub fn is_shared(&self) -> bool {
        ![&self.rooms, &self.log].into_iter().any(|url| port::is_file(url))
    }
}

/// The three ports, open.
#[derive(Clone)]
pub struct Storage {
    /// The room rows.
    pub rooms: Arc<dyn Rooms>,
    /// The ordered records.
    pub log: Arc<dyn Log>,
    /// The closed rooms.
    pub archive: Arc<dyn Archive>,
}

/// Why the storage was not opened. Never shows a URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No adapter of this port has this scheme.
    #[error("{variable}: no storage is known for `{scheme}:`; known are: {known}")]
    UnknownScheme {
        /// The variable to correct.
        variable: &'static str,
        /// What stands before the colon.
        scheme: String,
        /// What may stand there.
        known: String,
    },
    /// The URL cannot be read.
    #[error("{variable}: {reason}")]
    BadUrl {
        /// The variable to correct.
        variable: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Two variables name one file and ask for different things.
    #[error("{variable}: another variable opens the same file with other parameters")]
    Differing {
        /// One of the variables.
        variable: &'static str,
    },
    /// The adapter failed.
    #[error("{variable}: the storage cannot be opened")]
    Failed {
        /// The variable it was named by.
        variable: &'static str,
        /// Why.
        source: BoxError,
    },
    /// Another node runs on the embedded storage, or its lock cannot be tried.
    #[error(transparent)]
    NodeLock(#[from] NodeLockError),
}

/// Opens the three ports. Those that name one SQLite file share it; engines that are away are
/// waited for, 30 s in all, so that they may be started together with this process.
pub async fn open(urls: &StorageUrls, clock: Arc<dyn Clock>) -> Result<Storage, OpenError> {
    // A mistake in any URL is told before anything is waited for.
    let (rooms, log, archive) =
        (ROOMS.place(&urls.rooms)?, LOG.place(&urls.log)?, ARCHIVE.place(&urls.archive)?);
    let mut files = Files::default();
    let patience = Patience::begin();

    let rooms: Arc<dyn Rooms> = match rooms {
        Place::File(file) => {
            let database = files.open(ROOMS.variable, file).await?;
            Arc::new(SqliteRooms::new(database, Arc::clone(&clock)))
        }
        Place::Engine(url) => {
            let open = || PostgresRooms::open(url);
            Arc::new(patience.open(ROOMS.variable, PostgresOpenError::is_away, open).await?)
        }
    };
    let log: Arc<dyn Log> = match log {
        Place::File(file) => {
            let database = files.open(LOG.variable, file).await?;
            let log = SqliteLog::open(database, clock).await;
            Arc::new(log.map_err(|source| OpenError::Failed { variable: LOG.variable, source })?)
        }
        Place::Engine(url) => {
            let open = || KafkaLog::open(url, Arc::clone(&clock));
            Arc::new(patience.open(LOG.variable, KafkaOpenError::is_away, open).await?)
        }
    };
    let archive: Arc<dyn Archive> = match archive {
        Place::File(file) => {
            Arc::new(SqliteArchive::new(files.open(ARCHIVE.variable, file).await?))
        }
        Place::Engine(url) => {
            let open = || MongoArchive::open(url);
            Arc::new(patience.open(ARCHIVE.variable, MongoOpenError::is_away, open).await?)
        }
    };
    Ok(Storage { rooms, log, archive })
}

/// Makes sure that this is the only API node on the embedded storage, for as long as the
/// answer lives: locks exactly the files among the URLs. The ETL does without: it may run
/// beside the API.
pub fn lock_node(urls: &StorageUrls) -> Result<NodeLock, OpenError> {
    let places = [ROOMS.place(&urls.rooms)?, LOG.place(&urls.log)?, ARCHIVE.place(&urls.archive)?];
    let mut paths: Vec<_> = places.into_iter().filter_map(Place::path).collect();
    paths.sort();
    paths.dedup();
    Ok(NodeLock::take(&paths)?)
}

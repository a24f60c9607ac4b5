//! Opens the three ports, each by its own URL.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::archive::Archive;
use crate::clock::Clock;
use crate::log::{BoxError, Log};
use crate::rooms::Rooms;
use crate::sqlite::{
    Database, NodeLock, NodeLockError, SqliteArchive, SqliteLog, SqliteRooms, Synchronous,
};

/// Schemes that [`open`] knows.
const SCHEMES: &str = "sqlite";

/// Where each port lies. Such as `sqlite://data/movie-together.db`: a path, relative to the
/// working directory; `?synchronous=normal` trades the safety of the last commits in a power
/// cut for speed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageUrls {
    /// `ROOMS_URL`.
    pub rooms: String,
    /// `LOG_URL`.
    pub log: String,
    /// `ARCHIVE_URL`.
    pub archive: String,
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
    /// No adapter has this scheme.
    #[error("{variable}: no storage is known for `{scheme}:`; known are: {SCHEMES}")]
    UnknownScheme {
        /// The variable to correct.
        variable: &'static str,
        /// What stands before the colon.
        scheme: String,
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

/// Opens the three ports. Those that name one SQLite file share one [`Database`].
pub async fn open(urls: &StorageUrls, clock: Arc<dyn Clock>) -> Result<Storage, OpenError> {
    let mut databases = Databases::default();
    let rooms = databases.open(ROOMS_URL, &urls.rooms).await?;
    let log = databases.open(LOG_URL, &urls.log).await?;
    let archive = databases.open(ARCHIVE_URL, &urls.archive).await?;
    let log = SqliteLog::open(log, Arc::clone(&clock))
        .await
        .map_err(|source| OpenError::Failed { variable: LOG_URL, source })?;
    Ok(Storage {
        rooms: Arc::new(SqliteRooms::new(rooms, clock)),
        log: Arc::new(log),
        archive: Arc::new(SqliteArchive::new(archive)),
    })
}

/// Makes sure that this is the only API node on the embedded storage, for as long as the
/// answer lives. The ETL does without: it may run beside the API.
pub fn lock_node(urls: &StorageUrls) -> Result<NodeLock, OpenError> {
    let mut paths = [
        SqliteUrl::parse(ROOMS_URL, &urls.rooms)?.path,
        SqliteUrl::parse(LOG_URL, &urls.log)?.path,
        SqliteUrl::parse(ARCHIVE_URL, &urls.archive)?.path,
    ]
    .to_vec();
    paths.sort();
    paths.dedup();
    Ok(NodeLock::take(&paths)?)
}

const ROOMS_URL: &str = "ROOMS_URL";
const LOG_URL: &str = "LOG_URL";
const ARCHIVE_URL: &str = "ARCHIVE_URL";

/// The files opened so far.
#[derive(Default)]
struct Databases(BTreeMap<PathBuf, (Synchronous, Arc<Database>)>);

impl Databases {
    async fn open(
        &mut self,
        variable: &'static str,
        url: &str,
    ) -> Result<Arc<Database>, OpenError> {
        let SqliteUrl { path, synchronous } = SqliteUrl::parse(variable, url)?;
        match self.0.get(&path) {
            Some((same, database)) if *same == synchronous => Ok(Arc::clone(database)),
            Some(_) => Err(OpenError::Differing { variable }),
            None => {
                let database = Database::open(&path, synchronous)
                    .await
                    .map_err(|source| OpenError::Failed { variable, source })?;
                self.0.insert(path, (synchronous, Arc::clone(&database)));
                Ok(database)
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct SqliteUrl {
    /// Absolute, so that one file has one name.
    path: PathBuf,
    synchronous: Synchronous,
}

impl SqliteUrl {
    fn parse(variable: &'static str, url: &str) -> Result<Self, OpenError> {
        let bad = |reason| OpenError::BadUrl { variable, reason };
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| bad("a URL is wanted, such as sqlite://data/movie-together.db"))?;
        if scheme != SCHEMES {
            return Err(OpenError::UnknownScheme { variable, scheme: scheme.to_owned() });
        }
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        if path.is_empty() || path.ends_with('/') {
            return Err(bad("the path of a file is wanted after sqlite://"));
        }
        let synchronous = match parameters {
            "" | "synchronous=full" => Synchronous::Full,
            "synchronous=normal" => Synchronous::Normal,
            _ => {
                return Err(bad("the only parameter is synchronous=full or synchronous=normal"));
            }
        };
        let path = std::path::absolute(Path::new(path))
            .map_err(|source| OpenError::Failed { variable, source: source.into() })?;
        Ok(Self { path, synchronous })
    }
}

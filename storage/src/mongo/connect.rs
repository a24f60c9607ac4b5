//! Opens the archive by its URL.

use std::time::Duration;

use mongodb::bson::doc;
use mongodb::error::ErrorKind;
use mongodb::options::{
    ClientOptions, CollectionOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern,
};
use mongodb::{Client, Collection, Database};

use super::{MongoArchive, within};

/// Database of a URL that names none.
const DATABASE_DEFAULT: &str = "movie_together";
/// Longest search for a server that can take a command.
const SERVER_SELECTION_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest wait of the server for a majority to have a write.
const WRITE_CONCERN_TIMEOUT: Duration = Duration::from_secs(10);
/// Most connections of this process.
const POOL_CONNECTIONS_MAX: u32 = 16;

/// Why the archive was not opened. Never shows the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum MongoOpenError {
    /// The URL cannot be read.
    #[error("a URL is wanted, such as mongodb://host:27017/movie_together")]
    BadUrl(#[source] mongodb::error::Error),
    /// The server refused or did not answer.
    #[error("the server cannot be used")]
    Server(#[from] mongodb::error::Error),
}

impl MongoOpenError {
    /// Whether the same call may succeed a little later.
    pub fn is_away(&self) -> bool {
        let Self::Server(error) = self else { return false };
        matches!(
            *error.kind,
            ErrorKind::ServerSelection { .. }
                | ErrorKind::Io(_)
                | ErrorKind::ConnectionPoolCleared { .. }
        )
    }
}

impl MongoArchive {
    /// Opens the archive at `mongodb://[user:password@]host[:port][,…]/[database][?options]`,
    /// once the server answers. What the URL sets of times and pool sizes counts; what it leaves
    /// out is bounded here.
    pub async fn open(url: &str) -> Result<Self, MongoOpenError> {
        let options = options(url).await.map_err(MongoOpenError::BadUrl)?;
        let client = Client::with_options(options).map_err(MongoOpenError::BadUrl)?;
        let database =
            client.default_database().unwrap_or_else(|| client.database(DATABASE_DEFAULT));
        let archive = Self {
            events: collection(&database, "movie_together_event"),
            participants: collection(&database, "movie_together_participant"),
            seals: collection(&database, "movie_together_seal"),
            quarantine: collection(&database, "movie_together_quarantine"),
            erasures: collection(&database, "movie_together_erasure"),
            message_erasures: collection(&database, "movie_together_message_erasure"),
            database,
        };
        within(archive.database.run_command(doc! { "ping": 1 })).await?;
        Ok(archive)
    }
}

/// What every write waits for.
pub(super) fn write_concern() -> WriteConcern {
    let mut majority = WriteConcern::majority();
    majority.journal = Some(true);
    majority.w_timeout = Some(WRITE_CONCERN_TIMEOUT);
    majority
}

async fn options(url: &str) -> mongodb::error::Result<ClientOptions> {
    let mut options = ClientOptions::parse(url).await?;
    options.app_name.get_or_insert_with(|| "movie-together".to_owned());
    options.connect_timeout.get_or_insert(CONNECT_TIMEOUT);
    options.server_selection_timeout.get_or_insert(SERVER_SELECTION_TIMEOUT);
    options.max_pool_size.get_or_insert(POOL_CONNECTIONS_MAX);
    Ok(options)
}

fn collection<T: Send + Sync>(database: &Database, name: &str) -> Collection<T> {
    let options = CollectionOptions::builder()
        .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
        .read_concern(ReadConcern::majority())
        .write_concern(write_concern())
        .build();
    database.collection_with_options(name, options)
}

//! Where a world's ports lie: in a file, or on the servers that `TEST_ROOMS_URL`, `TEST_LOG_URL`
//! and `TEST_ARCHIVE_URL` name, under names of its own that go with it.

use std::path::Path;
use std::sync::Arc;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use storage::StorageUrls;
use storage::clock::{Clock, SystemClock};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

/// Name of a world's file.
pub(crate) const FILE: &str = "movie-together.db";
/// As many as a file has.
const PARTITIONS: u32 = 4;
const NO_ENGINES: &str = "has to name a server; start the engines with `make stack`";

/// Where the ports lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// All in one file.
    File,
    /// Rooms and log in a file, whose clock can be held still; the archive on its server.
    Mongo,
    /// Each on its engine. Records have the time of the brokers.
    Engines,
}

/// Runs tests at places: `name: file, mongo, engines;` for each function that takes a [`Place`].
macro_rules! at_places {
    ($($test:ident: $($place:ident),+;)+) => {$(
        mod $test {
            $(
                #[tokio::test]
                async fn $place() {
                    super::$test($crate::world::Place::$place()).await;
                }
            )+
        }
    )+};
}
pub(crate) use at_places;

impl Place {
    pub(crate) const fn file() -> Self {
        Self::File
    }

    pub(crate) const fn mongo() -> Self {
        Self::Mongo
    }

    pub(crate) const fn engines() -> Self {
        Self::Engines
    }

    /// When a world begins that has no reason for another time: at the log's own, or where
    /// nobody else sets the time, at one that is the same in every run.
    pub(crate) fn start_ms(self) -> i64 {
        if self.has_own_time() { SystemClock.now_ms() } else { super::NOW_MS }
    }

    /// How long the binary holds the records of unknown rooms: not at all where none can be
    /// made that are old already.
    pub(crate) fn unknown_room_hold(self) -> &'static str {
        if self.has_own_time() { "0s" } else { "24h" }
    }

    /// Whether records have a time that no test can set.
    pub(crate) fn has_own_time(self) -> bool {
        self == Self::Engines
    }
}

/// A place with nothing on it, which is gone when this is dropped.
pub(crate) struct Ground {
    pub(crate) directory: TempDir,
    pub(crate) urls: StorageUrls,
    servers: Arc<Servers>,
}

/// What was made on servers.
#[derive(Default)]
struct Servers {
    postgres: Option<(Url, String)>,
    kafka: Option<(String, String)>,
    mongo: Option<Url>,
}

impl Ground {
    pub(crate) async fn new(place: Place) -> Self {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let mut urls = file_urls(directory.path());
        let mut servers = Servers::default();
        let name = format!("test_{}", Uuid::now_v7().simple());
        if place != Place::File {
            let mut url: Url = server("TEST_ARCHIVE_URL").parse().expect("a URL");
            url.set_path(&name);
            urls.archive = url.to_string();
            servers.mongo = Some(url);
        }
        if place == Place::Engines {
            let mut url: Url = server("TEST_ROOMS_URL").parse().expect("a URL");
            create_database(&url, &name).await;
            servers.postgres = Some((url.clone(), name.clone()));
            url.set_path(&name);
            urls.rooms = url.into();
            let brokers = brokers(&server("TEST_LOG_URL"));
            urls.log =
                format!("kafka://{brokers}/{name}?partitions={PARTITIONS}&replication_factor=1");
            servers.kafka = Some((brokers, name));
        }
        Self { directory, urls, servers: Arc::new(servers) }
    }
}

/// All three ports in a folder's file.
fn file_urls(directory: &Path) -> StorageUrls {
    let url = format!("sqlite://{}", directory.join(FILE).display());
    StorageUrls { rooms: url.clone(), log: url.clone(), archive: url }
}

impl Drop for Ground {
    /// In a thread and runtime of its own, since the test's runtime may be ending.
    fn drop(&mut self) {
        let servers = Arc::clone(&self.servers);
        let clearing = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(servers.clear());
        });
        let is_clear = clearing.join().is_ok();
        assert!(is_clear || std::thread::panicking(), "a server was not cleared");
    }
}

impl Servers {
    async fn clear(&self) {
        if let Some((server, name)) = &self.postgres {
            let mut connection = PgConnection::connect(server.as_str()).await.expect("Postgres");
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            connection.execute(AssertSqlSafe(drop)).await.expect("dropped");
        }
        if let Some((brokers, topic)) = &self.kafka {
            let admin: AdminClient<DefaultClientContext> =
                ClientConfig::new().set("bootstrap.servers", brokers).create().expect("Kafka");
            let options = AdminOptions::new();
            admin.delete_topics(&[topic.as_str()], &options).await.expect("deleted");
        }
        if let Some(url) = &self.mongo {
            let client = mongodb::Client::with_uri_str(url).await.expect("MongoDB");
            let database = client.default_database().expect("the URL names one");
            database.drop().await.expect("dropped");
        }
    }
}

fn server(variable: &str) -> String {
    let url = std::env::var(variable).unwrap_or_default();
    assert!(!url.is_empty(), "{variable} {NO_ENGINES}");
    url
}

fn brokers(url: &str) -> String {
    let place = url.strip_prefix("kafka://").expect("kafka://host:port");
    place.split(['/', '?']).next().unwrap_or_default().to_owned()
}

async fn create_database(server: &Url, name: &str) {
    let mut connection = PgConnection::connect(server.as_str()).await.expect("Postgres");
    let create = format!("CREATE DATABASE {name}");
    connection.execute(AssertSqlSafe(create)).await.expect("created");
    connection.close().await.expect("closed");
}

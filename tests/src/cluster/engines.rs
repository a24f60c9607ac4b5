//! A database and a topic of a test's own, on engines that run already.

use std::env;
use std::thread;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use uuid::Uuid;

/// Longest wait for an engine to delete.
const DELETE_WAIT_MAX: Duration = Duration::from_secs(10);

/// The Postgres of the tests.
pub fn rooms_server() -> String {
    server("TEST_ROOMS_URL")
}

fn server(variable: &str) -> String {
    let url = env::var(variable).unwrap_or_default();
    assert!(!url.is_empty(), "{variable} is not set: start the engines with `make stack`");
    url
}

/// A database and a topic; both go with the value.
pub(super) struct OwnState {
    server: String,
    brokers: String,
    name: String,
    rooms_url: String,
    log_url: String,
}

impl OwnState {
    /// An empty database on a Postgres; the topic is made by the first node.
    pub(super) async fn make(rooms: &str) -> Self {
        let name = format!("test_{}", Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(rooms).await.expect("Postgres should answer");
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        connection.execute(create).await.expect("a database can be made");
        connection.close().await.expect("the connection ends");
        let (server, _database) = rooms.rsplit_once('/').expect("the URL names a database");
        let log = server_of_brokers();
        Self {
            rooms_url: format!("{server}/{name}"),
            log_url: format!("kafka://{log}/{name}?partitions=4&replication_factor=1"),
            server: rooms.to_owned(),
            brokers: log,
            name,
        }
    }

    pub(super) fn rooms_url(&self) -> &str {
        &self.rooms_url
    }

    pub(super) fn log_url(&self) -> &str {
        &self.log_url
    }
}

fn server_of_brokers() -> String {
    let url = server("TEST_LOG_URL");
    let brokers = url.strip_prefix("kafka://").expect("TEST_LOG_URL names Kafka brokers");
    brokers.split(['/', '?']).next().unwrap_or_default().to_owned()
}

impl Drop for OwnState {
    /// In a thread and runtime of its own, since the test's runtime may be ending. The engine
    /// may be gone by then, and its state with it.
    fn drop(&mut self) {
        let (server, brokers, name) =
            (self.server.clone(), self.brokers.clone(), self.name.clone());
        let deleting = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(delete(&server, &brokers, &name));
        });
        drop(deleting.join());
    }
}

async fn delete(server: &str, brokers: &str, name: &str) {
    if let Ok(mut connection) = PgConnection::connect(server).await {
        let dropped = AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
        drop(connection.execute(dropped).await);
    }
    let mut client = ClientConfig::new();
    client.set("bootstrap.servers", brokers);
    if let Ok(admin) = client.create::<AdminClient<DefaultClientContext>>() {
        let options = AdminOptions::new().request_timeout(Some(DELETE_WAIT_MAX));
        drop(admin.delete_topics(&[name], &options).await);
    }
}

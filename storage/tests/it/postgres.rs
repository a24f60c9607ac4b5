//! Databases of their own on the server that `TEST_ROOMS_URL` names.

use std::sync::{Arc, Mutex};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use storage::postgres::PostgresRooms;
use storage::rooms::Rooms;
use url::Url;
use uuid::Uuid;

const URL_VARIABLE: &str = "TEST_ROOMS_URL";

/// Makes empty databases, dropped with the test.
pub(crate) struct Databases {
    server: Url,
    made: Mutex<Vec<String>>,
}

impl Databases {
    pub(crate) fn new() -> Self {
        Self { server: server(), made: Mutex::default() }
    }

    /// The URL of a database that is empty yet.
    pub(crate) async fn url(&self) -> Url {
        let name = format!("test_{}", Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(self.server.as_str()).await.unwrap();
        let create = format!("CREATE DATABASE {name}");
        connection.execute(AssertSqlSafe(create)).await.unwrap();
        connection.close().await.unwrap();
        let mut url = self.server.clone();
        url.set_path(&name);
        self.made.lock().unwrap().push(name);
        url
    }

    /// Room rows in a database of their own.
    pub(crate) async fn make(&self) -> Arc<dyn Rooms> {
        Arc::new(PostgresRooms::open(self.url().await.as_str()).await.unwrap())
    }
}

impl Drop for Databases {
    /// In a thread and runtime of its own, since the test's runtime may be ending.
    fn drop(&mut self) {
        let made = std::mem::take(&mut *self.made.lock().unwrap());
        let server = self.server.clone();
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(drop_databases(server, made));
        });
        dropping.join().unwrap();
    }
}

async fn drop_databases(server: Url, names: Vec<String>) {
    let mut connection = PgConnection::connect(server.as_str()).await.unwrap();
    for name in names {
        let drop = format!("DROP DATABASE {name} WITH (FORCE)");
        connection.execute(AssertSqlSafe(drop)).await.unwrap();
    }
}

/// The server of the tests.
pub(crate) fn server() -> Url {
    std::env::var(URL_VARIABLE)
        .map_err(|_absent| {
            format!("{URL_VARIABLE} is not set: start the engines with `make stack`")
        })
        .unwrap()
        .parse()
        .unwrap()
}

//! Databases of their own on the server that `TEST_ARCHIVE_URL` names: MongoDB, or one that
//! speaks its protocol.

use std::sync::{Arc, Mutex};

use storage::archive::Archive;
use storage::mongo::MongoArchive;
use url::Url;
use uuid::Uuid;

const NO_SERVER: &str =
    "TEST_ARCHIVE_URL has to name a MongoDB server; start the engines with `make stack`";

/// Names databases, dropped with the test.
pub(crate) struct Databases {
    server: Url,
    named: Mutex<Vec<Url>>,
}

impl Databases {
    pub(crate) fn new() -> Self {
        let server = std::env::var("TEST_ARCHIVE_URL").unwrap_or_default();
        let server = server.parse().ok().ok_or(NO_SERVER).unwrap();
        Self { server, named: Mutex::default() }
    }

    /// The URL of a database that is not there yet.
    pub(crate) fn url(&self) -> Url {
        let mut url = self.server.clone();
        url.set_path(&format!("test_{}", Uuid::now_v7().simple()));
        self.named.lock().unwrap().push(url.clone());
        url
    }

    /// An archive in a new database.
    pub(crate) async fn make(&self) -> Arc<dyn Archive> {
        Arc::new(MongoArchive::open(self.url().as_str()).await.unwrap())
    }
}

impl Drop for Databases {
    /// In a thread and runtime of its own, since the test's runtime may be ending.
    fn drop(&mut self) {
        let named = std::mem::take(self.named.get_mut().unwrap());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(drop_databases(named));
        });
        dropping.join().unwrap();
    }
}

async fn drop_databases(urls: Vec<Url>) {
    for url in urls {
        let client = mongodb::Client::with_uri_str(url).await.unwrap();
        client.default_database().unwrap().drop().await.unwrap();
    }
}

//! The MongoDB adapter keeps the port's contract, on the server of `TEST_ARCHIVE_URL`, whatever
//! it is: MongoDB or one that speaks its protocol.

use std::sync::Arc;

use storage::archive::Archive;
use storage::contract::{self, Broken};
use storage::mongo::MongoArchive;
use uuid::Uuid;

/// Names the server; tests make databases of their own on it.
const URL_VARIABLE: &str = "TEST_ARCHIVE_URL";

/// The URL of a database that is not there yet.
pub(crate) fn fresh_url() -> String {
    let server = std::env::var(URL_VARIABLE);
    let mut url: url::Url = server
        .unwrap_or_else(|_| panic!("{URL_VARIABLE} must name a server: run this by `make test`"))
        .parse()
        .unwrap();
    url.set_path(&format!("test_{}", Uuid::now_v7().simple()));
    url.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn mongo_keeps_the_contract_of_the_archive() -> Result<(), Broken> {
    let fresh =
        async || Arc::new(MongoArchive::open(&fresh_url()).await.unwrap()) as Arc<dyn Archive>;
    contract::archive::check(fresh).await
}

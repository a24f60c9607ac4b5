//! The SQLite adapters keep the ports' contracts.

use storage::contract::{self, Broken};

use crate::files::Files;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract_of_the_log() -> Result<(), Broken> {
    let files = Files::new();
    contract::log::check(async || files.make().await.log).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract_of_the_rooms() -> Result<(), Broken> {
    let files = Files::new();
    contract::rooms::check(async || files.make().await.rooms).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract_of_the_archive() -> Result<(), Broken> {
    let files = Files::new();
    contract::archive::check(async || files.make().await.archive).await
}

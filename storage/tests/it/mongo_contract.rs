//! The MongoDB adapter keeps the archive's contract.

use storage::contract::{self, Broken};

use crate::mongo_databases::Databases;

#[tokio::test(flavor = "multi_thread")]
async fn mongo_keeps_the_contract_of_the_archive() -> Result<(), Broken> {
    let databases = Databases::new();
    contract::archive::check(async || databases.make().await).await
}

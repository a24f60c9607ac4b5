//! The adapter of Postgres keeps the port's contract.

use storage::contract::{self, Broken};

use crate::postgres::Databases;

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract_of_the_rooms() -> Result<(), Broken> {
    let databases = Databases::new();
    contract::rooms::check(async || databases.make().await).await
}

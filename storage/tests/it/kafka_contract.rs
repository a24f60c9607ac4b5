//! The Kafka adapter keeps the log's contract.

use storage::contract::{self, Broken};

use crate::kafka_topics::Topics;

#[tokio::test(flavor = "multi_thread")]
async fn kafka_keeps_the_contract_of_the_log() -> Result<(), Broken> {
    let topics = Topics::new();
    contract::log::check(async || topics.make().await).await
}

//! The adapters in memory keep the ports' contracts while no faults are asked for.

use storage::Storage;
use storage::contract::{self, Broken};
use storage::memory::World;
use storage::memory::faults::Faults;

const PARTITIONS: u32 = 4;

fn fresh() -> Storage {
    World::new(0, PARTITIONS, Faults::NONE).process().storage()
}

#[tokio::test]
async fn memory_keeps_the_contract_of_the_log() -> Result<(), Broken> {
    contract::log::check(async || fresh().log).await
}

#[tokio::test]
async fn memory_keeps_the_contract_of_the_rooms() -> Result<(), Broken> {
    contract::rooms::check(async || fresh().rooms).await
}

#[tokio::test]
async fn memory_keeps_the_contract_of_the_archive() -> Result<(), Broken> {
    contract::archive::check(async || fresh().archive).await
}

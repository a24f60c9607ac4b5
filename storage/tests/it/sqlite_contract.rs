//! The SQLite adapters keep the ports' contracts.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use storage::clock::SystemClock;
use storage::contract::{self, Broken};
use storage::{Storage, StorageUrls, open};

/// Makes storages, each in a file of its own.
struct Files {
    directory: tempfile::TempDir,
    made: AtomicU32,
}

impl Files {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            made: AtomicU32::new(0),
        }
    }

    async fn make(&self) -> Storage {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let path = self.directory.path().join(format!("{number}.db"));
        open(&urls(&path), Arc::new(SystemClock)).await.unwrap()
    }
}

fn urls(path: &Path) -> StorageUrls {
    let url = format!("sqlite://{}", path.display());
    StorageUrls {
        rooms: url.clone(),
        log: url.clone(),
        archive: url,
    }
}

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

//! Storages in files of their own, removed with the test.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use storage::clock::{Clock, SystemClock};
use storage::{Storage, StorageUrls};

/// Names files in a directory of its own.
pub(crate) struct Files {
    directory: tempfile::TempDir,
    named: AtomicU32,
}

impl Files {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), named: AtomicU32::new(0) }
    }

    /// A file that is not there yet.
    pub(crate) fn path(&self) -> PathBuf {
        let number = self.named.fetch_add(1, Ordering::Relaxed);
        self.directory.path().join(format!("{number}.db"))
    }

    /// A storage on a new file.
    pub(crate) async fn make(&self) -> Storage {
        open(&self.path()).await
    }
}

/// All three ports in one file.
pub(crate) fn urls(path: &Path) -> StorageUrls {
    let url = format!("sqlite://{}", path.display());
    StorageUrls { rooms: url.clone(), log: url.clone(), archive: url }
}

pub(crate) async fn open(path: &Path) -> Storage {
    open_at(path, Arc::new(SystemClock)).await
}

pub(crate) async fn open_at(path: &Path, clock: Arc<dyn Clock>) -> Storage {
    storage::open(&urls(path), clock).await.unwrap()
}

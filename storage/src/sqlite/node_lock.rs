//! One API node a file: the kernel's lock on a file beside it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::database::make_folder;

/// Proof that no other node runs on these files. The kernel takes it back when the process
/// ends, however it ends.
#[derive(Debug)]
#[must_use = "the lock is held for as long as this lives"]
pub struct NodeLock {
    _held: Vec<File>,
}

/// Why a node may not run.
#[derive(Debug, thiserror::Error)]
pub enum NodeLockError {
    /// Another node has the file.
    #[error(
        "another node runs on {}: the embedded storage is for one API node; \
         stop that node, or give this one a DATA_DIR of its own",
        .path.display()
    )]
    Taken {
        /// The SQLite file.
        path: PathBuf,
    },
    /// The lock could not be tried.
    #[error("cannot lock {}", .path.display())]
    Io {
        /// The file to lock.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl NodeLock {
    /// Takes the lock of every file, or none.
    pub fn take(databases: &[PathBuf]) -> Result<Self, NodeLockError> {
        let held = databases.iter().map(|path| lock(path)).collect::<Result<_, _>>()?;
        Ok(Self { _held: held })
    }
}

fn lock(database: &Path) -> Result<File, NodeLockError> {
    let mut path = database.as_os_str().to_owned();
    path.push(".node-lock");
    let path = PathBuf::from(path);
    let file = open(&path).map_err(|source| NodeLockError::Io { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(NodeLockError::Taken { path: database.to_owned() }),
        Err(TryLockError::Error(source)) => Err(NodeLockError::Io { path, source }),
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    if let Some(directory) = path.parent() {
        make_folder(directory)?;
    }
    OpenOptions::new().write(true).create(true).truncate(false).open(path)
}

//! All three ports in one SQLite file: the embedded default.
//!
//! A file has one [`Database`] a process: one writing connection, so that writers queue in the
//! process instead of fighting over the file's lock, and a few reading ones, which WAL lets
//! run beside it. Other processes, such as the ETL, have their own; SQLite's lock stands
//! between them, so every transaction here is short.
//!
//! To change a table: add the next file under `migrations/sqlite/`; never edit one that is out.

mod archive;
mod database;
mod log;
mod node_lock;
mod rooms;
mod sessions;

pub use archive::SqliteArchive;
pub use database::{Database, Synchronous};
pub use log::SqliteLog;
pub use node_lock::{NodeLock, NodeLockError};
pub use rooms::SqliteRooms;

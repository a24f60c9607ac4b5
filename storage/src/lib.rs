//! The three ports that Movie Together stands on, and their adapters.
//!
//! | port | holds | adapters |
//! |---|---|---|
//! | [`log::Log`] | every record, in order, until its room is sealed | `kafka`, `sqlite` |
//! | [`rooms::Rooms`] | one row a room: where its records are and how far it is | `postgres`, `sqlite` |
//! | [`archive::Archive`] | the events of closed rooms | `mongo`, `sqlite` |
//!
//! To add an adapter: implement the port, run its suite of [`contract`] against it, and
//! teach [`open()`] its URL scheme.

pub mod archive;
pub mod clock;
pub mod contract;
pub mod kafka;
pub mod log;
#[cfg(feature = "memory")]
pub mod memory;
pub mod mongo;
mod open;
pub mod postgres;
pub mod rooms;
pub mod sqlite;
mod words;

pub use open::{OpenError, Storage, StorageUrls, lock_node, open};
pub use sqlite::NodeLock;

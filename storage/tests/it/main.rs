//! The SQLite adapters against the ports' contracts, and against crashes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod crash;
mod files;
mod kafka_contract;
mod kafka_log;
mod kafka_open;
mod kafka_topics;
mod line;
mod memory_contract;
mod memory_faults;
mod mongo_archive;
mod mongo_contract;
mod mongo_databases;
mod open;
mod postgres;
mod postgres_contract;
mod postgres_faults;
mod sqlite_contract;
mod sqlite_log;

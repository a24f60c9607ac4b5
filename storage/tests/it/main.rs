//! The SQLite adapters against the ports' contracts, and against crashes.

mod sqlite_contract;

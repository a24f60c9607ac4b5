//! The ETL on real SQLite files and on the engines: passes inside this process with a clock
//! that stands still, and the built binary, killed at every crash point.
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod binary;
mod crash_points;
mod erase;
mod health;
mod overlap;
mod pass;
mod quarantine;
mod random;
mod redaction;
mod seed;
mod sentry;
mod simulation;
mod world;

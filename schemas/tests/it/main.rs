//! What must always hold of the wire types and of the fold.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop there"
)]

mod support;

mod archive;
mod chat;
mod close;
mod contracts;
mod erasure;
mod frames;
mod golden;
mod holds;
mod limits;
mod members;
mod player;
mod properties;
mod records;
mod resends;

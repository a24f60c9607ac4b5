//! The server as its clients meet it: each test starts one on a free port, with a folder of
//! its own, and speaks to it by HTTP.
#![expect(
    clippy::expect_used,
    clippy::future_not_send,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and runs on one thread"
)]

mod documents;
mod identity;
mod invites;
mod limits;
mod options;
mod page;
mod process;
mod refusals;
mod rooms;
mod server;
mod sockets;

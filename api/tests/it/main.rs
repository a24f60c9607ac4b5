//! The server as its clients meet it: each test starts one on a free port, with a folder of
//! its own, and speaks to it by HTTP.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
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

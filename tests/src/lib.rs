//! Drives Movie Together from outside: real processes, HTTP and sockets, nothing else.
//!
//! A [`Server`] is the real binary on a free port with a folder of its own. A [`Person`]
//! signs up there and calls the API. A [`Tab`] is one session of a person in a room: it keeps
//! what it heard over reconnects, and fails the test at the first event that is lost, doubled
//! or out of order. [`Socket`] is the bare connection below it, for frames no tab would send.
//!
//! Three parts are of use to others: [`faults`] breaks everything on purpose while people talk,
//! [`checker`] judges what was seen of that, and [`fault_layer`] is a line that misbehaves.
//!
//! Every wait names what it waits for and ends with [`PATIENCE`]; nothing sleeps and hopes.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop there"
)]

mod answer;
mod catalogue;
pub mod checker;
mod cluster;
mod etl;
pub mod fault_layer;
pub mod faults;
mod history;
mod person;
mod server;
mod socket;
mod tab;
mod wait_for;

pub use answer::Answer;
pub use catalogue::Catalogue;
pub use cluster::{Cluster, rooms_server};
pub use etl::run_etl;
pub use history::History;
pub use person::{Opening, Person};
pub use server::Server;
pub use socket::{Refused, Socket, socket_request};
pub use tab::Tab;
pub use wait_for::{PATIENCE, until, until_within};

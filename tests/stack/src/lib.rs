//! Starts the engines that operators run, for tests: Postgres, Kafka and a server that speaks
//! MongoDB's protocol, as plain processes on free loopback ports, each with a folder of its
//! own. No container engine is needed.
//!
//! A [`Stack`] holds a [`Server`] an [`Engine`], and one a broker of Kafka. A server is laid
//! out once (`engines/`), then its process may be killed, held, continued, ended and started
//! again on the same port and data as often as a test of faults wants. A server is ready once
//! a real client's request was answered.
//!
//! Nothing stays behind, however this process ends: each folder has a watchdog, a small
//! process that ends the engine and removes the folder once we are gone.
//!
//! To add an engine: a variant of [`Engine`], and its file under `engines/` with what it is
//! laid out by, started by, and asked.

mod engine;
mod engines;
mod error;
mod folder;
mod jars;
mod ports;
mod process;
mod server;
mod stack;
mod step;

pub use engine::Engine;
pub use error::StackError;
pub use jars::jars;
pub use ports::free_port;
pub use process::end_tree;
pub use server::Server;
pub use stack::{Settings, Stack};

//! Every setting of the server: a command-line option and an environment variable each.
//!
//! Clap refuses what cannot be parsed and names the option, whose value is named as the
//! variable is. What must agree with something else is judged by [`Options::settle`], which
//! also fills in the defaults that depend on the address that was bound.

mod network;
mod rooms;
mod settled;
mod state;
mod telemetry;
mod ticket_secret;
mod upstream;

use clap::{Parser, Subcommand};

pub use network::NetworkOptions;
pub use rooms::RoomOptions;
pub use settled::Settings;
pub use state::{StateOptions, StorageUrl};
pub use telemetry::{LogFormat, TelemetryOptions};
pub use ticket_secret::TICKET_SECRET_BYTES_MIN;
pub use upstream::{ShortenerKind, UpstreamOptions};

/// Watch films together: the API, the WebSocket relay and the page.
///
/// Without any option it serves everything, a reference cinema included, at
/// `http://localhost:8000`, with all state in the folder `data`.
#[derive(Clone, Debug, Parser)]
#[command(name = "movie-together", version)]
pub struct Options {
    /// Print the OpenAPI document and end.
    #[arg(long)]
    pub openapi: bool,
    /// What to do instead of serving.
    #[command(subcommand)]
    pub errand: Option<Errand>,
    /// Where to listen, and for whom.
    #[command(flatten)]
    pub network: NetworkOptions,
    /// Where the state lies.
    #[command(flatten)]
    pub state: StateOptions,
    /// The services behind.
    #[command(flatten)]
    pub upstream: UpstreamOptions,
    /// The lives of rooms.
    #[command(flatten)]
    pub rooms: RoomOptions,
    /// Logs, errors and traces.
    #[command(flatten)]
    pub telemetry: TelemetryOptions,
}

/// Something else than serving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum Errand {
    /// Ask the server at `LISTEN` whether it is ready; succeeds if it is.
    Health,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {reason}")]
pub struct BadOption {
    /// The variable to correct.
    pub variable: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl BadOption {
    pub(crate) fn new(variable: &'static str, reason: impl Into<String>) -> Self {
        Self { variable, reason: reason.into() }
    }
}

/// An empty variable is the same as none: compose files write them so.
fn given<T: AsRef<str>>(value: Option<&T>) -> Option<&str> {
    value.map(AsRef::as_ref).filter(|value| !value.is_empty())
}

//! Measures the server against its bars, from outside: each bar starts the real binary in a
//! process and a data folder of its own, seeds what it needs, and plays its clients.
//!
//! | step | where |
//! |---|---|
//! | what to measure, and how large | [`options`] |
//! | the server's process: start, memory, stop | [`server`], [`process`] |
//! | engines and a cinema that several servers share | [`engines`], [`cinema`] |
//! | people, friends and wishes, put straight into the cinema | [`person`], [`people`] |
//! | the calls and the socket of one client | [`api`], [`socket`], [`wire`] |
//! | relays of ours and of others, to be measured beside each other | [`relay`] |
//! | a member's socket at any of them, in its own protocol | [`mod@line`] |
//! | rooms full of people, and people who talk | [`rooms`], [`talk`] |
//! | what processes use, and cores of their own | [`meter`], [`cores`] |
//! | records without anybody who said them | [`history`] |
//! | one file a bar, from a fresh server to [`figure::Figure`]s | [`bars`] |
//! | repeats, medians and verdicts | [`figure`], [`runs`] |
//! | what grew with the work, as tables and pictures | [`sweep`], [`plot`] |
//! | the document | [`report`], [`machine`] |
//!
//! To add a bar: its options, a file under `bars/` with a `run` that gives back figures, and a
//! variant of [`bars::Bar`].

mod api;
mod bare_kafka;
mod bars;
mod cinema;
mod cores;
mod engines;
mod figure;
mod history;
mod latencies;
mod line;
mod machine;
mod meter;
mod options;
mod people;
mod person;
mod place;
mod plot;
mod process;
mod relay;
mod report;
mod rest;
mod rooms;
mod runs;
mod say;
mod server;
mod socket;
mod sweep;
mod talk;
mod wire;

use std::io::{Write, stderr};
use std::process::ExitCode;

use clap::Parser;
use storage::log::BoxError;

use options::{Options, What};

/// Whatever went wrong ends the measurement, with a text for whoever measures.
type Result<T> = std::result::Result<T, BoxError>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(stderr(), "error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_installed| "two TLS providers")?;
    let measured = runs::measure(&options).await?;
    if let What::All(all) = &options.what {
        report::write(&all.report, &options, &measured)?;
        say::say(&format!("written to {}", all.report.display()))?;
    }
    if let Some(path) = &options.renew {
        report::renew(path, &options, &measured)?;
        say::say(&format!("renewed in {}", path.display()))?;
    }
    Ok(())
}

//! Breaks everything while people talk, and proves that nothing was lost.

use std::io::{IsTerminal, stderr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use end_to_end::faults::{ETLS, Load, PlanOptions, RunOptions, plan, run};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Lives of rooms: many of them fit into a run, and each is struck more than once.
const LIFE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(90));

/// Starts Postgres, Kafka, a MongoDB-compatible server, the cinema and several nodes, lets
/// people talk in many rooms, and kills, holds and ends everything at random, one and two at a
/// time. In the end everything must be there, once and in order, and the archive equal to the
/// log.
///
/// The same seed gives the same faults and the same load, though not the same interleaving.
/// Exit codes: 0 nothing found; 1 findings; 2 the run itself failed.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Of the faults and of the load; random unless given, and printed.
    #[arg(long)]
    seed: Option<u64>,

    /// How often a process is killed, at least.
    #[arg(long, default_value_t = 200)]
    kills: u32,

    /// Longest pause between two strikes, in ms.
    #[arg(long, default_value_t = 5000)]
    pause_max_ms: u64,

    /// Rooms at a time.
    #[arg(long, default_value_t = 12)]
    rooms: u64,

    /// Members a room.
    #[arg(long, default_value = "4")]
    members: NonZeroUsize,

    /// Commands a second that each tab sends.
    #[arg(long, default_value_t = 1.0, value_parser = rate)]
    rate: f64,

    /// API nodes.
    #[arg(long, default_value = "2")]
    nodes: NonZeroUsize,

    /// Brokers of Kafka, each with a replica of the whole log.
    #[arg(long, default_value = "1")]
    brokers: NonZeroUsize,

    /// Acked commands to go on for once the faults are over.
    #[arg(long, default_value_t = 10_000)]
    acked: u64,

    /// Folder in which everything seen is kept should there be a finding.
    #[arg(long, default_value = "target/faults")]
    keep: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_unset| {
        EnvFilter::new("warn,end_to_end=info,movie_together_faults=info,stack=info")
    });
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .init();
    let seed = arguments.seed.unwrap_or_else(rand::random);
    tracing::info!("--seed {seed}");
    let options = RunOptions {
        seed,
        strikes: plan(PlanOptions {
            seed,
            kills: arguments.kills,
            nodes: arguments.nodes.get(),
            brokers: arguments.brokers.get(),
            etls: ETLS,
            pause_max: Duration::from_millis(arguments.pause_max_ms),
        }),
        nodes: arguments.nodes.get(),
        brokers: arguments.brokers,
        load: Load {
            rooms: arguments.rooms,
            members: arguments.members.get(),
            rate: arguments.rate,
            life: LIFE,
            is_restless: true,
        },
        acked_min: arguments.acked,
        keep: arguments.keep,
    };
    let outcome = tokio::select! {
        outcome = run(&options) => outcome,
        // Dropping the run ends every process it started.
        () = told_to_end() => return ExitCode::from(2),
    };
    match outcome {
        Ok(outcome) => {
            tracing::info!("seed {seed}: {outcome}");
            ExitCode::from(u8::from(!outcome.report.is_clean()))
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "seed {seed}: no outcome");
            ExitCode::from(2)
        }
    }
}

/// Waits for Ctrl-C or a service manager's wish; for ever where neither can be heard.
async fn told_to_end() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => terminate.recv().await,
            Err(_deaf) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if rate > 0.0 && rate <= 10.0 { Ok(rate) } else { Err("from 0 to 10".to_owned()) }
}

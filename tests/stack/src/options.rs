//! What the binary can be told.

use std::ffi::OsString;
use std::num::NonZeroUsize;

use clap::{Args, Parser, Subcommand};
use stack::{Engine, Settings};

/// Starts Postgres, Kafka and a MongoDB-compatible server as plain processes on loopback
/// ports, and ends them again.
///
/// An engine whose variable (`TEST_ROOMS_URL`, `TEST_LOG_URL`, `TEST_ARCHIVE_URL`) is set already
/// is not started, so that any of them can be a server elsewhere.
#[derive(Clone, Debug, Parser)]
#[command(name = "movie-together-stack", version)]
pub(crate) struct Options {
    /// What to do.
    #[command(subcommand)]
    pub(crate) what: What,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum What {
    /// Run a command that finds the engines by the variables; end with its exit code.
    Run {
        #[command(flatten)]
        engines: Engines,
        /// The command and its arguments, after `--`.
        #[arg(required = true, last = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
    /// Keep the engines up until Ctrl-C; the variables are printed for a shell to evaluate.
    Up {
        #[command(flatten)]
        engines: Engines,
    },
}

/// Which engines, and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct Engines {
    /// Engines to start, separated by commas; all unless given.
    #[arg(long = "engines", value_name = "ENGINES", value_enum, value_delimiter = ',')]
    names: Vec<Engine>,
    /// Brokers of Kafka.
    #[arg(long, default_value = "1")]
    kafka_brokers: NonZeroUsize,
    /// A line of the brokers' settings, such as `log.retention.check.interval.ms=500`; may be
    /// given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    kafka_property: Vec<String>,
}

impl Engines {
    /// Those that are asked for and not given from outside.
    pub(crate) fn missing(&self) -> Vec<Engine> {
        let asked = if self.names.is_empty() { &Engine::ALL[..] } else { &self.names };
        let given = |engine: &Engine| {
            std::env::var_os(engine.variable()).is_some_and(|url| !url.is_empty())
        };
        Engine::ALL.into_iter().filter(|engine| asked.contains(engine) && !given(engine)).collect()
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            kafka_brokers: self.kafka_brokers,
            kafka_properties: self.kafka_property.clone(),
        }
    }
}

//! What to measure, and how large.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use humantime::parse_duration;

/// Measures the server against its bars: each bar on a fresh server, several times.
#[derive(Parser, Clone, Debug)]
#[command(version)]
pub(crate) struct Options {
    /// The server to measure; a release build.
    #[arg(long, global = true, default_value = "target/release/movie-together")]
    pub(crate) server: PathBuf,
    /// Folder for data folders; on the disk that is meant, because the log waits for it.
    #[arg(long, global = true, default_value = "target/bench")]
    pub(crate) scratch: PathBuf,
    /// How often each bar is measured.
    #[arg(long, global = true, default_value = "3", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,
    /// What to measure.
    #[command(subcommand)]
    pub(crate) what: What,
}

/// What to measure.
#[derive(Subcommand, Clone, Debug)]
pub(crate) enum What {
    /// Server memory of an idle connection.
    Idle(IdleOptions),
    /// Delivery latency in one room.
    Room(RoomOptions),
    /// Time to `welcome` in a room with a long history.
    Join(JoinOptions),
    /// Time of the list of matches for someone with many friends.
    Matches(MatchesOptions),
    /// Time from the start of the process to its first answer, and memory at rest.
    Start(StartOptions),
    /// Every bar, written down as a document.
    All(Box<AllOptions>),
}

/// Every bar.
#[derive(Args, Clone, Debug)]
pub(crate) struct AllOptions {
    /// The document to write.
    #[arg(long, default_value = "docs/BENCHMARKS.md")]
    pub(crate) report: PathBuf,
    #[command(flatten)]
    pub(crate) idle: IdleOptions,
    #[command(flatten)]
    pub(crate) room: RoomOptions,
    #[command(flatten)]
    pub(crate) join: JoinOptions,
    #[command(flatten)]
    pub(crate) matches: MatchesOptions,
    #[command(flatten)]
    pub(crate) start: StartOptions,
}

/// Many people in small rooms, of whom nobody does anything.
#[derive(Args, Clone, Debug)]
pub(crate) struct IdleOptions {
    /// Connections, each with a person of its own.
    #[arg(long, default_value = "4000", value_parser = positive)]
    pub(crate) connections: usize,
    /// Connections a room.
    #[arg(long, default_value = "4", value_parser = positive)]
    pub(crate) idle_members: usize,
    /// How long all are idle before memory is read; the default covers a round of pings.
    #[arg(long, default_value = "30s", value_parser = parse_duration)]
    pub(crate) settle: Duration,
}

/// A room where people talk.
#[derive(Args, Clone, Debug)]
pub(crate) struct RoomOptions {
    /// Members, who speak in turn.
    #[arg(long, default_value = "4", value_parser = positive)]
    pub(crate) members: usize,
    /// Messages a second, of all members together.
    #[arg(long, default_value = "5", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) rate: u32,
    /// How long they talk.
    #[arg(long, default_value = "60s", value_parser = parse_duration)]
    pub(crate) duration: Duration,
}

/// Rooms with a long history, and people who come late.
#[derive(Args, Clone, Debug)]
pub(crate) struct JoinOptions {
    /// Messages a room has.
    #[arg(long, default_value = "10000", value_parser = positive)]
    pub(crate) messages: usize,
    /// Joins of rooms that are not in memory, each of a room of its own.
    #[arg(long, default_value = "10", value_parser = positive)]
    pub(crate) cold_joins: usize,
    /// Joins of a room that is in memory.
    #[arg(long, default_value = "20", value_parser = positive)]
    pub(crate) warm_joins: usize,
}

/// People with many friends with many wishes.
#[derive(Args, Clone, Debug)]
pub(crate) struct MatchesOptions {
    /// Friends of each caller.
    #[arg(long, default_value = "500", value_parser = positive)]
    pub(crate) friends: usize,
    /// Wishes of each friend and of each caller.
    #[arg(long, default_value = "200", value_parser = positive)]
    pub(crate) wishes: usize,
    /// Films of the catalogue, among which wishes are drawn evenly.
    #[arg(long, default_value = "1000", value_parser = positive)]
    pub(crate) films: usize,
    /// People who ask for their matches, twice each: not known to any cache, then known.
    #[arg(long, default_value = "100", value_parser = positive)]
    pub(crate) callers: usize,
}

/// Starts of the server.
#[derive(Args, Clone, Debug)]
pub(crate) struct StartOptions {
    /// Starts on an empty data folder, and again as many on that of the start before.
    #[arg(long, default_value = "10", value_parser = positive)]
    pub(crate) starts: usize,
    /// How long after its start a server counts as at rest.
    #[arg(long, default_value = "5s", value_parser = parse_duration)]
    pub(crate) rest: Duration,
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

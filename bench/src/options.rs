//! What to measure, and how large.

mod growth;
mod relay;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use humantime::parse_duration;

pub(crate) use growth::{GrowthOptions, Sweep};
pub(crate) use relay::{Measure, RelayOptions, Shape};

/// Records of logs that are archived in a real server.
const LOG_SIZES: &[usize] = &[10_000, 100_000, 1_000_000];
/// The same for a stand-in that reads a whole collection to find a room in it.
const LOG_SIZES_OF_STAND_IN: &[usize] = &[10_000];
/// Fewest records of a log: those of one small room.
const LOG_RECORDS_MIN: usize = 200;

/// Measures the server against its bars: each bar on a fresh server, several times.
#[derive(Parser, Clone, Debug)]
#[command(version)]
pub(crate) struct Options {
    /// Folder of the binaries to measure; release builds.
    #[arg(long, global = true, default_value = "target/release")]
    pub(crate) binaries: PathBuf,
    /// Folder for data folders; on the disk that is meant, because the log waits for it.
    #[arg(long, global = true, default_value = "target/bench")]
    pub(crate) scratch: PathBuf,
    /// How often each bar is measured.
    #[arg(long, global = true, default_value = "3", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,
    /// A document of this tool in which the sections of what was measured are written anew.
    #[arg(long, global = true)]
    pub(crate) renew: Option<PathBuf>,
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
    /// Delivery latency through Kafka, beside that of Kafka alone.
    Kafka(KafkaOptions),
    /// Time until people of a server that stops are served by another one.
    Drain(DrainOptions),
    /// Speed and memory of a pass that archives, beside bare inserts.
    Archive(ArchiveOptions),
    /// Relays beside each other: ours, and what would be used in its place.
    Relay(RelayOptions),
    /// Cost as connections, rooms, members, history and nodes grow.
    Growth(GrowthOptions),
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
    #[command(flatten)]
    pub(crate) kafka: KafkaOptions,
    #[command(flatten)]
    pub(crate) drain: DrainOptions,
    #[command(flatten)]
    pub(crate) archive: ArchiveOptions,
    #[command(flatten)]
    pub(crate) relay: RelayOptions,
    #[command(flatten)]
    pub(crate) growth: GrowthOptions,
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

/// Many rooms where people talk, with the log in Kafka.
#[derive(Args, Clone, Debug)]
pub(crate) struct KafkaOptions {
    /// Rooms.
    #[arg(long, default_value = "100", value_parser = positive)]
    pub(crate) rooms: usize,
    /// Members of each room, who speak in turn.
    #[arg(long, default_value = "4", value_parser = positive)]
    pub(crate) room_members: usize,
    /// Messages a second in each room, of all its members together.
    #[arg(long, default_value = "5", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) room_rate: u32,
    /// How long they talk.
    #[arg(long, default_value = "20s", value_parser = parse_duration)]
    pub(crate) talk: Duration,
    /// How long they talk before that, while nothing is measured.
    #[arg(long, default_value = "5s", value_parser = parse_duration)]
    pub(crate) warm_up: Duration,
}

/// People of a server that stops, in rooms where people talk.
#[derive(Args, Clone, Debug)]
pub(crate) struct DrainOptions {
    /// People, each with one connection to the server that stops.
    #[arg(long, default_value = "1000", value_parser = positive)]
    pub(crate) people: usize,
    /// People a room; rooms are full.
    #[arg(long, default_value = "4", value_parser = positive)]
    pub(crate) company: usize,
    /// Servers, with the one that stops.
    #[arg(long, default_value = "2", value_parser = clap::value_parser!(u32).range(2..))]
    pub(crate) nodes: u32,
    /// Messages a second in each room, of all its members together.
    #[arg(long, default_value = "1", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) chatter: u32,
    /// How long they talk.
    #[arg(long, default_value = "15s", value_parser = parse_duration)]
    pub(crate) evening: Duration,
    /// How long they have talked when the server is told to stop.
    #[arg(long, default_value = "5s", value_parser = parse_duration)]
    pub(crate) drain_after: Duration,
}

/// Logs of closed rooms, and where they are archived.
#[derive(Args, Clone, Debug)]
pub(crate) struct ArchiveOptions {
    /// Records of each log, separated by commas, from few to many; unless given 10000, and with
    /// an --archive-url also 100000 and 1000000.
    #[arg(long, value_delimiter = ',', value_parser = log_size)]
    sizes: Vec<usize>,
    /// Inserts at a time of the bare driver.
    #[arg(long, default_value = "2", value_parser = positive)]
    pub(crate) inserters: usize,
    /// Tasks of the connector's sink.
    #[arg(long, default_value = "2", value_parser = positive)]
    pub(crate) connector_tasks: usize,
    /// A server to archive into, such as `mongodb://host:27017`, with `authSource` where there
    /// is a user; databases are made there and dropped. A stand-in is started unless given.
    #[arg(long)]
    pub(crate) archive_url: Option<String>,
}

impl ArchiveOptions {
    /// Records of each log.
    pub(crate) fn sizes(&self) -> &[usize] {
        match (self.sizes.as_slice(), &self.archive_url) {
            ([], None) => LOG_SIZES_OF_STAND_IN,
            ([], Some(_)) => LOG_SIZES,
            (given, _) => given,
        }
    }
}

fn log_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size) if size >= LOG_RECORDS_MIN => Ok(size),
        Ok(_) => Err(format!("must be at least {LOG_RECORDS_MIN}")),
        Err(error) => Err(format!("{error}")),
    }
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn no_two_options_of_all_bars_have_the_same_name() {
        Options::command().debug_assert();
    }
}

//! What an operator can set. Every option is an environment variable too, and a bad value is
//! refused at the start with the variable's name.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use schemas::ids::UserId;
use sentry::types::Dsn;
use tracing_subscriber::EnvFilter;

use crate::pass::PassLimits;
use crate::schedule::Schedule;

/// Longest soak and hold: a log that keeps a room for longer than this is a mistake.
pub const WAIT_MAX: Duration = Duration::from_hours(30 * 24);
/// Most records of one read, and most events of one insert.
pub const BATCH_MAX: u32 = 100_000;
/// Most bytes of one read.
pub const READ_BYTES_MAX: u32 = 256 * 1024 * 1024;
/// Most records of rooms archived together.
pub const GROUP_RECORDS_MAX: u32 = 10_000_000;
/// Most bytes of those.
pub const GROUP_BYTES_MAX: u32 = 1024 * 1024 * 1024;
/// Most partitions worked on at a time.
pub const WORKERS_MAX: u32 = 256;

/// Moves closed rooms from the log to the archive, on a schedule or once.
///
/// Each pass scans the log, writes the rooms that closed to the archive, reads them back,
/// seals them, marks their rows, and truncates the log. A pass can be killed at any moment
/// and several can run at once; the next pass finishes what is left. One line of JSON on
/// stdout reports each pass; logs go to stderr.
#[derive(Clone, Debug, Parser)]
#[command(name = "movie-together-etl", version, after_help = AFTER_HELP)]
pub struct Options {
    /// Something else than passes.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Run one pass now instead of waiting for the schedule; the exit code tells whether
    /// every room and partition was done.
    #[arg(long)]
    pub once: bool,

    /// When to run: a crontab line in UTC of 5 fields, or 6 with seconds first, or 7 with
    /// the year last.
    #[arg(
        long,
        env = "ETL_SCHEDULE",
        value_name = "ETL_SCHEDULE",
        default_value = "0 */10 * * * *"
    )]
    pub schedule: Schedule,

    /// Where rooms, log and archive are.
    #[command(flatten)]
    pub storage: StorageOptions,

    /// What bounds a pass.
    #[command(flatten)]
    pub limits: LimitOptions,

    /// Where to send errors and check-ins of the monitor `movie-together-etl`; nowhere if
    /// empty.
    #[arg(
        long,
        env = "SENTRY_DSN",
        value_name = "SENTRY_DSN",
        default_value = "",
        hide_default_value = true,
        hide_env_values = true
    )]
    pub sentry_dsn: SentryDsn,

    /// Where to serve Prometheus' `/metrics` while waiting for the schedule, such as
    /// `0.0.0.0:9100`; nowhere if not given.
    #[arg(long, env = "ETL_METRICS_LISTEN", value_name = "ETL_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,

    /// How log lines look.
    #[arg(
        long,
        global = true,
        env = "LOG_FORMAT",
        value_name = "LOG_FORMAT",
        default_value = "text"
    )]
    pub log_format: LogFormat,

    /// Which log lines are written, such as `info` or `etl=debug,warn`.
    #[arg(long, global = true, env = "RUST_LOG", value_name = "RUST_LOG", default_value = "info", value_parser = parse_filter)]
    pub rust_log: String,
}

const AFTER_HELP: &str = "\
Exit codes: 0 all done; 1 a room or partition failed, the storage could not be opened, or the \
work was stopped; 2 a bad option or variable.";

/// Something else than passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Make the archive forget a person
    ///
    /// Blanks what the person said and is called in every archived room, and lets every later
    /// pass do so in the rooms that it archives. The id stays, as a pseudonym. Can be repeated;
    /// one line of JSON on stdout reports what was done.
    Erase {
        /// The id of the person.
        #[arg(long)]
        user: UserId,
    },
    /// Tell by the exit code whether rooms, log and archive answer
    Health,
}

/// Where rooms, log and archive are.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Storage")]
pub struct StorageOptions {
    /// Folder of the embedded default.
    #[arg(long, global = true, env = "DATA_DIR", value_name = "DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,

    /// The room rows [default: `sqlite://{DATA_DIR}/movie-together.db`].
    #[arg(
        long,
        global = true,
        env = "ROOMS_URL",
        value_name = "ROOMS_URL",
        hide_env_values = true
    )]
    pub rooms_url: Option<String>,

    /// The log [default: `sqlite://{DATA_DIR}/movie-together.db`].
    #[arg(long, global = true, env = "LOG_URL", value_name = "LOG_URL", hide_env_values = true)]
    pub log_url: Option<String>,

    /// The archive [default: `sqlite://{DATA_DIR}/movie-together.db`].
    #[arg(
        long,
        global = true,
        env = "ARCHIVE_URL",
        value_name = "ARCHIVE_URL",
        hide_env_values = true
    )]
    pub archive_url: Option<String>,
}

/// What bounds a pass.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitOptions {
    /// How long a room must have been sealed before its records leave the log.
    #[arg(long, env = "ETL_SOAK", value_name = "ETL_SOAK", default_value = "1h", value_parser = parse_wait)]
    pub soak: Duration,

    /// How long records of a room without a row stay in the log, after a copy of them was
    /// set aside.
    #[arg(long, env = "ETL_UNKNOWN_ROOM_HOLD", value_name = "ETL_UNKNOWN_ROOM_HOLD", default_value = "24h", value_parser = parse_wait)]
    pub unknown_room_hold: Duration,

    /// Most records of one read.
    #[arg(long, env = "ETL_READ_RECORDS", value_name = "ETL_READ_RECORDS", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=i64::from(BATCH_MAX)))]
    pub read_records: u32,

    /// Most bytes of one read.
    #[arg(long, env = "ETL_READ_BYTES", value_name = "ETL_READ_BYTES", default_value_t = 256 * 1024, value_parser = clap::value_parser!(u32).range(1..=i64::from(READ_BYTES_MAX)))]
    pub read_bytes: u32,

    /// Most events of one insert.
    #[arg(long, env = "ETL_INSERT_EVENTS", value_name = "ETL_INSERT_EVENTS", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=i64::from(BATCH_MAX)))]
    pub insert_events: u32,

    /// Most records whose rooms are archived together, which bounds the memory; a larger room
    /// goes alone.
    #[arg(long, env = "ETL_GROUP_RECORDS", value_name = "ETL_GROUP_RECORDS", default_value_t = 8000, value_parser = clap::value_parser!(u32).range(1..=i64::from(GROUP_RECORDS_MAX)))]
    pub group_records: u32,

    /// Most bytes of those records.
    #[arg(long, env = "ETL_GROUP_BYTES", value_name = "ETL_GROUP_BYTES", default_value_t = 4 * 1024 * 1024, value_parser = clap::value_parser!(u32).range(1..=i64::from(GROUP_BYTES_MAX)))]
    pub group_bytes: u32,

    /// Most partitions whose records are in memory at a time; as many again begin or end meanwhile.
    #[arg(long, env = "ETL_WORKERS", value_name = "ETL_WORKERS", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=i64::from(WORKERS_MAX)))]
    pub workers: u32,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A Sentry DSN, or none where the text is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SentryDsn(pub Option<Dsn>);

impl FromStr for SentryDsn {
    type Err = sentry::types::ParseDsnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        text.parse().map(|dsn| Self(Some(dsn)))
    }
}

impl StorageOptions {
    /// The URL given, or the embedded default's.
    pub(crate) fn url_or_default(&self, url: Option<&String>) -> String {
        url.cloned().unwrap_or_else(|| {
            let file = self.data_dir.join("movie-together.db");
            format!("sqlite://{}", file.display())
        })
    }
}

impl LimitOptions {
    /// The same, as a pass wants them.
    pub fn pass_limits(&self) -> PassLimits {
        PassLimits {
            soak_ms: millis(self.soak),
            unknown_room_hold_ms: millis(self.unknown_room_hold),
            read_records_max: self.read_records as usize,
            read_bytes_max: self.read_bytes as usize,
            insert_events_max: self.insert_events as usize,
            group_records_max: u64::from(self.group_records),
            group_bytes_max: u64::from(self.group_bytes),
            workers_max: self.workers as usize,
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn parse_wait(text: &str) -> Result<Duration, String> {
    let wait = humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write it like 90s, 15m or 1h"))?;
    if wait > WAIT_MAX {
        return Err(format!("at most {}", humantime::format_duration(WAIT_MAX)));
    }
    Ok(wait)
}

fn parse_filter(text: &str) -> Result<String, tracing_subscriber::filter::ParseError> {
    EnvFilter::try_new(text).map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, clap::Error> {
        Options::try_parse_from([&["etl"], arguments].concat())
    }

    #[test]
    fn the_defaults_are_those_of_a_pass() {
        let options = parse(&[]).unwrap();
        assert_eq!(options.limits.pass_limits(), PassLimits::default());
        assert_eq!(options.storage.url_or_default(None), "sqlite://data/movie-together.db");
    }

    #[test]
    fn a_bad_value_names_its_variable() {
        for (argument, value, variable) in [
            ("--soak", "soon", "ETL_SOAK"),
            ("--schedule", "every minute", "ETL_SCHEDULE"),
            ("--unknown-room-hold", "31d", "ETL_UNKNOWN_ROOM_HOLD"),
            ("--read-records", "0", "ETL_READ_RECORDS"),
            ("--read-bytes", "268435457", "ETL_READ_BYTES"),
            ("--insert-events", "100001", "ETL_INSERT_EVENTS"),
            ("--group-records", "10000001", "ETL_GROUP_RECORDS"),
            ("--group-bytes", "1073741825", "ETL_GROUP_BYTES"),
            ("--workers", "257", "ETL_WORKERS"),
            ("--sentry-dsn", "nowhere", "SENTRY_DSN"),
            ("--metrics-listen", "everywhere", "ETL_METRICS_LISTEN"),
            ("--log-format", "xml", "LOG_FORMAT"),
            ("--rust-log", "etl=loud", "RUST_LOG"),
        ] {
            let error = parse(&[argument, value]).unwrap_err().to_string();
            assert!(error.contains(variable), "{error}");
        }
    }

    #[test]
    fn commands_take_the_options_of_the_storage_before_and_after_them() {
        let user: UserId = "00000000-0000-0000-0000-000000000007".parse().unwrap();
        for arguments in [
            ["--archive-url", "mongodb://a", "erase", "--user", &user.to_string()],
            ["erase", "--archive-url", "mongodb://a", "--user", &user.to_string()],
        ] {
            let options = parse(&arguments).unwrap();
            assert_eq!(options.command, Some(Command::Erase { user }));
            assert_eq!(options.storage.archive_url.as_deref(), Some("mongodb://a"));
        }
        assert_eq!(parse(&["health"]).unwrap().command, Some(Command::Health));
        assert_eq!(parse(&[]).unwrap().command, None);
        parse(&["erase"]).unwrap_err();
        parse(&["erase", "--user", "Petr"]).unwrap_err();
    }

    #[test]
    fn the_limits_themselves_are_allowed() {
        for (argument, value) in [
            ("--soak", "0s"),
            ("--unknown-room-hold", "30d"),
            ("--read-records", "1"),
            ("--read-records", "100000"),
            ("--read-bytes", "268435456"),
            ("--insert-events", "100000"),
            ("--group-records", "10000000"),
            ("--group-bytes", "1073741824"),
            ("--workers", "256"),
            ("--sentry-dsn", ""),
        ] {
            parse(&[argument, value]).unwrap();
        }
    }
}

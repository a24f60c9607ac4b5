//! The lives of rooms.

use std::time::Duration;

use clap::Args;
use humantime::parse_duration;

/// The lives of rooms. Times are written such as `10s`, `15m`, `12h`.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Rooms")]
pub struct RoomOptions {
    /// How long after its film's end a room is closed.
    #[arg(long, env = "ENDED_CLOSE", default_value = "10m", value_parser = parse_duration)]
    pub ended_close: Duration,
    /// How long a room may be without anybody present.
    #[arg(long, env = "EMPTY_CLOSE", default_value = "15m", value_parser = parse_duration)]
    pub empty_close: Duration,
    /// How old a room may get.
    #[arg(long, env = "ROOM_AGE_MAX", default_value = "12h", value_parser = parse_duration)]
    pub room_age_max: Duration,
    /// How long a member may be without a session before the membership ends.
    #[arg(long, env = "SESSION_GRACE", default_value = "10s", value_parser = parse_duration)]
    pub session_grace: Duration,
}

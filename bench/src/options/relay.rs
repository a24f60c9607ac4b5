//! Relays beside each other.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};
use humantime::parse_duration;

use super::positive;
use crate::relay::Relay;

/// Which relays, what of them, and how large.
#[derive(Args, Clone, Debug)]
pub(crate) struct RelayOptions {
    /// Relays, separated by commas; all unless given.
    #[arg(long, value_enum, value_delimiter = ',')]
    against: Vec<Relay>,
    /// What is measured of them, separated by commas; everything unless given.
    #[arg(long, value_enum, value_delimiter = ',')]
    measure: Vec<Measure>,
    /// Talks for latencies: rooms × members × messages a second in each room.
    #[arg(long, value_delimiter = ',', default_value = "100x4x5,1000x4x1,1x1000x5")]
    pub(crate) shapes: Vec<Shape>,
    /// How long each talk is.
    #[arg(long, default_value = "10s", value_parser = parse_duration)]
    pub(crate) speech: Duration,
    /// How long they talk before that, while nothing is measured.
    #[arg(long, default_value = "3s", value_parser = parse_duration)]
    pub(crate) speech_warm_up: Duration,
    /// Rooms, of four members each, in which ever more is said.
    #[arg(long, default_value = "250", value_parser = positive)]
    pub(crate) ramp_rooms: usize,
    /// How long each step of the ramp is.
    #[arg(long, default_value = "3s", value_parser = parse_duration)]
    pub(crate) ramp_step: Duration,
    /// Connections on which nothing happens.
    #[arg(long, default_value = "4000", value_parser = positive)]
    pub(crate) crowd: usize,
    /// How long nothing happens before memory is read.
    #[arg(long, default_value = "10s", value_parser = parse_duration)]
    pub(crate) hush: Duration,
    /// Rooms to create.
    #[arg(long, default_value = "2000", value_parser = positive)]
    pub(crate) created_rooms: usize,
    /// Messages of a room that many join at once.
    #[arg(long, default_value = "10000", value_parser = positive)]
    pub(crate) storm_messages: usize,
    /// People who join it.
    #[arg(long, default_value = "20", value_parser = positive)]
    pub(crate) storm_people: usize,
}

/// What is measured of relays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measure {
    /// Latencies and processor time of talks of given shapes.
    Shapes,
    /// The most deliveries a second.
    Capacity,
    /// Memory of idle connections.
    Idle,
    /// Rooms created a second.
    Rooms,
    /// Many who join a room with a long history at once.
    Storm,
}

/// Rooms, members of each, and messages a second in each, such as `100x4x5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) rooms: usize,
    pub(crate) members: usize,
    pub(crate) room_rate: u32,
}

impl RelayOptions {
    /// Relays to measure.
    pub(crate) fn against(&self) -> Vec<Relay> {
        if self.against.is_empty() { Relay::all() } else { self.against.clone() }
    }

    /// What to measure of them.
    pub(crate) fn measures(&self) -> Vec<Measure> {
        if self.measure.is_empty() {
            Measure::value_variants().to_vec()
        } else {
            self.measure.clone()
        }
    }
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<u32>> = text.split('x').map(|part| part.parse().ok()).collect();
        match numbers.as_deref() {
            Some(&[rooms, members, room_rate]) if rooms > 0 && members > 1 && room_rate > 0 => {
                let (rooms, members) = (rooms as usize, members as usize);
                Ok(Self { rooms, members, room_rate })
            }
            _ => Err("a shape is rooms x members x messages a second, such as 100x4x5".to_owned()),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}×{}×{}", self.rooms, self.members, self.room_rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_has_three_numbers() {
        let shape = Shape { rooms: 100, members: 4, room_rate: 5 };
        assert_eq!("100x4x5".parse(), Ok(shape));
        assert!("100x4".parse::<Shape>().is_err());
        assert!("100x1x5".parse::<Shape>().is_err());
        assert_eq!(shape.to_string(), "100×4×5");
    }
}

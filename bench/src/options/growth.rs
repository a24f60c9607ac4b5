//! Cost as work grows.

use std::time::Duration;

use clap::{Args, ValueEnum};
use humantime::parse_duration;

use super::positive;

/// What grows, and how far.
#[derive(Args, Clone, Debug)]
pub(crate) struct GrowthOptions {
    /// What grows, separated by commas; everything unless given.
    #[arg(long, value_enum, value_delimiter = ',')]
    sweeps: Vec<Sweep>,
    /// Connections on which nothing happens, from few to many.
    #[arg(long, value_delimiter = ',', default_value = "1000,2000,4000", value_parser = positive)]
    pub(crate) sweep_connections: Vec<usize>,
    /// Rooms of four in which people talk, from few to many.
    #[arg(long, value_delimiter = ',', default_value = "10,25,50,100,200", value_parser = positive)]
    pub(crate) sweep_rooms: Vec<usize>,
    /// Members of one room in which people talk.
    #[arg(long, value_delimiter = ',', default_value = "2,8,32,128,512,2000", value_parser = positive)]
    pub(crate) sweep_members: Vec<usize>,
    /// Messages of a room that somebody joins.
    #[arg(long, value_delimiter = ',', default_value = "100,1000,10000,50000", value_parser = positive)]
    pub(crate) sweep_messages: Vec<usize>,
    /// Nodes on the same engines, at which the same people talk.
    #[arg(long, value_delimiter = ',', default_value = "1,2,4", value_parser = positive)]
    pub(crate) sweep_nodes: Vec<usize>,
    /// How long each talk is.
    #[arg(long, default_value = "5s", value_parser = parse_duration)]
    pub(crate) sweep_talk: Duration,
    /// How long they talk before that, while nothing is measured.
    #[arg(long, default_value = "2s", value_parser = parse_duration)]
    pub(crate) sweep_warm_up: Duration,
    /// How long connections are idle; the default holds one ping of each.
    #[arg(long, default_value = "25s", value_parser = parse_duration)]
    pub(crate) sweep_idle: Duration,
}

/// What grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sweep {
    Connections,
    Rooms,
    Members,
    History,
    Nodes,
}

impl GrowthOptions {
    /// What grows.
    pub(crate) fn sweeps(&self) -> Vec<Sweep> {
        if self.sweeps.is_empty() { Sweep::value_variants().to_vec() } else { self.sweeps.clone() }
    }
}

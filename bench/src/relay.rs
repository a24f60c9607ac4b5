//! Relays that are measured beside each other: ours, and what would be used in its place.
//!
//! Whatever the relay, its clients are the same: a WebSocket ([`crate::wire`]), and a
//! [`Dialect`] that writes what is said and reads what is heard.

mod centrifuge;
mod creator;
mod fastapi;
mod line;
mod ours;
mod peer;
mod redis;
mod socketio;

use std::fmt;

use clap::ValueEnum;

use crate::Result;
use crate::bars::Place;
use crate::cores::{self, SERVER, TOOL};
use crate::process::resident_bytes;

use self::ours::Ours;
use self::peer::Peer;

pub(crate) use creator::Creator;
pub(crate) use line::{Ear, Line, Mouth, Word};

/// A relay that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Relay {
    /// Ours on its embedded default.
    OursSqlite,
    /// Ours on Postgres and Kafka.
    OursKafka,
    CentrifugeMemory,
    CentrifugeRedis,
    SocketioMemory,
    SocketioRedis,
    /// The design that this project replaces.
    Fastapi,
}

/// How the clients of a relay speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Ours,
    Centrifuge,
    Socketio,
    Fastapi,
}

/// A relay that runs; it ends with the value.
pub(crate) enum Running {
    Ours(Box<Ours>),
    Peer(Box<Peer>),
}

impl Relay {
    /// Every relay.
    pub(crate) fn all() -> Vec<Self> {
        Self::value_variants().to_vec()
    }

    /// Starts it, with whatever it needs, on the server's core.
    pub(crate) async fn start(self, place: Place<'_>) -> Result<Running> {
        cores::keep_to(SERVER)?;
        let running = match self {
            Self::OursSqlite => Running::Ours(Box::new(Ours::embedded(place).await?)),
            Self::OursKafka => Running::Ours(Box::new(Ours::on_engines(place, 1).await?)),
            peer => Running::Peer(Box::new(Peer::start(peer, place).await?)),
        };
        cores::keep_to(TOOL)?;
        Ok(running)
    }

    /// Whether rooms are created before anybody can enter them.
    pub(crate) fn has_rooms(self) -> bool {
        self.is_ours() || self == Self::Fastapi
    }

    /// Whether each of its sockets has a limit of its own.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::OursSqlite | Self::OursKafka)
    }
}

impl fmt::Display for Relay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        formatter.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

impl Running {
    /// Several nodes of ours on the same Postgres and Kafka; they keep to no core.
    pub(crate) async fn nodes(count: usize, place: Place<'_>) -> Result<Self> {
        Ok(Self::Ours(Box::new(Ours::on_engines(place, count).await?)))
    }

    /// Opens rooms, each with so many members who have a socket each.
    pub(crate) async fn open(&self, rooms: usize, members: usize) -> Result<Vec<Vec<Line>>> {
        match self {
            Self::Ours(ours) => ours.open(rooms, members).await,
            Self::Peer(peer) => peer.open(rooms, members).await,
        }
    }

    /// People who may create a room each.
    pub(crate) async fn creators(&self, count: usize) -> Result<Vec<Creator>> {
        match self {
            Self::Ours(ours) => ours.creators(count).await,
            Self::Peer(peer) => Creator::fastapi(peer.address(), count),
        }
    }

    /// Numbers of the relay's processes: one a node.
    pub(crate) fn pids(&self) -> Result<Vec<u32>> {
        match self {
            Self::Ours(ours) => ours.pids(),
            Self::Peer(peer) => Ok(vec![peer.pid()?]),
        }
    }

    /// Resident memory of all of them, in bytes.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        self.pids()?.into_iter().map(resident_bytes).sum()
    }

    /// Numbers of the processes that it keeps its records in or shares them by.
    pub(crate) fn engine_pids(&self) -> Vec<u32> {
        match self {
            Self::Ours(ours) => ours.engine_pids(),
            Self::Peer(peer) => peer.engine_pids(),
        }
    }

    /// Ends it in order.
    pub(crate) async fn stop(self) -> Result<()> {
        match self {
            Self::Ours(ours) => ours.stop().await,
            Self::Peer(peer) => peer.stop().await,
        }
    }
}

//! Relays that are measured beside each other: ours, and what would be used in its place.
//! Whatever the relay, its clients are the same ([`crate::line`]).

mod creator;
mod kind;
mod ours;
mod peer;
mod redis;

use crate::Result;
use crate::cores::{self, SERVER, TOOL};
use crate::line::Line;
use crate::place::Place;
use crate::process::resident_bytes;

use self::ours::Ours;
use self::peer::Peer;

pub(crate) use creator::Creator;
pub(crate) use kind::Relay;

/// A relay that runs; it ends with the value.
pub(crate) enum Running {
    Ours(Box<Ours>),
    Peer(Box<Peer>),
}

impl Running {
    /// Starts a relay, with whatever it needs, on the server's core.
    pub(crate) async fn start(relay: Relay, place: Place<'_>) -> Result<Self> {
        cores::keep_to(SERVER)?;
        let running = match relay {
            Relay::OursSqlite => Self::Ours(Box::new(Ours::embedded(place).await?)),
            Relay::OursKafka => Self::Ours(Box::new(Ours::on_engines(place, 1).await?)),
            peer => Self::Peer(Box::new(Peer::start(peer, place).await?)),
        };
        cores::keep_to(TOOL)?;
        Ok(running)
    }

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

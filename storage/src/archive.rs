//! The port of the cold archive. Documents are written once and never changed by a repeat;
//! a room is visible to readers only once it is sealed.

use async_trait::async_trait;
use schemas::archive::{ArchivedEvent, HashChain, Quarantined, Seal};
use schemas::event::Event;
use schemas::ids::{RoomId, UserId};

use crate::log::BoxError;

/// Why the archive refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The same `(room, epoch, offset)` is there with another content: stop and tell people.
    #[error("offset {offset} of room {room} is archived with another content")]
    Conflict {
        /// The room.
        room: RoomId,
        /// The offset.
        offset: u64,
    },
    /// The room is sealed with another proof.
    #[error("room {room} is sealed with another proof")]
    SealConflict {
        /// The room.
        room: RoomId,
    },
    /// The archive cannot be reached.
    #[error("the archive is away")]
    Away(#[source] BoxError),
}

/// A page of a sealed room's events.
#[derive(Clone, Debug, PartialEq)]
pub struct EventPage {
    /// Newest first.
    pub events: Vec<Event>,
    /// Whether there are older ones.
    pub has_more: bool,
}

/// The cold archive.
#[async_trait]
pub trait Archive: Send + Sync + 'static {
    /// Inserts events, in any order, durably. One that is there already with the same hash
    /// counts as inserted; answers how many were new.
    async fn insert(&self, events: &[ArchivedEvent]) -> Result<u64, ArchiveError>;

    /// Reads a room back, sealed or not, and chains the hashes of its events 1..n as they
    /// are stored, recomputed from the stored content. The chain ends before the first gap
    /// or doubled seq.
    async fn read_back(&self, room: RoomId) -> Result<HashChain, ArchiveError>;

    /// Seals a room: from now on readers see it. Sealing again with the same proof does
    /// nothing (`sealed_at_ms` of the first stays); answers whether this call sealed it.
    async fn seal(&self, seal: &Seal) -> Result<bool, ArchiveError>;

    /// The seal of a room.
    async fn seal_of(&self, room: RoomId) -> Result<Option<Seal>, ArchiveError>;

    /// Events of a sealed room with `seq < before`, newest first. None if it is not sealed
    /// or `reader` never was a member.
    async fn events(
        &self,
        room: RoomId,
        reader: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<EventPage>, ArchiveError>;

    /// Sets bytes aside; there already is fine.
    async fn quarantine(&self, quarantined: &Quarantined) -> Result<(), ArchiveError>;

    /// What was set aside in a partition, in offset order, at most `limit`.
    async fn quarantined(
        &self,
        partition: u32,
        limit: usize,
    ) -> Result<Vec<Quarantined>, ArchiveError>;
}

/// Whether two seals prove the same: all of it is equal but the time of sealing.
pub fn same_proof(first: &Seal, again: &Seal) -> bool {
    let again = Seal { sealed_at_ms: first.sealed_at_ms, ..again.clone() };
    *first == again
}

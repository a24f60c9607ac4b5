//! The port of the cold archive. Documents are written once and never changed by a repeat;
//! a room is visible to readers only once it is sealed.
//!
//! **Erasure.** A person's words and names are blanked where they rest, the id stays: it is a
//! pseudonym that the seal, the other members' right to read, and a later repeat need. An
//! erased event keeps the hash of what it was, so that the seal goes on proving the room whole
//! and a repeated insert of the original is no conflict and brings nothing back.
//!
//! Whoever erases first remembers the person ([`Archive::remember_erasure`]), then blanks the
//! rooms that are there ([`Archive::rooms_with`], [`Archive::erase_in`]). Whoever archives first
//! inserts a room, then asks who of it is remembered ([`Archive::erased_among`]) and blanks them.
//! Whichever of the two comes second sees what the first did, so nobody slips through between.
//!
//! What was set aside belongs to no room, so the port itself sees to it in the same way:
//! [`Archive::quarantine`] sets aside and then blanks, whoever erases remembers and then calls
//! [`Archive::erase_in_quarantine`].
//!
//! A single message goes the same way within the port: [`Archive::erase_message`] remembers it
//! and then blanks it, [`Archive::insert`] inserts and then blanks what is remembered, so that
//! it is gone for good whether its room is archived already, just now, or later.

use std::collections::BTreeSet;

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

/// What rests cannot be read, or cannot be written.
impl From<serde_json::Error> for ArchiveError {
    fn from(error: serde_json::Error) -> Self {
        Self::Away(error.into())
    }
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
    /// counts as inserted, erased or not; answers how many were new. After a conflict the
    /// others may be there or not. Messages that are remembered as erased are blanked before
    /// this answers.
    async fn insert(&self, events: &[ArchivedEvent]) -> Result<u64, ArchiveError>;

    /// Reads rooms back, sealed or not, and chains the hashes of the events 1..n of each as
    /// they are stored, recomputed from the stored content; of an erased event, the hash that
    /// was kept. A chain ends before the first gap or doubled seq. In the order asked for.
    async fn read_back(&self, rooms: &[RoomId]) -> Result<Vec<HashChain>, ArchiveError>;

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

    /// Sets bytes aside, in any order, durably; there already is fine. They are kept as they
    /// are, but for records of people who are remembered as erased: those are blanked before
    /// this answers.
    async fn quarantine(&self, quarantined: &[Quarantined]) -> Result<(), ArchiveError>;

    /// What was set aside in a partition, in offset order, at most `limit`.
    async fn quarantined(
        &self,
        partition: u32,
        limit: usize,
    ) -> Result<Vec<Quarantined>, ArchiveError>;

    /// Remembers durably that a person is to be erased from whatever is archived from now on;
    /// answers whether this call was the first (whose time stays).
    async fn remember_erasure(&self, user: UserId, at_ms: i64) -> Result<bool, ArchiveError>;

    /// Those of these people who are remembered as erased.
    async fn erased_among(&self, users: &[UserId]) -> Result<BTreeSet<UserId>, ArchiveError>;

    /// Every room, sealed or not, with an event of a person.
    async fn rooms_with(&self, user: UserId) -> Result<Vec<RoomId>, ArchiveError>;

    /// Blanks what these people said and are called in a room's events, see
    /// [`Event::erased`]; answers how many events this changed.
    async fn erase_in(&self, room: RoomId, people: &BTreeSet<UserId>) -> Result<u64, ArchiveError>;

    /// Blanks what these people said and are called in what was set aside, see
    /// [`Quarantined::erased`]; answers how many records this changed.
    async fn erase_in_quarantine(&self, people: &BTreeSet<UserId>) -> Result<u64, ArchiveError>;

    /// Remembers durably that a message of a room is to be erased, then blanks it if it is
    /// there; can be repeated. A seq that is no message's changes nothing.
    async fn erase_message(&self, room: RoomId, seq: u64) -> Result<(), ArchiveError>;

    /// The messages of a room that are remembered as erased, by their seqs.
    async fn erased_messages(&self, room: RoomId) -> Result<BTreeSet<u64>, ArchiveError>;

    /// Whether the archive can be read.
    async fn ping(&self) -> Result<(), ArchiveError>;
}

/// Whether two seals prove the same: all of it is equal but the time of sealing.
pub fn same_proof(first: &Seal, again: &Seal) -> bool {
    let again = Seal { sealed_at_ms: first.sealed_at_ms, ..again.clone() };
    *first == again
}

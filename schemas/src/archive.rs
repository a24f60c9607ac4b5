//! How a closed room rests: its events, and the seal that proves them complete.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::event::Event;
use crate::ids::{RoomId, UserId};
use crate::record::Record;

/// SHA-256 of something.
pub type Hash = [u8; 32];

/// One event at rest. Its identity comes from the log, not from the fold, so a later fold
/// cannot rewrite it: `(room, epoch, offset)`. It is written as text once, when it is made:
/// what is hashed, inserted and compared is that text.
#[derive(Clone, Debug, PartialEq)]
pub struct ArchivedEvent {
    /// The room.
    pub room: RoomId,
    /// Incarnation of the log it came from.
    pub epoch: Arc<str>,
    /// Its offset in the room's partition.
    pub offset: u64,
    event: Event,
    text: Box<str>,
    hash: Hash,
}

impl ArchivedEvent {
    /// An event, in its redacted form where it was redacted.
    pub fn new(
        room: RoomId,
        epoch: Arc<str>,
        offset: u64,
        event: Event,
    ) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_string(&event)?.into_boxed_str();
        let hash = hash_of(&text);
        Ok(Self { room, epoch, offset, event, text, hash })
    }

    /// The event.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// The event, alone.
    pub fn into_event(self) -> Event {
        self.event
    }

    /// The event as it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Hash of that; equal hashes make a repeated insert harmless.
    pub fn hash(&self) -> &Hash {
        &self.hash
    }
}

/// Hash of an event's text.
pub fn hash_of(text: &str) -> Hash {
    Sha256::digest(text).into()
}

/// Chained hash over a room's events in seq order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HashChain {
    /// Links so far.
    pub count: u64,
    /// Hash of the last link; zeros before the first.
    pub hash: Hash,
}

impl HashChain {
    /// Adds the hash of the next event.
    pub fn add(&mut self, event_hash: &Hash) {
        self.hash =
            Sha256::new().chain_update(self.hash).chain_update(event_hash).finalize().into();
        self.count += 1;
    }
}

/// Proof that a room's events are complete in the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// The room.
    pub room: RoomId,
    /// Incarnation of the log.
    pub epoch: String,
    /// The partition it came from.
    pub partition: u32,
    /// Events of the room: seq 1 to this.
    pub count: u64,
    /// Offset of `room_created`.
    pub first_offset: u64,
    /// Offset of `room_closed`.
    pub close_offset: u64,
    /// Chained hash over all events.
    pub hash: Hash,
    /// When it was sealed, in ms since 1970.
    pub sealed_at_ms: i64,
    /// Everyone who ever was a member; who may read.
    pub members: Vec<UserId>,
}

/// Why bytes of the log were set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineReason {
    /// They are no record.
    Undecodable,
    /// Their room has no row.
    UnknownRoom,
}

/// Bytes of the log that belong to no room, kept as they were but for what is erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Incarnation of the log.
    pub epoch: String,
    /// The partition.
    pub partition: u32,
    /// The offset.
    pub offset: u64,
    /// The log's time of it, in ms since 1970.
    pub at_ms: i64,
    /// Why.
    pub reason: QuarantineReason,
    /// The bytes.
    pub raw: Vec<u8>,
}

impl Quarantined {
    /// Whose record it is, where the bytes can be read as one.
    pub fn user(&self) -> Option<UserId> {
        Record::decode(&self.raw).ok()?.user
    }

    /// The same without what these people said and are called; none if it tells neither. What
    /// cannot be read cannot be told apart, and stays.
    pub fn erased(&self, people: &BTreeSet<UserId>) -> Result<Option<Self>, serde_json::Error> {
        let Ok(record) = Record::decode(&self.raw) else { return Ok(None) };
        if record.user.is_none_or(|user| !people.contains(&user)) {
            return Ok(None);
        }
        let mut erased = record.clone();
        erased.entry.erase();
        if erased == record {
            return Ok(None);
        }
        Ok(Some(Self { raw: erased.encode()?, ..self.clone() }))
    }
}

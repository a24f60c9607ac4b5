//! What a scan remembers: a few facts a room, so that memory grows with the rooms and not with
//! what was said in them.

use std::collections::BTreeMap;

use schemas::fold::{Outcome, fold};
use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use schemas::record::{Entry, Record};
use storage::log::{StoredRecord, Watermarks};

/// What a scan remembers of a partition.
pub(super) struct PartitionScan<'a> {
    pub(super) partition: u32,
    pub(super) bounds: Watermarks,
    /// Every room with a record between the bounds.
    pub(super) rooms: BTreeMap<RoomId, RoomFacts>,
    /// The partition's rows, as they stood after the bounds were taken.
    pub(super) rows: &'a BTreeMap<RoomId, RoomStatus>,
    /// First record of an unknown room that is too young to be deleted.
    pub(super) unknown_held_from: Option<u64>,
    /// The log's time at the start.
    pub(super) now_ms: i64,
}

/// What a scan remembers of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RoomFacts {
    /// Where its row stands; none if there is no such row in this partition.
    pub(super) status: Option<RoomStatus>,
    /// When it was sealed, once that is known.
    pub(super) sealed_at_ms: Option<i64>,
    /// Its first record between the bounds.
    pub(super) first_seen: u64,
    /// The log's time of that.
    pub(super) first_seen_at_ms: i64,
    /// Its `room_created`, if that is between the bounds.
    pub(super) created: Option<u64>,
    /// Its last `room_closed` between the bounds; whether one counts is for the fold to say.
    pub(super) last_close: Option<u64>,
    /// Its records between the bounds.
    pub(super) records: u64,
    /// Bytes of those.
    pub(super) bytes: u64,
    /// Whether it was folded to its close on the way, and so has been tried.
    pub(super) is_folded: bool,
}

/// What the stores say of a room that the scan meets.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) status: Option<RoomStatus>,
    pub(super) sealed_at_ms: Option<i64>,
}

impl PartitionScan<'_> {
    /// Remembers that a room was sealed.
    pub(super) fn sealed(&mut self, room: RoomId, at_ms: i64) {
        if let Some(facts) = self.rooms.get_mut(&room) {
            facts.sealed_at_ms = Some(at_ms);
        }
    }
}

impl RoomFacts {
    pub(super) fn new(first: &StoredRecord, known: Known) -> Self {
        Self {
            status: known.status,
            sealed_at_ms: known.sealed_at_ms,
            first_seen: first.offset,
            first_seen_at_ms: first.at_ms,
            created: None,
            last_close: None,
            records: 0,
            bytes: 0,
            is_folded: false,
        }
    }

    /// Whether neither a row nor a seal knows the room.
    pub(super) fn is_unknown(&self) -> bool {
        self.status.is_none() && self.sealed_at_ms.is_none()
    }

    /// Whether the room seems to have begun and ended between the bounds, and was neither
    /// folded on the way nor sealed before.
    pub(super) fn is_left(&self) -> bool {
        let is_live = !matches!(self.status, None | Some(RoomStatus::Aborted));
        let is_whole = self.created.is_some() && self.created < self.last_close;
        is_live && is_whole && !self.is_folded && self.sealed_at_ms.is_none()
    }

    /// Takes in a record of the room.
    pub(super) fn take_in(&mut self, stored: &StoredRecord, record: &Record) {
        self.records += 1;
        self.bytes += stored.value.len() as u64;
        match &record.entry {
            Entry::RoomCreated(_) if self.created.is_none() => {
                let outcome = fold(&mut None, record, stored.at_ms);
                if matches!(outcome, Outcome::Accepted { .. }) {
                    self.created = Some(stored.offset);
                }
            }
            Entry::RoomClosed(_) => self.last_close = Some(stored.offset),
            _ => {}
        }
    }
}

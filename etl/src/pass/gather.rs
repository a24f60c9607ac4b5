//! Step 4, first half: folds the rooms that closed.
//!
//! Rooms that closed lie interleaved, and a log may have no index by room, so asking for one
//! room after the other could read the partition once a room. Instead as many rooms as fit
//! into memory are folded together in one read of the span they cover.

use std::collections::HashMap;

use schemas::event::Event;
use schemas::fold::{Outcome, fold};
use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use schemas::record::CloseReason;
use schemas::state::RoomState;
use storage::log::StoredRecord;
use storage::rooms::Closed;

use super::read::Reader;
use super::scan::{PartitionScan, RoomFacts, read_record};
use super::{Pass, PassError, PassLimits};
use crate::crash_point::{CrashPoint, reached};

/// A room from its first record to the one that closed it.
pub(super) struct ClosedRoom {
    pub(super) room: RoomId,
    pub(super) status: Option<RoomStatus>,
    pub(super) closed: Closed,
    state: RoomState,
    /// Offset of each event, in seq order.
    offsets: Vec<u64>,
}

impl ClosedRoom {
    /// Offset and event, in seq order.
    pub(super) fn events(&self) -> impl Iterator<Item = (u64, &Event)> {
        self.offsets.iter().copied().zip(self.state.events())
    }

    /// The folded room.
    pub(super) fn state(&self) -> &RoomState {
        &self.state
    }
}

/// Rooms to archive together: as many as the limits allow, or a single one.
pub(super) fn groups(scan: &PartitionScan, limits: &PassLimits) -> Vec<Vec<RoomId>> {
    let mut closable: Vec<(&RoomId, &RoomFacts)> =
        scan.rooms.iter().filter(|(_, facts)| facts.is_closable()).collect();
    closable.sort_unstable_by_key(|(_, facts)| facts.first_seen);
    let mut groups: Vec<Vec<RoomId>> = vec![];
    let (mut records, mut bytes) = (0, 0);
    for (room, facts) in closable {
        records += facts.records;
        bytes += facts.bytes;
        let fits = records <= limits.group_records_max && bytes <= limits.group_bytes_max;
        match groups.last_mut() {
            Some(group) if fits => group.push(*room),
            _ => {
                groups.push(vec![*room]);
                (records, bytes) = (facts.records, facts.bytes);
            }
        }
    }
    groups
}

/// Folds a group. A room whose `room_closed` the fold did not accept is still open and is
/// left out.
pub(super) async fn gather(
    pass: &Pass,
    scan: &PartitionScan,
    group: &[RoomId],
) -> Result<Vec<ClosedRoom>, PassError> {
    let facts: Vec<&RoomFacts> = group.iter().filter_map(|room| scan.rooms.get(room)).collect();
    let from = facts.iter().map(|facts| facts.first_seen).min();
    let last_close = facts.iter().filter_map(|facts| facts.last_close).max();
    let (Some(from), Some(last_close)) = (from, last_close) else {
        return Ok(vec![]);
    };
    let key = match group {
        [only] => Some(*only),
        _ => None,
    };
    let mut folds: HashMap<RoomId, RoomFold> =
        group.iter().map(|room| (*room, RoomFold::default())).collect();
    let mut reader = Reader::new(pass, scan.partition, from, last_close + 1, key);
    while let Some(records) = reader.next().await? {
        for stored in &records {
            if let Some(room_fold) = folds.get_mut(&stored.key) {
                room_fold.take_in(stored);
            }
        }
    }
    reached(CrashPoint::Gather);
    Ok(group
        .iter()
        .filter_map(|room| {
            let status = scan.rooms.get(room)?.status;
            folds.remove(room)?.into_closed(*room, status)
        })
        .collect())
}

/// A room that is being folded.
#[derive(Default)]
struct RoomFold {
    state: Option<RoomState>,
    offsets: Vec<u64>,
    close_at_ms: i64,
}

impl RoomFold {
    fn take_in(&mut self, stored: &StoredRecord) {
        if self.close_reason().is_some() {
            return;
        }
        let Some(record) = read_record(stored) else {
            return;
        };
        if let Outcome::Accepted { .. } = fold(&mut self.state, &record, stored.at_ms) {
            self.offsets.push(stored.offset);
            self.close_at_ms = stored.at_ms;
        }
    }

    fn close_reason(&self) -> Option<CloseReason> {
        self.state.as_ref().and_then(RoomState::closed)
    }

    fn into_closed(self, room: RoomId, status: Option<RoomStatus>) -> Option<ClosedRoom> {
        let closed = Closed {
            first_offset: *self.offsets.first()?,
            close_offset: *self.offsets.last()?,
            reason: self.close_reason()?,
            at_ms: self.close_at_ms,
        };
        Some(ClosedRoom { room, status, closed, state: self.state?, offsets: self.offsets })
    }
}

//! Step 4 for most rooms: a room whose row is closed is folded while the scan goes by, and
//! archived once its close has come by, so that the log is read once.
//!
//! Rooms lie interleaved, so what has begun and not yet closed waits in memory. The limits of
//! a group bound that: a room that does not fit is left to [`gather`](super::gather), which
//! reads again.

use std::collections::BTreeMap;

use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use schemas::record::Record;
use storage::log::StoredRecord;

use super::PassLimits;
use super::closed_room::{ClosedRoom, RoomFold};
use super::scan::RoomFacts;

/// The share of a group that is worth archiving before the scan goes on: so much of the memory
/// is for rooms that have closed, the rest for those that have not.
const WORTH_ARCHIVING: u64 = 4;

/// Rooms that are folded on the way.
pub(super) struct OnTheWay {
    records_max: u64,
    bytes_max: u64,
    folding: BTreeMap<RoomId, Folding>,
    closed: Vec<ClosedRoom>,
    held: Size,
    held_closed: Size,
}

/// A room between its first record and its close.
#[derive(Default)]
struct Folding {
    fold: RoomFold,
    size: Size,
}

/// What rooms take of the limits.
#[derive(Clone, Copy, Default)]
struct Size {
    records: u64,
    bytes: u64,
}

impl OnTheWay {
    pub(super) fn new(limits: &PassLimits) -> Self {
        Self {
            records_max: limits.group_records_max,
            bytes_max: limits.group_bytes_max,
            folding: BTreeMap::new(),
            closed: vec![],
            held: Size::default(),
            held_closed: Size::default(),
        }
    }

    /// Folds a record that `facts` have taken in; answers whether it closed its room.
    pub(super) fn take_in(
        &mut self,
        facts: &RoomFacts,
        stored: &StoredRecord,
        record: &Record,
    ) -> bool {
        let room = record.room;
        // An open room's close is not in sight, as a rule; folding it would be for nothing.
        let begins =
            facts.status == Some(RoomStatus::Closed) && facts.created == Some(stored.offset);
        if begins {
            self.folding.entry(room).or_default();
        }
        let Some(folding) = self.folding.get_mut(&room) else {
            return false;
        };
        let size = Size { records: 1, bytes: stored.value.len() as u64 };
        folding.size.add(size);
        self.held.add(size);
        folding.fold.take_in(stored, record);
        if !folding.fold.is_closed() {
            if !self.fits() {
                self.leave(room);
            }
            return false;
        }
        self.close(room, facts);
        true
    }

    /// Closed rooms, if they are enough to be archived together.
    pub(super) fn enough(&mut self) -> Vec<ClosedRoom> {
        let is_enough = self.held_closed.records * WORTH_ARCHIVING >= self.records_max
            || self.held_closed.bytes * WORTH_ARCHIVING >= self.bytes_max;
        if is_enough { self.closed() } else { vec![] }
    }

    /// Closed rooms, however few.
    pub(super) fn closed(&mut self) -> Vec<ClosedRoom> {
        self.held.subtract(std::mem::take(&mut self.held_closed));
        std::mem::take(&mut self.closed)
    }

    fn fits(&self) -> bool {
        self.held.records <= self.records_max && self.held.bytes <= self.bytes_max
    }

    fn close(&mut self, room: RoomId, facts: &RoomFacts) {
        if let Some(Folding { fold, size }) = self.folding.remove(&room) {
            self.closed.extend(fold.into_closed(room, facts.status));
            self.held_closed.add(size);
        }
    }

    fn leave(&mut self, room: RoomId) {
        if let Some(left) = self.folding.remove(&room) {
            self.held.subtract(left.size);
        }
    }
}

impl Size {
    fn add(&mut self, other: Self) {
        self.records += other.records;
        self.bytes += other.bytes;
    }

    fn subtract(&mut self, other: Self) {
        self.records -= other.records;
        self.bytes -= other.bytes;
    }
}

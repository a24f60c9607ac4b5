//! A room that is folded to its close.

use schemas::event::Event;
use schemas::fold::{Outcome, fold};
use schemas::http::RoomStatus;
use schemas::ids::{RoomId, UserId};
use schemas::record::{CloseReason, Record};
use schemas::state::RoomState;
use storage::log::StoredRecord;
use storage::rooms::Closed;

/// A room from its first record to the one that closed it.
pub(super) struct ClosedRoom {
    pub(super) room: RoomId,
    pub(super) status: Option<RoomStatus>,
    pub(super) closed: Closed,
    /// Everyone who ever was a member.
    pub(super) members: Vec<UserId>,
    /// In seq order.
    pub(super) events: Vec<Event>,
    /// The offset of each.
    pub(super) offsets: Vec<u64>,
}

/// A room that is being folded.
#[derive(Default)]
pub(super) struct RoomFold {
    state: Option<RoomState>,
    offsets: Vec<u64>,
    close_at_ms: i64,
}

impl RoomFold {
    /// Folds the next record; whatever comes after the close is void.
    pub(super) fn take_in(&mut self, stored: &StoredRecord, record: &Record) {
        if self.is_closed() {
            return;
        }
        if let Outcome::Accepted { .. } = fold(&mut self.state, record, stored.at_ms) {
            self.offsets.push(stored.offset);
            self.close_at_ms = stored.at_ms;
        }
    }

    /// Whether the fold has accepted a close.
    pub(super) fn is_closed(&self) -> bool {
        self.close_reason().is_some()
    }

    /// The room, if it has closed.
    pub(super) fn into_closed(
        self,
        room: RoomId,
        status: Option<RoomStatus>,
    ) -> Option<ClosedRoom> {
        let closed = Closed {
            first_offset: *self.offsets.first()?,
            close_offset: *self.offsets.last()?,
            reason: self.close_reason()?,
            at_ms: self.close_at_ms,
        };
        let state = self.state?;
        let members = state.people().keys().copied().collect();
        let (events, offsets) = (state.into_events(), self.offsets);
        Some(ClosedRoom { room, status, closed, members, events, offsets })
    }

    fn close_reason(&self) -> Option<CloseReason> {
        self.state.as_ref().and_then(RoomState::closed)
    }
}

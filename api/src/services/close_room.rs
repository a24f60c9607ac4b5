//! The owner ends the evening.

use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use schemas::record::{CloseReason, Entry, RoomClosed};
use storage::log::Appended;
use storage::rooms::{Closed, RoomRow};

use super::{Caller, Refusal, Services};

impl Services {
    /// Closes the room for everyone. Closing a closed room is done already.
    pub async fn close_room(&self, caller: &Caller, room: RoomId) -> Result<(), Refusal> {
        let row = self.rooms.get(room).await?.ok_or(Refusal::NoSuchRoom(room))?;
        if row.owner != caller.user {
            return Err(Refusal::NotOwner);
        }
        if matches!(row.status, RoomStatus::Closed | RoomStatus::Archived) {
            return Ok(());
        }
        let handle = self.relay.room(room).await?;
        let closed = Entry::RoomClosed(RoomClosed { reason: CloseReason::Owner });
        match self.relay.propose(&handle, caller.user, closed).await {
            Ok(appended) => self.mark_closed(&row, appended).await,
            Err(Refusal::Closed) => {}
            Err(refusal) => return Err(refusal),
        }
        Ok(())
    }

    /// The room's task marks the row as well; here the owner waits for it, because the next
    /// thing an owner does may be to open another room.
    async fn mark_closed(&self, row: &RoomRow, appended: Appended) {
        let closed = Closed {
            first_offset: row.first_offset.unwrap_or(appended.offset),
            close_offset: appended.offset,
            reason: CloseReason::Owner,
            at_ms: appended.at_ms,
        };
        if let Err(error) = self.rooms.mark_closed(row.id, &closed).await {
            // It is closed all the same: the log says so.
            tracing::warn!(error = &error as &dyn std::error::Error, "the row lags its log");
        }
    }
}

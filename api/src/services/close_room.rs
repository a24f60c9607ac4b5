//! The owner ends the evening.

use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use schemas::record::{CloseReason, Entry, RoomClosed};

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
            Ok(()) | Err(Refusal::Closed) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }
}

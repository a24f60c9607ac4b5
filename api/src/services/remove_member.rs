//! The owner puts somebody out of the room, for good.

use schemas::http::RoomStatus;
use schemas::ids::{RoomId, UserId};
use schemas::record::{Entry, LeaveReason, MemberLeft};

use super::{Caller, Refusal, Services};

impl Services {
    /// Ends a membership and every session of it; no link leads that person back in. Removing
    /// somebody again is done already.
    pub async fn remove_member(
        &self,
        caller: &Caller,
        room: RoomId,
        user: UserId,
    ) -> Result<(), Refusal> {
        let row = self.rooms.get(room).await?.ok_or(Refusal::NoSuchRoom(room))?;
        if row.owner != caller.user {
            return Err(Refusal::NotOwner);
        }
        if user == row.owner {
            return Err(Refusal::OwnerStays);
        }
        if matches!(row.status, RoomStatus::Closed | RoomStatus::Archived) {
            return Err(Refusal::Closed);
        }
        let handle = self.relay.room(room).await?;
        let removed = Entry::MemberLeft(MemberLeft { reason: LeaveReason::Removed });
        match self.relay.propose(&handle, user, removed).await {
            Err(Refusal::NotInRoom { .. }) if handle.look(user).await?.is_removed => Ok(()),
            Err(refusal) => Err(refusal),
            Ok(_) => Ok(()),
        }
    }
}

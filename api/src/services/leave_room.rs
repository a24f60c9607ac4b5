//! A member leaves for good; joining again is simply joining.

use schemas::ids::RoomId;
use schemas::record::{Entry, LeaveReason, MemberLeft};

use super::{Caller, Refusal, Services};

impl Services {
    /// Ends the caller's membership and all the caller's sockets in the room.
    pub async fn leave_room(&self, caller: &Caller, room: RoomId) -> Result<(), Refusal> {
        let handle = self.relay.room(room).await?;
        let left = Entry::MemberLeft(MemberLeft { reason: LeaveReason::Left });
        self.relay.propose(&handle, caller.user, left).await?;
        Ok(())
    }
}

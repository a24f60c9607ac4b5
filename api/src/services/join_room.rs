//! Someone becomes a member. True once the fold has accepted it.

use schemas::http::TicketAnswer;
use schemas::ids::RoomId;
use schemas::record::{Entry, MemberJoined};

use super::{Caller, Refusal, Services};

impl Services {
    /// Makes the caller a member and gives a ticket for the first session.
    pub async fn join_room(&self, caller: &Caller, room: RoomId) -> Result<TicketAnswer, Refusal> {
        let handle = self.relay.room(room).await?;
        let look = handle.look(caller.user).await?;
        if look.is_closed {
            return Err(Refusal::Closed);
        }
        if look.is_member {
            return Err(Refusal::AlreadyMember { user: caller.user });
        }
        let joined = Entry::MemberJoined(MemberJoined { name: caller.name.clone() });
        self.relay.propose(&handle, caller.user, joined).await?;
        if let Err(error) = self.rooms.add_member(room, caller.user, self.clock.now_ms()).await {
            // Only the list of one's rooms misses it; the log has the membership.
            tracing::warn!(error = &error as &dyn std::error::Error, "membership not listed");
        }
        self.issue_ticket(caller, room, None).await
    }
}

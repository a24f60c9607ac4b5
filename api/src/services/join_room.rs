//! Someone becomes a member. True once the fold has accepted it.

use std::time::Duration;

use schemas::http::TicketAnswer;
use schemas::ids::RoomId;
use schemas::record::{Entry, MemberJoined};
use tokio::time::timeout;

use super::{Caller, Refusal, Services};
use crate::relay::RoomHandle;

/// How long joining may wait for its place in the list of one's rooms.
const LIST_PATIENCE: Duration = Duration::from_secs(1);

impl Services {
    /// Makes the caller a member and gives a ticket for the first session.
    pub async fn join_room(&self, caller: &Caller, room: RoomId) -> Result<TicketAnswer, Refusal> {
        let handle = self.relay.room(room).await?;
        let user = caller.user;
        let may_join = |room: RoomHandle| async move {
            match room.look(user).await? {
                look if look.is_closed => Err(Refusal::Closed),
                look if look.is_removed => Err(Refusal::Removed),
                look if look.is_member => Err(Refusal::AlreadyMember { user }),
                _ => Ok(()),
            }
        };
        self.relay.ask(&handle, may_join).await?;
        let joined = Entry::MemberJoined(MemberJoined { name: caller.name.clone() });
        self.relay.propose(&handle, user, joined).await?;
        self.list_member(caller, room).await;
        self.issue_ticket(caller, room, None).await
    }

    /// Only the list of one's rooms would miss it: the log has the membership.
    async fn list_member(&self, caller: &Caller, room: RoomId) {
        let listed = self.rooms.add_member(room, caller.user, self.clock.now_ms());
        match timeout(LIST_PATIENCE, listed).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "membership not listed");
            }
            Err(elapsed) => tracing::warn!(%elapsed, "membership not listed"),
        }
    }
}

//! A member makes a new link to the room.

use schemas::ids::RoomId;

use super::{Caller, Refusal, Services};
use crate::relay::Message;

impl Services {
    /// A new link; older ones go on leading to the room.
    pub async fn invite(&self, caller: &Caller, room: RoomId) -> Result<String, Refusal> {
        let handle = self.relay.room(room).await?;
        let look = handle.look(caller.user).await?;
        if look.is_closed {
            return Err(Refusal::Closed);
        }
        if !look.is_member {
            return Err(Refusal::NotMember);
        }
        let link = self.links.create(room).await?;
        handle.tell(Message::Link(link.clone())).await;
        Ok(link)
    }
}

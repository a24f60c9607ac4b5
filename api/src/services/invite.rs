//! A member makes a new link to the room.

use schemas::ids::RoomId;

use super::{Caller, Refusal, Services};
use crate::relay::{Message, RoomHandle};

impl Services {
    /// A new link; older ones go on leading to the room.
    pub async fn invite(&self, caller: &Caller, room: RoomId) -> Result<String, Refusal> {
        let handle = self.relay.room(room).await?;
        let user = caller.user;
        let may_invite = |room: RoomHandle| async move {
            match room.look(user).await? {
                look if look.is_closed => Err(Refusal::Closed),
                look if !look.is_member => Err(Refusal::NotMember),
                _ => Ok(()),
            }
        };
        self.relay.ask(&handle, may_invite).await?;
        let link = self.links.create(room).await?;
        handle.tell(Message::Link(link.clone())).await;
        Ok(link)
    }
}

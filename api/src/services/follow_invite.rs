//! Where a short link leads.

use schemas::http::RoomStatus;
use schemas::ids::RoomId;

use super::{Refusal, Services};

impl Services {
    /// The room of a code, as long as it can be joined.
    pub async fn follow_invite(&self, code: &str) -> Result<RoomId, Refusal> {
        let room = self.links.follow(code).await?;
        let row = self.rooms.get(room).await?.ok_or(Refusal::NoSuchInvite)?;
        match row.status {
            RoomStatus::Open | RoomStatus::Creating => Ok(room),
            RoomStatus::Closed | RoomStatus::Archived => Err(Refusal::Closed),
            RoomStatus::Aborted => Err(Refusal::NoSuchInvite),
        }
    }
}

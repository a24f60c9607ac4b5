//! The evenings of a person, past and present.

use schemas::http::{RoomPage, RoomStatus};

use super::view_room::view_of_row;
use super::{Caller, Refusal, Services};

impl Services {
    /// Rooms the caller was ever a member of, newest first.
    pub async fn my_rooms(
        &self,
        caller: &Caller,
        page: u32,
        size: u32,
    ) -> Result<RoomPage, Refusal> {
        let found = self.rooms.rooms_of(caller.user, page, size).await?;
        let mut items = Vec::with_capacity(found.rows.len());
        for row in found.rows {
            let lives = row.status == RoomStatus::Open;
            let live = if lives { self.relay.room(row.id).await.ok() } else { None };
            items.push(match live {
                Some(handle) => handle.look(caller.user).await?.view,
                None => view_of_row(row),
            });
        }
        Ok(RoomPage { items, total: found.total, page, size })
    }
}

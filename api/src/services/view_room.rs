//! How a room looks: from the relay while it lives, from its row afterwards.

use schemas::http::{OwnerView, RoomMovieView, RoomStatus, RoomView};
use schemas::ids::{RoomId, UserId};
use storage::rooms::RoomRow;

use super::{Caller, Refusal, Services};
use crate::relay::rfc3339;

impl Services {
    /// The room as anybody who holds its id may see it.
    pub async fn view_room(&self, caller: &Caller, room: RoomId) -> Result<RoomView, Refusal> {
        let row = self.rooms.get(room).await?.ok_or(Refusal::NoSuchRoom(room))?;
        match row.status {
            RoomStatus::Creating | RoomStatus::Open => {
                Ok(self.relay.room(room).await?.look(caller.user).await?.view)
            }
            RoomStatus::Closed => Ok(view_of_row(row)),
            RoomStatus::Archived => {
                let members = self.members_of(caller, room).await;
                Ok(RoomView { members, ..view_of_row(row) })
            }
            RoomStatus::Aborted => Err(Refusal::NoSuchRoom(room)),
        }
    }

    /// Who was in an archived room, for one of them. The room can be seen without.
    async fn members_of(&self, caller: &Caller, room: RoomId) -> Option<Vec<UserId>> {
        match self.archive.seal_of(room).await {
            Ok(seal) => seal.map(|seal| seal.members).filter(|all| all.contains(&caller.user)),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(room.id = %room, error, "members of an archived room not read");
                None
            }
        }
    }
}

/// A room that nobody is in.
pub(super) fn view_of_row(row: RoomRow) -> RoomView {
    RoomView {
        id: row.id,
        movie: RoomMovieView { id: row.movie_id, title: row.title, duration_ms: row.duration_ms },
        owner: OwnerView { id: row.owner, name: row.owner_name },
        status: row.status,
        control: row.control,
        members_count: 0,
        created_at: rfc3339(row.created_at_ms),
        closed_at: row.closed_at_ms.map(rfc3339),
        link: None,
        members: None,
    }
}

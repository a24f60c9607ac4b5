//! What was said: from the log until the room is sealed, from the archive afterwards.

use schemas::http::{EventView, RoomStatus};
use schemas::ids::RoomId;

use super::{Caller, Refusal, Services};
use crate::relay::HistoryPage;

/// Events of a page when the caller names no number.
const MESSAGES_DEFAULT: u32 = 50;

impl Services {
    /// Events before a seq, newest first, and whether there are older ones. `limit` is 1 to
    /// 100; checked by whoever calls.
    pub async fn messages(
        &self,
        caller: &Caller,
        room: RoomId,
        before: Option<u64>,
        limit: Option<u32>,
    ) -> Result<HistoryPage, Refusal> {
        let limit = usize::try_from(limit.unwrap_or(MESSAGES_DEFAULT)).unwrap_or(usize::MAX);
        let row = self.rooms.get(room).await?.ok_or(Refusal::NoSuchRoom(room))?;
        if row.status == RoomStatus::Archived {
            return self.archived(caller, room, before, limit).await;
        }
        let from_log = match self.relay.room(room).await {
            Ok(handle) => {
                // What was acked by any node is in the answer.
                self.relay.catch_up(&handle).await?;
                handle.history(caller.user, before, limit).await
            }
            Err(refusal) => Err(refusal),
        };
        match from_log {
            // It was sealed and cut off the log a moment ago; the row lags.
            Err(Refusal::NoSuchRoom(_) | Refusal::Closed) => {
                self.archived(caller, room, before, limit).await
            }
            other => other,
        }
    }

    async fn archived(
        &self,
        caller: &Caller,
        room: RoomId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<HistoryPage, Refusal> {
        let page = self.archive.events(room, caller.user, before, limit).await?;
        let page = page.ok_or(Refusal::NotMember)?;
        let items: Result<Vec<_>, _> = page.events.iter().map(EventView::new).collect();
        Ok((items.map_err(|error| Refusal::Internal(error.into()))?, page.has_more))
    }
}

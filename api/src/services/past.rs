//! Where a room's past lies: in the log until the room is sealed, in the archive afterwards.

use std::collections::BTreeSet;

use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use storage::archive::EventPage;
use storage::rooms::RoomRow;

use super::{Caller, Refusal, Services};
use crate::relay::RoomHandle;

/// A room and where its past lies.
pub(super) struct Past {
    pub(super) row: RoomRow,
    pub(super) lies: Lies,
}

/// Where a past lies.
pub(super) enum Lies {
    /// It is still being made.
    Open(RoomHandle),
    /// In the log, on its way to the archive, which knows by seq what must not be shown of it.
    Closed(RoomHandle, BTreeSet<u64>),
    /// In the archive.
    Archived,
}

impl Services {
    /// Finds a room's past, with what was acked by any node.
    pub(super) async fn past(&self, caller: &Caller, room: RoomId) -> Result<Past, Refusal> {
        let row = self.rooms.get(room).await?.ok_or(Refusal::NoSuchRoom(room))?;
        if row.status == RoomStatus::Archived {
            return Ok(Past { row, lies: Lies::Archived });
        }
        let lies = match self.relay.room(room).await {
            Ok(handle) => {
                self.relay.catch_up(&handle).await?;
                if handle.look(caller.user).await?.is_closed {
                    Lies::Closed(handle, self.archive.erased_messages(room).await?)
                } else {
                    Lies::Open(handle)
                }
            }
            // It was sealed and cut off the log a moment ago; the row lags.
            Err(Refusal::NoSuchRoom(_) | Refusal::Closed) => Lies::Archived,
            Err(refusal) => return Err(refusal),
        };
        Ok(Past { row, lies })
    }

    /// Events before a seq, newest first, for someone who ever was a member.
    pub(super) async fn events_of(
        &self,
        caller: &Caller,
        past: &Past,
        before: Option<u64>,
        limit: usize,
    ) -> Result<EventPage, Refusal> {
        match &past.lies {
            Lies::Open(handle) => handle.history(caller.user, before, limit).await,
            Lies::Closed(handle, erased) => {
                let mut page = handle.history(caller.user, before, limit).await?;
                for event in page.events.iter_mut().filter(|event| erased.contains(&event.seq)) {
                    if let Some(blank) = event.without_message() {
                        *event = blank;
                    }
                }
                Ok(page)
            }
            Lies::Archived => {
                let page = self.archive.events(past.row.id, caller.user, before, limit).await?;
                page.ok_or(Refusal::NotMember)
            }
        }
    }
}

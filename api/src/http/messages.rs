//! What was said in a room.

use std::sync::Arc;

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use schemas::http::MessagePage;
use schemas::ids::RoomId;

use super::authorized::Authorized;
use super::refused::{Refused, refusals};
use super::section::Section;
use super::values::{Checked, QUERY_CHARS_MAX, both, query, within};
use crate::services::{MessagesAsk, Services};

/// Most events that one page of a room's history holds.
const MESSAGES_MAX: u32 = 100;

/// Operations on a room's history.
pub(super) struct MessagesApi {
    pub(super) services: Arc<Services>,
}

refusals!(ListMessages:
    403 "The caller never was a member.",
    404 "There is no such room.",
    422 "A value was refused; `fields` names each.",
);
refusals!(DeleteMessage:
    403 "The caller never was a member, or neither wrote the message nor owns the room.",
    404 "There is no such room, or nothing in it has this `seq`.",
    409 "What has this `seq` is no line of chat.",
    422 "A value was refused; `fields` names each.",
);

/// Answer of reading a room's history.
#[derive(ApiResponse)]
enum Messages {
    /// Events, newest first.
    #[oai(status = 200)]
    Page(Json<MessagePage>),
}

/// Answer of deleting a message.
#[derive(ApiResponse)]
enum Deleted {
    /// Its text is gone for everyone; twice is the same as once.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(prefix_path = "/api/v1", tag = "Section::Rooms")]
impl MessagesApi {
    /// Read a room's history
    ///
    /// Newest first; from the log while the room is open, from the archive afterwards. With
    /// `query`, only the lines of chat that contain it, whatever the case.
    #[oai(path = "/room/:room_id/messages", method = "get", operation_id = "listMessages")]
    async fn messages(
        &self,
        caller: Authorized,
        /// The room.
        room_id: Path<Checked<RoomId>>,
        /// Only events with a smaller `seq`.
        before: Query<Checked<Option<u64>>>,
        /// Most events to answer with; 50 unless asked.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Checked<Option<u32>>>,
        /// A text to look for in chat; every event without it.
        #[oai(validator(max_length = 100))]
        query: Query<Checked<Option<String>>>,
    ) -> Result<Messages, Refused<ListMessages>> {
        let limit = limit
            .0
            .named("limit")
            .and_then(|limit| limit.map(|limit| within("limit", limit, MESSAGES_MAX)).transpose());
        let query = self::query(query.0, QUERY_CHARS_MAX);
        let place = both(room_id.0.named("room_id"), before.0.named("before"));
        let ((room, before), (limit, query)) = both(place, both(limit, query))?;
        let ask = MessagesAsk { before, limit, query };
        let page = self.services.messages(&caller.0, room, ask).await?;
        Ok(Messages::Page(Json(page)))
    }

    /// Delete a message
    ///
    /// For its author and for the room's owner, while the room is open and ever after. The
    /// event stays, with an empty text and `redacted: true`.
    #[oai(path = "/room/:room_id/messages/:seq", method = "delete", operation_id = "deleteMessage")]
    async fn delete(
        &self,
        caller: Authorized,
        /// The room.
        room_id: Path<Checked<RoomId>>,
        /// The message.
        seq: Path<Checked<u64>>,
    ) -> Result<Deleted, Refused<DeleteMessage>> {
        let (room, seq) = both(room_id.0.named("room_id"), seq.0.named("seq"))?;
        self.services.delete_message(&caller.0, room, seq).await?;
        Ok(Deleted::Done)
    }
}

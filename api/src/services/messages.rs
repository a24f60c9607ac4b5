//! What was said, page by page, or only what contains some text.

mod search;

use std::ops::ControlFlow;

use schemas::event::Event;
use schemas::http::{EventView, MessagePage};
use schemas::ids::RoomId;

use self::search::{SEARCH_STEP_EVENTS, Search};
use super::past::Past;
use super::{Caller, Refusal, Services};

/// Events of a page when the caller names no number.
const MESSAGES_DEFAULT: u32 = 50;

/// Which events are asked for.
#[derive(Clone, Debug, Default)]
pub struct MessagesAsk {
    /// Only those with a smaller seq.
    pub before: Option<u64>,
    /// How many at most, 1 to 100; checked by whoever calls.
    pub limit: Option<u32>,
    /// Only lines of chat that contain this, whatever the case.
    pub query: Option<String>,
}

impl Services {
    /// Events of a room, newest first.
    pub async fn messages(
        &self,
        caller: &Caller,
        room: RoomId,
        ask: MessagesAsk,
    ) -> Result<MessagePage, Refusal> {
        let limit = usize::try_from(ask.limit.unwrap_or(MESSAGES_DEFAULT)).unwrap_or(usize::MAX);
        let past = self.past(caller, room).await?;
        let (events, next_before) = if let Some(query) = ask.query {
            self.found(caller, &past, &query, ask.before, limit).await?
        } else {
            let page = self.events_of(caller, &past, ask.before, limit).await?;
            let last = page.events.last().map(|event| event.seq);
            (page.events, last.filter(|_| page.has_more))
        };
        let items: Result<Vec<_>, _> = events.iter().map(EventView::new).collect();
        Ok(MessagePage {
            success: true,
            errors: vec![],
            items: items.map_err(|error| Refusal::Internal(error.into()))?,
            has_more: next_before.is_some(),
            next_before,
        })
    }

    /// Lines of chat that contain a text, and where to go on if not all was looked through.
    async fn found(
        &self,
        caller: &Caller,
        past: &Past,
        query: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<Event>, Option<u64>), Refusal> {
        let mut search = Search::new(query, before, limit);
        loop {
            let page = self.events_of(caller, past, search.before(), SEARCH_STEP_EVENTS).await?;
            if let ControlFlow::Break(next_before) = search.look_through(page) {
                return Ok((search.found(), next_before));
            }
        }
    }
}

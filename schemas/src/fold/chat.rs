//! Lines of chat, and taking them back.

use super::{Judged, check_length};
use crate::event::Event;
use crate::ids::UserId;
use crate::limits::CHAT_CHARS_MAX;
use crate::record::{Chat, Entry};
use crate::reject::RejectCode;
use crate::state::RoomState;

impl RoomState {
    pub(super) fn chat(&self, body: &Chat) -> Result<Judged, RejectCode> {
        let text = body.text.trim();
        check_length(text, 1, CHAT_CHARS_MAX)?;
        if body.reply_to.is_some_and(|seq| self.chat_author(seq).is_none()) {
            return Err(RejectCode::NoSuchMessage);
        }
        let chat = Chat { text: text.to_owned(), reply_to: body.reply_to, redacted: false };
        Ok(Judged::plain(Entry::Chat(chat)))
    }

    /// Takes the text out of the history, so that nobody who joins later ever receives it.
    pub(super) fn redact(&mut self, user: UserId, seq: u64) -> Result<(), RejectCode> {
        let author = self.chat_author(seq).ok_or(RejectCode::NoSuchMessage)?;
        if author != user && self.owner != user {
            return Err(RejectCode::NotAllowed);
        }
        if let Some(Event { entry: Entry::Chat(chat), .. }) = self.event_mut(seq) {
            chat.text.clear();
            chat.redacted = true;
        }
        Ok(())
    }

    /// Author of a message that still stands.
    fn chat_author(&self, seq: u64) -> Option<UserId> {
        let index = usize::try_from(seq.checked_sub(1)?).ok()?;
        match self.events.get(index)? {
            Event { entry: Entry::Chat(chat), user, .. } if !chat.redacted => *user,
            _ => None,
        }
    }

    fn event_mut(&mut self, seq: u64) -> Option<&mut Event> {
        self.events.get_mut(usize::try_from(seq.checked_sub(1)?).ok()?)
    }
}

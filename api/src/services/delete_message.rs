//! Somebody takes a message back, during the evening or years after it.

use schemas::ids::RoomId;
use schemas::record::{Entry, Redacted};

use super::past::Lies;
use super::{Caller, Refusal, Services};

impl Services {
    /// Deletes the text of a message, for its author or the room's owner. Deleting it again is
    /// done already.
    pub async fn delete_message(
        &self,
        caller: &Caller,
        room: RoomId,
        seq: u64,
    ) -> Result<(), Refusal> {
        let past = self.past(caller, room).await?;
        let page = self.events_of(caller, &past, Some(seq.saturating_add(1)), 1).await?;
        let event = page.events.into_iter().find(|event| event.seq == seq);
        let event = event.ok_or(Refusal::NoSuchMessage)?;
        let Entry::Chat(chat) = &event.entry else { return Err(Refusal::NotAMessage) };
        if event.user != Some(caller.user) && past.row.owner != caller.user {
            return Err(Refusal::NotYourMessage);
        }
        if chat.redacted {
            return Ok(());
        }
        if let Lies::Open(handle) = &past.lies {
            let redacted = Entry::Redacted(Redacted { seq });
            match self.relay.propose(handle, caller.user, redacted).await {
                // Somebody else was faster.
                Ok(_) | Err(Refusal::NoSuchMessage) => return Ok(()),
                // The room closed a moment ago; whatever the log says now is void.
                Err(Refusal::Closed) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(self.archive.erase_message(room, seq).await?)
    }
}

//! The socket of one member of a room, at any relay: a WebSocket ([`crate::wire`]), and a
//! [`Dialect`] that writes what is said and reads what is heard. To add one: a file below, and a
//! variant.

pub(crate) mod centrifuge;
pub(crate) mod fastapi;
mod ours;
pub(crate) mod socketio;
mod word;

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use crate::Result;
use crate::wire::{Sink, Stream};

pub(crate) use word::{Word, number_of, text_of};

/// How the clients of a relay speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Ours,
    Centrifuge,
    Socketio,
    Fastapi,
}

/// A socket that stands.
pub(crate) struct Line {
    pub(crate) mouth: Mouth,
    pub(crate) ear: Ear,
}

/// Where a member speaks.
pub(crate) struct Mouth {
    sink: Sink,
    dialect: Dialect,
    room: Arc<str>,
    said: u64,
}

/// Where a member hears.
pub(crate) struct Ear {
    stream: Stream,
    dialect: Dialect,
    /// One frame may hold several.
    words: VecDeque<Word>,
    /// The room's last event when the socket was opened; relays that number none have none.
    pub(crate) seq: u64,
}

impl Line {
    /// The socket of a member of this room.
    pub(crate) fn new(
        (sink, stream): (Sink, Stream),
        dialect: Dialect,
        room: Arc<str>,
        seq: u64,
    ) -> Self {
        Self {
            mouth: Mouth { sink, dialect, room, said: 0 },
            ear: Ear { stream, dialect, words: VecDeque::new(), seq },
        }
    }
}

impl Mouth {
    /// Says something to the room.
    pub(crate) async fn say(&mut self, text: &str) -> Result<()> {
        self.said += 1;
        let frame = match self.dialect {
            Dialect::Ours => ours::say(self.said, text)?,
            Dialect::Centrifuge => centrifuge::say(&self.room, self.said, text)?,
            Dialect::Socketio => socketio::say(text)?,
            Dialect::Fastapi => fastapi::say(text)?,
        };
        self.send(frame).await
    }

    /// Sends a frame that counts as nothing said.
    pub(crate) async fn send(&mut self, frame: Message) -> Result<()> {
        Ok(self.sink.send(frame).await?)
    }
}

impl Ear {
    /// What is heard next; nothing once the relay has closed.
    pub(crate) async fn next(&mut self) -> Result<Option<Word>> {
        loop {
            if let Some(word) = self.words.pop_front() {
                return Ok(Some(word));
            }
            match self.stream.next().await.transpose()? {
                Some(Message::Close(_)) | None => return Ok(None),
                Some(frame) => self.hear(frame)?,
            }
        }
    }

    fn hear(&mut self, frame: Message) -> Result<()> {
        match (self.dialect, frame) {
            (Dialect::Ours, Message::Text(text)) => ours::hear(&text, &mut self.words),
            (Dialect::Centrifuge, Message::Binary(bytes)) => {
                centrifuge::hear(bytes, &mut self.words)
            }
            (Dialect::Socketio, Message::Text(text)) => socketio::hear(&text, &mut self.words),
            (Dialect::Fastapi, Message::Text(text)) => fastapi::hear(&text, &mut self.words),
            _ => Ok(()),
        }
    }
}

//! The protocol of Socket.IO over that of Engine.IO: digits say what a text frame is.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::word::{Word, number_of};
use crate::Result;
use crate::wire::{self, Sink, Stream};

/// How long an answer may take while a socket is opened.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// A message of Engine.IO that connects a socket of Socket.IO.
const CONNECT: &str = "40";
/// The same, that carries an event.
const EVENT: &str = "42";
/// The event of a message.
const CHAT: &str = "chat";

/// What the server asks for in the connect.
#[derive(Serialize)]
struct Auth<'a> {
    room: &'a str,
    user: &'a str,
}

/// What rooms hear.
#[derive(Deserialize)]
struct Said<'a> {
    text: &'a str,
}

/// Opens a socket and enters a room.
pub(crate) async fn enter(address: SocketAddr, room: &str, user: &str) -> Result<(Sink, Stream)> {
    let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
    let (mut sink, mut stream) = wire::connect(&url, None).await?;
    let auth = serde_json::to_string(&Auth { room, user })?;
    sink.send(Message::text(format!("{CONNECT}{auth}"))).await?;
    timeout(ANSWER_TIMEOUT, entered(&mut stream)).await??;
    Ok((sink, stream))
}

pub(super) fn say(text: &str) -> Result<Message> {
    let event = serde_json::to_string(&(CHAT, text))?;
    Ok(Message::text(format!("{EVENT}{event}")))
}

pub(super) fn hear(frame: &str, words: &mut VecDeque<Word>) -> Result<()> {
    if let Some(event) = frame.strip_prefix(EVENT) {
        let (_chat, said): (&str, Said<'_>) = serde_json::from_str(event)?;
        words.push_back(Word::Event { seq: None, number: number_of(said.text) });
    }
    Ok(())
}

async fn entered(stream: &mut Stream) -> Result<()> {
    while let Some(frame) = stream.next().await {
        if matches!(frame?, Message::Text(text) if text.starts_with(CONNECT)) {
            return Ok(());
        }
    }
    Err("the server closed a socket".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_events_are_heard() {
        let mut words = VecDeque::new();
        hear(r#"42["chat",{"user":"a","text":"message 3"}]"#, &mut words).unwrap();
        hear(r#"40{"sid":"a"}"#, &mut words).unwrap();
        assert_eq!(words, [Word::Event { seq: None, number: Some(3) }]);
    }
}

//! The protocol of the relay on `FastAPI`: one JSON object a frame, the same both ways.

use std::collections::VecDeque;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use tokio_tungstenite::tungstenite::Message;

use super::word::{Word, number_of};
use crate::Result;
use crate::wire::{self, Sink, Stream};

#[derive(Deserialize, Serialize)]
struct Said<'a> {
    text: &'a str,
}

/// Opens a socket in a room.
pub(crate) async fn enter(address: SocketAddr, room: &str) -> Result<(Sink, Stream)> {
    wire::connect(&format!("ws://{address}/ws/{room}"), None).await
}

pub(super) fn say(text: &str) -> Result<Message> {
    Ok(Message::text(serde_json::to_string(&Said { text })?))
}

pub(super) fn hear(frame: &str, words: &mut VecDeque<Word>) -> Result<()> {
    let said: Said<'_> = serde_json::from_str(frame)?;
    words.push_back(Word::Event { seq: None, number: number_of(said.text) });
    Ok(())
}

//! The protocol of Centrifuge, in its binary form, which is the lighter one for the server.
//!
//! A frame is a sequence of messages, each behind its length.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{SinkExt, StreamExt};
use prost::Message as _;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::word::{Word, number_of};
use crate::Result;
use crate::wire::{self, Sink, Stream};

/// How long an answer may take while a socket is opened.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// The number of the request by which a socket enters its room; what is said has higher ones.
const ENTER: u32 = 2;

#[derive(prost::Message)]
struct Command {
    #[prost(uint32, tag = "1")]
    id: u32,
    #[prost(message, optional, tag = "4")]
    connect: Option<Connect>,
    #[prost(message, optional, tag = "5")]
    subscribe: Option<Subscribe>,
    #[prost(message, optional, tag = "7")]
    publish: Option<Publish>,
}

#[derive(prost::Message)]
struct Connect {
    #[prost(string, tag = "1")]
    token: String,
}

#[derive(prost::Message)]
struct Subscribe {
    #[prost(string, tag = "1")]
    channel: String,
}

#[derive(prost::Message)]
struct Publish {
    #[prost(string, tag = "1")]
    channel: String,
    #[prost(bytes = "bytes", tag = "2")]
    data: Bytes,
}

/// What the server sends, as far as it is measured; what is left out is skipped.
#[derive(prost::Message)]
struct Reply {
    #[prost(uint32, tag = "1")]
    id: u32,
    #[prost(message, optional, tag = "2")]
    error: Option<Error>,
    #[prost(message, optional, tag = "4")]
    push: Option<Push>,
}

#[derive(prost::Message)]
struct Error {
    #[prost(string, tag = "2")]
    message: String,
}

#[derive(prost::Message)]
struct Push {
    #[prost(message, optional, tag = "4")]
    publication: Option<Publication>,
}

#[derive(prost::Message)]
struct Publication {
    #[prost(bytes = "bytes", tag = "4")]
    data: Bytes,
}

/// What rooms hear.
#[derive(Deserialize, Serialize)]
struct Said<'a> {
    text: &'a str,
}

/// Opens a socket and enters a room. Pings are those of WebSocket, which cost the server less
/// than its own.
pub(crate) async fn enter(address: SocketAddr, room: &str, user: &str) -> Result<(Sink, Stream)> {
    let url = format!("ws://{address}/ws?cf_protocol=protobuf&cf_ws_frame_ping_pong=true");
    let (mut sink, mut stream) = wire::connect(&url, None).await?;
    let connect = Connect { token: user.to_owned() };
    let connect = Command { id: 1, connect: Some(connect), ..Command::default() };
    let subscribe = Subscribe { channel: room.to_owned() };
    let subscribe = Command { id: ENTER, subscribe: Some(subscribe), ..Command::default() };
    let mut frame = connect.encode_length_delimited_to_vec();
    subscribe.encode_length_delimited(&mut frame)?;
    sink.send(Message::binary(frame)).await?;
    timeout(ANSWER_TIMEOUT, entered(&mut stream)).await??;
    Ok((sink, stream))
}

/// The member's message of this number.
pub(super) fn say(room: &str, number: u64, text: &str) -> Result<Message> {
    let data = serde_json::to_vec(&Said { text })?.into();
    let publish = Publish { channel: room.to_owned(), data };
    let id = ENTER.saturating_add(u32::try_from(number)?);
    let command = Command { id, publish: Some(publish), ..Command::default() };
    Ok(Message::binary(command.encode_length_delimited_to_vec()))
}

pub(super) fn hear(mut frame: Bytes, words: &mut VecDeque<Word>) -> Result<()> {
    while frame.has_remaining() {
        let reply = Reply::decode_length_delimited(&mut frame)?;
        if let Some(error) = reply.error {
            words.push_back(Word::Refused(error.message));
        }
        if let Some(publication) = reply.push.and_then(|push| push.publication) {
            let said: Said<'_> = serde_json::from_slice(&publication.data)?;
            words.push_back(Word::Event { seq: None, number: number_of(said.text) });
        }
    }
    Ok(())
}

async fn entered(stream: &mut Stream) -> Result<()> {
    while let Some(frame) = stream.next().await {
        let Message::Binary(mut bytes) = frame? else { continue };
        while bytes.has_remaining() {
            let reply = Reply::decode_length_delimited(&mut bytes)?;
            match reply.error {
                Some(error) => return Err(error.message.into()),
                None if reply.id == ENTER => return Ok(()),
                None => {}
            }
        }
    }
    Err("the server closed a socket".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_of_a_frame_is_heard() {
        let said = |text: &str| {
            let data = format!(r#"{{"text":"{text}"}}"#).into_bytes().into();
            let push = Push { publication: Some(Publication { data }) };
            Reply { push: Some(push), ..Reply::default() }.encode_length_delimited_to_vec()
        };
        let frame = [said("message 1"), said("message 2")].concat();
        let mut words = VecDeque::new();
        hear(frame.into(), &mut words).unwrap();
        let event = |number| Word::Event { seq: None, number: Some(number) };
        assert_eq!(words, [event(1), event(2)]);
    }
}

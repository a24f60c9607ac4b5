//! The socket of one client.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use schemas::frame::{Command, SUBPROTOCOL};
use serde::Deserialize;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::Result;
use crate::wire::{self, Sink, Stream};

/// How long a server may take to send the first frame.
const FIRST_TIMEOUT: Duration = Duration::from_secs(30);

/// A frame of the server, as far as it is measured.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ServerFrame {
    Welcome {
        epoch: String,
        seq: u64,
    },
    /// What was missed.
    Resume {
        events: Vec<Event>,
    },
    Event(Event),
    Ack {
        client_seq: u64,
    },
    Reject {
        code: String,
    },
    Unknown,
    Error {
        code: String,
    },
    #[serde(other)]
    Other,
}

/// An event of a room, as far as it is measured.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    pub(crate) seq: u64,
    #[serde(rename = "event")]
    pub(crate) kind: String,
    pub(crate) body: serde_json::Value,
}

/// A socket that was welcomed.
pub(crate) struct Socket {
    pub(crate) writing: Writing,
    pub(crate) reading: Reading,
    /// Incarnation of the log.
    pub(crate) epoch: String,
    /// The room's last event at the welcome.
    pub(crate) seq: u64,
}

/// The way to the server.
pub(crate) struct Writing(pub(crate) Sink);

/// The way from the server. Pings are answered while it is read.
pub(crate) struct Reading {
    pub(crate) stream: Stream,
    /// Why the server closed, once it has.
    pub(crate) close_code: Option<u16>,
    /// Whether the server has sent a ping.
    is_pinged: bool,
}

impl Socket {
    /// Opens the socket of a ticket and waits for the welcome.
    pub(crate) async fn open(ws_url: &str) -> Result<Self> {
        let (writing, mut reading) = connect(ws_url).await?;
        match reading.first().await? {
            Some(ServerFrame::Welcome { epoch, seq }) => Ok(Self { writing, reading, epoch, seq }),
            other => Err(format!("no welcome, but {other:?}").into()),
        }
    }

    /// Answers the first ping, which comes at once: from then on nobody has to read for half a
    /// minute to count as alive.
    pub(crate) async fn answer_ping(&mut self) -> Result<()> {
        while !self.reading.is_pinged {
            match timeout(FIRST_TIMEOUT, self.reading.stream.next()).await? {
                Some(message) => self.reading.is_pinged = message?.is_ping(),
                None => return Err("the server closed before its first ping".into()),
            }
        }
        Ok(self.writing.0.flush().await?)
    }
}

/// Opens a socket with our subprotocol.
pub(crate) async fn connect(ws_url: &str) -> Result<(Writing, Reading)> {
    let (sink, stream) = wire::connect(ws_url, Some(SUBPROTOCOL)).await?;
    Ok((Writing(sink), Reading { stream, close_code: None, is_pinged: false }))
}

impl Writing {
    /// Sends a command.
    pub(crate) async fn send(&mut self, command: &Command) -> Result<()> {
        let text = serde_json::to_string(command)?;
        Ok(self.0.send(Message::text(text)).await?)
    }
}

impl Reading {
    /// The first frame, which a server sends by itself.
    pub(crate) async fn first(&mut self) -> Result<Option<ServerFrame>> {
        timeout(FIRST_TIMEOUT, self.next()).await?
    }

    /// The next frame; none once the server has closed.
    pub(crate) async fn next(&mut self) -> Result<Option<ServerFrame>> {
        while let Some(message) = self.stream.next().await {
            match message? {
                Message::Text(text) => return Ok(Some(serde_json::from_str(&text)?)),
                Message::Close(close) => {
                    self.close_code = close.map(|close| close.code.into());
                    return Ok(None);
                }
                Message::Ping(_) => self.is_pinged = true,
                Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => {}
            }
        }
        Ok(None)
    }
}

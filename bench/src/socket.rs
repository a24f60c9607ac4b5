//! The socket of one client.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use schemas::frame::{Command, SUBPROTOCOL};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::Result;

/// Thousands of clients share this process.
const BUFFER_BYTES: usize = 4 * 1024;
/// How long a server may take to welcome.
const WELCOME_TIMEOUT: Duration = Duration::from_secs(30);

/// A frame of the server, as far as it is measured.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ServerFrame {
    Welcome {
        seq: u64,
    },
    Event {
        seq: u64,
        event: String,
        body: serde_json::Value,
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

/// A socket that was welcomed.
pub(crate) struct Socket {
    pub(crate) writing: Writing,
    pub(crate) reading: Reading,
    /// The room's last event at the welcome.
    pub(crate) seq: u64,
}

/// The way to the server.
pub(crate) struct Writing(SplitSink<WebSocketStream<TcpStream>, Message>);

/// The way from the server. Pings are answered while it is read.
pub(crate) struct Reading(SplitStream<WebSocketStream<TcpStream>>);

impl Socket {
    /// Opens the socket of a ticket and waits for the welcome.
    pub(crate) async fn open(address: SocketAddr, ws_url: &str) -> Result<Self> {
        let mut request = ws_url.into_client_request()?;
        let protocol = HeaderValue::from_static(SUBPROTOCOL);
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        // The address is known; looking its name up would be measured too.
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(BUFFER_BYTES);
        let upgraded =
            tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
        let (stream, _answer) = upgraded?;
        let (writing, reading) = stream.split();
        let mut reading = Reading(reading);
        match timeout(WELCOME_TIMEOUT, reading.next()).await?? {
            Some(ServerFrame::Welcome { seq }) => {
                Ok(Self { writing: Writing(writing), reading, seq })
            }
            other => Err(format!("no welcome, but {other:?}").into()),
        }
    }
}

impl Writing {
    /// Sends a command.
    pub(crate) async fn send(&mut self, command: &Command) -> Result<()> {
        let text = serde_json::to_string(command)?;
        Ok(self.0.send(Message::text(text)).await?)
    }
}

impl Reading {
    /// The next frame; none once the server has closed.
    pub(crate) async fn next(&mut self) -> Result<Option<ServerFrame>> {
        while let Some(message) = self.0.next().await {
            match message? {
                Message::Text(text) => return Ok(Some(serde_json::from_str(&text)?)),
                Message::Close(_) => return Ok(None),
                Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => {}
            }
        }
        Ok(None)
    }
}

//! A bare WebSocket that remembers all it hears.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Request};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::wait_for::PATIENCE;

/// The subprotocol of version 1.
const SUBPROTOCOL: &str = "movie-together.v1";

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A connection; dropping it breaks the line without a goodbye.
pub struct Socket {
    sink: SplitSink<Stream, Message>,
    heard: watch::Receiver<usize>,
    shared: Arc<Mutex<Heard>>,
    reader: JoinHandle<()>,
}

#[derive(Default)]
struct Heard {
    frames: Vec<Value>,
    end: Option<End>,
}

/// How a connection ended: close code and reason, or none if the line just broke.
type End = Option<(u16, String)>;

/// A refusal before the upgrade.
#[derive(Debug)]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Refused {
    /// The stable word of the refusal.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// A request for a socket as the page of `origin` would send it.
pub fn socket_request(url: &str, origin: &str) -> Request<()> {
    let mut request = url.into_client_request().expect("a socket's address");
    let headers = request.headers_mut();
    headers.insert("origin", HeaderValue::from_str(origin).expect("an origin"));
    headers.insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
    request
}

impl Socket {
    /// Opens a connection.
    pub async fn open(request: Request<()>) -> Result<Self, Refused> {
        let opened = timeout(PATIENCE, connect_async(request)).await;
        match opened.expect("the upgrade should be answered") {
            Ok((stream, response)) => {
                let agreed = response.headers().get("sec-websocket-protocol");
                assert_eq!(agreed.map(HeaderValue::as_bytes), Some(SUBPROTOCOL.as_bytes()));
                Ok(Self::of(stream))
            }
            Err(Error::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                Err(Refused {
                    status: response.status().as_u16(),
                    body: serde_json::from_slice(body).unwrap_or_default(),
                })
            }
            Err(error) => Err(Refused { status: 0, body: Value::String(error.to_string()) }),
        }
    }

    fn of(stream: Stream) -> Self {
        let (sink, stream) = stream.split();
        let shared: Arc<Mutex<Heard>> = Arc::default();
        let (count, heard) = watch::channel(0);
        let reader = tokio::spawn(listen(stream, Arc::clone(&shared), count));
        Self { sink, heard, shared, reader }
    }

    /// Sends a frame; whether it could be written.
    pub async fn send(&mut self, frame: &Value) -> bool {
        self.send_text(frame.to_string()).await
    }

    /// Sends any text.
    pub async fn send_text(&mut self, text: String) -> bool {
        self.send_message(Message::text(text)).await
    }

    /// Sends any message.
    pub async fn send_message(&mut self, message: Message) -> bool {
        timeout(PATIENCE, self.sink.send(message)).await.is_ok_and(|sent| sent.is_ok())
    }

    /// Breaks the line without a goodbye, as far as this end can: nothing is heard any more.
    pub fn break_line(&self) {
        self.reader.abort();
    }

    /// Says goodbye and waits for the answer.
    pub async fn close(mut self) {
        self.send_message(Message::Close(None)).await;
        self.ended().await;
    }

    /// The frames heard from an index on.
    pub fn frames(&self, from: usize) -> Vec<Value> {
        let heard = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        heard.frames.get(from..).unwrap_or_default().to_vec()
    }

    /// Whether it has ended, and how.
    pub fn end(&self) -> Option<End> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).end.clone()
    }

    /// Waits until something new is heard, or the end; at once if it has ended.
    pub async fn news(&mut self) {
        if self.end().is_none() {
            // An error means that the reader has ended, which `end` tells.
            drop(timeout(PATIENCE, self.heard.changed()).await.expect("nothing is heard any more"));
        }
    }

    /// The first frame that fits, heard already or to come.
    pub async fn frame(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let ended = self.end();
            let frames = self.frames(0);
            if let Some(frame) = frames.iter().find(|frame| fits(frame)) {
                return frame.clone();
            }
            assert!(ended.is_none(), "ended {ended:?} without {what}: {frames:#?}");
            self.news().await;
        }
    }

    /// The first frame of a type.
    pub async fn frame_of(&mut self, kind: &str) -> Value {
        self.frame(kind, |frame| frame["type"] == kind).await
    }

    /// Waits for the end.
    pub async fn ended(&mut self) -> End {
        loop {
            if let Some(end) = self.end() {
                return end;
            }
            self.news().await;
        }
    }

    /// Waits for the end, which must come with this close code.
    pub async fn closed_with(&mut self, code: u16) {
        let end = self.ended().await;
        assert_eq!(end.as_ref().map(|(code, _)| *code), Some(code), "{end:?}");
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn listen(
    mut stream: SplitStream<Stream>,
    shared: Arc<Mutex<Heard>>,
    count: watch::Sender<usize>,
) {
    let mut close = None;
    // A close frame is answered by the library while the stream is read on to its end.
    while let Some(Ok(message)) = stream.next().await {
        match message {
            Message::Text(text) => {
                let frame = serde_json::from_str(&text).expect("frames are JSON");
                shared.lock().unwrap_or_else(PoisonError::into_inner).frames.push(frame);
                count.send_modify(|count| *count += 1);
            }
            Message::Close(frame) => {
                close = frame.map(|frame| (u16::from(frame.code), frame.reason.to_string()));
            }
            _ => {}
        }
    }
    shared.lock().unwrap_or_else(PoisonError::into_inner).end = Some(close);
    count.send_modify(|count| *count += 1);
}

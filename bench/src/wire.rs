//! The WebSocket under every client, ours or a peer's.

use std::net::Ipv4Addr;

use futures_util::StreamExt;
use futures_util::stream::{SplitSink, SplitStream};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::Result;

/// Thousands of clients share this process.
const BUFFER_BYTES: usize = 4 * 1024;

/// The way to a relay.
pub(crate) type Sink = SplitSink<WebSocketStream<TcpStream>, Message>;
/// The way from it. Pings are answered while it is read.
pub(crate) type Stream = SplitStream<WebSocketStream<TcpStream>>;

/// Opens a socket at this machine's port that the URL names. Looking the name up would be
/// measured too.
pub(crate) async fn connect(ws_url: &str, subprotocol: Option<&str>) -> Result<(Sink, Stream)> {
    let mut request = ws_url.into_client_request()?;
    if let Some(name) = subprotocol {
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_str(name)?);
    }
    let port = request.uri().port_u16().ok_or("a socket's URL without a port")?;
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.set_nodelay(true)?;
    let config =
        WebSocketConfig::default().read_buffer_size(BUFFER_BYTES).write_buffer_size(BUFFER_BYTES);
    let upgraded = tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
    Ok(upgraded?.0.split())
}

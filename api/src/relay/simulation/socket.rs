//! A socket that is a pair of channels, between a node and a tab: it takes its time, and stands
//! still while the node does.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Sink, Stream, StreamExt, sink, stream};
use poem::web::websocket::Message;
use storage::memory::Process;
use tokio::sync::mpsc;
use tokio::time::sleep;

/// Frames that may be under way, in each direction.
const FRAMES_MAX: usize = 256;
/// Longest time a frame is under way.
const LATENCY_MS_MAX: u64 = 60;

/// What a node holds.
pub(super) struct NodeEnd {
    incoming: Pin<Box<dyn Stream<Item = io::Result<Message>> + Send>>,
    outgoing: Pin<Box<dyn Sink<Message, Error = io::Error> + Send>>,
}

/// What a tab holds.
pub(super) struct TabEnd {
    pub(super) frames: mpsc::Receiver<Message>,
    pub(super) to_node: mpsc::Sender<Message>,
}

impl TabEnd {
    /// The first frame; pings may come before it. None if the node closes instead.
    pub(super) async fn greeting(&mut self) -> Option<String> {
        loop {
            match self.frames.recv().await? {
                Message::Text(text) => return Some(text),
                Message::Ping(payload) => self.pong(payload).await,
                _ => return None,
            }
        }
    }

    /// Answers a ping. A broken line is noticed by listening.
    pub(super) async fn pong(&self, payload: Vec<u8>) {
        self.to_node.send(Message::Pong(payload)).await.ok();
    }
}

/// A socket to a node.
pub(super) fn connect(node: &Process) -> (TabEnd, NodeEnd) {
    let (to_node, from_tab) = mpsc::channel(FRAMES_MAX);
    let (to_tab, frames) = mpsc::channel(FRAMES_MAX);
    let incoming = stream::unfold((from_tab, node.clone()), async |(mut from_tab, node)| {
        let message: Message = from_tab.recv().await?;
        under_way(&node).await;
        Some((Ok(message), (from_tab, node)))
    });
    let outgoing = sink::unfold((to_tab, node.clone()), async |(to_tab, node), message| {
        under_way(&node).await;
        let sent: Result<(), _> = to_tab.send(message).await;
        sent.map_err(|_closed| io::ErrorKind::BrokenPipe)?;
        Ok::<_, io::Error>((to_tab, node))
    });
    (
        TabEnd { frames, to_node },
        NodeEnd { incoming: incoming.boxed(), outgoing: Box::pin(outgoing) },
    )
}

async fn under_way(node: &Process) {
    sleep(Duration::from_millis(node.world().dice().within(0..=LATENCY_MS_MAX))).await;
    node.may_go_on().await;
}

impl Stream for NodeEnd {
    type Item = io::Result<Message>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.incoming.as_mut().poll_next(context)
    }
}

impl Sink<Message> for NodeEnd {
    type Error = io::Error;

    fn poll_ready(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.as_mut().poll_ready(context)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> io::Result<()> {
        self.outgoing.as_mut().start_send(message)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.as_mut().poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.as_mut().poll_close(context)
    }
}

//! A socket that is a pair of channels, between a node and a tab: it takes its time, and stands
//! still while the node does.

use std::io;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use storage::memory::Process;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use crate::relay::socket::{Frame, Incoming, Socket};

/// Frames that may be under way, in each direction.
const FRAMES_MAX: usize = 256;
/// Longest time a frame is under way.
const LATENCY_MS_MAX: u64 = 60;

/// What a node holds.
pub(super) struct NodeEnd {
    node: Process,
    incoming: BoxStream<'static, Incoming>,
    to_tab: mpsc::Sender<Frame>,
}

/// What a tab holds.
pub(super) struct TabEnd {
    frames: mpsc::Receiver<Frame>,
    pub(super) to_node: mpsc::Sender<Incoming>,
}

/// What a tab hears.
pub(super) enum Heard {
    Text(String),
    Ping(Vec<u8>),
    Close(u16, String),
}

impl TabEnd {
    /// What the node says next; none once it is gone.
    pub(super) async fn hears(&mut self) -> Option<Heard> {
        Some(heard(&self.frames.recv().await?))
    }

    /// The first frame; pings may come before it. None if the node closes instead.
    pub(super) async fn greeting(&mut self) -> Option<String> {
        loop {
            match self.hears().await? {
                Heard::Text(text) => return Some(text),
                Heard::Ping(payload) => self.pong(payload).await,
                Heard::Close(..) => return None,
            }
        }
    }

    /// Answers a ping. A broken line is noticed by listening.
    pub(super) async fn pong(&self, payload: Vec<u8>) {
        self.to_node.send(Incoming::Pong(payload)).await.ok();
    }
}

fn heard(frame: &Frame) -> Heard {
    let (opcode, payload) = frame.parts();
    match opcode {
        OpCode::Data(Data::Text) => Heard::Text(String::from_utf8(payload.into()).unwrap()),
        OpCode::Control(Control::Ping) => Heard::Ping(payload.into()),
        OpCode::Control(Control::Close) => {
            let (code, reason) = payload.split_first_chunk().unwrap();
            Heard::Close(u16::from_be_bytes(*code), String::from_utf8_lossy(reason).into_owned())
        }
        other => panic!("a node sends no {other}"),
    }
}

/// A socket to a node.
pub(super) fn connect(node: &Process) -> (TabEnd, NodeEnd) {
    let (to_node, from_tab) = mpsc::channel(FRAMES_MAX);
    let (to_tab, frames) = mpsc::channel(FRAMES_MAX);
    let incoming = stream::unfold((from_tab, node.clone()), async |(mut from_tab, node)| {
        let message: Incoming = from_tab.recv().await?;
        under_way(&node).await;
        Some((message, (from_tab, node)))
    });
    let node = NodeEnd { node: node.clone(), incoming: incoming.boxed(), to_tab };
    (TabEnd { frames, to_node }, node)
}

impl Socket for NodeEnd {
    async fn read(&mut self) -> Incoming {
        self.incoming.next().await.unwrap_or(Incoming::Close)
    }

    async fn write(&mut self, frames: &[Frame]) -> io::Result<()> {
        for frame in frames {
            under_way(&self.node).await;
            let sent = self.to_tab.send(frame.clone()).await;
            sent.map_err(|_closed| io::ErrorKind::BrokenPipe)?;
        }
        Ok(())
    }
}

async fn under_way(node: &Process) {
    sleep(Duration::from_millis(node.world().dice().within(0..=LATENCY_MS_MAX))).await;
    node.may_go_on().await;
}

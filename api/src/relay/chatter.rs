//! `typing` and `status`: passed on, never logged. On its node a member's room tells the
//! others; those whose sockets are on other nodes are told through the room store, in passing.
//! What is lost on the way is made good by the next one, a few seconds later.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use schemas::frame::{ServerFrame, Status};
use schemas::ids::{RoomId, UserId};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::nodes::Nodes;
use super::{Message, Relay};

/// Chatter that may wait to be told; over it, it is dropped.
const WAITING_MAX: usize = 256;
/// Chatter of one whisper, which has to hold the longest.
const CHATTER_PER_WHISPER_MAX: usize = 32;
/// How long a whisper may take.
const WHISPER_PATIENCE: Duration = Duration::from_secs(2);
/// Pause before a line that was lost is opened again.
const LISTEN_PAUSE: Duration = Duration::from_secs(1);

/// What is passed on without being logged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Chatter {
    /// The member is typing.
    Typing,
    /// How the member's player does.
    Status(Status),
}

impl Chatter {
    /// As the others see it.
    pub(super) fn frame(self, user: UserId) -> ServerFrame<'static> {
        match self {
            Self::Typing => ServerFrame::Typing { user },
            Self::Status(status) => ServerFrame::Status { user, status },
        }
    }
}

/// What a node tells the others at once.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Whisper {
    /// Who tells.
    node: Uuid,
    chatter: Vec<Overheard>,
}

/// Chatter of a member.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Overheard {
    room: RoomId,
    user: UserId,
    chatter: Chatter,
}

/// The other nodes, as far as rooms have something to tell them.
#[derive(Clone)]
pub(crate) struct Elsewhere {
    nodes: Arc<Nodes>,
    waiting: mpsc::Sender<Overheard>,
}

impl Elsewhere {
    pub(super) fn new(nodes: Arc<Nodes>) -> (Self, mpsc::Receiver<Overheard>) {
        let (waiting, told) = mpsc::channel(WAITING_MAX);
        (Self { nodes, waiting }, told)
    }

    /// Whether there are other nodes.
    pub(super) fn exists(&self) -> bool {
        !self.nodes.is_alone()
    }

    /// Tells them, sooner or later or never; does not wait.
    pub(super) fn tell(&self, room: RoomId, user: UserId, chatter: Chatter) {
        if self.waiting.try_send(Overheard { room, user, chatter }).is_err() {
            metrics::counter!("relay_chatter_dropped_total").increment(1);
        }
    }
}

/// Whispers what waits, for ever; what gathers meanwhile goes together.
pub(super) async fn tell(relay: Relay, mut waiting: mpsc::Receiver<Overheard>) {
    let node = relay.0.nodes.id().0;
    loop {
        let mut chatter = Vec::new();
        if waiting.recv_many(&mut chatter, CHATTER_PER_WHISPER_MAX).await == 0 {
            return;
        }
        let Ok(words) = serde_json::to_string(&Whisper { node, chatter }) else { continue };
        let whispering = timeout(WHISPER_PATIENCE, relay.0.rooms.whisper(&words));
        if !matches!(whispering.await, Ok(Ok(()))) {
            tracing::debug!("the other nodes were not told who is typing and how players do");
        }
    }
}

/// Hands what other nodes whisper to the rooms that are in memory here, for ever.
pub(super) async fn listen(relay: Relay) {
    loop {
        if let Ok(mut whispered) = relay.0.rooms.listen().await {
            while let Some(words) = whispered.next().await {
                hear(&relay, &words).await;
            }
        }
        tracing::debug!("listening to the other nodes again in a moment");
        sleep(LISTEN_PAUSE).await;
    }
}

async fn hear(relay: &Relay, words: &str) {
    let Ok(Whisper { node, chatter }) = serde_json::from_str(words) else {
        tracing::debug!("a node of another version whispers");
        return;
    };
    if node == relay.0.nodes.id().0 {
        return;
    }
    for Overheard { room, user, chatter } in chatter {
        if let Some(room) = relay.in_memory(room) {
            room.tell(Message::Overheard { user, chatter }).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use schemas::limits::POSITION_MS_MAX;
    use storage::rooms::whispers::WHISPER_BYTES_MAX;

    use super::*;

    #[test]
    fn a_whisper_holds_the_longest_chatter() {
        let (node, room, user) = (Uuid::max(), RoomId(Uuid::max()), UserId(Uuid::max()));
        let overheard = |chatter| Overheard { room, user, chatter };
        let longest = overheard(Chatter::Status(Status {
            position_ms: POSITION_MS_MAX,
            paused: false,
            buffering: false,
            drift_ms: f64::MIN,
        }));
        let whisper = Whisper { node, chatter: vec![longest; CHATTER_PER_WHISPER_MAX] };
        let words = serde_json::to_string(&whisper).unwrap();
        assert!(words.len() <= WHISPER_BYTES_MAX, "{} bytes", words.len());
        let whisper = Whisper { node, chatter: vec![overheard(Chatter::Typing), longest] };
        let words = serde_json::to_string(&whisper).unwrap();
        assert_eq!(serde_json::from_str::<Whisper>(&words).unwrap(), whisper);
    }
}

//! The one task that owns a room: it folds the room's records in log order and tells every
//! session what came of them. It waits for nothing but its queues.

mod closing;
mod history;
mod members;
mod task;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use schemas::fold::Outcome;
use schemas::http::RoomView;
use schemas::ids::{RoomId, SessionId, UserId};
use storage::archive::EventPage;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

pub(crate) use task::{RoomSetup, RoomTask};

use super::RelayOptions;
use super::chatter::Chatter;
use super::outlet::Outlet;
use crate::refusal::Refusal;

/// Messages that may wait for a room.
pub(crate) const INBOX_MAX: usize = 256;
/// How long a room may take to answer.
const ANSWER_PATIENCE: Duration = Duration::from_secs(5);

/// A client's place in a room's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Incarnation of the log.
    pub epoch: String,
    /// Number of the last event the client has.
    pub since: u64,
}

/// What a room is asked.
pub(crate) enum Message {
    /// How the room looks, and whether someone is, or ever was, a member.
    Look { user: UserId, reply: oneshot::Sender<Look> },
    /// What became of the record at an offset.
    Verdict { offset: u64, reply: oneshot::Sender<Outcome> },
    /// A ticket goes out.
    Promise {
        user: UserId,
        session: Option<SessionId>,
        reply: oneshot::Sender<Result<Promised, Refusal>>,
    },
    /// Whether a ticket still opens the door.
    Admit { user: UserId, session: SessionId, reply: oneshot::Sender<Result<(), Refusal>> },
    /// A socket opened. Boxed, since a queue has room for many of its largest message.
    Attach(Box<Attach>),
    /// A socket ended.
    Detach { session: SessionId, connection: u64 },
    /// Not logged, passed on.
    Chatter { session: SessionId, chatter: Chatter },
    /// The same, of a member on another node.
    Overheard { user: UserId, chatter: Chatter },
    /// A round trip was measured.
    RoundTrip { session: SessionId, rtt_ms: i64 },
    /// Other nodes may have taken this one for dead: what it still holds is to be noted anew.
    NoteHeld,
    /// The store says that a member is nowhere, and leaves it to this node until then.
    Absent { user: UserId, until: Instant },
    /// A page of history for someone who was a member.
    History {
        user: UserId,
        before: Option<u64>,
        limit: usize,
        reply: oneshot::Sender<Result<EventPage, Refusal>>,
    },
    /// There is a newer link.
    Link(String),
}

/// How a room looks to one person.
pub(crate) struct Look {
    pub(crate) view: RoomView,
    pub(crate) is_member: bool,
    pub(crate) is_removed: bool,
    pub(crate) is_closed: bool,
}

/// A ticket that may go out.
pub(crate) struct Promised {
    pub(crate) session: SessionId,
    /// The session asked a moment ago, and so was not served where it was sent.
    pub(crate) is_again: bool,
}

/// A socket that opened.
pub(crate) struct Attach {
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) session: SessionId,
    pub(crate) connection: u64,
    pub(crate) position: Option<Position>,
    pub(crate) outlet: Arc<Outlet>,
}

/// Handle of a room's task.
#[derive(Clone)]
pub(crate) struct RoomHandle {
    pub(crate) id: RoomId,
    pub(crate) partition: u32,
    inbox: mpsc::Sender<Message>,
    lead_ms: Arc<AtomicI64>,
}

impl RoomHandle {
    pub(crate) fn new(
        id: RoomId,
        partition: u32,
        inbox: mpsc::Sender<Message>,
        lead_ms: Arc<AtomicI64>,
    ) -> Self {
        Self { id, partition, inbox, lead_ms }
    }

    /// Whether the task has ended.
    pub(crate) fn is_gone(&self) -> bool {
        self.inbox.is_closed()
    }

    /// The head start that a `play` should get now.
    pub(crate) fn lead_ms(&self) -> i64 {
        self.lead_ms.load(Ordering::Relaxed)
    }

    /// Tells the room something; a room that has ended needs no telling.
    pub(crate) async fn tell(&self, message: Message) {
        drop(self.inbox.send(message).await);
    }

    pub(crate) async fn look(&self, user: UserId) -> Result<Look, Refusal> {
        self.ask(|reply| Message::Look { user, reply }).await
    }

    pub(crate) async fn verdict(&self, offset: u64) -> Result<Outcome, Refusal> {
        self.ask(|reply| Message::Verdict { offset, reply }).await
    }

    pub(crate) async fn promise(
        &self,
        user: UserId,
        session: Option<SessionId>,
    ) -> Result<Promised, Refusal> {
        self.ask(|reply| Message::Promise { user, session, reply }).await?
    }

    pub(crate) async fn admit(&self, user: UserId, session: SessionId) -> Result<(), Refusal> {
        self.ask(|reply| Message::Admit { user, session, reply }).await?
    }

    pub(crate) async fn history(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<EventPage, Refusal> {
        self.ask(|reply| Message::History { user, before, limit, reply }).await?
    }

    async fn ask<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<T>) -> Message,
    ) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        let asked = async {
            self.inbox.send(message(reply)).await.ok()?;
            answer.await.ok()
        };
        let answered = tokio::time::timeout(ANSWER_PATIENCE, asked).await;
        answered.ok().flatten().ok_or_else(|| Refusal::away("room"))
    }
}

/// What a room's task needs to know of its settings.
pub(crate) type Options = Arc<RelayOptions>;

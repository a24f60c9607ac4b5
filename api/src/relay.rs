//! The relay: from a frame to every screen in the room.
//!
//! | step | where |
//! |---|---|
//! | a frame comes in, is limited, read and checked | [`socket`], [`connection`] |
//! | what must be logged is appended to the room's partition | `connection::command` |
//! | the log hands it back in order, to every node that has the room | [`lane`] |
//! | the fold judges it, once a room and node | [`room`] |
//! | the event is encoded once and queued for every session, never waited for | [`outlet`] |
//! | each connection writes what is queued in one go | [`connection`], [`socket`] |
//!
//! Nothing is shown until the log has it and says where, so any number of nodes may serve one
//! room. What they tell each other beside it (who lives, which sessions each holds) goes through
//! the room store, and no frame waits for that:
//!
//! | what | where |
//! |---|---|
//! | sockets and tickets of this node | [`presence`] |
//! | their comings and goings on the way to the store | [`attendance`] |
//! | `typing` and `status`, for members on other nodes | [`chatter`] |
//! | this node's lease; ending members who are absent everywhere | [`lease`] |
//! | which node keeps a partition, and where a ticket leads | [`placement`], [`nodes`] |
//!
//! To add a kind of frame: a variant in
//! `schemas::frame`, and its arm in `connection` (answered here), or in `connection::command`
//! (logged, with a record of its own).

mod append;
mod attendance;
mod chatter;
mod connection;
mod end;
mod lane;
mod lease;
mod load;
#[cfg(test)]
mod no_films;
mod nodes;
mod outlet;
mod placement;
mod presence;
mod room;
#[cfg(test)]
mod simulation;
mod socket;
mod verdicts;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clients::MovieApi;
use futures_util::FutureExt;
use schemas::fold::Outcome;
use schemas::ids::{RoomId, UserId};
use schemas::record::{Entry, Record};
use storage::log::{Appended, Log};
use storage::rooms::Rooms;
use storage::rooms::sessions::Node;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_util::future::FutureExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use room::Position;

pub(crate) use append::append_record;
pub(crate) use load::rfc3339;
pub(crate) use room::{Message, Promised, RoomHandle};

use crate::link::Links;
use crate::refusal::Refusal;
use crate::ticket::Ticket;
use attendance::Attendance;
use chatter::Elsewhere;
use connection::{Connection, Sender};
use lane::Lane;
use lease::LeaseTask;
use nodes::Nodes;
use outlet::Outlet;
use room::Attach;
use socket::{Socket, WebSocket};

/// How long sockets and tasks may take to end when the node stops.
const STOP_PATIENCE: Duration = Duration::from_secs(6);
/// How long a stopping node may take to tell the others.
const FAREWELL_PATIENCE: Duration = Duration::from_secs(1);

/// Settings of the relay.
#[derive(Clone, Debug)]
pub struct RelayOptions {
    /// How long a member may be without a session.
    pub session_grace: Duration,
    /// How long after its film's end a room is closed.
    pub ended_close: Duration,
    /// How long after the last member left a room is closed.
    pub empty_close: Duration,
    /// How old a room may get.
    pub room_age_max: Duration,
}

impl Default for RelayOptions {
    fn default() -> Self {
        Self {
            session_grace: Duration::from_secs(10),
            ended_close: Duration::from_mins(10),
            empty_close: Duration::from_mins(15),
            room_age_max: Duration::from_hours(12),
        }
    }
}

type RoomCell = Arc<OnceCell<RoomHandle>>;

struct Inner {
    log: Arc<dyn Log>,
    rooms: Arc<dyn Rooms>,
    movie: Arc<dyn MovieApi>,
    links: Arc<Links>,
    options: Arc<RelayOptions>,
    nodes: Arc<Nodes>,
    attendance: Arc<Attendance>,
    elsewhere: Elsewhere,
    lanes: Mutex<HashMap<u32, Lane>>,
    /// Rooms in memory; the cell makes two members who come at once cause one read.
    loaded: Mutex<BTreeMap<RoomId, RoomCell>>,
    connections: AtomicU64,
    /// Ends the lease's rounds.
    leaving: CancellationToken,
    /// Ends the sockets.
    closing: CancellationToken,
    /// Ends everything else.
    stopped: CancellationToken,
    sockets: TaskTracker,
    tasks: TaskTracker,
}

/// The rooms of this node.
#[derive(Clone)]
pub(crate) struct Relay(Arc<Inner>);

impl Relay {
    /// Starts the rounds of the lease and the writing of notes.
    pub(crate) fn start(
        log: Arc<dyn Log>,
        rooms: Arc<dyn Rooms>,
        movie: Arc<dyn MovieApi>,
        links: Arc<Links>,
        own: Node,
        options: RelayOptions,
    ) -> Self {
        let nodes = Arc::new(Nodes::new(own, Arc::clone(&rooms)));
        let (elsewhere, waiting) = Elsewhere::new(Arc::clone(&nodes));
        let relay = Self(Arc::new(Inner {
            nodes,
            attendance: Arc::new(Attendance::new(Arc::clone(&rooms))),
            elsewhere,
            log,
            rooms,
            movie,
            links,
            options: Arc::new(options),
            lanes: Mutex::default(),
            loaded: Mutex::default(),
            connections: AtomicU64::new(0),
            leaving: CancellationToken::new(),
            closing: CancellationToken::new(),
            stopped: CancellationToken::new(),
            sockets: TaskTracker::new(),
            tasks: TaskTracker::new(),
        }));
        let attendance = Arc::clone(relay.attendance());
        relay.spawn(async move { attendance.run().await });
        relay.spawn(chatter::tell(relay.clone(), waiting));
        relay.spawn(chatter::listen(relay.clone()));
        let (rooms, grace) = (Arc::clone(&relay.0.rooms), relay.0.options.session_grace);
        let lease = LeaseTask::new(relay.clone(), rooms, grace);
        let leaving = relay.0.leaving.clone();
        relay.spawn(lease.run().with_cancellation_token_owned(leaving).map(drop));
        relay
    }

    /// This node among the others.
    pub(crate) fn nodes(&self) -> &Arc<Nodes> {
        &self.0.nodes
    }

    fn attendance(&self) -> &Arc<Attendance> {
        &self.0.attendance
    }

    /// The room, from memory or, once for all who ask, from the log.
    pub(crate) async fn room(&self, id: RoomId) -> Result<RoomHandle, Refusal> {
        let cell = {
            let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            let cell = loaded.entry(id).or_default();
            if cell.get().is_some_and(RoomHandle::is_gone) {
                *cell = RoomCell::default();
            }
            Arc::clone(cell)
        };
        let handle = cell.get_or_try_init(|| self.load_apart(id)).await;
        if handle.is_err() {
            self.forget(id, &cell);
        }
        self.count_rooms();
        handle.cloned()
    }

    /// The room, if it is in memory.
    fn in_memory(&self, id: RoomId) -> Option<RoomHandle> {
        let loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.get(&id).and_then(|cell| cell.get().cloned())
    }

    /// Waits until a room has folded all that is in the log now, whichever node appended it.
    pub(crate) async fn catch_up(&self, room: &RoomHandle) -> Result<(), Refusal> {
        Ok(self.lane(room.partition).catch_up(room.id).await?)
    }

    /// Asks a room; a refusal that news of another node may have made wrong is asked again once
    /// the room has caught up.
    pub(crate) async fn ask<T, Answer>(
        &self,
        room: &RoomHandle,
        question: impl Fn(RoomHandle) -> Answer,
    ) -> Result<T, Refusal>
    where
        Answer: Future<Output = Result<T, Refusal>>,
    {
        match question(room.clone()).await {
            Err(Refusal::NotMember | Refusal::AlreadyMember { .. }) => {
                self.catch_up(room).await?;
                question(room.clone()).await
            }
            answer => answer,
        }
    }

    /// Appends what a node says of a person and waits for the fold's verdict.
    pub(crate) async fn propose(
        &self,
        room: &RoomHandle,
        user: UserId,
        entry: Entry,
    ) -> Result<Appended, Refusal> {
        let record = Record::of_node(room.id, Some(user), entry);
        let appended = append_record(self.0.log.as_ref(), room.partition, &record).await?;
        match room.verdict(appended.offset).await? {
            Outcome::Accepted { .. } | Outcome::Repeat { .. } => Ok(appended),
            Outcome::Void(code) => Err(Refusal::of_verdict(code, user, room.id)),
        }
    }

    /// Everything about a ticket that can be refused before the upgrade.
    pub(crate) async fn admit(
        &self,
        ticket: Ticket,
        position: Option<Position>,
    ) -> Result<Admission, Refusal> {
        if self.0.closing.is_cancelled() {
            return Err(Refusal::away("node"));
        }
        let room = self.room(ticket.room).await?;
        // The client may come from another node and know more than this one by now; the first
        // frame must not lie behind that.
        self.catch_up(&room).await?;
        room.admit(ticket.user, ticket.session).await?;
        Ok(Admission { relay: self.clone(), room, ticket, position })
    }

    /// Runs something for as long as the node lives.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stopped = self.0.stopped.clone();
        self.0.tasks.spawn(task.with_cancellation_token_owned(stopped));
    }

    /// Has every session that this node holds noted anew.
    async fn note_held(&self) {
        let handles: Vec<RoomHandle> = {
            let loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            loaded.values().filter_map(|cell| cell.get().cloned()).collect()
        };
        for room in handles {
            room.tell(Message::NoteHeld).await;
        }
    }

    /// Names this node to nobody any more, closes every socket with 4000 so that the clients go
    /// elsewhere, then ends the rooms.
    pub(crate) async fn stop(&self) {
        self.0.leaving.cancel();
        self.0.nodes.withdraw();
        let grace_ms = in_ms(self.0.options.session_grace);
        let ended = self.0.rooms.end_node(self.0.nodes.id(), grace_ms);
        if !matches!(timeout(FAREWELL_PATIENCE, ended).await, Ok(Ok(()))) {
            tracing::warn!("the other nodes were not told; they wait for the lease to run out");
        }
        self.0.closing.cancel();
        self.0.sockets.close();
        self.0.tasks.close();
        if timeout(STOP_PATIENCE, self.0.sockets.wait()).await.is_err() {
            tracing::warn!(sockets = self.0.sockets.len(), "sockets did not end in time");
        }
        if timeout(FAREWELL_PATIENCE, self.0.attendance.flush()).await.is_err() {
            tracing::warn!("some notes of sessions were not written");
        }
        self.0.stopped.cancel();
        if timeout(STOP_PATIENCE, self.0.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.0.tasks.len(), "tasks did not end in time");
        }
    }

    fn lane(&self, partition: u32) -> Lane {
        let mut lanes = self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(partition).or_insert_with(|| {
            let log = Arc::clone(&self.0.log);
            let (lane, task) = Lane::new(log, partition, self.0.stopped.clone());
            self.0.tasks.spawn(task);
            lane
        });
        lane.clone()
    }

    fn forget(&self, id: RoomId, cell: &RoomCell) {
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if loaded.get(&id).is_some_and(|current| Arc::ptr_eq(current, cell)) {
            loaded.remove(&id);
        }
    }

    fn count_rooms(&self) {
        let loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner).len();
        metrics::gauge!("relay_rooms").set(u32::try_from(loaded).unwrap_or(u32::MAX));
    }

    /// Serves a socket to its end. Whatever a future is given and gives on it keeps twice, so
    /// the connection is made outside of it.
    fn serve<S: Socket>(
        &self,
        admission: Admission,
        socket: S,
    ) -> impl Future<Output = ()> + Send + use<S> {
        let Admission { room, ticket, position, .. } = admission;
        let connection = self.0.connections.fetch_add(1, Ordering::Relaxed);
        let outlet = Arc::new(Outlet::default());
        let session = ticket.session;
        let attach = Box::new(Attach {
            user: ticket.user,
            name: ticket.name,
            session,
            connection,
            position,
            outlet: Arc::clone(&outlet),
        });
        let sender = Sender {
            log: Arc::clone(&self.0.log),
            movie: Arc::clone(&self.0.movie),
            room,
            user: ticket.user,
            session,
        };
        let shutdown = self.0.closing.clone();
        let mut served = Connection { socket, sender, outlet, shutdown };
        async move {
            served.sender.room.tell(Message::Attach(attach)).await;
            if served.sender.room.is_gone() {
                served.outlet.end(end::End::Behind);
            }
            metrics::gauge!("relay_sessions").increment(1);
            let end = served.run().await;
            metrics::gauge!("relay_sessions").decrement(1);
            metrics::counter!("relay_ends_total", "reason" => end.label()).increment(1);
            served.sender.room.tell(Message::Detach { session, connection }).await;
        }
    }
}

/// A ticket that was accepted; the socket may be opened.
pub struct Admission {
    relay: Relay,
    room: RoomHandle,
    ticket: Ticket,
    position: Option<Position>,
}

impl Admission {
    /// Serves the socket on an upgraded connection to its end.
    pub fn serve<C>(self, connection: C) -> impl Future<Output = ()> + Send
    where
        C: AsyncRead + AsyncWrite + Send + Unpin,
    {
        let relay = self.relay.clone();
        relay.0.sockets.track_future(relay.serve(self, WebSocket::new(connection)))
    }
}

/// As the store counts.
fn in_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

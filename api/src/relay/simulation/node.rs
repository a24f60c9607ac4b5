//! A node of an evening: a relay and a janitor on a process that may be killed and stopped.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use schemas::ids::{RoomId, SessionId, UserId};
use schemas::record::{CloseReason, Entry, LeaveReason, MemberJoined, MemberLeft, RoomClosed};
use storage::memory::{Process, World};
use storage::rooms::sessions::{Node as NodeRow, NodeId};
use tokio::time::sleep;

use crate::janitor::Janitor;
use crate::link::Links;
use crate::refusal::Refusal;
use crate::relay::no_films::NoFilms;
use crate::relay::{Relay, RelayOptions, RoomHandle};
use crate::ticket::Ticket;

/// One node; clones are the same.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) process: Process,
    pub(super) relay: Relay,
    /// From when to when it was stopped, in ms since 1970.
    stops: Arc<Mutex<Vec<(i64, i64)>>>,
}

impl Node {
    pub(super) fn start(world: &World) -> Self {
        let process = world.process();
        let storage = process.storage();
        let secret = "a secret of at least thirty-two bytes".into();
        let links = Links::new("http://node", &secret, Arc::clone(&storage.rooms), None).unwrap();
        let row = NodeRow { id: NodeId(world.dice().id()), socket_url: "ws://node".to_owned() };
        let relay = Relay::start(
            Arc::clone(&storage.log),
            Arc::clone(&storage.rooms),
            Arc::new(NoFilms { is_away: false }),
            Arc::new(links),
            row,
            RelayOptions::default(),
        );
        let janitor = Janitor {
            relay: relay.clone(),
            rooms: storage.rooms,
            clock: process.clock(),
            partitions: world.partitions(),
        };
        janitor.start();
        Self { process, relay, stops: Arc::default() }
    }

    /// As by `kill -9`: nothing that it has in memory is ever told to anyone.
    pub(super) fn kill(&self) {
        self.process.kill();
        self.relay.0.leaving.cancel();
        self.relay.0.closing.cancel();
        self.relay.0.stopped.cancel();
    }

    /// As by SIGSTOP, and SIGCONT a while later.
    pub(super) fn stop_for(&self, pause: Duration) {
        let world = self.process.world();
        let from_ms = world.now_ms();
        let until_ms = from_ms + i64::try_from(pause.as_millis()).unwrap();
        self.stops.lock().unwrap().push((from_ms, until_ms));
        self.process.stop();
        let process = self.process.clone();
        tokio::spawn(async move {
            sleep(pause).await;
            process.go_on();
        });
    }

    /// Whether it was stopped at some moment of a time.
    pub(super) fn was_stopped(&self, from_ms: i64, until_ms: i64) -> bool {
        let stops = self.stops.lock().unwrap();
        stops.iter().any(|(from, until)| *from <= until_ms && *until >= from_ms)
    }

    /// A ticket for a session, and a membership before it where there is none; the way of
    /// `join_room` and `issue_ticket`.
    pub(super) async fn enter(
        &self,
        room: RoomId,
        user: UserId,
        session: SessionId,
    ) -> Result<Ticket, Refusal> {
        let handle = self.relay.room(room).await?;
        let promise = |room: RoomHandle| async move { room.promise(user, Some(session)).await };
        let name = "Petr".to_owned();
        if let Err(Refusal::NotMember) = self.relay.ask(&handle, promise).await {
            let joined = Entry::MemberJoined(MemberJoined { name: name.clone() });
            match self.relay.propose(&handle, user, joined).await {
                Ok(_) | Err(Refusal::AlreadyMember { .. }) => {}
                Err(refusal) => return Err(refusal),
            }
            self.relay.ask(&handle, promise).await?;
        }
        Ok(Ticket { room, user, name, session })
    }

    /// The way of `leave_room`.
    pub(super) async fn leave(&self, room: RoomId, user: UserId) -> Result<(), Refusal> {
        let handle = self.relay.room(room).await?;
        let left = Entry::MemberLeft(MemberLeft { reason: LeaveReason::Left });
        self.relay.propose(&handle, user, left).await.map(drop)
    }

    /// The way of `close_room`.
    pub(super) async fn close(&self, room: RoomId, owner: UserId) -> Result<(), Refusal> {
        let handle = self.relay.room(room).await?;
        let closed = Entry::RoomClosed(RoomClosed { reason: CloseReason::Owner });
        self.relay.propose(&handle, owner, closed).await.map(drop)
    }
}

//! The loop: records of the log in, frames to the sessions out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use schemas::fold::Outcome;
use schemas::frame::ServerFrame;
use schemas::ids::{RoomId, UserId};
use schemas::record::{CloseReason, Entry, LeaveReason, Record, RoomClosed};
use schemas::reject::RejectCode;
use schemas::state::RoomState;
use storage::log::{Log, StoredRecord};
use storage::rooms::sessions::{SessionChange, SessionNote};
use storage::rooms::{Closed, Rooms};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::closing::reason_to_close;
use super::history::page;
use super::{Message, Options};
use crate::relay::append::append_record;
use crate::relay::attendance::Attendance;
use crate::relay::chatter::Elsewhere;
use crate::relay::end::End;
use crate::relay::lane::{Delivery, Lane};
use crate::relay::load::record_of;
use crate::relay::nodes::Nodes;
use crate::relay::outlet::encode;
use crate::relay::presence::Presence;
use crate::relay::verdicts::Verdicts;
use crate::select::select;

/// How often the room's age and idleness are looked at.
const TICK: Duration = Duration::from_secs(1);
/// Pause before a close that was not logged is tried again.
const RETRY_PAUSE: Duration = Duration::from_secs(5);
/// How long a room that nobody is in stays in memory for those who still read in it, unless
/// this node keeps it.
const LINGER: Duration = Duration::from_mins(1);

/// What a room's task begins with.
pub(crate) struct RoomSetup {
    pub(crate) state: RoomState,
    pub(crate) partition: u32,
    /// Offset of `room_created`.
    pub(crate) first_offset: u64,
    /// Offset of the first record that is not in `state`.
    pub(crate) next: u64,
    /// What came while the room was read.
    pub(crate) backlog: Vec<Delivery>,
    pub(crate) deliveries: mpsc::Receiver<Delivery>,
    pub(crate) lane: Lane,
    pub(crate) inbox: mpsc::Receiver<Message>,
    pub(crate) lead_ms: Arc<AtomicI64>,
    pub(crate) created_at: String,
    pub(crate) link: Option<String>,
    pub(crate) log: Arc<dyn Log>,
    pub(crate) rooms: Arc<dyn Rooms>,
    pub(crate) nodes: Arc<Nodes>,
    pub(crate) attendance: Arc<Attendance>,
    pub(crate) elsewhere: Elsewhere,
    pub(crate) tracker: TaskTracker,
    pub(crate) options: Options,
}

/// A room on this node.
pub(crate) struct RoomTask {
    pub(super) setup: RoomSetup,
    pub(super) presence: Presence,
    verdicts: Verdicts,
    /// Members who were seen to be some, and since when: whoever then has no session anywhere
    /// is waited for no longer than a ticket lives.
    pub(super) newcomers: BTreeMap<UserId, Instant>,
    /// Until when nothing is closed again, after an attempt.
    close_again_at: Instant,
    /// Answers once the room has folded what other nodes appended: it may then be closed.
    caught_up: Option<oneshot::Receiver<()>>,
    /// When the room was last needed.
    needed_at: Instant,
}

impl RoomTask {
    pub(crate) fn new(setup: RoomSetup) -> Self {
        let now = Instant::now();
        let members = setup.state.people().iter().filter(|(_, person)| person.joined);
        Self {
            newcomers: members.map(|(user, _)| (*user, now)).collect(),
            presence: Presence::default(),
            verdicts: Verdicts::starting_at(setup.next),
            close_again_at: now,
            caught_up: None,
            needed_at: now,
            setup,
        }
    }

    /// Runs until nobody needs the room here, or its queues end.
    pub(crate) async fn run(&mut self) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        for delivery in std::mem::take(&mut self.setup.backlog) {
            self.take(delivery);
        }
        loop {
            select! {
                delivery = self.setup.deliveries.recv() => match delivery {
                    Some(delivery) => self.take(delivery),
                    None => return self.end(End::Behind),
                },
                message = self.setup.inbox.recv() => match message {
                    Some(message) => self.answer(message),
                    None => return self.end(End::Behind),
                },
                has_caught_up = answered(&mut self.caught_up) => {
                    self.caught_up = None;
                    if has_caught_up {
                        self.close_if_due();
                    }
                }
                _ = tick.tick() => {
                    self.look_around();
                    if !self.is_needed() {
                        return self.end(End::Behind);
                    }
                }
            }
        }
    }

    /// Whoever asked in the last moment is answered, or comes back at once.
    fn end(&mut self, end: End) {
        self.setup.inbox.close();
        while let Ok(message) = self.setup.inbox.try_recv() {
            self.answer(message);
        }
        self.presence.dismiss_all(end);
    }

    fn take(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Record(record) => self.fold(&record),
            // Whoever asked may have given up.
            Delivery::Mark(reply) => drop(reply.send(())),
        }
    }

    fn fold(&mut self, stored: &StoredRecord) {
        let Some(record) = record_of(self.room(), stored) else { return };
        let outcome = self.setup.state.apply(&record, stored.at_ms);
        self.verdicts.add(stored.offset, outcome);
        match outcome {
            Outcome::Accepted { seq } => {
                self.broadcast_last_event();
                self.reply_to_sender(&record, |client_seq| ServerFrame::Ack { client_seq, seq });
                self.follow_up(&record, stored);
            }
            Outcome::Repeat { seq: Some(seq) } => {
                self.reply_to_sender(&record, |client_seq| ServerFrame::Ack { client_seq, seq });
            }
            Outcome::Repeat { seq: None } => self.reject(&record, RejectCode::Duplicate),
            Outcome::Void(code) => self.reject(&record, code),
        }
    }

    fn broadcast_last_event(&self) {
        let Some(event) = self.setup.state.events().last() else { return };
        let Some(frame) = encode(event) else { return };
        for session in self.presence.sessions() {
            session.outlet.push(frame.clone());
        }
        metrics::counter!("relay_events_total").increment(1);
        metrics::counter!("relay_deliveries_total")
            .increment(self.presence.sessions().count() as u64);
    }

    fn reject(&self, record: &Record, code: RejectCode) {
        self.reply_to_sender(record, |client_seq| ServerFrame::Reject {
            client_seq,
            code,
            message: code.message().to_owned(),
        });
    }

    fn reply_to_sender<'a>(&self, record: &Record, frame: impl FnOnce(u64) -> ServerFrame<'a>) {
        let (Some(session), Some(client_seq)) = (record.session, record.client_seq) else { return };
        if let Some(session) = self.presence.session(session)
            && let Some(frame) = encode(&frame(client_seq))
        {
            session.outlet.push(frame);
        }
    }

    /// What an accepted record means for the sessions on this node.
    fn follow_up(&mut self, record: &Record, stored: &StoredRecord) {
        match (&record.entry, record.user) {
            (Entry::MemberLeft(body), Some(user)) => {
                let end = match body.reason {
                    LeaveReason::Left => End::Left,
                    LeaveReason::Gone => End::Gone,
                    LeaveReason::Removed => End::Removed,
                };
                self.presence.dismiss(user, end);
                self.newcomers.remove(&user);
                self.note(SessionChange::Left { user });
            }
            (Entry::MemberJoined(_), Some(user)) => {
                self.newcomers.insert(user, Instant::now());
            }
            (Entry::RoomClosed(body), _) => self.closed(body.reason, stored),
            _ => {}
        }
    }

    fn closed(&mut self, reason: CloseReason, stored: &StoredRecord) {
        self.presence.dismiss_all(End::RoomClosed);
        self.newcomers.clear();
        self.needed_at = Instant::now();
        self.note(SessionChange::Closed);
        let closed = Closed {
            first_offset: self.setup.first_offset,
            close_offset: stored.offset,
            reason,
            at_ms: self.setup.state.at_ms(),
        };
        let (rooms, room) = (Arc::clone(&self.setup.rooms), self.room());
        self.setup.tracker.spawn(async move {
            if let Err(error) = rooms.mark_closed(room, &closed).await {
                // The archive pass and whoever loads the room next repair the row.
                tracing::warn!(
                    room.id = %room,
                    error = &error as &dyn std::error::Error,
                    "the row of a closed room lags"
                );
            }
        });
    }

    fn answer(&mut self, message: Message) {
        self.needed_at = Instant::now();
        // An asker that gave up is no fault of the room: unsent replies are dropped.
        match message {
            Message::Look { user, reply } => drop(reply.send(self.look(user))),
            Message::Verdict { offset, reply } => self.verdicts.ask(offset, reply),
            Message::Promise { user, session, reply } => {
                drop(reply.send(self.promise(user, session)));
            }
            Message::Admit { user, session, reply } => drop(reply.send(self.admit(user, session))),
            Message::Attach(attach) => self.attach(*attach),
            Message::Detach { session, connection } => self.detach(session, connection),
            Message::Chatter { session, chatter } => self.pass_on(session, chatter),
            Message::Overheard { user, chatter } => drop(self.tell_others(user, chatter)),
            Message::RoundTrip { session, rtt_ms } => {
                if let Some(session) = self.presence.session_mut(session) {
                    session.rtt_ms = rtt_ms;
                }
                self.set_lead();
            }
            Message::NoteHeld => self.note_still_held(),
            Message::Absent { user, until } => self.absent(user, until),
            Message::History { user, before, limit, reply } => {
                drop(reply.send(page(&self.setup.state, user, before, limit)));
            }
            Message::Link(link) => self.setup.link = Some(link),
        }
    }

    fn look_around(&mut self) {
        let now = Instant::now();
        self.presence.forget_promises(now);
        self.expect_newcomers(now);
        let is_due = self.reason_to_close().is_some();
        if is_due && now >= self.close_again_at {
            self.close_again_at = now + RETRY_PAUSE;
            // This node may have slept while others brought the room back to life.
            let (reply, answer) = oneshot::channel();
            let (lane, room) = (self.setup.lane.clone(), self.room());
            self.setup.tracker.spawn(async move {
                if lane.catch_up(room).await.is_ok() && reply.send(()).is_err() {
                    tracing::debug!(room.id = %room, "the room ended meanwhile");
                }
            });
            self.caught_up = Some(answer);
        }
    }

    fn close_if_due(&self) {
        if let Some(reason) = self.reason_to_close() {
            self.append(None, Entry::RoomClosed(RoomClosed { reason }));
        }
    }

    fn reason_to_close(&self) -> Option<CloseReason> {
        let setup = &self.setup;
        reason_to_close(&setup.state, setup.log.now_ms(), &setup.options)
    }

    /// A room is needed where somebody is in it, where its age is watched, and where somebody
    /// asked about it a moment ago.
    fn is_needed(&self) -> bool {
        let is_watched =
            self.setup.state.closed().is_none() && self.setup.nodes.keeps(self.setup.partition);
        is_watched || !self.presence.is_empty() || self.needed_at.elapsed() < LINGER
    }

    pub(super) fn note(&self, change: SessionChange) {
        self.note_at(self.setup.state.seq(), change);
    }

    pub(super) fn note_at(&self, seq: u64, change: SessionChange) {
        self.setup.attendance.note(SessionNote { room: self.room(), seq, change });
    }

    /// Appends without waiting; what is lost is tried again at a later tick.
    pub(super) fn append(&self, user: Option<UserId>, entry: Entry) {
        let record = Record::of_node(self.room(), user, entry);
        let (log, partition) = (Arc::clone(&self.setup.log), self.setup.partition);
        self.setup.tracker.spawn(async move {
            if let Err(error) = append_record(log.as_ref(), partition, &record).await {
                tracing::warn!(
                    room.id = %record.room,
                    error = &error as &dyn std::error::Error,
                    "a record of the node was not appended"
                );
            }
        });
    }

    pub(super) fn room(&self) -> RoomId {
        self.setup.state.room()
    }
}

/// Whether the answer came; never without a question.
async fn answered(question: &mut Option<oneshot::Receiver<()>>) -> bool {
    match question {
        Some(answer) => answer.await.is_ok(),
        None => std::future::pending().await,
    }
}

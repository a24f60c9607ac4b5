//! The loop: records of the log in, frames to the sessions out.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use schemas::fold::Outcome;
use schemas::frame::{ServerFrame, Status, You};
use schemas::ids::{RoomId, SessionId, UserId};
use schemas::limits::{LEAD_MS_MAX, LEAD_MS_MIN};
use schemas::record::{CloseReason, Entry, LeaveReason, MemberLeft, Record, RoomClosed};
use schemas::reject::RejectCode;
use schemas::state::RoomState;
use storage::log::{Log, StoredRecord};
use storage::rooms::{Closed, Rooms};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::closing::reason_to_close;
use super::history::{page, resume, view, welcome};
use super::{Attach, Look, Message, Options};
use crate::refusal::Refusal;
use crate::relay::append::append_record;
use crate::relay::end::End;
use crate::relay::load::record_of;
use crate::relay::outlet::encode;
use crate::relay::presence::{Chatter, Presence, Session};
use crate::relay::verdicts::Verdicts;
use crate::ticket::TICKET_LIFE_MS;

/// How often absences and the room's age are looked at.
const TICK: Duration = Duration::from_secs(1);
/// Pause before a leave or a close that was not logged is tried again.
const RETRY_PAUSE: Duration = Duration::from_secs(5);
/// How long a closed room stays in memory for those who still read in it.
const CLOSED_LINGER: Duration = Duration::from_mins(1);
const TICKET_LIFE: Duration = Duration::from_millis(TICKET_LIFE_MS.unsigned_abs());

/// What a room's task begins with.
pub(crate) struct RoomSetup {
    pub(crate) state: RoomState,
    pub(crate) partition: u32,
    /// Offset of `room_created`.
    pub(crate) first_offset: u64,
    /// Offset of the first record that comes by `records`.
    pub(crate) next: u64,
    pub(crate) records: mpsc::Receiver<StoredRecord>,
    pub(crate) inbox: mpsc::Receiver<Message>,
    pub(crate) lead_ms: Arc<AtomicI64>,
    pub(crate) created_at: String,
    pub(crate) link: Option<String>,
    pub(crate) log: Arc<dyn Log>,
    pub(crate) rooms: Arc<dyn Rooms>,
    pub(crate) tracker: TaskTracker,
    pub(crate) options: Options,
}

/// A room on this node.
pub(crate) struct RoomTask {
    setup: RoomSetup,
    presence: Presence,
    verdicts: Verdicts,
    /// Until when nothing is closed or ended again, after an attempt.
    close_again_at: Instant,
    /// When a closed room that nobody asks about is forgotten.
    forget_at: Option<Instant>,
}

impl RoomTask {
    pub(crate) fn new(setup: RoomSetup) -> Self {
        let now = Instant::now();
        let mut presence = Presence::default();
        // Tickets that another run of this node gave out may still be on their way.
        for (user, _) in setup.state.people().iter().filter(|(_, person)| person.joined) {
            presence.expect_back(*user, now + TICKET_LIFE.max(setup.options.session_grace));
        }
        let forget_at = setup.state.closed().map(|_| now + CLOSED_LINGER);
        let verdicts = Verdicts::starting_at(setup.next);
        Self { setup, presence, verdicts, close_again_at: now, forget_at }
    }

    /// Runs until the room is closed and forgotten, or its queues end.
    pub(crate) async fn run(mut self) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                record = self.setup.records.recv() => match record {
                    Some(record) => self.fold(&record),
                    None => return self.presence.dismiss_all(End::Shutdown),
                },
                message = self.setup.inbox.recv() => match message {
                    Some(message) => self.answer(message),
                    None => return self.presence.dismiss_all(End::Shutdown),
                },
                _ = tick.tick() => {
                    self.look_around();
                    if self.forget_at.is_some_and(|forget_at| Instant::now() >= forget_at) {
                        return;
                    }
                }
            }
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
            session.outlet.push(Arc::clone(&frame));
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
            }
            (Entry::MemberJoined(_), Some(user)) => {
                self.presence.expect_back(user, Instant::now() + TICKET_LIFE);
            }
            (Entry::RoomClosed(body), _) => self.closed(body.reason, stored),
            _ => {}
        }
    }

    fn closed(&mut self, reason: CloseReason, stored: &StoredRecord) {
        self.presence.dismiss_all(End::RoomClosed);
        self.forget_at = Some(Instant::now() + CLOSED_LINGER);
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
        if let Some(forget_at) = &mut self.forget_at {
            *forget_at = Instant::now() + CLOSED_LINGER;
        }
        // An asker that gave up is no fault of the room: unsent replies are dropped.
        match message {
            Message::Look { user, reply } => drop(reply.send(self.look(user))),
            Message::Verdict { offset, reply } => self.verdicts.ask(offset, reply),
            Message::Promise { user, session, reply } => {
                drop(reply.send(self.promise(user, session)));
            }
            Message::Admit { user, session, reply } => drop(reply.send(self.admit(user, session))),
            Message::Attach(attach) => self.attach(attach),
            Message::Detach { session, connection } => self.detach(session, connection),
            Message::Chatter { session, chatter, status } => self.pass_on(session, chatter, status),
            Message::RoundTrip { session, rtt_ms } => {
                if let Some(session) = self.presence.session_mut(session) {
                    session.rtt_ms = rtt_ms;
                }
                self.set_lead();
            }
            Message::History { user, before, limit, reply } => {
                drop(reply.send(page(&self.setup.state, user, before, limit)));
            }
            Message::Link(link) => self.setup.link = Some(link),
        }
    }

    fn look(&self, user: UserId) -> Look {
        let state = &self.setup.state;
        Look {
            view: view(state, &self.setup.created_at, self.setup.link.as_deref()),
            is_member: state.is_member(user),
            is_closed: state.closed().is_some(),
        }
    }

    fn promise(&mut self, user: UserId, session: Option<SessionId>) -> Result<SessionId, Refusal> {
        let session = session.unwrap_or_else(|| SessionId(Uuid::new_v4()));
        self.admit(user, session)?;
        if !self.presence.may_add(user, session) {
            return Err(Refusal::TooManySessions);
        }
        self.presence.promise(user, session, Instant::now() + TICKET_LIFE);
        Ok(session)
    }

    fn admit(&self, user: UserId, session: SessionId) -> Result<(), Refusal> {
        let state = &self.setup.state;
        if state.closed().is_some() {
            return Err(Refusal::Closed);
        }
        if !state.is_member(user) {
            return Err(Refusal::NotMember);
        }
        let known = state.session_user(session).or_else(|| self.presence.session_user(session));
        if known.is_some_and(|known| known != user) { Err(Refusal::NotYourSession) } else { Ok(()) }
    }

    fn attach(&mut self, attach: Attach) {
        let state = &self.setup.state;
        if let Err(refusal) = self.admit(attach.user, attach.session) {
            // It was admitted a moment ago; the room changed in between.
            let end = if matches!(refusal, Refusal::Closed) { End::RoomClosed } else { End::Gone };
            return attach.outlet.end(end);
        }
        let you = You {
            user_id: attach.user,
            name: attach.name,
            session: attach.session,
            client_seq: state.client_seq(attach.session),
        };
        let room = view(state, &self.setup.created_at, self.setup.link.as_deref());
        let (epoch, now_ms) = (self.setup.log.epoch(), self.setup.log.now_ms());
        let resumed =
            attach.position.as_ref().and_then(|since| resume(state, epoch, now_ms, since));
        let first = resumed.or_else(|| encode(&welcome(state, epoch, now_ms, you, &room)));
        if let Some(frame) = first {
            attach.outlet.push_first(frame);
        }
        let Attach { user, session, connection, outlet, .. } = attach;
        self.presence.attach(session, Session { user, connection, outlet, rtt_ms: 0 });
    }

    fn detach(&mut self, session: SessionId, connection: u64) {
        if let Some(user) = self.presence.detach(session, connection)
            && self.setup.state.is_member(user)
        {
            let until = Instant::now() + self.setup.options.session_grace;
            self.presence.expect_back(user, until);
        }
        self.set_lead();
    }

    fn pass_on(&mut self, session: SessionId, chatter: Chatter, status: Option<Status>) {
        let Some(user) = self.presence.session(session).map(|session| session.user) else { return };
        if !self.presence.may_chatter(user, chatter, Instant::now()) {
            return;
        }
        let frame = match status {
            Some(status) => encode(&ServerFrame::Status { user, status }),
            None => encode(&ServerFrame::Typing { user }),
        };
        let others = self.presence.sessions().filter(|session| session.user != user);
        if let Some(frame) = frame {
            others.for_each(|session| session.outlet.push(Arc::clone(&frame)));
        }
    }

    fn set_lead(&self) {
        let lead_ms = self.presence.rtt_ms_max().clamp(LEAD_MS_MIN, LEAD_MS_MAX);
        self.setup.lead_ms.store(lead_ms, Ordering::Relaxed);
    }

    fn look_around(&mut self) {
        let now = Instant::now();
        for user in self.presence.overdue(now, RETRY_PAUSE) {
            if self.setup.state.is_member(user) && !self.presence.is_here(user) {
                let body = MemberLeft { reason: LeaveReason::Gone };
                self.append(Some(user), Entry::MemberLeft(body));
            } else {
                self.presence.settle(user);
            }
        }
        let now_ms = self.setup.log.now_ms();
        let reason = reason_to_close(&self.setup.state, now_ms, &self.setup.options);
        if let Some(reason) = reason.filter(|_| now >= self.close_again_at) {
            self.close_again_at = now + RETRY_PAUSE;
            self.append(None, Entry::RoomClosed(RoomClosed { reason }));
        }
    }

    /// Appends without waiting; what is lost is tried again at a later tick.
    fn append(&self, user: Option<UserId>, entry: Entry) {
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

    fn room(&self) -> RoomId {
        self.setup.state.room()
    }
}

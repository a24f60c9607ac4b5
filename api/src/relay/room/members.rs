//! What a room answers to and about its members, and how their sockets come and go.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use schemas::frame::You;
use schemas::ids::{SessionId, UserId};
use schemas::limits::{LEAD_MS_MAX, LEAD_MS_MIN};
use schemas::record::{Entry, LeaveReason, MemberLeft};
use storage::rooms::sessions::SessionChange;
use tokio::time::Instant;
use uuid::Uuid;

use super::history::{resume, view, welcome};
use super::task::RoomTask;
use super::{Attach, Look, Promised};
use crate::refusal::Refusal;
use crate::relay::chatter::Chatter;
use crate::relay::end::End;
use crate::relay::in_ms;
use crate::relay::outlet::encode;
use crate::relay::presence::Session;
use crate::ticket::TICKET_LIFE_MS;

const TICKET_LIFE: Duration = Duration::from_millis(TICKET_LIFE_MS.unsigned_abs());
/// How long a newcomer's ticket may take to be noted, which makes it needless to expect them.
const TICKET_PATIENCE: Duration = Duration::from_secs(10);

impl RoomTask {
    pub(super) fn look(&self, user: UserId) -> Look {
        let state = &self.setup.state;
        Look {
            view: view(state, &self.setup.created_at, self.setup.link.as_deref()),
            is_member: state.is_member(user),
            is_removed: state.is_removed(user),
            is_closed: state.closed().is_some(),
        }
    }

    pub(super) fn promise(
        &mut self,
        user: UserId,
        session: Option<SessionId>,
    ) -> Result<Promised, Refusal> {
        let session = session.unwrap_or_else(|| SessionId(Uuid::new_v4()));
        self.admit(user, session)?;
        let now = Instant::now();
        if !self.presence.may_add(user, session, now) {
            return Err(Refusal::TooManySessions);
        }
        let is_again = self.presence.promise(user, session, now, now + TICKET_LIFE);
        let within_ms = in_ms(TICKET_LIFE);
        self.note(SessionChange::Promised { user, session, within_ms });
        Ok(Promised { session, is_again })
    }

    /// Whether a ticket opens the door, now that the room has caught up.
    pub(super) fn admit(&self, user: UserId, session: SessionId) -> Result<(), Refusal> {
        let state = &self.setup.state;
        if state.closed().is_some() {
            return Err(Refusal::Closed);
        }
        if state.is_removed(user) {
            return Err(Refusal::Removed);
        }
        if !state.is_member(user) {
            return Err(Refusal::NotMember);
        }
        let known = state.session_user(session).or_else(|| self.presence.session_user(session));
        if known.is_some_and(|known| known != user) { Err(Refusal::NotYourSession) } else { Ok(()) }
    }

    pub(super) fn attach(&mut self, attach: Attach) {
        let state = &self.setup.state;
        if let Err(refusal) = self.admit(attach.user, attach.session) {
            // It was admitted a moment ago; the room changed in between.
            return attach.outlet.end(match refusal {
                Refusal::Closed => End::RoomClosed,
                Refusal::Removed => End::Removed,
                _ => End::Gone,
            });
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
        let (node, grace_ms) = (self.setup.nodes.id(), self.grace_ms());
        self.note(SessionChange::Held { user, session, node, grace_ms });
    }

    pub(super) fn detach(&mut self, session: SessionId, connection: u64) {
        if let Some(user) = self.presence.detach(session, connection) {
            let (node, grace_ms) = (self.setup.nodes.id(), self.grace_ms());
            self.note(SessionChange::Released { user, session, node, grace_ms });
        }
        self.set_lead();
    }

    /// The store says that a member is nowhere.
    pub(super) fn absent(&self, user: UserId, until: Instant) {
        let state = &self.setup.state;
        if state.closed().is_some() {
            self.note(SessionChange::Closed);
        } else if !state.is_member(user) {
            // Whoever comes back from now on does so after the next event.
            self.note_at(state.seq() + 1, SessionChange::Left { user });
        } else if self.presence.sessions_of(user).next().is_some() {
            self.note_still_held();
        } else if Instant::now() < until {
            let body = MemberLeft { reason: LeaveReason::Gone };
            self.append(Some(user), Entry::MemberLeft(body));
        }
    }

    /// Waits for members of whom no node knows a session, such as one whose ticket was never
    /// noted because its node died.
    pub(super) fn expect_newcomers(&mut self, now: Instant) {
        let within = TICKET_LIFE.max(self.setup.options.session_grace);
        let late: Vec<_> = self
            .newcomers
            .extract_if(.., |_, since| now.duration_since(*since) >= TICKET_PATIENCE)
            .collect();
        for (user, since) in late {
            let within_ms = in_ms(within.saturating_sub(now.duration_since(since)));
            self.note(SessionChange::Expected { user, within_ms });
        }
    }

    /// Tells the store of every session that has a socket here.
    pub(super) fn note_still_held(&self) {
        let (node, grace_ms) = (self.setup.nodes.id(), self.grace_ms());
        for (session, user) in self.presence.ids() {
            self.note(SessionChange::StillHeld { user, session, node, grace_ms });
        }
    }

    fn grace_ms(&self) -> i64 {
        in_ms(self.setup.options.session_grace)
    }

    /// Passes on what a session on this node says beside the log.
    pub(super) fn pass_on(&mut self, session: SessionId, chatter: Chatter) {
        let Some(user) = self.presence.session(session).map(|session| session.user) else { return };
        if self.tell_others(user, chatter) && self.setup.elsewhere.exists() && self.has_others() {
            self.setup.elsewhere.tell(self.room(), user, chatter);
        }
    }

    /// Tells the others on this node, unless it is too soon; says whether it did.
    pub(super) fn tell_others(&mut self, user: UserId, chatter: Chatter) -> bool {
        let may = self.setup.state.is_member(user)
            && self.presence.may_chatter(user, chatter, Instant::now());
        if may && let Some(frame) = encode(&chatter.frame(user)) {
            let others = self.presence.sessions().filter(|session| session.user != user);
            others.for_each(|session| session.outlet.push(frame.clone()));
        }
        may
    }

    /// Whether there are members without a session on this node.
    fn has_others(&self) -> bool {
        let here: HashSet<UserId> = self.presence.sessions().map(|session| session.user).collect();
        let mut members = self.setup.state.people().iter().filter(|(_, person)| person.joined);
        members.any(|(user, _)| !here.contains(user))
    }

    pub(super) fn set_lead(&self) {
        let lead_ms = self.presence.rtt_ms_max().clamp(LEAD_MS_MIN, LEAD_MS_MAX);
        self.setup.lead_ms.store(lead_ms, Ordering::Relaxed);
    }
}

//! Who is here on this node: sessions with a socket, and tickets that went out. Who is absent
//! everywhere is not judged here. Pure: time comes in as a parameter.

use std::collections::{BTreeMap, HashMap};
use std::mem::{Discriminant, discriminant};
use std::sync::Arc;
use std::time::Duration;

use schemas::ids::{SessionId, UserId};
use tokio::time::Instant;

use super::chatter::Chatter;
use super::end::End;
use super::outlet::Outlet;

/// Tabs one member may have in one room.
pub(crate) const SESSIONS_PER_MEMBER_MAX: usize = 16;
/// How often a member's `typing` and `status` are passed on at most.
const CHATTER_PAUSE: Duration = Duration::from_secs(1);
/// Whoever asks for a ticket again so soon could not use the last one.
const ASKED_AGAIN: Duration = Duration::from_secs(10);

/// A session with a socket.
pub(crate) struct Session {
    pub(crate) user: UserId,
    /// Names the socket, because a session outlives its sockets.
    pub(crate) connection: u64,
    pub(crate) outlet: Arc<Outlet>,
    pub(crate) rtt_ms: i64,
}

/// A ticket that went out.
struct Promise {
    user: UserId,
    given_at: Instant,
    until: Instant,
}

/// Sessions of one room on this node.
#[derive(Default)]
pub(crate) struct Presence {
    sessions: BTreeMap<SessionId, Session>,
    /// Whose ticket is out, though no command of that session is known yet.
    promised: BTreeMap<SessionId, Promise>,
    heard: HashMap<(UserId, Discriminant<Chatter>), Instant>,
}

impl Presence {
    pub(crate) fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }

    /// Every session and whose it is.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (SessionId, UserId)> {
        self.sessions.iter().map(|(id, live)| (*id, live.user))
    }

    /// The sessions of one person.
    pub(crate) fn sessions_of(&self, user: UserId) -> impl Iterator<Item = SessionId> {
        self.sessions.iter().filter(move |(_, live)| live.user == user).map(|(id, _)| *id)
    }

    pub(crate) fn session(&self, session: SessionId) -> Option<&Session> {
        self.sessions.get(&session)
    }

    pub(crate) fn session_mut(&mut self, session: SessionId) -> Option<&mut Session> {
        self.sessions.get_mut(&session)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// Whose session this is, by its socket or its outstanding ticket.
    pub(crate) fn session_user(&self, session: SessionId) -> Option<UserId> {
        let by_socket = self.sessions.get(&session).map(|live| live.user);
        by_socket.or_else(|| self.promised.get(&session).map(|promise| promise.user))
    }

    /// Whether another session of a member may get a ticket.
    pub(crate) fn may_add(&self, user: UserId, session: SessionId, now: Instant) -> bool {
        let live = self.sessions_of(user).filter(|id| *id != session);
        let promised = self.promised.iter().filter(|(id, promise)| {
            promise.user == user
                && promise.until > now
                && **id != session
                && !self.sessions.contains_key(id)
        });
        live.count() + promised.count() < SESSIONS_PER_MEMBER_MAX
    }

    /// A ticket went out, to be used before `until`. Whether the same session asked a moment
    /// ago, and so was not served where it was sent.
    pub(crate) fn promise(
        &mut self,
        user: UserId,
        session: SessionId,
        now: Instant,
        until: Instant,
    ) -> bool {
        let last = self.promised.insert(session, Promise { user, given_at: now, until });
        last.is_some_and(|last| now.duration_since(last.given_at) < ASKED_AGAIN)
    }

    /// Forgets tickets that have run out.
    pub(crate) fn forget_promises(&mut self, now: Instant) {
        self.promised.retain(|_, promise| promise.until > now);
    }

    /// A socket opened; the session's earlier one is ended.
    pub(crate) fn attach(&mut self, id: SessionId, session: Session) {
        self.promised.remove(&id);
        if let Some(old) = self.sessions.insert(id, session) {
            old.outlet.end(End::Replaced);
        }
    }

    /// A socket ended. Answers whose session ended with it, unless another socket has it.
    pub(crate) fn detach(&mut self, id: SessionId, connection: u64) -> Option<UserId> {
        let is_current = self.sessions.get(&id).is_some_and(|live| live.connection == connection);
        let ended = is_current.then(|| self.sessions.remove(&id)).flatten();
        ended.map(|ended| ended.user)
    }

    /// Ends every session of a member who is none any more.
    pub(crate) fn dismiss(&mut self, user: UserId, end: End) {
        self.promised.retain(|_, promise| promise.user != user);
        self.heard.retain(|(whose, _), _| *whose != user);
        self.sessions.retain(|_, session| {
            if session.user == user {
                session.outlet.end(end);
            }
            session.user != user
        });
    }

    /// Ends every session.
    pub(crate) fn dismiss_all(&mut self, end: End) {
        for session in self.sessions.values() {
            session.outlet.end(end);
        }
        *self = Self::default();
    }

    /// Whether a member's chatter may be passed on now.
    pub(crate) fn may_chatter(&mut self, user: UserId, chatter: Chatter, now: Instant) -> bool {
        let kind = (user, discriminant(&chatter));
        let last = self.heard.get(&kind);
        let may = last.is_none_or(|last| now.duration_since(*last) >= CHATTER_PAUSE);
        if may {
            self.heard.insert(kind, now);
        }
        may
    }

    /// The longest measured round trip.
    pub(crate) fn rtt_ms_max(&self) -> i64 {
        self.sessions.values().map(|session| session.rtt_ms).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use schemas::frame::Status;

    use super::*;

    fn user(number: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(number))
    }

    fn id(number: u128) -> SessionId {
        SessionId(uuid::Uuid::from_u128(number))
    }

    fn session(user: UserId, connection: u64) -> Session {
        Session { user, connection, outlet: Arc::default(), rtt_ms: 0 }
    }

    #[test]
    fn the_old_socket_of_a_refresh_ends_nothing() {
        let mut presence = Presence::default();
        presence.attach(id(1), session(user(1), 1));
        presence.attach(id(1), session(user(1), 2));
        assert_eq!(presence.detach(id(1), 1), None, "the old socket of a refresh ends late");
        assert_eq!(presence.sessions_of(user(1)).collect::<Vec<_>>(), [id(1)]);
        assert_eq!(presence.detach(id(1), 2), Some(user(1)));
        assert!(presence.is_empty());
    }

    #[test]
    fn who_asks_again_soon_was_not_served() {
        let mut presence = Presence::default();
        let now = Instant::now();
        let minute = Duration::from_mins(1);
        assert!(!presence.promise(user(1), id(1), now, now + minute));
        let soon = now + ASKED_AGAIN - Duration::from_millis(1);
        assert!(presence.promise(user(1), id(1), soon, soon + minute));
        assert!(!presence.promise(user(1), id(1), soon + ASKED_AGAIN, soon + minute));
        presence.attach(id(1), session(user(1), 1));
        assert!(!presence.promise(user(1), id(1), soon, soon + minute), "it was served here");
    }

    #[test]
    fn tickets_are_forgotten_when_they_run_out() {
        let mut presence = Presence::default();
        let now = Instant::now();
        presence.promise(user(1), id(1), now, now + Duration::from_mins(1));
        presence.forget_promises(now + Duration::from_millis(59_999));
        assert_eq!(presence.session_user(id(1)), Some(user(1)));
        presence.forget_promises(now + Duration::from_mins(1));
        assert_eq!(presence.session_user(id(1)), None);
    }

    #[test]
    fn tabs_are_limited() {
        let mut presence = Presence::default();
        let now = Instant::now();
        for number in 0..SESSIONS_PER_MEMBER_MAX as u128 {
            assert!(presence.may_add(user(1), id(number), now));
            presence.attach(id(number), session(user(1), 1));
        }
        assert!(!presence.may_add(user(1), id(999), now));
        assert!(presence.may_add(user(1), id(0), now), "a tab that is known may always come back");
        assert!(presence.may_add(user(2), id(999), now));
    }

    #[test]
    fn chatter_is_passed_on_once_a_second() {
        let mut presence = Presence::default();
        let now = Instant::now();
        let status = |position_ms| {
            Chatter::Status(Status { position_ms, paused: false, buffering: false, drift_ms: 0.0 })
        };
        assert!(presence.may_chatter(user(1), Chatter::Typing, now));
        assert!(presence.may_chatter(user(1), status(0), now));
        assert!(!presence.may_chatter(user(1), status(1), now));
        assert!(presence.may_chatter(user(2), status(1), now));
        assert!(!presence.may_chatter(user(1), Chatter::Typing, now + Duration::from_millis(999)));
        assert!(presence.may_chatter(user(1), Chatter::Typing, now + Duration::from_secs(1)));
    }
}

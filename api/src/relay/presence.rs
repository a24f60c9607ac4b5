//! Who is here from this node's view: sessions with a socket, and by when somebody without
//! one must be back. Pure: time comes in as a parameter.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use schemas::ids::{SessionId, UserId};
use tokio::time::Instant;

use super::end::End;
use super::outlet::Outlet;

/// Tabs one member may have in one room.
pub(crate) const SESSIONS_PER_MEMBER_MAX: usize = 16;
/// How often a member's `typing` and `status` are passed on at most.
const CHATTER_PAUSE: Duration = Duration::from_secs(1);

/// A session with a socket.
pub(crate) struct Session {
    pub(crate) user: UserId,
    /// Names the socket, because a session outlives its sockets.
    pub(crate) connection: u64,
    pub(crate) outlet: Arc<Outlet>,
    pub(crate) rtt_ms: i64,
}

/// What is passed on to the others without being logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Chatter {
    /// The member is typing.
    Typing,
    /// How the member's player does.
    Status,
}

/// Sessions and absences of one room.
#[derive(Default)]
pub(crate) struct Presence {
    sessions: HashMap<SessionId, Session>,
    /// When a member who has no socket stops being one.
    due_back: HashMap<UserId, Instant>,
    /// Whose ticket is out, though no command of that session is known yet.
    promised: HashMap<SessionId, (UserId, Instant)>,
    heard: HashMap<(UserId, Chatter), Instant>,
}

impl Presence {
    pub(crate) fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }

    pub(crate) fn session(&self, session: SessionId) -> Option<&Session> {
        self.sessions.get(&session)
    }

    pub(crate) fn session_mut(&mut self, session: SessionId) -> Option<&mut Session> {
        self.sessions.get_mut(&session)
    }

    pub(crate) fn is_here(&self, user: UserId) -> bool {
        self.sessions.values().any(|session| session.user == user)
    }

    /// Whose session this is, by its socket or its outstanding ticket.
    pub(crate) fn session_user(&self, session: SessionId) -> Option<UserId> {
        let by_socket = self.sessions.get(&session).map(|live| live.user);
        by_socket.or_else(|| self.promised.get(&session).map(|(user, _)| *user))
    }

    /// Whether another session of a member may get a ticket.
    pub(crate) fn may_add(&self, user: UserId, session: SessionId) -> bool {
        let live = self.sessions.iter().filter(|(id, live)| live.user == user && **id != session);
        let promised = self.promised.iter().filter(|(id, (whose, _))| {
            *whose == user && **id != session && !self.sessions.contains_key(id)
        });
        live.count() + promised.count() < SESSIONS_PER_MEMBER_MAX
    }

    /// A ticket went out: the member has until `until` to use it.
    pub(crate) fn promise(&mut self, user: UserId, session: SessionId, until: Instant) {
        self.promised.insert(session, (user, until));
        self.expect_back(user, until);
    }

    /// A member without a socket must be back by `until`, or later if that was said before.
    pub(crate) fn expect_back(&mut self, user: UserId, until: Instant) {
        if !self.is_here(user) {
            let due = self.due_back.entry(user).or_insert(until);
            *due = (*due).max(until);
        }
    }

    /// A socket opened; the session's earlier one is ended.
    pub(crate) fn attach(&mut self, id: SessionId, session: Session) {
        self.promised.remove(&id);
        self.due_back.remove(&session.user);
        if let Some(old) = self.sessions.insert(id, session) {
            old.outlet.end(End::Replaced);
        }
    }

    /// A socket ended. Answers who left if it was the member's last and nobody replaced it.
    pub(crate) fn detach(&mut self, id: SessionId, connection: u64) -> Option<UserId> {
        let is_current = self.sessions.get(&id).is_some_and(|live| live.connection == connection);
        let ended = is_current.then(|| self.sessions.remove(&id)).flatten()?;
        (!self.is_here(ended.user)).then_some(ended.user)
    }

    /// Ends every session of a member who is none any more.
    pub(crate) fn dismiss(&mut self, user: UserId, end: End) {
        self.due_back.remove(&user);
        self.promised.retain(|_, (whose, _)| *whose != user);
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

    /// Members who did not come back in time. Each is named again after `retry`, in case
    /// their leave could not be logged.
    pub(crate) fn overdue(&mut self, now: Instant, retry: Duration) -> Vec<UserId> {
        self.promised.retain(|_, (_, until)| *until > now);
        let late = self.due_back.iter_mut().filter(|(_, due)| **due <= now);
        late.map(|(user, due)| {
            *due = now + retry;
            *user
        })
        .collect()
    }

    /// Nobody waits for this person any more.
    pub(crate) fn settle(&mut self, user: UserId) {
        self.due_back.remove(&user);
    }

    /// Whether a member's chatter may be passed on now.
    pub(crate) fn may_chatter(&mut self, user: UserId, chatter: Chatter, now: Instant) -> bool {
        let last = self.heard.get(&(user, chatter));
        let may = last.is_none_or(|last| now.duration_since(*last) >= CHATTER_PAUSE);
        if may {
            self.heard.insert((user, chatter), now);
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
    use super::*;

    const GRACE: Duration = Duration::from_secs(10);

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
    fn a_refresh_leaves_nobody_due() {
        let mut presence = Presence::default();
        presence.attach(id(1), session(user(1), 1));
        presence.attach(id(1), session(user(1), 2));
        assert_eq!(presence.detach(id(1), 1), None, "the old socket of a refresh ends late");
        assert!(presence.is_here(user(1)));
    }

    #[test]
    fn the_last_of_two_tabs_makes_a_member_due() {
        let mut presence = Presence::default();
        let now = Instant::now();
        presence.attach(id(1), session(user(1), 1));
        presence.attach(id(2), session(user(1), 2));
        assert_eq!(presence.detach(id(1), 1), None);
        assert_eq!(presence.detach(id(2), 2), Some(user(1)));
        presence.expect_back(user(1), now + GRACE);
        assert!(presence.overdue(now + GRACE - Duration::from_millis(1), GRACE).is_empty());
        assert_eq!(presence.overdue(now + GRACE, GRACE), [user(1)]);
        assert!(presence.overdue(now + GRACE, GRACE).is_empty(), "named again only after a pause");
        assert_eq!(presence.overdue(now + GRACE * 2, GRACE), [user(1)]);
    }

    #[test]
    fn a_ticket_gives_more_time_than_the_grace() {
        let mut presence = Presence::default();
        let now = Instant::now();
        presence.promise(user(1), id(1), now + Duration::from_mins(1));
        presence.expect_back(user(1), now + GRACE);
        assert!(presence.overdue(now + Duration::from_secs(59), GRACE).is_empty());
        assert_eq!(presence.overdue(now + Duration::from_mins(1), GRACE), [user(1)]);
    }

    #[test]
    fn tabs_are_limited() {
        let mut presence = Presence::default();
        for number in 0..SESSIONS_PER_MEMBER_MAX as u128 {
            assert!(presence.may_add(user(1), id(number)));
            presence.attach(id(number), session(user(1), 1));
        }
        assert!(!presence.may_add(user(1), id(999)));
        assert!(presence.may_add(user(1), id(0)), "a tab that is known may always come back");
        assert!(presence.may_add(user(2), id(999)));
    }

    #[test]
    fn chatter_is_passed_on_once_a_second() {
        let mut presence = Presence::default();
        let now = Instant::now();
        assert!(presence.may_chatter(user(1), Chatter::Typing, now));
        assert!(presence.may_chatter(user(1), Chatter::Status, now));
        assert!(!presence.may_chatter(user(1), Chatter::Typing, now + Duration::from_millis(999)));
        assert!(presence.may_chatter(user(1), Chatter::Typing, now + Duration::from_secs(1)));
    }
}

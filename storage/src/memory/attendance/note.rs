//! What one note changes.

use std::collections::btree_map::Entry as Slot;

use schemas::ids::{RoomId, SessionId, UserId};
use uuid::Uuid;

use super::{Attendance, Noted, Whereabouts};
use crate::rooms::sessions::{NodeId, SessionChange, SessionNote};

/// Stands for the session of a member of whom none is known yet.
const NOBODY: SessionId = SessionId(Uuid::nil());

impl Attendance {
    pub(in crate::memory) fn note(&mut self, note: &SessionNote, now_ms: i64) {
        let SessionNote { room, seq, change } = *note;
        let due_in = |ms| Whereabouts::DueAt(now_ms.saturating_add(ms));
        match change {
            SessionChange::Held { user, session, node, grace_ms } => {
                let has_lease = self.has_lease(node, now_ms);
                let whereabouts = if has_lease { Whereabouts::On(node) } else { due_in(grace_ms) };
                if has_lease || !self.has_moved((room, user, session), node, now_ms) {
                    self.place((room, user, session), Noted { seq, whereabouts });
                }
                self.sessions.remove(&(room, user, NOBODY));
            }
            SessionChange::StillHeld { user, session, node, grace_ms } => {
                let has_lease = self.has_lease(node, now_ms);
                let whereabouts = if has_lease { Whereabouts::On(node) } else { due_in(grace_ms) };
                if !self.has_moved((room, user, session), node, now_ms) {
                    self.place((room, user, session), Noted { seq, whereabouts });
                }
                self.sessions.remove(&(room, user, NOBODY));
            }
            SessionChange::Released { user, session, node, grace_ms } => {
                let noted = self.sessions.get(&(room, user, session));
                if noted.is_none_or(|noted| noted.whereabouts == Whereabouts::On(node)) {
                    let whereabouts = due_in(grace_ms);
                    self.place((room, user, session), Noted { seq, whereabouts });
                    self.sessions.remove(&(room, user, NOBODY));
                }
            }
            SessionChange::Promised { user, session, within_ms } => {
                self.promise((room, user, session), seq, now_ms.saturating_add(within_ms));
            }
            SessionChange::Expected { user, within_ms } => {
                if !self.sessions.keys().any(|(of, by, _)| (*of, *by) == (room, user)) {
                    let whereabouts = due_in(within_ms);
                    self.place((room, user, NOBODY), Noted { seq, whereabouts });
                }
            }
            SessionChange::Left { user } => self
                .sessions
                .retain(|(of, by, _), noted| (*of, *by) != (room, user) || noted.seq >= seq),
            SessionChange::Closed => self.sessions.retain(|(of, _, _), _| *of != room),
        }
    }

    /// Whether a living node other than this one holds the session.
    fn has_moved(&self, key: (RoomId, UserId, SessionId), node: NodeId, now_ms: i64) -> bool {
        match self.sessions.get(&key).map(|noted| noted.whereabouts) {
            Some(Whereabouts::On(other)) => other != node && self.has_lease(other, now_ms),
            Some(Whereabouts::DueAt(_)) | None => false,
        }
    }

    fn promise(&mut self, key: (RoomId, UserId, SessionId), seq: u64, due_at_ms: i64) {
        let granted_ms = match self.sessions.get(&key).map(|noted| noted.whereabouts) {
            Some(Whereabouts::On(_)) => return,
            Some(Whereabouts::DueAt(granted_ms)) => granted_ms,
            None => due_at_ms,
        };
        let whereabouts = Whereabouts::DueAt(granted_ms.max(due_at_ms));
        self.place(key, Noted { seq, whereabouts });
    }

    /// A seq never goes back.
    fn place(&mut self, key: (RoomId, UserId, SessionId), noted: Noted) {
        match self.sessions.entry(key) {
            Slot::Occupied(mut slot) => {
                let seq = slot.get().seq.max(noted.seq);
                slot.insert(Noted { seq, ..noted });
            }
            Slot::Vacant(slot) => {
                slot.insert(noted);
            }
        }
    }
}

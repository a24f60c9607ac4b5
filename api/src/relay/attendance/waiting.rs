//! Notes that wait to be written, in the order in which they were made. Pure.

use std::collections::{BTreeMap, HashMap};

use schemas::ids::{RoomId, SessionId, UserId};
use storage::rooms::sessions::{SessionChange, SessionNote};

/// Most notes that wait; beyond it they are dropped, and made again once there is room.
pub(super) const NOTES_WAITING_MAX: usize = 200_000;

/// What at most one waiting note may be about.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Subject {
    Held(RoomId, UserId, SessionId),
    StillHeld(RoomId, UserId, SessionId),
    Released(RoomId, UserId, SessionId),
    Promised(RoomId, UserId, SessionId),
    Expected(RoomId, UserId),
    Left(RoomId, UserId),
    Closed(RoomId),
}

#[derive(Default)]
pub(super) struct Waiting {
    next: u64,
    notes: BTreeMap<u64, SessionNote>,
    places: HashMap<Subject, u64>,
    has_overflowed: bool,
}

impl Waiting {
    pub(super) fn add(&mut self, note: SessionNote) {
        let (room, subject) = (note.room, subject_of(&note));
        self.remove(subject);
        match note.change {
            SessionChange::Held { user, session, .. } => {
                self.remove(Subject::StillHeld(room, user, session));
                self.remove(Subject::Released(room, user, session));
                self.remove(Subject::Promised(room, user, session));
            }
            SessionChange::Released { user, session, .. } => {
                self.weaken_hold(room, user, session);
                self.remove(Subject::Promised(room, user, session));
            }
            SessionChange::StillHeld { user, session, .. }
            | SessionChange::Promised { user, session, .. }
                if self.places.contains_key(&Subject::Held(room, user, session)) =>
            {
                return;
            }
            SessionChange::StillHeld { .. }
            | SessionChange::Promised { .. }
            | SessionChange::Expected { .. }
            | SessionChange::Left { .. }
            | SessionChange::Closed => {}
        }
        if self.notes.len() >= NOTES_WAITING_MAX {
            self.has_overflowed = true;
            return;
        }
        self.notes.insert(self.next, note);
        self.places.insert(subject, self.next);
        self.next += 1;
    }

    /// The oldest notes, each with its place.
    pub(super) fn first(&self, count: usize) -> Vec<(u64, SessionNote)> {
        self.notes.iter().take(count).map(|(place, note)| (*place, *note)).collect()
    }

    /// These were written; one that was replaced meanwhile waits on.
    pub(super) fn written(&mut self, batch: &[(u64, SessionNote)]) {
        for (place, note) in batch {
            let subject = subject_of(note);
            if self.places.get(&subject) == Some(place) {
                self.remove(subject);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    pub(super) fn take_overflow(&mut self) -> bool {
        self.is_empty() && std::mem::take(&mut self.has_overflowed)
    }

    /// A hold that was not told yet and is over may by now be another node's: what is told of it
    /// must not take the session away from there.
    fn weaken_hold(&mut self, room: RoomId, user: UserId, session: SessionId) {
        let Some(place) = self.places.remove(&Subject::Held(room, user, session)) else { return };
        if let Some(note) = self.notes.get_mut(&place)
            && let SessionChange::Held { user, session, node, grace_ms } = note.change
        {
            note.change = SessionChange::StillHeld { user, session, node, grace_ms };
            self.places.insert(subject_of(note), place);
        }
    }

    fn remove(&mut self, subject: Subject) {
        if let Some(place) = self.places.remove(&subject) {
            self.notes.remove(&place);
        }
    }
}

fn subject_of(note: &SessionNote) -> Subject {
    let room = note.room;
    match note.change {
        SessionChange::Held { user, session, .. } => Subject::Held(room, user, session),
        SessionChange::StillHeld { user, session, .. } => Subject::StillHeld(room, user, session),
        SessionChange::Released { user, session, .. } => Subject::Released(room, user, session),
        SessionChange::Promised { user, session, .. } => Subject::Promised(room, user, session),
        SessionChange::Expected { user, .. } => Subject::Expected(room, user),
        SessionChange::Left { user } => Subject::Left(room, user),
        SessionChange::Closed => Subject::Closed(room),
    }
}

#[cfg(test)]
mod tests {
    use storage::rooms::sessions::NodeId;
    use uuid::Uuid;

    use super::*;

    const USER: UserId = UserId(Uuid::from_u128(2));
    const NODE: NodeId = NodeId(Uuid::from_u128(4));

    fn note(change: SessionChange) -> SessionNote {
        SessionNote { room: RoomId(Uuid::from_u128(1)), seq: 1, change }
    }

    fn session(number: u128) -> SessionId {
        SessionId(Uuid::from_u128(number))
    }

    fn held(number: u128) -> SessionNote {
        let session = session(number);
        note(SessionChange::Held { user: USER, session, node: NODE, grace_ms: 1 })
    }

    fn released(number: u128) -> SessionNote {
        let session = session(number);
        note(SessionChange::Released { user: USER, session, node: NODE, grace_ms: 1 })
    }

    fn still_held(number: u128) -> SessionNote {
        let session = session(number);
        note(SessionChange::StillHeld { user: USER, session, node: NODE, grace_ms: 1 })
    }

    fn promised(number: u128) -> SessionNote {
        note(SessionChange::Promised { user: USER, session: session(number), within_ms: 1 })
    }

    fn waiting_after(notes: &[SessionNote]) -> Vec<SessionNote> {
        let mut waiting = Waiting::default();
        for note in notes {
            waiting.add(*note);
        }
        waiting.first(usize::MAX).into_iter().map(|(_, note)| note).collect()
    }

    #[test]
    fn the_last_word_about_a_session_stands() {
        let (h, r, p) = (held(3), released(3), promised(3));
        assert_eq!(waiting_after(&[p, h]), [h]);
        let s = still_held(3);
        assert_eq!(waiting_after(&[p, h, r]), [s, r], "the ticket is used, and the hold is over");
        assert_eq!(waiting_after(&[h, p]), [h], "a ticket does not end a hold");
        assert_eq!(waiting_after(&[h, r, p]), [s, r, p], "the hold is over and a ticket is out");
        assert_eq!(waiting_after(&[h, r, p, h]), [h]);
        assert_eq!(waiting_after(&[h, h, h]), [h]);
        assert_eq!(waiting_after(&[h, s]), [h], "a hold says more");
        assert_eq!(waiting_after(&[s, h]), [h]);
        assert_eq!(waiting_after(&[s, r]), [s, r]);
    }

    #[test]
    fn sessions_and_people_keep_their_order() {
        let left = note(SessionChange::Left { user: USER });
        assert_eq!(waiting_after(&[held(3), left, held(5)]), [held(3), left, held(5)]);
        assert_eq!(waiting_after(&[held(3), left, held(3)]), [left, held(3)]);
        let closed = note(SessionChange::Closed);
        assert_eq!(waiting_after(&[closed, held(3), closed]), [held(3), closed]);
    }

    #[test]
    fn what_was_replaced_while_it_was_written_waits_on() {
        let mut waiting = Waiting::default();
        waiting.add(held(3));
        waiting.add(held(5));
        let batch = waiting.first(1);
        waiting.add(released(3));
        waiting.written(&batch);
        let rest: Vec<_> = waiting.first(9).into_iter().map(|(_, note)| note).collect();
        assert_eq!(rest, [still_held(3), held(5), released(3)]);
        let batch = waiting.first(9);
        waiting.add(released(3));
        waiting.written(&batch);
        assert!(!waiting.is_empty(), "the newer one of the same kind waits on");
    }

    #[test]
    fn holds_its_limit_and_says_so_one_past_it() {
        let mut waiting = Waiting::default();
        for number in 0..NOTES_WAITING_MAX as u128 {
            waiting.add(held(number));
        }
        waiting.add(held(0));
        waiting.written(&waiting.first(usize::MAX));
        assert!(!waiting.take_overflow(), "all of them fitted");
        for number in 0..=NOTES_WAITING_MAX as u128 {
            waiting.add(held(number));
        }
        assert_eq!(waiting.first(usize::MAX).len(), NOTES_WAITING_MAX);
        assert!(!waiting.take_overflow(), "not before there is room again");
        waiting.written(&waiting.first(usize::MAX));
        assert!(waiting.take_overflow());
        assert!(!waiting.take_overflow());
    }
}

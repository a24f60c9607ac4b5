//! What the fold knows of a room. Nothing here is stored: it is what the log says, folded.

use std::collections::{BTreeMap, VecDeque};

use crate::event::Event;
use crate::ids::{MovieId, RoomId, SessionId, UserId};
use crate::limits::{HOLD_BUDGET_MS, HOLD_CHARGE_MS_MIN, HOLD_WINDOW_MS};
use crate::playback::Playback;
use crate::record::{CloseReason, Control};

/// The film that a room watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomMovie {
    /// The film.
    pub movie_id: MovieId,
    /// Its title.
    pub title: String,
    /// Its length; 0 where unknown.
    pub duration_ms: i64,
}

/// Someone who is, or ever was, a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Name to show.
    pub name: String,
    /// Whether the person is a member now.
    pub joined: bool,
    /// Whether the owner put the person out; there is no way back.
    pub removed: bool,
    pub(crate) holds: HoldBudget,
}

/// How long the room has waited for one person lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HoldBudget {
    /// Start and end of each hold that reaches into the window, oldest first.
    spent: VecDeque<(i64, i64)>,
}

impl HoldBudget {
    /// Books a hold, in place of the one that runs, if the window still has room for it.
    pub(crate) fn book(&mut self, at_ms: i64, until_ms: i64) -> bool {
        let window_from_ms = at_ms.saturating_sub(HOLD_WINDOW_MS);
        let spent_ms = self.spent.iter().fold(0_i64, |sum, (start_ms, end_ms)| {
            let end_ms = (*end_ms).min(at_ms);
            if end_ms <= window_from_ms {
                return sum;
            }
            sum.saturating_add(charge_ms((*start_ms).max(window_from_ms), end_ms))
        });
        let fits = spent_ms.saturating_add(charge_ms(at_ms, until_ms)) <= HOLD_BUDGET_MS;
        if fits {
            self.end(at_ms);
            self.spent.retain(|(_, end_ms)| *end_ms > window_from_ms);
            self.spent.push_back((at_ms, until_ms));
        }
        fits
    }

    /// Gives back what a hold that ends early did not use.
    pub(crate) fn end(&mut self, at_ms: i64) {
        if let Some((_, end_ms)) = self.spent.back_mut() {
            *end_ms = (*end_ms).min(at_ms);
        }
    }
}

fn charge_ms(start_ms: i64, end_ms: i64) -> i64 {
    end_ms.saturating_sub(start_ms).max(HOLD_CHARGE_MS_MIN)
}

/// What one tab has had accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionState {
    pub(crate) user: UserId,
    pub(crate) client_seq: u64,
    /// `(client_seq, seq)` of every accepted command, both rising, so that a resend gets its
    /// ack however late it comes. Bounded by the room's events.
    acks: Vec<(u64, u64)>,
}

impl SessionState {
    pub(crate) fn new(user: UserId) -> Self {
        Self { user, client_seq: 0, acks: vec![] }
    }

    pub(crate) fn accept(&mut self, client_seq: u64, seq: u64) {
        self.client_seq = client_seq;
        self.acks.push((client_seq, seq));
    }

    pub(crate) fn seq_of(&self, client_seq: u64) -> Option<u64> {
        let index = self.acks.binary_search_by_key(&client_seq, |ack| ack.0);
        self.acks.get(index.ok()?).map(|ack| ack.1)
    }
}

/// State of a room: the fold of its records so far.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomState {
    pub(crate) room: RoomId,
    pub(crate) owner: UserId,
    pub(crate) control: Control,
    pub(crate) movie: RoomMovie,
    pub(crate) playback: Playback,
    pub(crate) people: BTreeMap<UserId, Person>,
    pub(crate) sessions: BTreeMap<SessionId, SessionState>,
    pub(crate) events: Vec<Event>,
    pub(crate) at_ms: i64,
    pub(crate) ended_at_ms: Option<i64>,
    pub(crate) closed: Option<CloseReason>,
}

impl RoomState {
    /// The room.
    pub fn room(&self) -> RoomId {
        self.room
    }

    /// Who owns it.
    pub fn owner(&self) -> UserId {
        self.owner
    }

    /// Who may control the player.
    pub fn control(&self) -> Control {
        self.control
    }

    /// The film that is on.
    pub fn movie(&self) -> &RoomMovie {
        &self.movie
    }

    /// What the player should show.
    pub fn playback(&self) -> &Playback {
        &self.playback
    }

    /// Every person who is or was a member.
    pub fn people(&self) -> &BTreeMap<UserId, Person> {
        &self.people
    }

    /// Whether a person is a member now.
    pub fn is_member(&self, user: UserId) -> bool {
        self.people.get(&user).is_some_and(|person| person.joined)
    }

    /// Whether a person was put out of the room.
    pub fn is_removed(&self, user: UserId) -> bool {
        self.people.get(&user).is_some_and(|person| person.removed)
    }

    /// How many members there are now.
    pub fn members_count(&self) -> usize {
        self.people.values().filter(|person| person.joined).count()
    }

    /// Number of the last event.
    pub fn seq(&self) -> u64 {
        self.events.len() as u64
    }

    /// Every event so far, the one with seq 1 first.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Every event, without the rest.
    pub fn into_events(self) -> Vec<Event> {
        self.events
    }

    /// The events after a position; none if the position lies ahead of this state.
    pub fn events_since(&self, seq: u64) -> Option<&[Event]> {
        self.events.get(usize::try_from(seq).ok()?..)
    }

    /// The log's time of the last record judged; resends and what follows the close are not.
    pub fn at_ms(&self) -> i64 {
        self.at_ms
    }

    /// When the film ended, unless it was put on again.
    pub fn ended_at_ms(&self) -> Option<i64> {
        self.ended_at_ms
    }

    /// Why the room is closed, if it is.
    pub fn closed(&self) -> Option<CloseReason> {
        self.closed
    }

    /// The last number accepted from a session; 0 if none was.
    pub fn client_seq(&self, session: SessionId) -> u64 {
        self.sessions.get(&session).map_or(0, |known| known.client_seq)
    }

    /// Whose session this is, if it ever had a command accepted.
    pub fn session_user(&self, session: SessionId) -> Option<UserId> {
        self.sessions.get(&session).map(|known| known.user)
    }
}

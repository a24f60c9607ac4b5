//! The pure function that gives a room its state: `(state, record) -> outcome`.
//!
//! It is the only judge of what is accepted. Every node and the ETL run it over the same
//! records in the same order, so they agree without talking. It is total: any record in any
//! state has an outcome; it reads no clock: `at_ms` is the log's time of the record.

//!
//! The order of judgement: is it a resend, is the room closed, may the sender do this, is the
//! value within its limits. What a kind of record then does stands in the modules below.

mod chat;
mod hold;
mod player;

use std::collections::BTreeMap;

use crate::event::Event;
use crate::limits::{EVENTS_MAX, MEMBERS_MAX, NAME_CHARS_MAX, TITLE_CHARS_MAX};
use crate::playback::Playback;
use crate::record::{CloseReason, Control, Entry, LeaveReason, MemberJoined, Record, RoomCreated};
use crate::reject::RejectCode;
use crate::state::{HoldBudget, Person, RoomMovie, RoomState, SessionState};

/// What the fold makes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It counts; `seq` is its number, and the last of [`RoomState::events`] shows it.
    Accepted {
        /// Dense number in the room.
        seq: u64,
    },
    /// A resend of a command that was judged before; nothing changed.
    Repeat {
        /// Its number, if it was accepted.
        seq: Option<u64>,
    },
    /// It changes nothing, now or ever.
    Void(RejectCode),
}

/// Folds one record into a room. A room without state begins with `room_created`.
pub fn fold(state: &mut Option<RoomState>, record: &Record, at_ms: i64) -> Outcome {
    match state {
        Some(state) => state.apply(record, at_ms),
        None => match create(record, at_ms) {
            Ok(created) => {
                *state = Some(created);
                Outcome::Accepted { seq: 1 }
            }
            Err(code) => Outcome::Void(code),
        },
    }
}

fn create(record: &Record, at_ms: i64) -> Result<RoomState, RejectCode> {
    let Entry::RoomCreated(created) = &record.entry else {
        return Err(RejectCode::NotCreated);
    };
    check_length(&created.title, 1, TITLE_CHARS_MAX)?;
    check_length(&created.owner_name, 0, NAME_CHARS_MAX)?;
    let playback = Playback::new(created.movie_id, at_ms);
    let first = Event {
        seq: 1,
        at_ms,
        user: Some(created.owner),
        entry: record.entry.clone(),
        playback: Some(Box::new(playback.clone())),
    };
    Ok(RoomState {
        room: record.room,
        owner: created.owner,
        control: created.control,
        movie: movie_of(created),
        playback,
        people: BTreeMap::from([(created.owner, new_member(&created.owner_name))]),
        sessions: BTreeMap::new(),
        events: vec![first],
        at_ms,
        ended_at_ms: None,
        closed: None,
    })
}

impl RoomState {
    /// Folds one record into the room.
    pub fn apply(&mut self, record: &Record, at_ms: i64) -> Outcome {
        // First of all, so that a resend gets its ack even after the room was closed.
        if let Some(outcome) = self.repeat(record) {
            return outcome;
        }
        if self.closed.is_some() {
            return Outcome::Void(RejectCode::Closed);
        }
        self.at_ms = self.at_ms.max(at_ms);
        self.playback.expire_holds(self.at_ms);
        match self.judge(record) {
            Ok(judged) => self.number(record, judged),
            Err(code) => Outcome::Void(code),
        }
    }

    fn repeat(&self, record: &Record) -> Option<Outcome> {
        let (user, session, client_seq) = (record.user?, record.session?, record.client_seq?);
        match self.sessions.get(&session) {
            Some(known) if known.user != user => Some(Outcome::Void(RejectCode::NotAllowed)),
            Some(known) if client_seq <= known.client_seq => {
                Some(Outcome::Repeat { seq: known.seq_of(client_seq) })
            }
            _ if client_seq == 0 => Some(Outcome::Void(RejectCode::Invalid)),
            _ => None,
        }
    }

    fn number(&mut self, record: &Record, judged: Judged) -> Outcome {
        let seq = self.seq() + 1;
        if let (Some(user), Some(session), Some(client_seq)) =
            (record.user, record.session, record.client_seq)
        {
            self.sessions
                .entry(session)
                .or_insert_with(|| SessionState::new(user))
                .accept(client_seq, seq);
        }
        self.events.push(Event {
            seq,
            at_ms: self.at_ms,
            user: record.user,
            entry: judged.entry,
            playback: judged.playback_changed.then(|| Box::new(self.playback.clone())),
        });
        Outcome::Accepted { seq }
    }

    /// Decides, and where the answer is yes, changes everything but the events.
    fn judge(&mut self, record: &Record) -> Result<Judged, RejectCode> {
        let ends_something = matches!(record.entry, Entry::MemberLeft(_) | Entry::RoomClosed(_));
        if self.events.len() >= EVENTS_MAX && !ends_something {
            return Err(RejectCode::RoomTooLong);
        }
        match &record.entry {
            Entry::RoomCreated(_) => Err(RejectCode::AlreadyCreated),
            Entry::MemberJoined(body) => self.join(record, body),
            Entry::MemberLeft(body) => self.leave(record, body.reason),
            Entry::RoomClosed(body) => self.close(record, body.reason),
            Entry::Unknown(_) => Ok(Judged::plain(record.entry.clone())),
            Entry::Redacted(body) if record.session.is_none() => self.take_back(record, body.seq),
            Entry::Chat(_)
            | Entry::Play(_)
            | Entry::Pause(_)
            | Entry::Seek(_)
            | Entry::Rate(_)
            | Entry::MovieChanged(_)
            | Entry::Hold(_)
            | Entry::Release(_)
            | Entry::Ended(_)
            | Entry::Redacted(_) => self.command(record),
        }
    }

    fn join(&mut self, record: &Record, body: &MemberJoined) -> Result<Judged, RejectCode> {
        let user = record.user.ok_or(RejectCode::Invalid)?;
        check_length(&body.name, 1, NAME_CHARS_MAX)?;
        if self.is_member(user) {
            return Err(RejectCode::AlreadyMember);
        }
        if self.is_removed(user) {
            return Err(RejectCode::Removed);
        }
        if self.members_count() >= MEMBERS_MAX {
            return Err(RejectCode::RoomFull);
        }
        let person = self.people.entry(user).or_insert_with(|| new_member(&body.name));
        person.joined = true;
        body.name.clone_into(&mut person.name);
        Ok(Judged::plain(record.entry.clone()))
    }

    fn leave(&mut self, record: &Record, reason: LeaveReason) -> Result<Judged, RejectCode> {
        let user = record.user.ok_or(RejectCode::Invalid)?;
        let person = self.people.get_mut(&user).filter(|person| person.joined);
        let person = person.ok_or(RejectCode::NotMember)?;
        person.joined = false;
        person.removed = reason == LeaveReason::Removed;
        let was_held_for = self.end_hold(user);
        Ok(Judged { entry: record.entry.clone(), playback_changed: was_held_for })
    }

    fn close(&mut self, record: &Record, reason: CloseReason) -> Result<Judged, RejectCode> {
        if reason == CloseReason::Owner && record.user != Some(self.owner) {
            return Err(RejectCode::NotAllowed);
        }
        self.closed = Some(reason);
        let position_ms = self.position_ms();
        self.playback.holds.clear();
        self.playback.paused = true;
        self.playback.place(position_ms, self.at_ms);
        Ok(Judged::playback(record.entry.clone()))
    }

    /// What a node says on behalf of somebody who needs neither a session for it nor to be in
    /// the room any more.
    fn take_back(&mut self, record: &Record, seq: u64) -> Result<Judged, RejectCode> {
        self.redact(record.user.ok_or(RejectCode::Invalid)?, seq)?;
        Ok(Judged::plain(record.entry.clone()))
    }

    /// What members do. All of it needs a member and a numbered session.
    fn command(&mut self, record: &Record) -> Result<Judged, RejectCode> {
        let (Some(user), Some(_), Some(_)) = (record.user, record.session, record.client_seq)
        else {
            return Err(RejectCode::Invalid);
        };
        if !self.is_member(user) {
            return Err(RejectCode::NotMember);
        }
        match &record.entry {
            Entry::Chat(body) => self.chat(body),
            Entry::Redacted(body) => {
                self.redact(user, body.seq)?;
                Ok(Judged::plain(record.entry.clone()))
            }
            Entry::Hold(body) => self.hold(user, body),
            Entry::Release(_) => {
                if self.end_hold(user) {
                    Ok(Judged::playback(record.entry.clone()))
                } else {
                    Err(RejectCode::NotHeld)
                }
            }
            Entry::Ended(_) => {
                self.end_film()?;
                Ok(Judged::playback(record.entry.clone()))
            }
            _ => {
                if self.control == Control::Owner && user != self.owner {
                    return Err(RejectCode::NotAllowed);
                }
                self.control_player(&record.entry)
            }
        }
    }
}

/// What is accepted: the entry as history keeps it.
struct Judged {
    entry: Entry,
    playback_changed: bool,
}

impl Judged {
    fn plain(entry: Entry) -> Self {
        Self { entry, playback_changed: false }
    }

    fn playback(entry: Entry) -> Self {
        Self { entry, playback_changed: true }
    }
}

fn movie_of(created: &RoomCreated) -> RoomMovie {
    RoomMovie {
        movie_id: created.movie_id,
        title: created.title.clone(),
        duration_ms: created.duration_ms,
    }
}

fn new_member(name: &str) -> Person {
    Person { name: name.to_owned(), joined: true, removed: false, holds: HoldBudget::default() }
}

fn check_length(text: &str, min: usize, max: usize) -> Result<(), RejectCode> {
    if (min..=max).contains(&text.chars().count()) { Ok(()) } else { Err(RejectCode::Invalid) }
}

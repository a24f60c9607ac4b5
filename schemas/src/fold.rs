//! The pure function that gives a room its state: `(state, record) -> outcome`.
//!
//! It is the only judge of what is accepted. Every node and the ETL run it over the same
//! records in the same order, so they agree without talking. It is total: any record in any
//! state has an outcome; it reads no clock: `at_ms` is the log's time of the record.

use std::collections::BTreeMap;

use crate::event::Event;
use crate::ids::{SessionId, UserId};
use crate::limits::{
    CHAT_CHARS_MAX, END_TOLERANCE_MS, EVENTS_MAX, HOLD_MEMBERS_MAX, HOLD_MS_MAX, LEAD_MS_MAX,
    MEMBERS_MAX, NAME_CHARS_MAX, RATE_MAX, RATE_MIN, REASON_CHARS_MAX, TITLE_CHARS_MAX,
};
use crate::playback::{Hold, Playback};
use crate::record::{
    Chat, CloseReason, Control, Entry, HoldAsked, LeaveReason, MemberJoined, MovieChanged, Play,
    Rate, Record, RoomCreated,
};
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
        /// Its number, if it was accepted and is recent.
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
        playback: Some(playback.clone()),
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
        self.at_ms = self.at_ms.max(at_ms);
        self.playback.expire_holds(self.at_ms);
        match self.judge(record) {
            Ok(Judged::Repeat(seq)) => Outcome::Repeat { seq },
            Ok(Judged::Accepted {
                entry,
                playback_changed,
            }) => self.number(record, entry, playback_changed),
            Err(code) => Outcome::Void(code),
        }
    }

    fn number(&mut self, record: &Record, entry: Entry, playback_changed: bool) -> Outcome {
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
            entry,
            playback: playback_changed.then(|| self.playback.clone()),
        });
        Outcome::Accepted { seq }
    }

    /// Decides, and where the answer is yes, changes everything but the events.
    fn judge(&mut self, record: &Record) -> Result<Judged, RejectCode> {
        if self.closed.is_some() {
            return Err(RejectCode::Closed);
        }
        if let (Some(user), Some(session), Some(number)) =
            (record.user, record.session, record.client_seq)
            && let Some(repeat) = self.repeat(user, session, number)?
        {
            return Ok(repeat);
        }
        let may_grow = matches!(record.entry, Entry::MemberLeft(_) | Entry::RoomClosed(_));
        if self.events.len() >= EVENTS_MAX && !may_grow {
            return Err(RejectCode::RoomTooLong);
        }
        match &record.entry {
            Entry::RoomCreated(_) => Err(RejectCode::AlreadyCreated),
            Entry::MemberJoined(body) => self.join(record, body),
            Entry::MemberLeft(body) => self.leave(record, body.reason),
            Entry::RoomClosed(body) => self.close(record, body.reason),
            Entry::Unknown(_) => Ok(Judged::plain(record.entry.clone())),
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

    fn repeat(
        &self,
        user: UserId,
        session: SessionId,
        client_seq: u64,
    ) -> Result<Option<Judged>, RejectCode> {
        match self.sessions.get(&session) {
            Some(known) if known.user != user => Err(RejectCode::NotAllowed),
            Some(known) if client_seq <= known.client_seq => {
                Ok(Some(Judged::Repeat(known.seq_of(client_seq))))
            }
            Some(_) | None if client_seq == 0 => Err(RejectCode::Invalid),
            Some(_) | None => Ok(None),
        }
    }

    fn join(&mut self, record: &Record, body: &MemberJoined) -> Result<Judged, RejectCode> {
        let user = record.user.ok_or(RejectCode::Invalid)?;
        check_length(&body.name, 1, NAME_CHARS_MAX)?;
        if self.is_member(user) {
            return Err(RejectCode::AlreadyMember);
        }
        if self.members_count() >= MEMBERS_MAX {
            return Err(RejectCode::RoomFull);
        }
        let person = self
            .people
            .entry(user)
            .or_insert_with(|| new_member(&body.name));
        person.joined = true;
        body.name.clone_into(&mut person.name);
        Ok(Judged::plain(record.entry.clone()))
    }

    fn leave(&mut self, record: &Record, _reason: LeaveReason) -> Result<Judged, RejectCode> {
        let user = record.user.ok_or(RejectCode::Invalid)?;
        let person = self.people.get_mut(&user).filter(|person| person.joined);
        person.ok_or(RejectCode::NotMember)?.joined = false;
        let was_held_for = self.end_hold(user);
        Ok(Judged::Accepted {
            entry: record.entry.clone(),
            playback_changed: was_held_for,
        })
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

    fn chat(&self, body: &Chat) -> Result<Judged, RejectCode> {
        let text = body.text.trim();
        check_length(text, 1, CHAT_CHARS_MAX)?;
        if body
            .reply_to
            .is_some_and(|seq| self.chat_author(seq).is_none())
        {
            return Err(RejectCode::NoSuchMessage);
        }
        let chat = Chat {
            text: text.to_owned(),
            reply_to: body.reply_to,
            redacted: false,
        };
        Ok(Judged::plain(Entry::Chat(chat)))
    }

    /// Takes the text out of the history, so that nobody who joins later ever receives it.
    fn redact(&mut self, user: UserId, seq: u64) -> Result<(), RejectCode> {
        let author = self.chat_author(seq).ok_or(RejectCode::NoSuchMessage)?;
        if author != user && self.owner != user {
            return Err(RejectCode::NotAllowed);
        }
        if let Some(Event {
            entry: Entry::Chat(chat),
            ..
        }) = self.event_mut(seq)
        {
            chat.text.clear();
            chat.redacted = true;
        }
        Ok(())
    }

    /// Author of a message that still stands.
    fn chat_author(&self, seq: u64) -> Option<UserId> {
        let index = usize::try_from(seq.checked_sub(1)?).ok()?;
        match self.events.get(index)? {
            Event {
                entry: Entry::Chat(chat),
                user,
                ..
            } if !chat.redacted => *user,
            _ => None,
        }
    }

    fn event_mut(&mut self, seq: u64) -> Option<&mut Event> {
        self.events
            .get_mut(usize::try_from(seq.checked_sub(1)?).ok()?)
    }

    fn hold(&mut self, user: UserId, body: &HoldAsked) -> Result<Judged, RejectCode> {
        check_length(&body.reason, 0, REASON_CHARS_MAX)?;
        if self.members_count() > HOLD_MEMBERS_MAX {
            return Err(RejectCode::TooManyToHold);
        }
        let until_ms = body.until_ms.min(self.at_ms.saturating_add(HOLD_MS_MAX));
        if until_ms <= self.at_ms {
            return Err(RejectCode::Invalid);
        }
        let at_ms = self.at_ms;
        let person = self.people.get_mut(&user).ok_or(RejectCode::NotMember)?;
        if !person.holds.book(at_ms, until_ms) {
            return Err(RejectCode::HeldTooOften);
        }
        let position_ms = self.position_ms();
        self.playback.holds.retain(|hold| hold.user != user);
        self.playback.holds.push(Hold {
            user,
            reason: body.reason.clone(),
            until_ms,
        });
        let since_ms = self.playback.since_ms;
        self.playback.place(position_ms, since_ms.max(at_ms));
        Ok(Judged::playback(Entry::Hold(HoldAsked {
            reason: body.reason.clone(),
            until_ms,
        })))
    }

    /// Ends the wait for a member; tells whether there was one.
    fn end_hold(&mut self, user: UserId) -> bool {
        let at_ms = self.at_ms;
        let held = self.playback.holds.iter().any(|hold| hold.user == user);
        if held {
            let position_ms = self.position_ms();
            self.playback.holds.retain(|hold| hold.user != user);
            self.playback.place(position_ms, at_ms);
            if let Some(person) = self.people.get_mut(&user) {
                person.holds.end(at_ms);
            }
        }
        held
    }

    fn end_film(&mut self) -> Result<(), RejectCode> {
        let duration_ms = self.movie.duration_ms;
        let position_ms = self.position_ms();
        if self.ended_at_ms.is_some() {
            return Err(RejectCode::AlreadyEnded);
        }
        if duration_ms > 0 && position_ms < duration_ms.saturating_sub(END_TOLERANCE_MS) {
            return Err(RejectCode::NotNearEnd);
        }
        self.ended_at_ms = Some(self.at_ms);
        self.playback.paused = true;
        self.playback
            .place(position_ms.max(duration_ms), self.at_ms);
        Ok(())
    }

    fn control_player(&mut self, entry: &Entry) -> Result<Judged, RejectCode> {
        let at_ms = self.at_ms;
        match entry {
            Entry::Play(Play {
                position_ms,
                lead_ms,
            }) => {
                self.playback.paused = false;
                let lead_ms = (*lead_ms).clamp(0, LEAD_MS_MAX);
                self.playback
                    .place(*position_ms, at_ms.saturating_add(lead_ms));
            }
            Entry::Pause(body) => {
                self.playback.paused = true;
                self.playback.place(body.position_ms, at_ms);
            }
            Entry::Seek(body) => self.playback.place(body.position_ms, at_ms),
            Entry::Rate(Rate { rate, position_ms }) => {
                if !(RATE_MIN..=RATE_MAX).contains(rate) {
                    return Err(RejectCode::Invalid);
                }
                self.playback.rate = *rate;
                self.playback.place(*position_ms, at_ms);
            }
            Entry::MovieChanged(body) => self.change_movie(body)?,
            _ => return Err(RejectCode::Invalid),
        }
        self.ended_at_ms = None;
        Ok(Judged::playback(entry.clone()))
    }

    fn change_movie(&mut self, body: &MovieChanged) -> Result<(), RejectCode> {
        check_length(&body.title, 1, TITLE_CHARS_MAX)?;
        self.movie = RoomMovie {
            movie_id: body.movie_id,
            title: body.title.clone(),
            duration_ms: body.duration_ms,
        };
        self.playback = Playback::new(body.movie_id, self.at_ms);
        Ok(())
    }

    fn position_ms(&self) -> i64 {
        self.playback
            .position_at(self.at_ms, self.movie.duration_ms)
    }
}

enum Judged {
    Repeat(Option<u64>),
    Accepted {
        entry: Entry,
        playback_changed: bool,
    },
}

impl Judged {
    fn plain(entry: Entry) -> Self {
        Self::Accepted {
            entry,
            playback_changed: false,
        }
    }

    fn playback(entry: Entry) -> Self {
        Self::Accepted {
            entry,
            playback_changed: true,
        }
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
    Person {
        name: name.to_owned(),
        joined: true,
        holds: HoldBudget::default(),
    }
}

fn check_length(text: &str, min: usize, max: usize) -> Result<(), RejectCode> {
    if (min..=max).contains(&text.chars().count()) {
        Ok(())
    } else {
        Err(RejectCode::Invalid)
    }
}

//! A room to fold records into, with a clock that only the test moves.

use schemas::fold::{Outcome, fold};
use schemas::ids::{MovieId, RoomId, SessionId, UserId};
use schemas::record::{
    Chat, CloseReason, Control, Empty, Entry, HoldAsked, LeaveReason, MemberJoined, MemberLeft,
    MovieChanged, Play, Position, Rate, Record, Redacted, RoomClosed, RoomCreated,
};
use schemas::state::RoomState;
use uuid::Uuid;

/// When every test's room is created.
pub(crate) const START_MS: i64 = 1_800_000_000_000;
/// Length of every test's film.
pub(crate) const DURATION_MS: i64 = 5_400_000;
/// Owner of every test's room.
pub(crate) const OWNER: UserId = user(1);
/// Someone else.
pub(crate) const GUEST: UserId = user(2);

pub(crate) const fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(0x0100 + number))
}

pub(crate) const fn session(number: u128) -> SessionId {
    SessionId(Uuid::from_u128(0x0200 + number))
}

pub(crate) const fn movie(number: u128) -> MovieId {
    MovieId(Uuid::from_u128(0x0300 + number))
}

pub(crate) const fn room() -> RoomId {
    RoomId(Uuid::from_u128(0x0400))
}

pub(crate) fn created() -> RoomCreated {
    RoomCreated {
        owner: OWNER,
        owner_name: "Vasily".to_owned(),
        movie_id: movie(1),
        title: "Stalker".to_owned(),
        duration_ms: DURATION_MS,
        control: Control::Everyone,
    }
}

/// A numbered command of a person's first tab.
pub(crate) fn command(user: UserId, session: SessionId, client_seq: u64, entry: Entry) -> Record {
    Record {
        room: room(),
        user: Some(user),
        session: Some(session),
        client_seq: Some(client_seq),
        entry,
    }
}

/// A room under test. Every command of a person comes from the person's own session, with
/// the next number.
pub(crate) struct Room {
    state: Option<RoomState>,
    pub(crate) at_ms: i64,
    client_seq: u64,
}

impl Room {
    /// A room with its owner only.
    pub(crate) fn open() -> Self {
        Self::of(created())
    }

    /// A room with its owner and a guest.
    pub(crate) fn with_guest() -> Self {
        let mut room = Self::open();
        room.accepted_join(GUEST);
        room
    }

    pub(crate) fn of(body: RoomCreated) -> Self {
        let mut room = Self { state: None, at_ms: START_MS, client_seq: 0 };
        let outcome = room.node(None, Entry::RoomCreated(Box::new(body)));
        assert_eq!(outcome, Outcome::Accepted { seq: 1 });
        room
    }

    pub(crate) fn state(&self) -> &RoomState {
        self.state.as_ref().expect("the room was created")
    }

    pub(crate) fn position_ms(&self) -> i64 {
        let duration_ms = self.state().movie().duration_ms;
        self.state().playback().position_at(self.at_ms, duration_ms)
    }

    pub(crate) fn wait(&mut self, ms: i64) -> &mut Self {
        self.at_ms += ms;
        self
    }

    pub(crate) fn fold(&mut self, record: &Record) -> Outcome {
        fold(&mut self.state, record, self.at_ms)
    }

    /// What a node says by itself.
    pub(crate) fn node(&mut self, user: Option<UserId>, entry: Entry) -> Outcome {
        self.fold(&Record::of_node(room(), user, entry))
    }

    /// What a person says.
    pub(crate) fn says(&mut self, user: UserId, entry: Entry) -> Outcome {
        self.client_seq += 1;
        let own = SessionId(Uuid::from_u128(user.0.as_u128() + 0x0100_0000));
        self.fold(&command(user, own, self.client_seq, entry))
    }

    /// What a person says and the fold takes; its seq.
    pub(crate) fn accepted(&mut self, user: UserId, entry: Entry) -> u64 {
        match self.says(user, entry) {
            Outcome::Accepted { seq } => seq,
            refused => panic!("was not accepted: {refused:?}"),
        }
    }

    pub(crate) fn join(&mut self, user: UserId) -> Outcome {
        self.node(Some(user), joined("Petr"))
    }

    pub(crate) fn accepted_join(&mut self, user: UserId) {
        assert!(matches!(self.join(user), Outcome::Accepted { .. }));
    }
}

pub(crate) fn joined(name: &str) -> Entry {
    let name = name.to_owned();
    Entry::MemberJoined(MemberJoined { name })
}

pub(crate) fn left(reason: LeaveReason) -> Entry {
    Entry::MemberLeft(MemberLeft { reason })
}

pub(crate) fn closed(reason: CloseReason) -> Entry {
    Entry::RoomClosed(RoomClosed { reason })
}

pub(crate) fn chat(text: &str) -> Entry {
    reply(text, None)
}

pub(crate) fn reply(text: &str, reply_to: Option<u64>) -> Entry {
    Entry::Chat(Chat { text: text.to_owned(), reply_to, redacted: false })
}

pub(crate) fn redacted(seq: u64) -> Entry {
    Entry::Redacted(Redacted { seq })
}

pub(crate) fn play(position_ms: i64, lead_ms: i64) -> Entry {
    Entry::Play(Play { position_ms, lead_ms })
}

pub(crate) fn pause(position_ms: i64) -> Entry {
    Entry::Pause(Position { position_ms })
}

pub(crate) fn seek(position_ms: i64) -> Entry {
    Entry::Seek(Position { position_ms })
}

pub(crate) fn rate(rate: f64, position_ms: i64) -> Entry {
    Entry::Rate(Rate { rate, position_ms })
}

pub(crate) fn movie_changed(number: u128, title: &str) -> Entry {
    Entry::MovieChanged(MovieChanged {
        movie_id: movie(number),
        title: title.to_owned(),
        duration_ms: DURATION_MS,
    })
}

pub(crate) fn hold(until_ms: i64) -> Entry {
    Entry::Hold(HoldAsked { reason: "buffering".to_owned(), until_ms })
}

pub(crate) fn release() -> Entry {
    Entry::Release(Empty {})
}

pub(crate) fn ended() -> Entry {
    Entry::Ended(Empty {})
}

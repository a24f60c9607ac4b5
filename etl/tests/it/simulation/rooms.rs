//! Rooms of every kind, and the people in them: what they append is all that is ever in the
//! log.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use schemas::fold::{Outcome, fold};
use schemas::http::RoomStatus;
use schemas::ids::{MovieId, RoomId, SessionId, UserId};
use schemas::record::{
    Chat, CloseReason, Control, Empty, Entry, HoldAsked, LeaveReason, MemberJoined, MemberLeft,
    Play, Position, Rate, Record, Redacted, RoomClosed, RoomCreated,
};
use schemas::state::RoomState;
use storage::Storage;
use storage::memory::faults::Dice;
use storage::memory::{EPOCH, World};
use storage::rooms::{Closed, RoomRow};
use uuid::Uuid;

const ROOMS_MAX: usize = 7;
const PEOPLE: usize = 3;
const FILM_MS: i64 = 600_000;

/// What a checker must know of a room beforehand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) id: RoomId,
    pub(crate) owner: UserId,
    pub(crate) partition: u32,
    pub(crate) kind: Kind,
}

/// What the rows say of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All that they should.
    Plain,
    /// Always less than the log.
    Lagging,
    /// Nothing: there is no row.
    Unknown,
    /// That it never opened.
    Aborted,
}

/// The rooms of an evening.
pub(crate) struct Rooms {
    world: World,
    /// Ports that no fault befalls: whoever gets through here is a sender that repeated.
    storage: Storage,
    all: Vec<Room>,
    known: Arc<Mutex<Vec<Known>>>,
}

struct Room {
    known: Known,
    people: Vec<Person>,
    first_offset: u64,
    /// What its records have come to so far, so that a row is told what a node would tell it.
    state: Option<RoomState>,
}

#[derive(Clone, Copy)]
struct Person {
    user: UserId,
    session: SessionId,
    client_seq: u64,
}

impl Rooms {
    pub(crate) fn new(world: World) -> Self {
        let storage = world.spared_process().storage();
        Self { world, storage, all: vec![], known: Arc::default() }
    }

    /// The rooms as they come to be.
    pub(crate) fn known(&self) -> Arc<Mutex<Vec<Known>>> {
        Arc::clone(&self.known)
    }

    /// Anyone of those who are, or were, in a room.
    pub(crate) fn anyone(&self) -> Option<UserId> {
        let dice = self.world.dice();
        let room = self.all.get(dice.place(self.all.len()))?;
        Some(room.people[dice.place(PEOPLE)].user)
    }

    /// Somebody does something.
    pub(crate) async fn act(&mut self) {
        let world = self.world.clone();
        let dice = world.dice();
        match dice.within(0..=99) {
            0..=9 if self.all.len() < ROOMS_MAX => self.open().await,
            10..=14 => self.poison().await,
            15..=26 => self.close().await,
            _ => self.say().await,
        }
    }

    async fn open(&mut self) {
        let dice = self.world.dice();
        let kinds = [Kind::Plain, Kind::Plain, Kind::Plain, Kind::Lagging, Kind::Unknown];
        let kind = if dice.chance(0.08) { Kind::Aborted } else { kinds[dice.place(kinds.len())] };
        let people: Vec<Person> = (0..PEOPLE).map(|_| Person::new(dice)).collect();
        let known = Known {
            id: RoomId(dice.id()),
            owner: people[0].user,
            partition: u32::try_from(dice.place(self.world.partitions() as usize)).unwrap(),
            kind,
        };
        self.known.lock().unwrap().push(known);
        if kind != Kind::Unknown {
            self.storage.rooms.create(&row(&known, self.world.now_ms())).await.unwrap();
        }
        if kind == Kind::Aborted {
            self.storage.rooms.mark_aborted(known.id).await.unwrap();
        }
        let mut room = Room { known, people, first_offset: 0, state: None };
        if self.world.dice().chance(0.9) {
            room.first_offset = self.append(&mut room, None, created(known.owner)).await;
            if kind == Kind::Plain {
                self.storage.rooms.mark_open(known.id, room.first_offset).await.unwrap();
            }
            self.all.push(room);
        }
    }

    async fn say(&mut self) {
        let world = self.world.clone();
        let dice = world.dice();
        let Some(mut room) = self.take() else { return };
        let speaker = dice.place(PEOPLE);
        let entry = entry(dice);
        let of_node = matches!(entry, Entry::MemberJoined(_) | Entry::MemberLeft(_));
        room.people[speaker].count(dice);
        let person = room.people[speaker];
        let speaks = if of_node { Speaks::Node(person) } else { Speaks::Tab(person) };
        self.append(&mut room, Some(speaks), entry).await;
        self.all.push(room);
    }

    async fn close(&mut self) {
        let Some(mut room) = self.take() else { return };
        let was_open = room.is_open();
        let reasons = [CloseReason::Owner, CloseReason::Empty, CloseReason::TooOld];
        let reason = reasons[self.world.dice().place(reasons.len())];
        let owner = Speaks::Node(room.people[0]);
        let speaks = (reason == CloseReason::Owner).then_some(owner);
        let entry = Entry::RoomClosed(RoomClosed { reason });
        let close_offset = self.append(&mut room, speaks, entry).await;
        let counts = was_open && !room.is_open();
        if counts && room.known.kind == Kind::Plain && self.world.dice().chance(0.7) {
            let closed = Closed {
                first_offset: room.first_offset,
                close_offset,
                reason,
                at_ms: self.world.now_ms(),
            };
            self.storage.rooms.mark_closed(room.known.id, &closed).await.unwrap();
        }
        self.all.push(room);
    }

    /// Bytes that are no record, or speak of another room than their key.
    async fn poison(&mut self) {
        let Some(room) = self.take() else { return };
        let dice = self.world.dice();
        let bytes = if dice.chance(0.5) {
            format!("{{\"v\":1,{}", dice.within(0..=u64::MAX)).into_bytes()
        } else {
            let elsewhere = RoomId(dice.id());
            Record::of_node(elsewhere, None, created(room.known.owner)).encode().unwrap()
        };
        let Known { id, partition, .. } = room.known;
        self.storage.log.append(partition, id, Bytes::from(bytes)).await.unwrap();
        self.all.push(room);
    }

    /// Any room, in hand until it is put back.
    fn take(&mut self) -> Option<Room> {
        let place = self.world.dice().place(self.all.len());
        (!self.all.is_empty()).then(|| self.all.swap_remove(place))
    }

    async fn append(&self, room: &mut Room, speaks: Option<Speaks>, entry: Entry) -> u64 {
        let Known { id, partition, .. } = room.known;
        let record = match speaks {
            None => Record::of_node(id, None, entry),
            Some(Speaks::Node(person)) => Record::of_node(id, Some(person.user), entry),
            Some(Speaks::Tab(person)) => Record {
                room: id,
                user: Some(person.user),
                session: Some(person.session),
                client_seq: Some(person.client_seq),
                entry,
            },
        };
        let value = Bytes::from(record.encode().unwrap());
        let copies = if self.world.dice().chance(0.05) { 2 } else { 1 };
        let mut first = None;
        for _ in 0..copies {
            let appended = self.storage.log.append(partition, id, value.clone()).await.unwrap();
            let outcome = fold(&mut room.state, &record, appended.at_ms);
            if matches!(outcome, Outcome::Accepted { .. }) || first.is_none() {
                first = Some(appended.offset);
            }
        }
        first.unwrap()
    }
}

impl Room {
    fn is_open(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.closed().is_none())
    }
}

/// In whose name a record stands.
enum Speaks {
    Node(Person),
    Tab(Person),
}

impl Person {
    fn new(dice: &Dice) -> Self {
        Self { user: UserId(dice.id()), session: SessionId(dice.id()), client_seq: 0 }
    }

    /// The next number; now and then one is left out, or was there before.
    fn count(&mut self, dice: &Dice) {
        self.client_seq = match dice.within(0..=19) {
            0 => self.client_seq + 3,
            1..=3 => self.client_seq.saturating_sub(dice.within(0..=2)),
            _ => self.client_seq + 1,
        };
    }
}

fn row(known: &Known, now_ms: i64) -> RoomRow {
    RoomRow {
        id: known.id,
        owner: known.owner,
        owner_name: "Vasily".to_owned(),
        movie_id: MovieId(Uuid::nil()),
        title: "Solaris".to_owned(),
        duration_ms: FILM_MS,
        control: Control::Everyone,
        status: RoomStatus::Creating,
        partition: known.partition,
        epoch: EPOCH.to_owned(),
        first_offset: None,
        close_offset: None,
        close_reason: None,
        created_at_ms: now_ms,
        closed_at_ms: None,
    }
}

fn created(owner: UserId) -> Entry {
    Entry::RoomCreated(Box::new(RoomCreated {
        owner,
        owner_name: "Vasily".to_owned(),
        movie_id: MovieId(Uuid::nil()),
        title: "Solaris".to_owned(),
        duration_ms: FILM_MS,
        control: Control::Everyone,
    }))
}

fn entry(dice: &Dice) -> Entry {
    let position_ms = i64::try_from(dice.within(0..=600_000)).unwrap();
    match dice.within(0..=19) {
        0..=2 => Entry::MemberJoined(MemberJoined { name: "Petr".to_owned() }),
        3 => Entry::MemberLeft(MemberLeft { reason: LeaveReason::Gone }),
        4..=9 => Entry::Chat(Chat {
            text: format!("line {}", dice.within(0..=999)),
            reply_to: None,
            redacted: false,
        }),
        10..=11 => Entry::Redacted(Redacted { seq: dice.within(1..=12) }),
        12..=13 => Entry::Play(Play { position_ms, lead_ms: 200 }),
        14..=15 => Entry::Pause(Position { position_ms }),
        16 => Entry::Rate(Rate { rate: 1.5, position_ms }),
        17 => Entry::Hold(HoldAsked { reason: "buffering".to_owned(), until_ms: i64::MAX }),
        18 => Entry::Release(Empty {}),
        _ => applause(),
    }
}

/// A type of a later version.
fn applause() -> Entry {
    let room = Uuid::nil();
    let bytes = format!(r#"{{"v":1,"room":"{room}","type":"applause","body":{{"claps":2}}}}"#);
    Record::decode(bytes.as_bytes()).unwrap().entry
}

//! Random evenings as they would be if nothing ever went wrong but lines: rooms that open,
//! talk and close, clients that come, go, miss something and come back.

use bytes::Bytes;
use end_to_end::checker::{
    Act, ActKind, Answered, ArchivedRoom, Client, CollectedLog, Evidence, Heard, Planted, Sample,
    Sent, Truth, Unsealed,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use schemas::archive::{QuarantineReason, Quarantined, Seal};
use schemas::event::Event;
use schemas::fold::{Outcome, fold};
use schemas::http::RoomStatus;
use schemas::ids::{MovieId, RoomId, SessionId, UserId};
use schemas::record::{
    Chat, CloseReason, Control, Entry, MemberJoined, Position, Record, Redacted, RoomClosed,
    RoomCreated,
};
use schemas::state::RoomState;
use serde_json::json;
use storage::log::StoredRecord;
use uuid::Uuid;

const EPOCH: &str = "made";
const PARTITIONS: u32 = 2;
const ROOMS_MAX: usize = 4;
const CLIENTS_MAX: usize = 4;
const STEPS: std::ops::Range<usize> = 40..160;
const WELCOME_EVENTS_MAX: usize = 5;

/// A random evening of which nothing is wrong.
pub(crate) fn evening(seed: u64) -> Evidence {
    let mut evening = Evening {
        dice: StdRng::seed_from_u64(seed),
        rooms: vec![],
        evidence: Evidence { epoch: EPOCH.to_owned(), ..Evidence::default() },
        ids: 0,
        at_ms: 1_800_000_000_000,
    };
    evening.evidence.log = CollectedLog::default();
    for _ in 0..evening.dice.random_range(1..=ROOMS_MAX) {
        evening.open();
    }
    for _ in 0..evening.dice.random_range(STEPS) {
        evening.step();
    }
    evening.end();
    evening.evidence
}

/// A room with its clients' places in the evidence.
struct Room {
    id: RoomId,
    partition: u32,
    owner: UserId,
    state: Option<RoomState>,
    clients: Vec<Line>,
}

/// One client's line.
struct Line {
    /// Place in the evidence.
    client: usize,
    is_open: bool,
    connection: u32,
    seen: u64,
    client_seq: u64,
}

struct Evening {
    dice: StdRng,
    rooms: Vec<Room>,
    evidence: Evidence,
    ids: u128,
    at_ms: i64,
}

impl Evening {
    fn id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    fn open(&mut self) {
        let (id, owner) = (RoomId(self.id()), UserId(self.id()));
        let partition = self.dice.random_range(0..PARTITIONS);
        self.rooms.push(Room { id, partition, owner, state: None, clients: vec![] });
        let place = self.rooms.len() - 1;
        let created = RoomCreated {
            owner,
            owner_name: "Vasily".to_owned(),
            movie_id: MovieId(Uuid::nil()),
            title: "Stalker".to_owned(),
            duration_ms: 5_400_000,
            control: Control::Everyone,
        };
        self.append(place, &Record::of_node(id, None, Entry::RoomCreated(Box::new(created))));
        self.act(place, owner, ActKind::Create);
        self.tab(place, owner);
        for _ in 1..self.dice.random_range(1..=CLIENTS_MAX) {
            self.join(place);
        }
    }

    fn join(&mut self, place: usize) {
        let user = UserId(self.id());
        let joined = Entry::MemberJoined(MemberJoined { name: "Petr".to_owned() });
        self.append(place, &Record::of_node(self.rooms[place].id, Some(user), joined));
        self.act(place, user, ActKind::Join);
        self.tab(place, user);
    }

    fn act(&mut self, place: usize, user: UserId, kind: ActKind) {
        let (room, answered) = (self.rooms[place].id, Answered::Done);
        self.evidence.acts.push(Act { user, room, kind, answered });
    }

    fn tab(&mut self, place: usize, user: UserId) {
        let (room, session) = (self.rooms[place].id, SessionId(self.id()));
        let stayed = self.dice.random_bool(0.7);
        self.evidence.clients.push(Client {
            user,
            room,
            session,
            sent: vec![],
            heard: vec![],
            stayed,
        });
        let client = self.evidence.clients.len() - 1;
        let line = Line { client, is_open: false, connection: 0, seen: 0, client_seq: 0 };
        self.rooms[place].clients.push(line);
        let number = self.rooms[place].clients.len() - 1;
        self.connect(place, number);
    }

    fn connect(&mut self, place: usize, number: usize) {
        let begins_afresh = self.dice.random_bool(0.3);
        let room = &mut self.rooms[place];
        let events = room.state.as_ref().unwrap().events();
        let line = &mut room.clients[number];
        line.connection += 1;
        line.is_open = true;
        let seq = events.len();
        let frame = if line.connection == 1 || begins_afresh {
            let last = &events[seq.saturating_sub(WELCOME_EVENTS_MAX)..];
            json!({"type": "welcome", "epoch": EPOCH, "seq": seq, "messages": last})
        } else {
            let missed = &events[usize::try_from(line.seen).unwrap()..];
            json!({"type": "resume", "epoch": EPOCH, "seq": seq, "events": missed})
        };
        line.seen = seq as u64;
        hear(&mut self.evidence, line, frame.to_string());
    }

    /// Appends, folds, and shows the outcome to everyone whose line is open.
    fn append(&mut self, place: usize, record: &Record) -> Outcome {
        self.at_ms += self.dice.random_range(0..50);
        let room = &mut self.rooms[place];
        let value = Bytes::from(record.encode().unwrap());
        store(&mut self.evidence.log, room.partition, room.id, value, self.at_ms);
        let outcome = fold(&mut room.state, record, self.at_ms);
        if let Outcome::Accepted { seq } = outcome {
            let event: Event = room.state.as_ref().unwrap().events().last().unwrap().clone();
            let frame = serde_json::to_string(&event).unwrap();
            for line in room.clients.iter_mut().filter(|line| line.is_open) {
                line.seen = seq;
                hear(&mut self.evidence, line, frame.clone());
            }
        }
        outcome
    }

    fn step(&mut self) {
        let place = self.dice.random_range(0..self.rooms.len());
        let number = self.dice.random_range(0..self.rooms[place].clients.len());
        match self.dice.random_range(0..20) {
            0 => self.poison(place),
            1 => self.close(place),
            2..5 => self.rooms[place].clients[number].is_open = false,
            5..8 if !self.rooms[place].clients[number].is_open => self.connect(place, number),
            _ if self.rooms[place].clients[number].is_open => self.send(place, number),
            _ => {}
        }
    }

    fn send(&mut self, place: usize, number: usize) {
        let entry = self.entry(place, number);
        let (fate, text) = (self.dice.random_range(0..10), text_of(&entry));
        let line = &mut self.rooms[place].clients[number];
        line.client_seq += 1;
        let client_seq = line.client_seq;
        let client = &mut self.evidence.clients[line.client];
        let record = Record {
            room: client.room,
            user: Some(client.user),
            session: Some(client.session),
            client_seq: Some(client_seq),
            entry,
        };
        let kind = record.entry.kind().to_owned();
        client.sent.push(Sent { client_seq, kind, text });
        match fate {
            0 => self.tell(place, number, &json!({"type": "reject", "client_seq": client_seq})),
            1 => self.tell(place, number, &json!({"type": "unknown", "client_seq": client_seq})),
            2 => {
                // It was there after all; sometimes the client comes back to hear of it.
                self.tell(place, number, &json!({"type": "unknown", "client_seq": client_seq}));
                self.append(place, &record);
                if self.dice.random_bool(0.5) {
                    self.judged(place, number, &record);
                }
            }
            3 => self.rooms[place].clients[number].is_open = false,
            _ => self.judged(place, number, &record),
        }
    }

    fn judged(&mut self, place: usize, number: usize, record: &Record) {
        let client_seq = record.client_seq.unwrap();
        let frame = match self.append(place, record) {
            Outcome::Accepted { seq } | Outcome::Repeat { seq: Some(seq) } => {
                json!({"type": "ack", "client_seq": client_seq, "seq": seq})
            }
            _ => json!({"type": "reject", "client_seq": client_seq}),
        };
        self.tell(place, number, &frame);
    }

    fn tell(&mut self, place: usize, number: usize, frame: &serde_json::Value) {
        hear(&mut self.evidence, &self.rooms[place].clients[number], frame.to_string());
    }

    fn entry(&mut self, place: usize, number: usize) -> Entry {
        let line = &self.rooms[place].clients[number];
        match self.dice.random_range(0..10) {
            0 => Entry::Pause(Position { position_ms: self.dice.random_range(0..10_000) }),
            1 => Entry::Redacted(Redacted { seq: self.dice.random_range(1..=line.seen) }),
            _ => {
                let text = format!("line {}", self.id());
                Entry::Chat(Chat { text, reply_to: None, redacted: false })
            }
        }
    }

    fn close(&mut self, place: usize) {
        let Room { id, owner, .. } = self.rooms[place];
        let closed = Entry::RoomClosed(RoomClosed { reason: CloseReason::Owner });
        self.append(place, &Record::of_node(id, Some(owner), closed));
        self.act(place, owner, ActKind::Close);
    }

    fn poison(&mut self, place: usize) {
        let (partition, key) = (self.rooms[place].partition, self.rooms[place].id);
        let (key, raw, reason) = if self.dice.random_bool(0.5) {
            let raw = (0..self.dice.random_range(0..20)).map(|_| self.dice.random()).collect();
            (key, raw, QuarantineReason::Undecodable)
        } else {
            let unknown = RoomId(self.id());
            let closed = Entry::RoomClosed(RoomClosed { reason: CloseReason::Empty });
            let raw: Vec<u8> = Record::of_node(unknown, None, closed).encode().unwrap();
            (unknown, raw, QuarantineReason::UnknownRoom)
        };
        let (epoch, at_ms) = (EPOCH.to_owned(), self.at_ms);
        let value = Bytes::from(raw.clone());
        let offset = store(&mut self.evidence.log, partition, key, value, at_ms);
        let planted = Planted { partition, offset: Some(offset), raw: raw.clone(), reason };
        self.evidence.planted.push(planted);
        self.evidence.quarantined.push(Quarantined {
            epoch,
            partition,
            offset,
            at_ms,
            reason,
            raw,
        });
    }

    fn end(&mut self) {
        for place in 0..self.rooms.len() {
            if self.rooms[place].state.as_ref().unwrap().closed().is_none() {
                self.close(place);
            }
            for number in 0..self.rooms[place].clients.len() {
                let line = &self.rooms[place].clients[number];
                if self.evidence.clients[line.client].stayed && !line.is_open {
                    self.connect(place, number);
                }
            }
        }
        let rooms = self.rooms.iter();
        let unsealed =
            rooms.map(|room| (room.partition, Unsealed { room: room.id, visible: false }));
        for (partition, unsealed) in unsealed {
            let unsealed = vec![unsealed];
            self.evidence.samples.push(Sample { partition, low: 0, unsealed });
        }
        self.archive();
    }

    fn archive(&mut self) {
        let truth = Truth::of(&self.evidence.log, &mut end_to_end::checker::Report::default());
        for room in &self.rooms {
            let known = &truth.rooms[&room.id];
            let chain = known.chain(room.id, EPOCH);
            let seal = Seal {
                room: room.id,
                epoch: EPOCH.to_owned(),
                partition: room.partition,
                count: chain.count,
                first_offset: known.told[0].offset,
                close_offset: known.told.last().unwrap().offset,
                hash: chain.hash,
                sealed_at_ms: self.at_ms,
                members: room.state.as_ref().unwrap().people().keys().copied().collect(),
            };
            let archived = ArchivedRoom {
                status: RoomStatus::Archived,
                seal: Some(seal),
                read_back: chain,
                events: known.told.iter().map(|told| told.kept.clone()).collect(),
            };
            self.evidence.rooms.insert(room.id, archived);
        }
    }
}

fn hear(evidence: &mut Evidence, line: &Line, frame: String) {
    let heard = Heard { connection: line.connection, frame };
    evidence.clients[line.client].heard.push(heard);
}

/// Appends to the log; the offset.
fn store(log: &mut CollectedLog, partition: u32, key: RoomId, value: Bytes, at_ms: i64) -> u64 {
    let known = log.partitions.get(partition as usize);
    let offset = known.map_or(0, |partition| partition.high);
    log.take(StoredRecord { partition, offset, at_ms, key, value });
    offset
}

fn text_of(entry: &Entry) -> Option<String> {
    match entry {
        Entry::Chat(chat) => Some(chat.text.clone()),
        _ => None,
    }
}

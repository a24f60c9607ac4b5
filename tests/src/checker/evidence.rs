//! What a run left to judge.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use schemas::archive::{HashChain, QuarantineReason, Quarantined, Seal};
use schemas::event::Event;
use schemas::http::RoomStatus;
use schemas::ids::{RoomId, SessionId, UserId};
use storage::log::StoredRecord;

/// Everything that was seen of a run.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Incarnation of the log.
    pub epoch: String,
    /// Every session.
    pub clients: Vec<Client>,
    /// What was asked over HTTP.
    pub acts: Vec<Act>,
    /// Every record.
    pub log: CollectedLog,
    /// The rooms' rows and archive at the end.
    pub rooms: BTreeMap<RoomId, ArchivedRoom>,
    /// Looks at log and archive during the run.
    pub samples: Vec<Sample>,
    /// Bytes that the run itself put into the log.
    pub planted: Vec<Planted>,
    /// What the archive set aside, at the end.
    pub quarantined: Vec<Quarantined>,
}

/// One session of one person in one room.
#[derive(Clone, Debug)]
pub struct Client {
    /// Whose.
    pub user: UserId,
    /// Where.
    pub room: RoomId,
    /// Its identity.
    pub session: SessionId,
    /// What it sent, once each however often it was sent again; in order.
    pub sent: Vec<Sent>,
    /// What it heard, in order.
    pub heard: Vec<Heard>,
    /// Whether it stayed to the end and must have seen all of it.
    pub stayed: bool,
}

/// A command.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its number.
    pub client_seq: u64,
    /// The record's type.
    pub kind: String,
    /// What a `chat` says; no text is ever said twice.
    pub text: Option<String>,
}

/// A frame, as it came.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Over which connection of the session: 1, 2, 3 …
    pub connection: u32,
    /// The text; or `{"type": "history", "events": […]}`, oldest first, for what was read over
    /// HTTP after the end.
    pub frame: String,
}

/// Something asked over HTTP.
#[derive(Clone, Debug)]
pub struct Act {
    /// Who.
    pub user: UserId,
    /// In which room.
    pub room: RoomId,
    /// What.
    pub kind: ActKind,
    /// The answer.
    pub answered: Answered,
}

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActKind {
    /// Open a room.
    Create,
    /// Become a member.
    Join,
    /// Stop being one.
    Leave,
    /// End the room.
    Close,
}

/// What the API answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It is done.
    Done,
    /// It is not, for a reason.
    Refused,
    /// Nobody knows: no answer, or the server was not sure.
    Unknown,
}

/// The records of every partition, from the first on.
#[derive(Clone, Debug, Default)]
pub struct CollectedLog {
    /// By partition.
    pub partitions: Vec<CollectedPartition>,
}

/// The records of one partition.
#[derive(Clone, Debug, Default)]
pub struct CollectedPartition {
    /// By offset.
    pub records: BTreeMap<u64, StoredRecord>,
    /// Offset after the last one at the end of the run.
    pub high: u64,
    /// Offsets that were read again with another content.
    pub changed: Vec<u64>,
}

impl CollectedLog {
    /// Keeps a record; one that is there already must be the same.
    pub fn take(&mut self, record: StoredRecord) {
        let place = record.partition as usize;
        while self.partitions.len() <= place {
            self.partitions.push(CollectedPartition::default());
        }
        let partition = &mut self.partitions[place];
        partition.high = partition.high.max(record.offset + 1);
        match partition.records.entry(record.offset) {
            Slot::Vacant(slot) => drop(slot.insert(record)),
            Slot::Occupied(slot) if *slot.get() != record => partition.changed.push(record.offset),
            Slot::Occupied(_) => {}
        }
    }

    /// Every record, partition by partition.
    pub fn records(&self) -> impl Iterator<Item = &StoredRecord> {
        self.partitions.iter().flat_map(|partition| partition.records.values())
    }
}

/// A room's row, and what the archive says of it.
#[derive(Clone, Debug)]
pub struct ArchivedRoom {
    /// The row's status.
    pub status: RoomStatus,
    /// The seal.
    pub seal: Option<Seal>,
    /// What the archive computes from its stored content.
    pub read_back: HashChain,
    /// What readers see, oldest first.
    pub events: Vec<Event>,
}

/// One look at a partition during the run.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The partition.
    pub partition: u32,
    /// Its low watermark.
    pub low: u64,
    /// The rooms of it that were not sealed, seen *after* the watermark.
    pub unsealed: Vec<Unsealed>,
}

/// A room that was not sealed.
#[derive(Clone, Debug)]
pub struct Unsealed {
    /// The room.
    pub room: RoomId,
    /// Whether readers saw it all the same.
    pub visible: bool,
}

/// Bytes that the run put into the log.
#[derive(Clone, Debug)]
pub struct Planted {
    /// Where; no offset if the log did not answer.
    pub partition: u32,
    /// See `partition`.
    pub offset: Option<u64>,
    /// The bytes.
    pub raw: Vec<u8>,
    /// Why they must be set aside.
    pub reason: QuarantineReason,
}

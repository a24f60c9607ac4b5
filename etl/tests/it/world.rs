//! A small world to run passes on: three ports at some [`Place`], a clock, rooms and what is
//! said in them.

mod place;
mod rest;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use etl::pass::{self, PassLimits};
use etl::progress::Terminal;
use etl::report::PassReport;
use schemas::archive::{ArchivedEvent, Quarantined, Seal};
use schemas::event::Event;
use schemas::fold::{Outcome, fold};
use schemas::http::RoomStatus;
use schemas::ids::{MovieId, RoomId, SessionId, UserId};
use schemas::record::{
    Chat, CloseReason, Control, Entry, Record, Redacted, RoomClosed, RoomCreated,
};
use storage::Storage;
use storage::clock::{Clock, ManualClock};
use storage::log::{ReadRange, StoredRecord, Watermarks};
use storage::rooms::{Closed, RoomRow};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::place::Ground;
pub(crate) use self::place::{FILE, Place, at_places};
pub(crate) use self::rest::Rest;

pub(crate) const NOW_MS: i64 = 1_800_000_000_000;
pub(crate) const HOUR_MS: i64 = 3_600_000;

/// Limits so small that every loop goes round more than once, and no soak.
pub(crate) fn small() -> PassLimits {
    PassLimits {
        soak_ms: 0,
        read_records_max: 3,
        insert_events_max: 2,
        group_records_max: 9,
        ..PassLimits::default()
    }
}

pub(crate) struct World {
    pub(crate) place: Place,
    pub(crate) ground: Ground,
    pub(crate) clock: ManualClock,
    pub(crate) storage: Storage,
}

/// A room, and the person and tab that act in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) id: RoomId,
    pub(crate) owner: UserId,
    pub(crate) partition: u32,
    pub(crate) first_offset: u64,
    pub(crate) session: SessionId,
}

impl Room {
    /// A room that is nowhere yet.
    pub(crate) fn new(partition: u32) -> Self {
        Self {
            id: RoomId(Uuid::now_v7()),
            owner: UserId(Uuid::new_v4()),
            partition,
            first_offset: 0,
            session: SessionId(Uuid::new_v4()),
        }
    }
}

impl World {
    pub(crate) async fn new(place: Place) -> Self {
        Self::at(place, place.start_ms()).await
    }

    pub(crate) async fn at(place: Place, now_ms: i64) -> Self {
        Self::on(place, Ground::new(place).await, ManualClock::at(now_ms)).await
    }

    /// A copy of another world as it is now, but for the archive where that is on a server:
    /// it has to be empty yet. Nobody may write to that world meanwhile.
    pub(crate) async fn copy_of(other: &Self) -> Self {
        assert!(other.place != Place::Engines, "servers are not copied");
        Self::copy_of_folder(other.place, other.directory(), &other.clock).await
    }

    /// A copy of the file in a folder.
    pub(crate) async fn copy_of_folder(place: Place, from: &Path, clock: &ManualClock) -> Self {
        let ground = Ground::new(place).await;
        copy_file(from, ground.directory.path());
        Self::on(place, ground, clock.clone()).await
    }

    async fn on(place: Place, ground: Ground, clock: ManualClock) -> Self {
        let storage = storage::open(&ground.urls, Arc::new(clock.clone())).await.expect("open");
        Self { place, ground, clock, storage }
    }

    pub(crate) fn directory(&self) -> &Path {
        self.ground.directory.path()
    }

    /// Opens a room as a node does.
    pub(crate) async fn open_room(&self, partition: u32) -> Room {
        self.open(Room::new(partition)).await
    }

    /// Creates and opens a room.
    pub(crate) async fn open(&self, mut room: Room) -> Room {
        self.create(&room).await;
        room.first_offset = self.begin(&room).await;
        let rooms = &self.storage.rooms;
        rooms.mark_open(room.id, room.first_offset).await.expect("open");
        room
    }

    /// A row without any record.
    pub(crate) async fn creating_room(&self, partition: u32) -> Room {
        let room = Room::new(partition);
        self.create(&room).await;
        room
    }

    /// Adds a room's row.
    pub(crate) async fn create(&self, room: &Room) {
        let row = RoomRow {
            id: room.id,
            owner: room.owner,
            owner_name: "Vasily".to_owned(),
            movie_id: MovieId(Uuid::nil()),
            title: "Solaris".to_owned(),
            duration_ms: 0,
            control: Control::Everyone,
            status: RoomStatus::Creating,
            partition: room.partition,
            epoch: self.storage.log.epoch().to_owned(),
            first_offset: None,
            close_offset: None,
            close_reason: None,
            created_at_ms: self.clock.now_ms(),
            closed_at_ms: None,
        };
        self.storage.rooms.create(&row).await.expect("a row");
    }

    /// Appends `room_created`.
    pub(crate) async fn begin(&self, room: &Room) -> u64 {
        let created = RoomCreated {
            owner: room.owner,
            owner_name: "Vasily".to_owned(),
            movie_id: MovieId(Uuid::nil()),
            title: "Solaris".to_owned(),
            duration_ms: 0,
            control: Control::Everyone,
        };
        self.append(room, None, Entry::RoomCreated(Box::new(created))).await
    }

    pub(crate) async fn say(&self, room: &Room, client_seq: u64, text: &str) -> u64 {
        let chat = Chat { text: text.to_owned(), reply_to: None, redacted: false };
        self.append(room, Some(client_seq), Entry::Chat(chat)).await
    }

    pub(crate) async fn redact(&self, room: &Room, client_seq: u64, seq: u64) -> u64 {
        let entry = Entry::Redacted(Redacted { seq });
        self.append(room, Some(client_seq), entry).await
    }

    /// Appends `room_closed` and leaves the row behind.
    pub(crate) async fn close_in_log(&self, room: &Room) -> u64 {
        let reason = CloseReason::Owner;
        self.append(room, None, Entry::RoomClosed(RoomClosed { reason })).await
    }

    /// Closes a room as a node does.
    pub(crate) async fn close(&self, room: &Room) -> u64 {
        let close_offset = self.close_in_log(room).await;
        let closed = Closed {
            first_offset: room.first_offset,
            close_offset,
            reason: CloseReason::Owner,
            at_ms: self.clock.now_ms(),
        };
        self.storage.rooms.mark_closed(room.id, &closed).await.expect("closed");
        close_offset
    }

    pub(crate) async fn append(&self, room: &Room, client_seq: Option<u64>, entry: Entry) -> u64 {
        let record = Record {
            room: room.id,
            user: Some(room.owner),
            session: client_seq.map(|_| room.session),
            client_seq,
            entry,
        };
        let value = record.encode().expect("a record");
        self.append_bytes(room.partition, room.id, value).await
    }

    pub(crate) async fn append_bytes(&self, partition: u32, key: RoomId, value: Vec<u8>) -> u64 {
        let appended = self.storage.log.append(partition, key, Bytes::from(value)).await;
        appended.expect("appended").offset
    }

    pub(crate) async fn pass(&self, limits: PassLimits) -> PassReport {
        self.pass_on(self.storage.clone(), limits).await
    }

    pub(crate) async fn pass_on(&self, ports: Storage, limits: PassLimits) -> PassReport {
        let clock = Arc::new(self.clock.clone());
        let stop = CancellationToken::new();
        pass::run(ports, clock, limits, stop, &Terminal::hidden()).await
    }

    pub(crate) async fn watermarks(&self, partition: u32) -> Watermarks {
        self.storage.log.watermarks(partition).await.expect("watermarks")
    }

    pub(crate) async fn status(&self, room: &Room) -> RoomStatus {
        let row = self.storage.rooms.get(room.id).await.expect("rows");
        row.expect("a row").status
    }

    pub(crate) async fn seal_of(&self, room: &Room) -> Option<Seal> {
        self.storage.archive.seal_of(room.id).await.expect("seals")
    }

    /// Events as their readers see them, oldest first; none if the room is not sealed.
    pub(crate) async fn archived(&self, room: &Room) -> Option<Vec<Event>> {
        let archive = &self.storage.archive;
        let page = archive.events(room.id, room.owner, None, 1_000_000).await;
        page.expect("events").map(|page| page.events.into_iter().rev().collect())
    }

    pub(crate) async fn quarantined(&self, partition: u32) -> Vec<Quarantined> {
        let archive = &self.storage.archive;
        archive.quarantined(partition, 1000).await.expect("quarantine")
    }

    /// Every record that is in the log now.
    pub(crate) async fn records(&self) -> Vec<StoredRecord> {
        let mut records = vec![];
        for partition in 0..self.storage.log.partitions() {
            let Watermarks { low, high } = self.watermarks(partition).await;
            let mut range = ReadRange {
                partition,
                from: low,
                until: high,
                key: None,
                records_max: 1_000_000,
                bytes_max: usize::MAX,
            };
            while range.from < high {
                let batch = self.storage.log.read(range).await.expect("records");
                records.extend(batch.records);
                range.from = batch.next;
            }
        }
        records
    }
}

/// What the archive must hold of a room, folded here from records that the test kept.
pub(crate) fn folded(records: &[StoredRecord], room: &Room, epoch: &str) -> Vec<ArchivedEvent> {
    let mut state = None;
    let mut offsets = vec![];
    for stored in records.iter().filter(|stored| stored.key == room.id) {
        let Ok(record) = Record::decode(&stored.value) else {
            continue;
        };
        if record.room == room.id
            && let Outcome::Accepted { .. } = fold(&mut state, &record, stored.at_ms)
        {
            offsets.push(stored.offset);
        }
    }
    let state = state.expect("the room began");
    let events = offsets.into_iter().zip(state.events());
    events
        .map(|(offset, event)| {
            ArchivedEvent::new(room.id, epoch.into(), offset, event.clone()).unwrap()
        })
        .collect()
}

/// Copies a world's file with its write-ahead log.
pub(crate) fn copy_file(from: &Path, to: &Path) {
    for suffix in ["", "-wal"] {
        let name = format!("{FILE}{suffix}");
        if from.join(&name).exists() {
            std::fs::copy(from.join(&name), to.join(&name)).expect("copied");
        }
    }
}

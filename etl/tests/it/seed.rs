//! Rooms in every state that a pass can meet, interleaved, with poison between them; to be
//! planted in as many worlds as a test needs.

use std::collections::BTreeSet;

use schemas::archive::ArchivedEvent;
use schemas::event::Event;
use schemas::ids::UserId;
use schemas::record::Entry;
use storage::clock::{Clock, SystemClock};
use storage::log::StoredRecord;

use crate::binary::{once_on, reports};
use crate::world::{HOUR_MS, Place, Rest, Room, World, folded};

/// A line of the first room that is taken back after its close.
const TAKEN_BACK_SEQ: u64 = 4;

/// What is planted, the same in every world.
pub(crate) struct Seed {
    place: Place,
    now_ms: i64,
    /// All of them, those without a row too.
    pub(crate) rooms: [Room; 8],
}

/// A world after planting.
pub(crate) struct Planted {
    pub(crate) world: World,
    /// Every record that was in the log.
    pub(crate) records: Vec<StoredRecord>,
}

impl Seed {
    pub(crate) fn new(place: Place) -> Self {
        let partitions = [0, 0, 1, 1, 2, 2, 1, 3];
        Self { place, now_ms: SystemClock.now_ms(), rooms: partitions.map(Room::new) }
    }

    pub(crate) async fn plant(&self) -> Planted {
        let [closed, open, lagging, creating, aborted, last, forgotten, fresh] = self.rooms;
        let world = World::at(self.place, self.now_ms - 30 * HOUR_MS).await;
        world.begin(&forgotten).await;
        world.clock.advance(29 * HOUR_MS);

        let closed = world.open(closed).await;
        world.open(open).await;
        world.open(lagging).await;
        for room in [&creating, &aborted] {
            world.create(room).await;
        }
        let last = world.open(last).await;
        world.begin(&creating).await;
        world.begin(&aborted).await;
        world.storage.rooms.mark_aborted(aborted.id).await.unwrap();
        for client_seq in 1..=4 {
            for room in [&closed, &open, &lagging, &last] {
                world.say(room, client_seq, &format!("line {client_seq}")).await;
            }
        }
        world.append_bytes(0, closed.id, b"poison".to_vec()).await;
        world.redact(&closed, 5, 3).await;
        world.close(&closed).await;
        world.say(&closed, 6, "too late").await;
        world.begin(&fresh).await;
        world.close_in_log(&lagging).await;
        world.close(&last).await;
        let now_ms = world.clock.now_ms();
        world.storage.archive.remember_erasure(last.owner, now_ms).await.unwrap();
        world.storage.archive.erase_message(closed.id, TAKEN_BACK_SEQ).await.unwrap();
        Planted { records: world.records().await, world }
    }

    /// Rooms whose close is in the log; the rows of some lag.
    fn closed(&self) -> [&Room; 3] {
        let [closed, _, lagging, _, _, last, ..] = &self.rooms;
        [closed, lagging, last]
    }

    fn open(&self) -> &Room {
        let [_, open, ..] = &self.rooms;
        open
    }

    /// What one pass that nobody disturbs comes to, itself checked against the fold of the
    /// log as it was.
    pub(crate) async fn undisturbed(&self) -> Rest {
        let Planted { world, records } = self.plant().await;
        let output = once_on(&world);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(reports(&output)[0]["rooms_sealed"], 3);
        let [.., last] = self.closed();
        for room in self.closed() {
            let erased: BTreeSet<UserId> = BTreeSet::from([last.owner]);
            let events = folded(&records, room, world.storage.log.epoch()).into_iter();
            let events = events.map(ArchivedEvent::into_event);
            let mut events: Vec<Event> =
                events.map(|event| event.erased(&erased).unwrap_or(event)).collect();
            for event in events.iter_mut().filter(|event| event.seq == TAKEN_BACK_SEQ) {
                if room.id == self.rooms[0].id {
                    *event = event.without_message().unwrap();
                }
            }
            assert_eq!(world.archived(room).await, Some(events));
        }
        let rest = world.rest(&self.rooms).await;
        let words = rest.events[&last.id].iter().flatten().filter_map(|event| match &event.entry {
            Entry::Chat(chat) => Some(chat.text.as_str()),
            _ => None,
        });
        assert_eq!(words.collect::<Vec<_>>(), [""; 4]);
        let lows: Vec<u64> = rest.watermarks.iter().map(|watermarks| watermarks.low).collect();
        let dropped_unknown = u64::from(self.place.has_own_time());
        assert_eq!(lows, [1, 2, 7, dropped_unknown]);
        assert_eq!(rest.quarantined.len(), 3);
        rest
    }

    /// What must hold at every moment: nothing of a room that is not sealed has left the
    /// log, and readers see sealed rooms whole and others not at all.
    pub(crate) async fn check(&self, planted: &Planted, undisturbed: &Rest) {
        let Planted { world, records } = planted;
        let present = world.records().await;
        let seen = world.rest(&self.rooms).await;
        for room in [self.open()].into_iter().chain(self.closed()) {
            if seen.seals[&room.id].is_some() {
                assert_eq!(seen.events[&room.id], undisturbed.events[&room.id]);
                continue;
            }
            assert_eq!(seen.events[&room.id], None);
            let of_room = |record: &&StoredRecord| record.key == room.id;
            let before: Vec<_> = records.iter().filter(of_room).collect();
            let now: Vec<_> = present.iter().filter(of_room).collect();
            assert_eq!(now, before, "records of a room without a seal are gone");
        }
    }
}

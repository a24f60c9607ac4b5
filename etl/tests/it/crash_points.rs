//! The binary is killed at every place it can be, and run again: nothing may come out
//! differently.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use etl::crash_point::{CrashPoint, VARIABLE};
use schemas::ids::{RoomId, UserId};
use schemas::record::Entry;
use storage::clock::{Clock, SystemClock};
use storage::log::StoredRecord;
use uuid::Uuid;

use crate::binary::{etl, once, reports};
use crate::world::{HOUR_MS, Rest, Room, World, folded};

const SIGABRT: i32 = 6;
/// More turns than any place has in this world.
const TURNS_MAX: u32 = 100;

/// Rooms in every state that a pass can meet, interleaved, with poison between them.
pub(crate) struct Seed {
    pub(crate) world: World,
    /// All of them, those without a row too.
    pub(crate) rooms: Vec<Room>,
    open: Room,
    /// Closed in the log; the rows of some lag.
    closed: [Room; 3],
    /// Every record that was ever in the log.
    records: Vec<StoredRecord>,
    /// Who is to be forgotten: the owner of one closed room.
    erased: BTreeSet<UserId>,
}

impl Seed {
    pub(crate) async fn new() -> Self {
        let world = World::at(SystemClock.now_ms() - 30 * HOUR_MS).await;
        let forgotten = unknown(&world, 1).await;
        world.begin(&forgotten).await;
        world.clock.advance(29 * HOUR_MS);

        let closed = world.open_room(0).await;
        let open = world.open_room(0).await;
        let lagging = world.open_room(1).await;
        let creating = world.creating_room(1).await;
        let aborted = world.creating_room(2).await;
        let last = world.open_room(2).await;
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
        let fresh = unknown(&world, 3).await;
        world.begin(&fresh).await;
        world.close_in_log(&lagging).await;
        world.close(&last).await;
        let now_ms = world.clock.now_ms();
        world.storage.archive.remember_erasure(last.owner, now_ms).await.unwrap();

        Self {
            records: world.records().await,
            world,
            rooms: vec![closed, open, lagging, creating, aborted, last, forgotten, fresh],
            open,
            closed: [closed, lagging, last],
            erased: BTreeSet::from([last.owner]),
        }
    }

    pub(crate) async fn copy(&self) -> World {
        World::copy_of(self.world.directory.path(), &self.world.clock).await
    }

    /// What one pass that nobody disturbs comes to, itself checked against the fold of the
    /// log as it was.
    pub(crate) async fn undisturbed(&self) -> Rest {
        let world = self.copy().await;
        let output = once(world.directory.path());
        assert!(output.status.success(), "{output:?}");
        assert_eq!(reports(&output)[0]["rooms_sealed"], 3);
        let rest = world.rest(&self.rooms).await;
        for room in &self.closed {
            let expected = folded(&self.records, room, world.storage.log.epoch());
            let events = expected.into_iter().map(|archived| archived.event);
            let events: Vec<_> =
                events.map(|event| event.erased(&self.erased).unwrap_or(event)).collect();
            assert_eq!(rest.events[&room.id].as_ref(), Some(&events));
        }
        let [_, _, last] = &self.closed;
        assert!(matches!(&rest.events[&last.id].as_ref().unwrap()[1].entry,
            Entry::Chat(chat) if chat.redacted && chat.text.is_empty()));
        let lows: Vec<u64> = rest.watermarks.iter().map(|watermarks| watermarks.low).collect();
        assert_eq!(lows, [self.open.first_offset, 2, 7, 0]);
        assert_eq!(rest.quarantined.len(), 3);
        rest
    }

    /// What must hold at every moment: nothing of a room that is not sealed has left the
    /// log, and readers see sealed rooms whole and others not at all.
    pub(crate) async fn check(&self, world: &World, undisturbed: &Rest) {
        let present = world.records().await;
        for room in [&self.open].into_iter().chain(&self.closed) {
            if world.seal_of(room).await.is_some() {
                let events = world.archived(room).await;
                assert_eq!(events, undisturbed.events[&room.id]);
                continue;
            }
            assert_eq!(world.archived(room).await, None);
            let of_room = |record: &&StoredRecord| record.key == room.id;
            let before: Vec<_> = self.records.iter().filter(of_room).collect();
            let now: Vec<_> = present.iter().filter(of_room).collect();
            assert_eq!(now, before, "records of a room without a seal are gone");
        }
    }
}

async fn unknown(world: &World, partition: u32) -> Room {
    let mut room = world.creating_room(partition).await;
    world.storage.rooms.mark_aborted(room.id).await.unwrap();
    room.id = RoomId(Uuid::now_v7());
    room
}

/// Runs a pass that is to be killed at a place; tells whether it got there.
fn killed_at(directory: &Path, point: CrashPoint, turn: u32) -> bool {
    let armed = format!("{}:{turn}", point.name());
    let output = etl(directory).arg("--once").env(VARIABLE, armed).output().unwrap();
    if output.status.success() {
        return false;
    }
    assert_eq!(output.status.signal(), Some(SIGABRT), "{output:?}");
    true
}

#[tokio::test]
async fn killed_at_any_place_and_run_again_it_comes_to_the_same() {
    let seed = Seed::new().await;
    let undisturbed = seed.undisturbed().await;
    for point in CrashPoint::ALL {
        for turn in 1..=TURNS_MAX {
            let world = seed.copy().await;
            let killed = killed_at(world.directory.path(), *point, turn);
            seed.check(&world, &undisturbed).await;
            if !killed {
                assert!(turn > 1, "no pass ever reaches {}", point.name());
                assert_eq!(world.rest(&seed.rooms).await, undisturbed);
                break;
            }
            assert!(turn < TURNS_MAX);
            let output = once(world.directory.path());
            assert!(output.status.success(), "{} {turn}: {output:?}", point.name());
            let rest = world.rest(&seed.rooms).await;
            assert_eq!(rest, undisturbed, "{} {turn}", point.name());
        }
    }
}

#[tokio::test]
async fn killed_again_and_again_it_still_gets_there() {
    let seed = Seed::new().await;
    let undisturbed = seed.undisturbed().await;
    let world = seed.copy().await;
    for point in CrashPoint::ALL.iter().rev().chain(CrashPoint::ALL) {
        killed_at(world.directory.path(), *point, 1);
        seed.check(&world, &undisturbed).await;
    }
    assert!(once(world.directory.path()).status.success());
    assert_eq!(world.rest(&seed.rooms).await, undisturbed);
}

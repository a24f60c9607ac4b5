//! Bytes that are no record, and records of rooms that nobody knows.

use schemas::archive::{QuarantineReason, Quarantined};
use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use storage::log::Watermarks;
use uuid::Uuid;

use crate::world::{HOUR_MS, Place, Room, World, at_places, small};

at_places! {
    poison_is_set_aside_byte_for_byte_and_delays_nothing: file, mongo, engines;
    a_record_under_the_key_of_another_room_counts_for_neither: file, mongo, engines;
    records_of_an_unknown_room_are_set_aside_and_held_for_a_day_each: file, mongo;
    an_unknown_room_whose_row_comes_back_is_archived_like_any_other: file, mongo;
    records_in_another_partition_than_the_row_says_are_not_the_rooms: file, mongo, engines;
}

async fn poison_is_set_aside_byte_for_byte_and_delays_nothing(place: Place) {
    let world = World::new(place).await;
    let room = world.open_room(3).await;
    let poison = vec![0xFF, 0x00, b'{'];
    let offset = world.append_bytes(3, room.id, poison.clone()).await;
    let at_ms = world.records().await[1].at_ms;
    world.clock.advance(1000);
    world.close(&room).await;

    let report = world.pass(small()).await;

    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.counts.records_quarantined, 1);
    let expected = Quarantined {
        epoch: world.storage.log.epoch().to_owned(),
        partition: 3,
        offset,
        at_ms,
        reason: QuarantineReason::Undecodable,
        raw: poison,
    };
    assert_eq!(world.quarantined(3).await, [expected]);
    assert_eq!(world.status(&room).await, RoomStatus::Archived);
    assert_eq!(world.archived(&room).await.unwrap().len(), 2);
    assert_eq!(world.watermarks(3).await, Watermarks { low: 3, high: 3 });
}

async fn a_record_under_the_key_of_another_room_counts_for_neither(place: Place) {
    let world = World::new(place).await;
    let room = world.open_room(0).await;
    let other = world.open_room(1).await;
    let mut stray = world.records().await;
    stray.retain(|stored| stored.key == room.id);
    let raw = stray.remove(0).value.to_vec();
    let offset = world.append_bytes(1, other.id, raw.clone()).await;
    world.close(&other).await;

    let report = world.pass(small()).await;

    assert!(report.is_complete(), "{report:?}");
    let quarantined = world.quarantined(1).await;
    assert_eq!(quarantined.len(), 1);
    assert_eq!(quarantined[0].offset, offset);
    assert_eq!(quarantined[0].reason, QuarantineReason::Undecodable);
    assert_eq!(quarantined[0].raw, raw);
    assert_eq!(world.archived(&other).await.unwrap().len(), 2);
}

fn without_a_row(room: &Room) -> Room {
    Room { id: RoomId(Uuid::now_v7()), ..*room }
}

async fn records_of_an_unknown_room_are_set_aside_and_held_for_a_day_each(place: Place) {
    let world = World::new(place).await;
    let known = world.creating_room(2).await;
    let unknown = without_a_row(&known);
    world.begin(&unknown).await;
    world.clock.advance(HOUR_MS);
    world.say(&unknown, 1, "is anyone there").await;
    world.close_in_log(&unknown).await;
    let records = world.records().await;

    let report = world.pass(small()).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.counts.records_quarantined, 3);
    let quarantined = world.quarantined(2).await;
    for (quarantined, stored) in quarantined.iter().zip(&records) {
        let expected = Quarantined {
            epoch: world.storage.log.epoch().to_owned(),
            partition: 2,
            offset: stored.offset,
            at_ms: stored.at_ms,
            reason: QuarantineReason::UnknownRoom,
            raw: stored.value.to_vec(),
        };
        assert_eq!(*quarantined, expected);
    }
    assert_eq!(quarantined.len(), 3);
    assert_eq!(world.watermarks(2).await.low, 0);

    world.clock.advance(23 * HOUR_MS - 1);
    world.pass(small()).await;
    assert_eq!(world.watermarks(2).await.low, 0);
    world.clock.advance(1);
    world.pass(small()).await;
    assert_eq!(world.watermarks(2).await.low, 1);
    world.clock.advance(HOUR_MS);
    world.pass(small()).await;
    assert_eq!(world.watermarks(2).await, Watermarks { low: 3, high: 3 });
    assert_eq!(world.quarantined(2).await, quarantined);
}

async fn an_unknown_room_whose_row_comes_back_is_archived_like_any_other(place: Place) {
    let world = World::new(place).await;
    let lost = World::copy_of(&world).await;
    let room = world.open_room(0).await;
    world.close(&room).await;
    // The same records, but rows from before the room.
    for stored in world.records().await {
        lost.append_bytes(0, stored.key, stored.value.to_vec()).await;
    }
    lost.pass(small()).await;
    assert_eq!(lost.quarantined(0).await.len(), 2);
    assert_eq!(lost.watermarks(0).await.low, 0);

    let row = world.storage.rooms.get(room.id).await.unwrap().unwrap();
    let row = storage::rooms::RoomRow {
        status: RoomStatus::Creating,
        first_offset: None,
        close_offset: None,
        close_reason: None,
        closed_at_ms: None,
        ..row
    };
    lost.storage.rooms.create(&row).await.unwrap();
    let report = lost.pass(small()).await;
    assert_eq!(report.counts.rooms_sealed, 1);
    assert_eq!(lost.status(&room).await, RoomStatus::Archived);
    assert_eq!(lost.watermarks(0).await, Watermarks { low: 2, high: 2 });
}

async fn records_in_another_partition_than_the_row_says_are_not_the_rooms(place: Place) {
    let world = World::new(place).await;
    let room = world.open_room(0).await;
    let elsewhere = Room { partition: 1, ..room };
    world.say(&elsewhere, 1, "astray").await;

    let report = world.pass(small()).await;

    assert!(report.is_complete(), "{report:?}");
    let quarantined = world.quarantined(1).await;
    assert_eq!(quarantined.len(), 1);
    assert_eq!(quarantined[0].reason, QuarantineReason::UnknownRoom);
    assert_eq!(world.watermarks(1).await.low, 0);
}

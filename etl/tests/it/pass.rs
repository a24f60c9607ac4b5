//! The steps of a pass, one rule a test.

use std::sync::Arc;

use etl::pass::{self, PassLimits};
use etl::progress::Terminal;
use schemas::archive::{ArchivedEvent, HashChain};
use schemas::event::Event;
use schemas::http::RoomStatus;
use schemas::record::{CloseReason, Entry, LeaveReason, MemberLeft, RoomClosed};
use storage::clock::Clock;
use storage::log::Watermarks;
use tokio_util::sync::CancellationToken;

use crate::world::{HOUR_MS, NOW_MS, Place, Room, World, at_places, folded, small};

at_places! {
    a_closed_room_is_archived_sealed_marked_and_truncated: file, mongo, engines;
    an_open_room_holds_back_what_came_after_it_and_nothing_before: file, mongo;
    records_stay_until_the_seal_has_soaked_to_the_millisecond: file, mongo, engines;
    the_log_decides_and_rows_that_lag_are_repaired: file, mongo;
    a_row_behind_its_seal_is_marked_even_when_its_records_are_gone: file, mongo;
    a_close_that_the_fold_refuses_closes_nothing: file, mongo, engines;
    what_comes_after_the_close_is_void_and_goes_with_the_room: file, mongo, engines;
    a_room_that_never_opened_holds_nothing_back: file, mongo, engines;
    a_conflict_stops_that_room_only_and_is_never_truncated_past: file, mongo, engines;
    a_room_is_not_sealed_unless_what_is_read_back_is_what_was_folded: file, mongo, engines;
    a_room_whose_beginning_is_lost_is_told_and_held: file, mongo, engines;
    every_batch_size_gives_the_same_archive: file, mongo;
    a_pass_that_is_told_to_stop_says_so_and_deletes_nothing: file, mongo, engines;
    a_pass_with_nothing_to_do_reports_that: file, mongo;
}

async fn talk(world: &World, room: &Room, lines: u64) {
    for client_seq in 1..=lines {
        world.say(room, client_seq, &format!("line {client_seq}")).await;
    }
}

async fn a_closed_room_is_archived_sealed_marked_and_truncated(place: Place) {
    let world = World::new(place).await;
    let room = world.open_room(2).await;
    talk(&world, &room, 5).await;
    let close_offset = world.close(&room).await;
    let records = world.records().await;

    let report = world.pass(small()).await;

    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.partitions, 4);
    assert_eq!(report.counts.records_read, 7);
    assert_eq!(report.counts.rooms_sealed, 1);
    assert_eq!(report.counts.events_archived, 7);
    assert_eq!(report.counts.records_truncated, 7);
    assert_eq!(report.oldest_open_age_s, None);
    let expected = folded(&records, &room, world.storage.log.epoch());
    let events: Vec<Event> = expected.iter().map(|archived| archived.event().clone()).collect();
    assert_eq!(world.archived(&room).await.unwrap(), events);
    let mut chain = HashChain::default();
    for archived in &expected {
        chain.add(archived.hash());
    }
    let seal = world.seal_of(&room).await.unwrap();
    assert_eq!((seal.count, seal.hash), (7, chain.hash));
    assert_eq!((seal.first_offset, seal.close_offset), (0, close_offset));
    assert_eq!(seal.members, [room.owner]);
    assert_eq!((seal.partition, seal.sealed_at_ms), (2, world.clock.now_ms()));
    assert_eq!(seal.epoch, world.storage.log.epoch());
    assert_eq!(world.status(&room).await, RoomStatus::Archived);
    assert_eq!(world.watermarks(2).await, Watermarks { low: 7, high: 7 });
}

async fn an_open_room_holds_back_what_came_after_it_and_nothing_before(place: Place) {
    let world = World::new(place).await;
    let before = world.open_room(0).await;
    let open = world.open_room(0).await;
    let after = world.open_room(0).await;
    world.close(&before).await;
    world.close(&after).await;
    world.clock.advance(90_000);

    let report = world.pass(small()).await;

    assert_eq!(report.counts.rooms_sealed, 2);
    assert_eq!(report.oldest_open_age_s, Some(90));
    assert_eq!(world.watermarks(0).await.low, open.first_offset);
    assert_eq!(world.status(&open).await, RoomStatus::Open);
    assert_eq!(world.archived(&open).await, None);

    world.close(&open).await;
    let report = world.pass(small()).await;
    assert_eq!(report.counts.rooms_sealed, 1);
    assert_eq!(report.counts.rooms_already_sealed, 2);
    assert_eq!(world.watermarks(0).await, Watermarks { low: 6, high: 6 });
}

async fn records_stay_until_the_seal_has_soaked_to_the_millisecond(place: Place) {
    let world = World::new(place).await;
    let room = world.open_room(0).await;
    world.close(&room).await;
    let limits = PassLimits { soak_ms: HOUR_MS, ..small() };

    world.pass(limits).await;
    assert_eq!(world.status(&room).await, RoomStatus::Archived);
    world.clock.advance(HOUR_MS - 1);
    let report = world.pass(limits).await;
    assert_eq!(report.counts.records_truncated, 0);
    assert_eq!(report.oldest_open_age_s, None);
    world.clock.advance(1);
    let report = world.pass(limits).await;
    assert_eq!(report.counts.records_truncated, 2);
    assert_eq!(report.counts.rooms_sealed, 0);
}

async fn the_log_decides_and_rows_that_lag_are_repaired(place: Place) {
    let world = World::new(place).await;
    let closed_in_log = world.open_room(1).await;
    world.close_in_log(&closed_in_log).await;
    let begun_in_log = world.creating_room(1).await;
    let first_offset = world.begin(&begun_in_log).await;
    let only_a_row = world.creating_room(1).await;
    let all_in_log = world.creating_room(1).await;
    world.begin(&all_in_log).await;
    let close_offset = world.close_in_log(&all_in_log).await;

    let report = world.pass(small()).await;

    assert!(report.is_complete(), "{report:?}");
    assert_eq!(world.status(&closed_in_log).await, RoomStatus::Archived);
    let row = world.storage.rooms.get(begun_in_log.id).await.unwrap().unwrap();
    assert_eq!((row.status, row.first_offset), (RoomStatus::Open, Some(first_offset)));
    assert_eq!(world.status(&only_a_row).await, RoomStatus::Creating);
    let row = world.storage.rooms.get(all_in_log.id).await.unwrap().unwrap();
    assert_eq!(row.status, RoomStatus::Archived);
    assert_eq!(row.close_offset, Some(close_offset));
    assert_eq!(row.close_reason, Some(CloseReason::Owner));
    assert_eq!(row.closed_at_ms, Some(NOW_MS));
}

async fn a_row_behind_its_seal_is_marked_even_when_its_records_are_gone(place: Place) {
    let world = World::new(place).await;
    let room = world.open_room(0).await;
    world.close_in_log(&room).await;
    let backup = World::copy_of(&world).await;
    backup.storage.log.truncate(0, 2).await.unwrap();
    world.pass(small()).await;
    let seal = world.seal_of(&room).await.unwrap();
    // The rows of a backup, the archive of today.
    let events = folded(&world_records(&world, &room).await, &room, world.storage.log.epoch());
    backup.storage.archive.insert(&events).await.unwrap();
    backup.storage.archive.seal(&seal).await.unwrap();
    assert_eq!(backup.status(&room).await, RoomStatus::Open);

    let report = backup.pass(small()).await;

    assert!(report.is_complete(), "{report:?}");
    let row = backup.storage.rooms.get(room.id).await.unwrap().unwrap();
    assert_eq!(row.status, RoomStatus::Archived);
    assert_eq!(row.close_reason, Some(CloseReason::Owner));
}

/// The room's records, rebuilt from its archived events by a twin world.
async fn world_records(world: &World, room: &Room) -> Vec<storage::log::StoredRecord> {
    let events = world.archived(room).await.unwrap();
    assert_eq!(events.len(), 2);
    let twin = World::new(Place::File).await;
    twin.begin(room).await;
    twin.close_in_log(room).await;
    twin.records().await
}

async fn a_close_that_the_fold_refuses_closes_nothing(place: Place) {
    let world = World::new(place).await;
    let room = world.open_room(0).await;
    let stranger = world.creating_room(1).await;
    let not_the_owner = Room { owner: stranger.owner, ..room };
    world.close_in_log(&not_the_owner).await;

    let report = world.pass(small()).await;
    assert_eq!(report.counts.rooms_sealed, 0);
    assert_eq!(world.status(&room).await, RoomStatus::Open);

    let close_offset = world.close(&room).await;
    let report = world.pass(small()).await;
    assert!(report.is_complete(), "{report:?}");
    let seal = world.seal_of(&room).await.unwrap();
    assert_eq!((seal.count, seal.close_offset), (2, close_offset));
}

async fn what_comes_after_the_close_is_void_and_goes_with_the_room(place: Place) {
    let world = World::new(place).await;
    let room = world.open_room(0).await;
    world.close(&room).await;
    world.say(&room, 1, "too late").await;
    let left = MemberLeft { reason: LeaveReason::Gone };
    world.append(&room, None, Entry::MemberLeft(left)).await;
    let again = RoomClosed { reason: CloseReason::TooOld };
    world.append(&room, None, Entry::RoomClosed(again)).await;

    let report = world.pass(small()).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(world.archived(&room).await.unwrap().len(), 2);
    assert_eq!(world.watermarks(0).await, Watermarks { low: 5, high: 5 });

    world.say(&room, 2, "later still").await;
    let report = world.pass(small()).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.counts.rooms_already_sealed, 1);
    assert_eq!(world.archived(&room).await.unwrap().len(), 2);
    assert_eq!(world.watermarks(0).await, Watermarks { low: 6, high: 6 });
}

async fn a_room_that_never_opened_holds_nothing_back(place: Place) {
    let world = World::new(place).await;
    let room = world.creating_room(0).await;
    world.begin(&room).await;
    world.storage.rooms.mark_aborted(room.id).await.unwrap();

    let report = world.pass(small()).await;

    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.counts.records_quarantined, 0);
    assert_eq!(world.status(&room).await, RoomStatus::Aborted);
    assert_eq!(world.watermarks(0).await, Watermarks { low: 1, high: 1 });
}

async fn a_conflict_stops_that_room_only_and_is_never_truncated_past(place: Place) {
    let world = World::new(place).await;
    let fine = world.open_room(0).await;
    let torn = world.open_room(0).await;
    world.close(&fine).await;
    world.close(&torn).await;
    let records = world.records().await;
    let folded = folded(&records, &torn, world.storage.log.epoch()).remove(1);
    let event = Event { at_ms: folded.event().at_ms + 1, ..folded.event().clone() };
    let event = ArchivedEvent::new(folded.room, folded.epoch, folded.offset, event).unwrap();
    world.storage.archive.insert(&[event]).await.unwrap();

    let report = world.pass(small()).await;

    assert!(!report.is_complete());
    assert_eq!((report.failures_total, report.counts.rooms_sealed), (1, 1));
    let failure = &report.failures[0];
    assert_eq!((failure.partition, failure.room), (Some(0), Some(torn.id)));
    assert!(failure.reason.contains("another content"), "{}", failure.reason);
    assert_eq!(world.watermarks(0).await.low, torn.first_offset);
    assert_eq!(world.archived(&torn).await, None);
    assert_eq!(world.status(&torn).await, RoomStatus::Closed);
}

async fn a_room_is_not_sealed_unless_what_is_read_back_is_what_was_folded(place: Place) {
    let world = World::new(place).await;
    let room = world.open_room(0).await;
    world.close(&room).await;
    let records = world.records().await;
    let mut doubled = folded(&records, &room, world.storage.log.epoch()).remove(1);
    doubled.offset = 99;
    world.storage.archive.insert(&[doubled]).await.unwrap();

    let report = world.pass(small()).await;

    assert_eq!(report.failures_total, 1);
    assert!(report.failures[0].reason.contains("1 of 2 events"), "{report:?}");
    assert_eq!(world.seal_of(&room).await, None);
    assert_eq!(world.watermarks(0).await.low, 0);
}

async fn a_room_whose_beginning_is_lost_is_told_and_held(place: Place) {
    let world = World::new(place).await;
    let room = world.open_room(0).await;
    world.say(&room, 1, "line").await;
    world.close(&room).await;
    world.storage.log.truncate(0, 1).await.unwrap();

    let report = world.pass(small()).await;

    assert_eq!(report.failures_total, 1);
    assert!(report.failures[0].reason.contains("beginning"), "{report:?}");
    assert_eq!(world.watermarks(0).await.low, 1);
}

async fn every_batch_size_gives_the_same_archive(place: Place) {
    let seed = World::new(place).await;
    let mut rooms = vec![];
    for partition in [0, 0, 0, 1] {
        rooms.push(seed.open_room(partition).await);
    }
    for room in &rooms {
        talk(&seed, room, 4).await;
    }
    for room in &rooms {
        seed.close(room).await;
    }
    let whole = World::copy_of(&seed).await;
    whole.pass(PassLimits { soak_ms: 0, ..PassLimits::default() }).await;
    let expected = whole.rest(&rooms).await;
    assert_eq!(expected.records, []);

    for (read_records_max, read_bytes_max, insert_events_max, group_records_max, group_bytes_max) in [
        (1, 1, 1, 1, 1 << 20),
        (5, 1000, 6, 12, 1 << 20),
        (6, 1 << 20, 5, 17, 1 << 20),
        (100, 1, 100, 18, 1 << 20),
        (5, 1000, 100, 1000, 1),
        (5, 1000, 7, 1000, 3000),
    ] {
        let world = World::copy_of(&seed).await;
        let limits = PassLimits {
            soak_ms: 0,
            read_records_max,
            read_bytes_max,
            insert_events_max,
            group_records_max,
            group_bytes_max,
            workers_max: 1,
            ..PassLimits::default()
        };
        let report = world.pass(limits).await;
        assert_eq!(report.counts.events_archived, 24);
        assert_eq!(world.rest(&rooms).await, expected);
    }
}

async fn a_pass_that_is_told_to_stop_says_so_and_deletes_nothing(place: Place) {
    let world = World::new(place).await;
    let room = world.open_room(0).await;
    world.close(&room).await;
    let stop = CancellationToken::new();
    stop.cancel();
    let clock = Arc::new(world.clock.clone());

    let ports = world.storage.clone();
    let report = pass::run(ports, clock, small(), stop, &Terminal::hidden()).await;

    assert!(report.stopped && !report.is_complete());
    assert_eq!(report.failures_total, 0);
    assert_eq!(world.watermarks(0).await.low, 0);
    assert_eq!(world.archived(&room).await, None);
}

async fn a_pass_with_nothing_to_do_reports_that(place: Place) {
    let report = World::new(place).await.pass(small()).await;
    let line = serde_json::to_value(&report).unwrap();
    assert!(report.is_complete());
    assert_eq!(line["started_at"], "2027-01-15T08:00:00Z");
    for count in [
        "duration_ms",
        "records_read",
        "rooms_sealed",
        "rooms_already_sealed",
        "events_archived",
        "records_quarantined",
        "records_truncated",
        "failures_total",
    ] {
        assert_eq!(line[count], 0, "{count}");
    }
    assert_eq!(line["partitions"], 4);
    assert_eq!(line["oldest_open_age_s"], serde_json::Value::Null);
    assert_eq!(line["failures"], serde_json::json!([]));
}

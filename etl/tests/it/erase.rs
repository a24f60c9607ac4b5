//! The archive forgets people, whenever their rooms close.

use std::process::Command;

use etl::crash_point::{CrashPoint, VARIABLE};
use schemas::event::Event;
use schemas::ids::{RoomId, UserId};
use schemas::record::{Entry, MemberJoined};
use serde_json::{Value, json};
use storage::clock::{Clock, SystemClock};
use uuid::Uuid;

use crate::binary::{etl_on, once_on, reports, stderr};
use crate::world::{Place, Room, World, at_places};

at_places! {
    a_person_is_forgotten_in_rooms_that_are_archived: file, mongo, engines;
    a_person_is_forgotten_in_rooms_that_close_later: file, mongo, engines;
    a_person_is_forgotten_in_a_room_whose_pass_was_killed: file, mongo, engines;
    an_owners_name_is_forgotten_in_rows: file, mongo, engines;
    a_person_is_forgotten_in_what_is_set_aside: file, mongo, engines;
    somebody_unknown_is_remembered_all_the_same: file, mongo, engines;
}

const SECRET: &str = "I live at number 7";
const NAME: &str = "Petr Petrovich";

fn erase(world: &World, user: UserId) -> Command {
    let mut command = etl_on(world);
    command.args(["erase", "--user", &user.to_string()]);
    command
}

/// Erases and answers the report.
fn erased(world: &World, user: UserId) -> Value {
    let output = erase(world, user).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!stderr(&output).contains(SECRET));
    let mut reports = reports(&output);
    assert_eq!(reports.len(), 1);
    let mut report = reports.remove(0);
    assert!(report["duration_ms"].take().is_number());
    report
}

fn report(user: UserId, is_new: bool, rooms: u64, events_erased: u64) -> Value {
    json!({
        "user": user, "is_new": is_new, "rooms": rooms, "rooms_done": rooms,
        "names_erased": 0, "events_erased": events_erased, "records_erased": 0, "stopped": false,
        "duration_ms": null,
    })
}

/// A closed room in which a guest says something.
async fn evening(world: &World, guest: UserId) -> Room {
    let room = world.open_room(1).await;
    let as_guest = Room { owner: guest, session: Room::new(1).session, ..room };
    let joined = MemberJoined { name: NAME.to_owned() };
    world.append(&as_guest, None, Entry::MemberJoined(joined)).await;
    world.say(&room, 1, "hello").await;
    world.say(&as_guest, 1, SECRET).await;
    world.close(&room).await;
    room
}

/// Whether a room reads as it should once its guest is forgotten.
async fn assert_forgotten(world: &World, room: &Room) {
    let events = world.archived(room).await.unwrap();
    let text = serde_json::to_string(&events).unwrap();
    assert!(!text.contains(SECRET) && !text.contains(NAME), "{text}");
    let texts = |event: &Event| match &event.entry {
        Entry::Chat(chat) => Some((chat.text.clone(), chat.redacted)),
        _ => None,
    };
    let chats: Vec<_> = events.iter().filter_map(texts).collect();
    assert_eq!(chats, [("hello".to_owned(), false), (String::new(), true)]);
    let seal = world.seal_of(room).await.unwrap();
    let chains = world.storage.archive.read_back(&[room.id]).await.unwrap();
    assert_eq!((chains[0].count, chains[0].hash), (seal.count, seal.hash));
}

async fn a_person_is_forgotten_in_rooms_that_are_archived(place: Place) {
    let world = World::at(place, SystemClock.now_ms()).await;
    let guest = UserId(Uuid::new_v4());
    let rooms = [evening(&world, guest).await, evening(&world, guest).await];
    let other = evening(&world, UserId(Uuid::new_v4())).await;
    assert!(once_on(&world).status.success());
    let before = world.archived(&other).await;

    assert_eq!(erased(&world, guest), report(guest, true, 2, 4));
    for room in &rooms {
        assert_forgotten(&world, room).await;
    }
    assert_eq!(erased(&world, guest), report(guest, false, 2, 0));
    assert_eq!(world.archived(&other).await, before);
    assert!(once_on(&world).status.success());
}

async fn a_person_is_forgotten_in_rooms_that_close_later(place: Place) {
    let world = World::at(place, SystemClock.now_ms()).await;
    let guest = UserId(Uuid::new_v4());
    let room = evening(&world, guest).await;
    assert_eq!(erased(&world, guest), report(guest, true, 0, 0));

    let output = once_on(&world);

    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(reports(&output)[0]["rooms_sealed"], 1);
    assert_forgotten(&world, &room).await;
    assert_eq!(erased(&world, guest), report(guest, false, 1, 0));
}

async fn a_person_is_forgotten_in_a_room_whose_pass_was_killed(place: Place) {
    for point in [CrashPoint::ReadBack, CrashPoint::Seal] {
        let world = World::at(place, SystemClock.now_ms()).await;
        let guest = UserId(Uuid::new_v4());
        let room = evening(&world, guest).await;
        let killed = etl_on(&world).arg("--once").env(VARIABLE, point.name()).output().unwrap();
        assert!(!killed.status.success());

        assert_eq!(erased(&world, guest), report(guest, true, 1, 2));
        let output = once_on(&world);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_forgotten(&world, &room).await;
    }
}

async fn an_owners_name_is_forgotten_in_rows(place: Place) {
    let world = World::at(place, SystemClock.now_ms()).await;
    let name_of =
        async |room: &Room| world.storage.rooms.get(room.id).await.unwrap().unwrap().owner_name;
    let before = evening(&world, UserId(Uuid::new_v4())).await;
    assert_ne!(name_of(&before).await, "");
    assert_eq!(erased(&world, before.owner)["names_erased"], 1);
    assert_eq!(name_of(&before).await, "");

    let after = evening(&world, UserId(Uuid::new_v4())).await;
    world.storage.archive.remember_erasure(after.owner, 1).await.unwrap();
    assert_ne!(name_of(&after).await, "");
    assert!(once_on(&world).status.success());
    assert_eq!(name_of(&after).await, "");
}

async fn a_person_is_forgotten_in_what_is_set_aside(place: Place) {
    let world = World::at(place, SystemClock.now_ms()).await;
    let known = world.creating_room(2).await;
    let stranger = Room { id: RoomId(Uuid::now_v7()), owner: UserId(Uuid::new_v4()), ..known };
    let later = Room { id: RoomId(Uuid::now_v7()), ..stranger };
    world.append_bytes(2, known.id, b"no record".to_vec()).await;
    world.say(&stranger, 1, SECRET).await;
    assert!(once_on(&world).status.success());
    let text_of = async || {
        let kept = world.quarantined(2).await;
        kept.iter().map(|kept| String::from_utf8_lossy(&kept.raw).into_owned()).collect::<Vec<_>>()
    };
    assert!(text_of().await[1].contains(SECRET));

    assert_eq!(erased(&world, stranger.owner)["records_erased"], 1);
    assert_eq!(erased(&world, stranger.owner)["records_erased"], 0);
    world.say(&later, 2, SECRET).await;
    assert!(once_on(&world).status.success());

    let texts = text_of().await;
    assert_eq!((texts.len(), texts[0].as_str()), (3, "no record"));
    for text in &texts[1..] {
        assert!(text.contains("redacted") && !text.contains(SECRET), "{text}");
    }
}

async fn somebody_unknown_is_remembered_all_the_same(place: Place) {
    let world = World::at(place, SystemClock.now_ms()).await;
    let nobody = UserId(Uuid::new_v4());
    assert_eq!(erased(&world, nobody), report(nobody, true, 0, 0));
    assert_eq!(erased(&world, nobody), report(nobody, false, 0, 0));
    let remembered = world.storage.archive.erased_among(&[nobody]).await.unwrap();
    assert!(remembered.contains(&nobody));
}

#[tokio::test]
async fn without_an_id_nobody_is_forgotten() {
    let world = World::new(Place::File).await;
    for arguments in [&["erase"][..], &["erase", "--user", "Petr"]] {
        let output = etl_on(&world).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("--user"), "{}", stderr(&output));
    }
}

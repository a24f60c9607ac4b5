//! Messages by HTTP: found, and deleted for good wherever they lie.

use end_to_end::{Person, Server, run_etl};
use schemas::ids::RoomId;
use schemas::record::Entry;
use serde_json::Value;

use crate::scene::Scene;

const SECRET: &str = "The code is 4711";

/// Texts of a room's chat, newest first.
async fn texts(person: &Person, room: RoomId, query: &str) -> Vec<String> {
    let page = person.get_of_room(room, &format!("messages?{query}")).await.ok();
    let chats = page["items"].as_array().unwrap().iter().filter(|event| event["event"] == "chat");
    chats.map(|event| event["body"]["text"].as_str().unwrap().to_owned()).collect()
}

async fn deletes(person: &Person, room: RoomId, seq: u64) {
    let answer = person.delete_of_room(room, &format!("messages/{seq}")).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{}", answer.text);
}

async fn is_refused(person: &Person, room: RoomId, seq: u64, status: u16, code: &str) {
    person.delete_of_room(room, &format!("messages/{seq}")).await.refused(status, code);
}

/// Who may delete what is the same wherever the room is on its way.
async fn refusals_hold(server: &Server, scene: &Talk) {
    let stranger = server.sign_up("Anna").await;
    let Talk { room, vasily, petr, of_vasily, .. } = scene;
    is_refused(petr, *room, *of_vasily, 403, "not_your_message").await;
    is_refused(&stranger, *room, *of_vasily, 403, "not_member").await;
    is_refused(vasily, *room, 1, 409, "not_a_message").await;
    for seq in [0, 1_000_000, u64::MAX] {
        is_refused(vasily, *room, seq, 404, "no_such_message").await;
    }
    let elsewhere = uuid::Uuid::now_v7().to_string().parse().unwrap();
    is_refused(vasily, elsewhere, 1, 404, "no_such_room").await;
    let malformed = vasily.delete_of_room(*room, "messages/x").await;
    malformed.refused(422, "invalid");
    assert_eq!(malformed.refused_fields(), ["seq"]);
}

/// A room with a line of Vasily, who owns it, and two of Petr.
struct Talk {
    room: RoomId,
    vasily: Person,
    petr: Person,
    of_vasily: u64,
    of_petr: [u64; 2],
}

impl Talk {
    async fn of(scene: &mut Scene) -> Self {
        Self {
            room: scene.room,
            vasily: scene.owner(),
            petr: scene.petr.person.clone(),
            of_vasily: scene.vasily.chat("Hello, Petr").await,
            of_petr: [scene.petr.chat(SECRET).await, scene.petr.chat("ПРИВЕТ, Ёжик").await],
        }
    }
}

#[tokio::test]
async fn a_message_is_deleted_while_everyone_looks_on() {
    let mut scene = Scene::set().await;
    let talk = Talk::of(&mut scene).await;
    refusals_hold(&scene.server, &talk).await;
    let Talk { room, vasily, petr, of_petr: [secret, greeting], .. } = talk;

    deletes(&petr, room, secret).await;
    let seen = scene.vasily.event_of("redacted", greeting).await;
    assert_eq!(seen.user, Some(petr.id));
    assert!(matches!(seen.entry, Entry::Redacted(ref body) if body.seq == secret), "{seen:?}");
    // Nothing more happens when it is asked again, nor when the author has left.
    deletes(&petr, room, secret).await;
    petr.post_to_room(room, "disconnect").await.ok();
    deletes(&petr, room, greeting).await;
    assert_eq!(texts(&petr, room, "").await, ["", "", "Hello, Petr"]);
    let page = vasily.get_of_room(room, "messages").await.ok();
    let kinds: Vec<&Value> =
        page["items"].as_array().unwrap().iter().map(|event| &event["event"]).collect();
    assert_eq!(kinds[..3], ["redacted", "member_left", "redacted"]);
    let late = vasily.open_tab(room).await.history().welcome.to_string();
    assert!(!late.contains(SECRET), "{late}");
}

#[tokio::test]
async fn a_message_of_a_closed_room_is_deleted_before_it_is_archived() {
    let mut scene = Scene::set().await;
    let talk = Talk::of(&mut scene).await;
    talk.vasily.post_to_room(talk.room, "close").await.ok();
    refusals_hold(&scene.server, &talk).await;
    let Talk { room, vasily, petr, of_petr: [secret, greeting], .. } = talk;
    for _ in 0..2 {
        deletes(&petr, room, secret).await;
        deletes(&vasily, room, greeting).await;
    }
    let left = ["", "", "Hello, Petr"];
    assert_eq!(texts(&petr, room, "").await, left);
    assert_eq!(texts(&petr, room, "query=code").await, [""; 0]);
    for rooms_sealed in [1, 0] {
        assert_eq!(run_etl(&scene.server).await["rooms_sealed"], rooms_sealed);
        assert_eq!(texts(&petr, room, "").await, left);
    }
}

#[tokio::test]
async fn a_message_is_deleted_from_the_archive() {
    let mut scene = Scene::set().await;
    let talk = Talk::of(&mut scene).await;
    talk.vasily.post_to_room(talk.room, "close").await.ok();
    assert_eq!(run_etl(&scene.server).await["rooms_sealed"], 1);
    refusals_hold(&scene.server, &talk).await;
    let Talk { room, vasily, petr, of_petr: [secret, greeting], .. } = talk;
    for _ in 0..2 {
        deletes(&petr, room, secret).await;
        deletes(&vasily, room, greeting).await;
    }
    let page = vasily.get_of_room(room, "messages").await.ok();
    let of = |seq: u64| {
        let items = page["items"].as_array().unwrap().iter();
        items.clone().find(|event| event["seq"] == seq).unwrap()["body"].clone()
    };
    for seq in [secret, greeting] {
        assert_eq!((&of(seq)["text"], &of(seq)["redacted"]), (&"".into(), &true.into()));
    }
    run_etl(&scene.server).await;
    assert_eq!(texts(&petr, room, "").await, ["", "", "Hello, Petr"]);
}

#[tokio::test]
async fn lines_are_found_by_what_they_say_whatever_the_case() {
    let mut scene = Scene::set().await;
    let Talk { room, vasily, petr, .. } = Talk::of(&mut scene).await;
    for is_archived in [false, true] {
        if is_archived {
            vasily.post_to_room(room, "close").await.ok();
            run_etl(&scene.server).await;
        }
        for (query, found) in [
            ("query=CODE", vec![SECRET]),
            ("query=%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82,%20%D1%91", vec!["ПРИВЕТ, Ёжик"]),
            ("query=%20e%20", vec![SECRET, "Hello, Petr"]),
            ("query=e&limit=1", vec![SECRET]),
            ("query=member", vec![]),
            ("query=%25", vec![]),
            ("query=%20", vec!["ПРИВЕТ, Ёжик", SECRET, "Hello, Petr"]),
        ] {
            assert_eq!(texts(&petr, room, query).await, found, "{query}");
        }
    }
    for (length, status) in [(100, 200), (101, 422)] {
        let query = format!("messages?query={}", "%D1%8B".repeat(length));
        assert_eq!(petr.get_of_room(room, &query).await.status, status);
    }
    let anna = scene.server.sign_up("Anna").await;
    anna.get_of_room(room, "messages?query=e").await.refused(403, "not_member");
}

#[tokio::test]
async fn a_search_goes_on_where_it_ended() {
    let mut scene = Scene::set().await;
    let petr = scene.petr.person.clone();
    for number in 0..12 {
        let name = if number % 3 == 0 { "Fizz" } else { "buzz" };
        scene.petr.surely_says(&format!("{name} {number}")).await;
    }
    let mut before = String::new();
    let mut found = vec![];
    loop {
        let query = format!("messages?query=FIZZ&limit=3{before}");
        let page = petr.get_of_room(scene.room, &query).await.ok();
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|event| event["body"]["text"].clone()));
        assert_eq!(page["has_more"], !page["next_before"].is_null());
        if page["has_more"] == false {
            break;
        }
        before = format!("&before={}", page["next_before"]);
    }
    assert_eq!(found, ["Fizz 9", "Fizz 6", "Fizz 3", "Fizz 0"]);
}

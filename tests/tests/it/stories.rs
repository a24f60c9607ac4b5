//! Both user stories, whole.

use end_to_end::{Person, Server, Tab, run_etl, until};
use schemas::ids::{MovieId, RoomId};
use serde_json::{Value, json};

use crate::scene::assert_agree;

/// Someone who is not in any story.
async fn stranger_sees_nothing(server: &Server, room: RoomId) {
    let anna = server.sign_up("Anna").await;
    anna.get_of_room(room, "messages").await.refused(403, "not_member");
    let view = anna.get(&format!("/api/v1/room/{room}")).await.ok();
    assert_eq!(view["members"], Value::Null);
}

/// Follows a link as a browser does, up to the page; the room.
async fn follow(server: &Server, link: &str) -> RoomId {
    let path = link.strip_prefix(server.public_url()).expect("a short link of this server");
    assert!(path.len() <= "/i/".len() + 16, "{path} is not short");
    let browser = async |path: &str| {
        let request = server.http().get(server.address() + path).header("accept", "text/html");
        end_to_end::Answer::of(request).await
    };
    let invited = browser(path).await;
    assert_eq!(invited.status, 303);
    let join = invited.header("location").to_owned();
    let joined = browser(&join).await;
    assert_eq!(joined.status, 303, "{}", joined.text);
    let page = joined.header("location");
    let room = page.strip_prefix("/room/").expect("the room's page");
    assert_eq!(join, format!("/api/v1/room/{room}/join"));
    assert_eq!(browser(page).await.status, 200);
    room.parse().unwrap()
}

/// The film that both want, as the match shows it.
async fn the_match(vasily: &Person, petr: &Person) -> MovieId {
    let matches = until("the match shows", async || {
        let page = vasily.get("/api/v1/matches").await.ok();
        (page["total"] == 1).then_some(page)
    });
    let matches = matches.await;
    let found = &matches["items"][0];
    assert_eq!(found["friends"], json!([{"id": petr.id, "name": "Petr"}]));
    found["movie"]["id"].as_str().unwrap().parse().unwrap()
}

async fn act(tab: &mut Tab, other: &mut Tab, command: Value) {
    let seq = tab.does(command).await;
    tab.event(seq).await;
    other.event(seq).await;
    assert_agree(tab, other);
}

async fn watch(vasily: &mut Tab, petr: &mut Tab) {
    act(vasily, petr, json!({"type": "chat", "text": "Ready?"})).await;
    act(petr, vasily, json!({"type": "chat", "text": "Go!", "reply_to": 3})).await;
    act(vasily, petr, json!({"type": "play", "position_ms": 0})).await;
    assert_eq!(petr.history().playback.as_ref().map(|playback| playback.paused), Some(false));
    act(petr, vasily, json!({"type": "pause", "position_ms": 4200})).await;
    let playback = vasily.history().playback.clone().unwrap();
    assert_eq!((playback.paused, playback.position_ms), (true, 4200));
    act(vasily, petr, json!({"type": "seek", "position_ms": 1000})).await;
    act(petr, vasily, json!({"type": "play", "position_ms": 1000})).await;
}

async fn all_messages(person: &Person, room: RoomId) -> Vec<Value> {
    let page = person.get_of_room(room, "messages?limit=100").await.ok();
    assert_eq!(page["has_more"], false);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_evening_from_the_first_wish_to_the_archive() {
    let server = Server::start().await;
    let vasily = server.sign_up("Vasily").await;
    let petr = server.sign_up("Petr").await;
    vasily.befriend(&petr).await;
    let wanted = vasily.some_film().await;
    vasily.wants(wanted).await;
    petr.wants(wanted).await;
    assert_eq!(the_match(&vasily, &petr).await, wanted);

    let (room, link) = vasily.create_room_with(&json!({"movie_id": wanted})).await;
    let mut at_vasilys = vasily.open_tab(room).await;
    assert_eq!(follow(&server, &link).await, room);
    let mut at_petrs = petr.join(room).await;
    at_vasilys.event(2).await;
    assert_agree(&mut at_vasilys, &mut at_petrs);
    watch(&mut at_vasilys, &mut at_petrs).await;

    // Petr leaves for good and comes back; the room stays.
    let seq = at_petrs.history().seq();
    petr.post_to_room(room, "disconnect").await.ok();
    at_petrs.socket.closed_with(1000).await;
    at_vasilys.event_of("member_left", seq).await;
    let mut at_petrs = petr.join(room).await;
    at_vasilys.event_of("member_joined", seq).await;
    assert_agree(&mut at_vasilys, &mut at_petrs);
    let said = at_petrs.chat("I am back").await;
    at_vasilys.event(said).await;

    vasily.post_to_room(room, "close").await.ok();
    at_vasilys.socket.closed_with(4410).await;
    at_petrs.socket.closed_with(4410).await;
    let in_log = all_messages(&petr, room).await;
    let seen: Vec<Value> = at_petrs
        .history()
        .events
        .iter()
        .rev()
        .map(|event| serde_json::to_value(event).unwrap())
        .collect();
    assert_eq!(in_log.len(), seen.len(), "the last thing both see is the close");
    for (kept, seen) in in_log.iter().zip(&seen) {
        assert_eq!(
            (&kept["seq"], &kept["event"], &kept["body"]),
            (&seen["seq"], &seen["event"], &seen["body"])
        );
    }
    archived(&server, &vasily, &petr, room, &in_log).await;
}

async fn archived(server: &Server, vasily: &Person, petr: &Person, room: RoomId, in_log: &[Value]) {
    let report = run_etl(server).await;
    assert_eq!((&report["rooms_sealed"], &report["failures_total"]), (&json!(1), &json!(0)));
    let view = vasily.get(&format!("/api/v1/room/{room}")).await.ok();
    assert_eq!((&view["status"], &view["link"]), (&json!("archived"), &Value::Null));
    let members = view["members"].as_array().unwrap();
    assert!(members.contains(&json!(vasily.id)) && members.contains(&json!(petr.id)), "{view}");
    let again = run_etl(server).await;
    assert_eq!(again["rooms_sealed"], 0, "{again}");
    for person in [vasily, petr] {
        assert_eq!(all_messages(person, room).await, in_log);
    }
    let middle = petr.get_of_room(room, "messages?before=6&limit=2").await.ok();
    let from_end = in_log.len() - 5;
    assert_eq!(middle["items"].as_array().unwrap(), &in_log[from_end..from_end + 2]);
    assert_eq!(middle["has_more"], true);
    stranger_sees_nothing(server, room).await;
    petr.get_of_room(room, "join").await.refused(410, "closed");
    // The next evening can begin.
    vasily.create_room().await;
}

#[tokio::test]
async fn a_link_that_leads_nowhere_or_to_the_past_is_a_page_for_people() {
    let server = Server::start().await;
    let vasily = server.sign_up("Vasily").await;
    let (room, link) = vasily.create_room().await;
    let path = link.strip_prefix(server.public_url()).unwrap();
    vasily.post_to_room(room, "close").await.ok();
    server.get(path).await.refused(410, "closed");
    server.get("/i/nosuchcode").await.refused(404, "no_such_invite");
    for (path, status) in [(path, 410), ("/i/nosuchcode", 404)] {
        let request = server.http().get(server.address() + path).header("accept", "text/html");
        let page = end_to_end::Answer::of(request).await;
        assert_eq!(page.status, status);
        assert!(page.header("content-type").starts_with("text/html"));
    }
}

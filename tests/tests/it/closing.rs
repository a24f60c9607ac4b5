//! Rooms that end by themselves.

use end_to_end::until;
use schemas::record::{CloseReason, Entry};
use serde_json::json;

use crate::scene::Scene;

fn reason(entry: &Entry) -> Option<CloseReason> {
    match entry {
        Entry::RoomClosed(body) => Some(body.reason),
        _ => None,
    }
}

#[tokio::test]
async fn a_room_closes_some_time_after_its_film_has_ended() {
    let mut scene = Scene::set_with(&[("ENDED_CLOSE", "1s")], json!({})).await;
    let duration_ms = scene.vasily.history().welcome["room"]["movie"]["duration_ms"].clone();
    scene.petr.does(json!({"type": "seek", "position_ms": duration_ms})).await;
    let seq = scene.petr.does(json!({"type": "ended"})).await;
    let closed = scene.vasily.event_of("room_closed", seq).await;
    assert_eq!(reason(&closed.entry), Some(CloseReason::Ended));
    scene.vasily.socket.closed_with(4410).await;
    scene.petr.socket.closed_with(4410).await;
    scene.assert_agree();
}

#[tokio::test]
async fn a_room_closes_at_its_greatest_age() {
    let mut scene = Scene::set_with(&[("ROOM_AGE_MAX", "3s")], json!({})).await;
    let closed = scene.petr.event_of("room_closed", 2).await;
    assert_eq!(reason(&closed.entry), Some(CloseReason::TooOld));
    scene.petr.socket.closed_with(4410).await;
    let created = scene.petr.event(1).await;
    assert!(closed.at_ms - created.at_ms >= 3000);
}

#[tokio::test]
async fn a_room_without_anybody_closes() {
    let variables = [("EMPTY_CLOSE", "1s"), ("SESSION_GRACE", "1s")];
    let scene = Scene::set_with(&variables, json!({})).await;
    let (room, owner) = (scene.room, scene.owner());
    let Scene { vasily, petr, server: _server, .. } = scene;
    petr.person.post_to_room(room, "disconnect").await.ok();
    vasily.socket.close().await;
    until("the room is closed", async || {
        let view = owner.get(&format!("/api/v1/room/{room}")).await.ok();
        (view["status"] == "closed").then_some(())
    })
    .await;
    let page = owner.get_of_room(room, "messages").await.ok();
    assert_eq!(page["items"][0]["body"]["reason"], "empty");
    assert_eq!(page["items"][1]["body"]["reason"], "gone");
    owner.create_room().await;
}

#[tokio::test]
async fn a_closed_room_takes_nothing_more() {
    let mut scene = Scene::set().await;
    let owner = scene.owner();
    owner.post_to_room(scene.room, "close").await.ok();
    scene.petr.socket.closed_with(4410).await;
    scene.petr.send(json!({"type": "chat", "text": "too late"})).await;
    let page = owner.get_of_room(scene.room, "messages").await.ok();
    assert_eq!(page["items"][0]["event"], "room_closed");
    let last = scene.vasily.event_of("room_closed", 0).await;
    assert_eq!(page["items"][0]["seq"], last.seq);
}

/// The row of a closed room once lagged the answer, and its owner was refused a new one.
#[tokio::test]
async fn an_owner_who_closes_a_room_opens_another_at_once() {
    const ROOMS: usize = 20;
    let mut scene = Scene::set().await;
    let owner = scene.owner();
    let film = json!({"movie_id": scene.vasily.history().welcome["room"]["movie"]["id"]});
    let mut room = scene.room;
    for _ in 0..ROOMS {
        // Nothing in between, or the row would have time to follow.
        owner.post_to_room(room, "close").await.ok();
        room = owner.create_room_with(&film).await.0;
    }
}

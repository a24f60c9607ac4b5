//! Which tickets open which sockets, and what else is refused before the upgrade.

use end_to_end::{Refused, Socket, socket_request};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use uuid::Uuid;

use crate::scene::Scene;

#[track_caller]
fn assert_refused(opened: Result<Socket, Refused>, status: u16, code: &str) {
    let refused = opened.err().expect("should be refused");
    assert_eq!((refused.status, refused.code()), (status, code), "{}", refused.body);
    assert_eq!(refused.body["success"], false);
    assert!(refused.body["errors"][0].is_string());
}

#[tokio::test]
async fn a_ticket_is_for_one_room_and_cannot_be_changed() {
    let scene = Scene::set().await;
    let petr = &scene.petr.person;
    let (other_room, _) = petr.create_room().await;
    let ticket = petr.ticket(other_room, None).await.ticket;
    let url = |ticket: &str| {
        let room = scene.room;
        format!("{}/api/v1/room/{room}/ws?ticket={ticket}", scene.server.public_url())
            .replacen("http", "ws", 1)
    };
    assert_refused(petr.open(&url(&ticket)).await, 401, "bad_ticket");
    assert_refused(petr.open(&url("")).await, 401, "bad_ticket");
    assert_refused(petr.open(&url("no.such.ticket")).await, 401, "bad_ticket");
    assert_refused(petr.open(&url(&"t".repeat(4097))).await, 401, "unauthorized");
    assert_refused(petr.open(&url(&petr.token)).await, 401, "bad_ticket");
    let without = url("").replace("?ticket=", "");
    assert_refused(petr.open(&without).await, 401, "unauthorized");

    let good = petr.ticket(scene.room, None).await.ticket;
    let (claims, signature) = good.rsplit_once('.').unwrap();
    let forged: String = signature.chars().rev().collect();
    assert_refused(petr.open(&url(&format!("{claims}.{forged}"))).await, 401, "bad_ticket");
    petr.open(&url(&good)).await.unwrap();
}

#[tokio::test]
async fn a_session_belongs_to_one_person() {
    let scene = Scene::set().await;
    let vasilys = Some(scene.vasily.session);
    let refused = scene.petr.person.try_ticket(scene.room, vasilys).await.unwrap();
    refused.refused(403, "not_your_session");
    assert!(scene.vasily.socket.end().is_none());
}

#[tokio::test]
async fn the_door_closes_with_the_membership_and_with_the_room() {
    let mut scene = Scene::set().await;
    let petr = scene.petr.person.clone();
    let opening = petr.ticket(scene.room, None).await;
    petr.post_to_room(scene.room, "disconnect").await.ok();
    assert_refused(petr.open(&opening.url).await, 403, "not_member");
    petr.join_only(scene.room).await;
    let opening = petr.ticket(scene.room, None).await;
    scene.owner().post_to_room(scene.room, "close").await.ok();
    scene.vasily.socket.closed_with(4410).await;
    assert_refused(petr.open(&opening.url).await, 410, "closed");
}

#[tokio::test]
async fn other_pages_other_protocols_and_other_addresses_are_refused() {
    let scene = Scene::set().await;
    let petr = &scene.petr.person;
    let url = petr.ticket(scene.room, None).await.url;
    let origin = scene.server.public_url();
    for foreign in ["https://evil.test", "null", &format!("{origin}.evil.test")] {
        let opened = Socket::open(socket_request(&url, foreign)).await;
        assert_refused(opened, 403, "origin");
    }
    let mut request = socket_request(&url, origin);
    let other = HeaderValue::from_static("movie-together.v2");
    request.headers_mut().insert("sec-websocket-protocol", other);
    assert_refused(Socket::open(request).await, 400, "subprotocol");
    let no_room = url.replace(&scene.room.to_string(), &Uuid::now_v7().to_string());
    assert_refused(petr.open(&no_room).await, 401, "bad_ticket");
    let no_uuid = url.replace(&scene.room.to_string(), "5");
    assert_refused(petr.open(&no_uuid).await, 422, "invalid");
    for half in ["&epoch=e", "&since=1", "&epoch=e&since=-1", "&epoch=e&since=x"] {
        assert_refused(petr.open(&(url.clone() + half)).await, 422, "invalid");
    }
    let path = url.split_once("/api").unwrap().1;
    let plain = scene.server.get(&format!("/api{path}")).await;
    plain.refused(426, "upgrade_required");
    // None of this used the ticket up.
    petr.open(&url).await.unwrap();
}

#[tokio::test]
async fn a_member_has_up_to_16_tabs() {
    let scene = Scene::set().await;
    let petr = &scene.petr.person;
    let mut tabs = vec![];
    for _ in 1..16 {
        tabs.push(petr.open_tab(scene.room).await);
    }
    let one_more = petr.try_ticket(scene.room, None).await.unwrap();
    one_more.refused(409, "too_many_sessions");
    petr.ticket(scene.room, Some(tabs[0].session)).await;
    // A ticket that is out counts as well, until its tab is gone.
    tabs.pop().unwrap().socket.close().await;
    end_to_end::until("a tab's place is free", async || {
        let answer = petr.try_ticket(scene.room, None).await?;
        (answer.status == 200).then_some(())
    })
    .await;
    scene.owner().ticket(scene.room, None).await;
}

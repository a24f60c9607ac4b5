//! The owner puts somebody out.

use end_to_end::Person;
use reqwest::Method;
use schemas::record::{Entry, LeaveReason};
use serde_json::json;

use crate::scene::Scene;

async fn removes(scene: &Scene, person: &Person) {
    let what = format!("members/{}", person.id);
    let answer = scene.owner().delete_of_room(scene.room, &what).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{}", answer.text);
}

#[tokio::test]
async fn who_is_removed_is_out_at_once_and_does_not_come_back() {
    let mut scene = Scene::set().await;
    let petr = scene.petr.person.clone();
    let mut second = petr.open_tab(scene.room).await;
    let ticket = petr.ticket(scene.room, None).await;
    let said = scene.petr.chat("spoilers").await;

    removes(&scene, &petr).await;
    scene.petr.socket.closed_with(4403).await;
    second.socket.closed_with(4403).await;
    let seen = scene.vasily.event_of("member_left", said).await;
    assert_eq!(seen.user, Some(petr.id));
    let Entry::MemberLeft(ref body) = seen.entry else { panic!("{seen:?}") };
    assert_eq!(body.reason, LeaveReason::Removed);

    // Neither by the link, nor by a ticket, old or new.
    let link = scene.owner().post_to_room(scene.room, "invite").await.json();
    let code = link["link"].as_str().unwrap().strip_prefix(scene.server.public_url()).unwrap();
    assert_eq!(scene.server.get(code).await.status, 303);
    petr.get_of_room(scene.room, "join").await.refused(403, "removed");
    let again = format!("/api/v1/room/{}/ticket", scene.room);
    petr.post(&again, &json!({})).await.refused(403, "removed");
    assert_eq!(petr.open(&ticket.url).await.err().unwrap().status, 403);

    // Removing again changes nothing; what was said stays, and others come and go.
    removes(&scene, &petr).await;
    let anna = scene.server.sign_up("Anna").await;
    let mut anna = anna.join(scene.room).await;
    let last = anna.chat("hello").await;
    scene.vasily.event(last).await;
    let kinds = scene.vasily.history().kinds();
    let kinds: Vec<&str> = kinds.iter().rev().take(4).rev().map(AsRef::as_ref).collect();
    assert_eq!(kinds, ["chat", "member_left", "member_joined", "chat"]);
}

#[tokio::test]
async fn only_the_owner_removes_and_only_others_who_are_there() {
    let scene = Scene::set().await;
    let (owner, petr) = (scene.owner(), scene.petr.person.clone());
    let anna = scene.server.sign_up("Anna").await;
    let of = |person: &Person| format!("members/{}", person.id);
    petr.delete_of_room(scene.room, &of(&owner)).await.refused(403, "not_owner");
    anna.delete_of_room(scene.room, &of(&petr)).await.refused(403, "not_owner");
    owner.delete_of_room(scene.room, &of(&owner)).await.refused(409, "owner_stays");
    owner.delete_of_room(scene.room, &of(&anna)).await.refused(404, "not_in_room");
    let malformed = owner.delete_of_room(scene.room, "members/5").await;
    malformed.refused(422, "invalid");
    assert_eq!(malformed.refused_fields(), ["user_id"]);
    let nowhere = format!("/api/v1/room/{}/members/{}", uuid::Uuid::now_v7(), petr.id);
    let answer = end_to_end::Answer::of(owner.request(Method::DELETE, &nowhere)).await;
    answer.refused(404, "no_such_room");
    owner.post_to_room(scene.room, "close").await.ok();
    owner.delete_of_room(scene.room, &of(&petr)).await.refused(410, "closed");
}

//! Who is a member: over refreshes, several tabs, and absences.

use std::time::Duration;

use end_to_end::{PATIENCE, until, until_within};
use schemas::record::{Entry, LeaveReason};
use serde_json::json;

use crate::scene::Scene;

/// Long enough that a slow machine refreshes in time, short enough to wait for.
const SHORT_GRACE: (&str, &str) = ("SESSION_GRACE", "2s");
/// How long a ticket opens the door.
const TICKET_LIFE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_refresh_leaves_no_trace() {
    let mut scene = Scene::set().await;
    for _ in 0..3 {
        scene.petr.reconnect().await;
    }
    let seq = scene.petr.chat("still here").await;
    scene.vasily.event(seq).await;
    assert_eq!(scene.vasily.history().kinds(), ["room_created", "member_joined", "chat"]);
    scene.assert_agree();
}

#[tokio::test]
async fn a_new_socket_of_a_session_replaces_its_old_one() {
    let mut scene = Scene::set().await;
    let petr = &mut scene.petr;
    let opening = petr.person.ticket(scene.room, Some(petr.session)).await;
    let mut newer = petr.person.open(&opening.url).await.unwrap();
    newer.frame_of("welcome").await;
    petr.socket.closed_with(1000).await;
    assert!(newer.end().is_none());
}

#[tokio::test]
async fn two_tabs_are_one_member() {
    let mut scene = Scene::set_with(&[SHORT_GRACE], json!({})).await;
    let mut second = scene.petr.person.open_tab(scene.room).await;
    assert_ne!(second.session, scene.petr.session);
    let view = scene.owner().get(&format!("/api/v1/room/{}", scene.room)).await.ok();
    assert_eq!(view["members_count"], 2);

    // Each numbers its own commands, and both hear both.
    let from_first = scene.petr.chat("from the first").await;
    let from_second = second.chat("from the second").await;
    scene.petr.event(from_second).await;
    second.event(from_first).await;

    // One closes; the other keeps the membership beyond the grace.
    let closed = std::mem::replace(&mut scene.petr, second);
    closed.socket.close().await;
    let closed_at_ms = scene.petr.event(from_second).await.at_ms;
    let seq = until("the grace is over", async || {
        let seq = scene.vasily.surely_says("a while later").await;
        let passed_ms = scene.vasily.event(seq).await.at_ms - closed_at_ms;
        (passed_ms > 4000).then_some(seq)
    });
    let seq = seq.await;
    scene.petr.event(seq).await;
    assert!(!scene.petr.history().kinds().contains(&"member_left"));
    scene.assert_agree();
}

#[tokio::test]
async fn who_stays_away_is_gone_and_may_join_again() {
    let mut scene = Scene::set_with(&[SHORT_GRACE], json!({})).await;
    let seq = scene.vasily.history().seq();
    let (petr, session) = (scene.petr.person.clone(), scene.petr.session);
    let Scene { petr: tab, mut vasily, room, server: _server } = scene;
    tab.socket.close().await;
    let left = vasily.event_of("member_left", seq).await;
    assert_eq!(left.user, Some(petr.id));
    assert!(matches!(left.entry, Entry::MemberLeft(body) if body.reason == LeaveReason::Gone));
    assert_eq!(vasily.history().members[&petr.id], ("Petr".to_owned(), false));

    let refused = petr.try_ticket(room, Some(session)).await.unwrap();
    refused.refused(403, "not_member");
    let mut tab = petr.join(room).await;
    vasily.event_of("member_joined", left.seq).await;
    assert_eq!(vasily.history().members[&petr.id], ("Petr".to_owned(), true));
    tab.chat("back again").await;
}

/// Takes as long as a ticket lives.
#[tokio::test]
async fn a_ticket_that_nobody_uses_runs_out() {
    let mut scene = Scene::set().await;
    let anna = scene.server.sign_up("Anna").await;
    let opening = anna.join_only(scene.room).await;
    let joined = scene.vasily.event(3).await;
    assert_eq!((joined.user, joined.entry.kind()), (Some(anna.id), "member_joined"));
    until_within(TICKET_LIFE + PATIENCE, "Anna is gone", async || {
        scene.vasily.history().kinds().contains(&"member_left").then_some(())
    })
    .await;
    let left = scene.vasily.event(4).await;
    assert_eq!(left.user, Some(anna.id));
    assert!(left.at_ms - joined.at_ms >= 60_000, "{} ms", left.at_ms - joined.at_ms);
    let refused = anna.open(&opening.url).await.err().unwrap();
    assert_eq!((refused.status, refused.code()), (401, "bad_ticket"));
}

#[tokio::test]
async fn leaving_ends_every_tab_of_the_member_and_nobody_elses() {
    let mut scene = Scene::set().await;
    let mut second = scene.petr.person.open_tab(scene.room).await;
    scene.petr.person.post_to_room(scene.room, "disconnect").await.ok();
    scene.petr.socket.closed_with(1000).await;
    second.socket.closed_with(1000).await;
    let left = scene.vasily.event(3).await;
    assert!(matches!(left.entry, Entry::MemberLeft(body) if body.reason == LeaveReason::Left));
    scene.vasily.chat("just me").await;
}

#[tokio::test]
async fn the_owner_leaves_and_the_room_stays() {
    let mut scene = Scene::set().await;
    let owner = scene.owner();
    owner.post_to_room(scene.room, "disconnect").await.ok();
    scene.vasily.socket.closed_with(1000).await;
    scene.petr.event(3).await;
    scene.petr.chat("carrying on").await;
    let mut back = owner.join(scene.room).await;
    back.event(5).await;
    owner.post_to_room(scene.room, "close").await.ok();
    scene.petr.socket.closed_with(4410).await;
}

//! The shared controls: who may use them, and that everyone sees the same.

use schemas::playback::Playback;
use schemas::record::Entry;
use serde_json::json;

use crate::scene::Scene;

fn playback(scene: &mut Scene) -> Playback {
    scene.assert_agree();
    scene.petr.history().playback.clone().unwrap()
}

#[tokio::test]
async fn both_see_play_pause_seek_and_rate_alike() {
    let mut scene = Scene::set().await;
    let seq = scene.petr.does(json!({"type": "play", "position_ms": 1000})).await;
    scene.both_see(seq).await;
    let now = playback(&mut scene);
    assert_eq!((now.paused, now.position_ms), (false, 1000));
    let event = scene.vasily.event(seq).await;
    let Entry::Play(body) = &event.entry else { panic!("{event:?}") };
    assert!((100..=1000).contains(&body.lead_ms), "{}", body.lead_ms);
    assert_eq!(now.since_ms, event.at_ms + body.lead_ms);

    let seq = scene.vasily.does(json!({"type": "rate", "rate": 1.25, "position_ms": 1500})).await;
    scene.both_see(seq).await;
    let now = playback(&mut scene);
    assert_eq!((now.paused, now.position_ms), (false, 1500));
    assert!((now.rate - 1.25).abs() < f64::EPSILON);

    let seq = scene.vasily.does(json!({"type": "pause", "position_ms": 2500.4})).await;
    scene.both_see(seq).await;
    let now = playback(&mut scene);
    assert_eq!((now.paused, now.position_ms), (true, 2500));

    let seq = scene.petr.does(json!({"type": "seek", "position_ms": 9000})).await;
    scene.both_see(seq).await;
    let now = playback(&mut scene);
    assert_eq!((now.paused, now.position_ms), (true, 9000));

    // Whoever comes now sees just that.
    let mut late = scene.petr.person.open_tab(scene.room).await;
    assert_eq!(late.history().playback, Some(now));
}

#[tokio::test]
async fn the_room_changes_to_another_film_of_the_catalogue() {
    let mut scene = Scene::set().await;
    let film = scene.petr.person.films().await[1].clone();
    scene.petr.does(json!({"type": "play", "position_ms": 1000})).await;
    let seq = scene.petr.does(json!({"type": "movie_changed", "movie_id": film["id"]})).await;
    scene.both_see(seq).await;
    let event = scene.vasily.event(seq).await;
    let Entry::MovieChanged(body) = &event.entry else { panic!("{event:?}") };
    assert_eq!(
        (json!(body.title), json!(body.duration_ms)),
        (film["title"].clone(), film["duration_ms"].clone())
    );
    let now = playback(&mut scene);
    assert_eq!((json!(now.movie_id), now.paused, now.position_ms), (film["id"].clone(), true, 0));
    let view = scene.owner().get(&format!("/api/v1/room/{}", scene.room)).await.ok();
    assert_eq!(view["movie"]["title"], film["title"]);

    let nowhere = json!({"type": "movie_changed", "movie_id": uuid::Uuid::now_v7()});
    assert_eq!(scene.petr.is_refused(nowhere).await, "no_such_movie");
}

#[tokio::test]
async fn where_the_owner_controls_guests_only_talk() {
    let mut scene = Scene::set_with(&[], json!({"control": "owner"})).await;
    let film = scene.owner().some_film().await;
    for command in [
        json!({"type": "play", "position_ms": 0}),
        json!({"type": "pause", "position_ms": 0}),
        json!({"type": "seek", "position_ms": 0}),
        json!({"type": "rate", "rate": 1.5, "position_ms": 0}),
        json!({"type": "movie_changed", "movie_id": film}),
    ] {
        assert_eq!(scene.petr.is_refused(command.clone()).await, "not_allowed", "{command}");
        scene.vasily.does(command).await;
    }
    scene.petr.chat("fine with me").await;
    scene.petr.does(json!({"type": "hold", "reason": "buffering"})).await;
    assert_eq!(scene.vasily.history().welcome["room"]["control"], "owner");
}

#[tokio::test]
async fn the_room_waits_for_one_until_the_release_and_never_longer_than_15_seconds() {
    let mut scene = Scene::set().await;
    scene.vasily.does(json!({"type": "play", "position_ms": 1000})).await;
    assert_eq!(scene.petr.is_refused(json!({"type": "release"})).await, "not_held");
    let seq = scene.petr.does(json!({"type": "hold", "reason": "buffering"})).await;
    scene.both_see(seq).await;
    let held = playback(&mut scene);
    let at_ms = scene.petr.event(seq).await.at_ms;
    assert_eq!(held.holds.len(), 1);
    let wait = &held.holds[0];
    assert_eq!((wait.user, wait.reason.as_str()), (scene.petr.person.id, "buffering"));
    assert!((1..=15_000).contains(&(wait.until_ms - at_ms)), "{} after {at_ms}", wait.until_ms);
    // Without any further record, everyone computes that the film goes on then.
    assert_eq!(held.position_at(wait.until_ms, 0), held.position_ms);
    assert_eq!(held.position_at(wait.until_ms + 1000, 0), held.position_ms + 1000);

    let seq = scene.petr.does(json!({"type": "release"})).await;
    scene.both_see(seq).await;
    let after = playback(&mut scene);
    assert_eq!((after.holds.len(), after.position_ms), (0, held.position_ms));
    assert!(after.since_ms < wait.until_ms);
}

#[tokio::test]
async fn the_room_has_only_so_much_time_for_one_member() {
    let mut scene = Scene::set().await;
    // Each costs a second of the minute, and the last must have its whole 15 seconds left.
    for _ in 0..46 {
        scene.petr.surely_does(json!({"type": "hold"})).await;
        scene.petr.surely_does(json!({"type": "release"})).await;
    }
    assert_eq!(scene.petr.is_refused(json!({"type": "hold"})).await, "held_too_often");
    scene.vasily.does(json!({"type": "hold"})).await;
}

#[tokio::test]
async fn a_room_of_more_than_8_waits_for_nobody() {
    let mut scene = Scene::set().await;
    for number in 3..=8 {
        scene.server.sign_up(&format!("Guest {number}")).await.join_only(scene.room).await;
    }
    scene.petr.does(json!({"type": "hold"})).await;
    scene.server.sign_up("Guest 9").await.join_only(scene.room).await;
    assert_eq!(scene.vasily.is_refused(json!({"type": "hold"})).await, "too_many_to_hold");
    scene.petr.does(json!({"type": "release"})).await;
}

#[tokio::test]
async fn a_hold_ends_with_the_membership() {
    let mut scene = Scene::set().await;
    scene.vasily.does(json!({"type": "play", "position_ms": 1000})).await;
    let seq = scene.petr.does(json!({"type": "hold"})).await;
    scene.petr.person.post_to_room(scene.room, "disconnect").await.ok();
    let left = scene.vasily.event(seq + 1).await;
    let playback = left.playback.expect("the room goes on");
    assert_eq!(playback.holds, []);
    assert_eq!(playback.since_ms, left.at_ms);
}

#[tokio::test]
async fn the_film_ends_once() {
    let mut scene = Scene::set().await;
    let duration_ms =
        scene.vasily.history().welcome["room"]["movie"]["duration_ms"].as_i64().unwrap();
    assert!(duration_ms > 10_000);
    assert_eq!(scene.petr.is_refused(json!({"type": "ended"})).await, "not_near_end");
    scene.petr.does(json!({"type": "seek", "position_ms": duration_ms - 4000})).await;
    let seq = scene.petr.does(json!({"type": "ended"})).await;
    scene.both_see(seq).await;
    let now = playback(&mut scene);
    assert_eq!((now.paused, now.position_ms), (true, duration_ms));
    assert_eq!(scene.vasily.is_refused(json!({"type": "ended"})).await, "already_ended");
    scene.vasily.does(json!({"type": "play", "position_ms": 0})).await;
}

//! Waits for a member: bounded each, bounded together, over without any record.

use schemas::fold::Outcome;
use schemas::record::LeaveReason;
use schemas::reject::RejectCode;

use crate::support::{GUEST, OWNER, Room, hold, left, pause, play, release, seek};

fn playing() -> Room {
    let mut room = Room::with_guest();
    room.accepted(OWNER, play(0, 0));
    room.wait(10_000);
    room
}

fn ask(room: &mut Room, ms: i64) -> Outcome {
    let until_ms = room.at_ms + ms;
    room.says(GUEST, hold(until_ms))
}

#[test]
fn a_hold_stops_the_film_until_its_release() {
    let mut room = playing();
    ask(&mut room, 9000);
    assert_eq!(room.wait(4000).position_ms(), 10_000);
    room.accepted(GUEST, release());
    assert_eq!(room.state().playback().holds, []);
    assert_eq!(room.wait(1000).position_ms(), 11_000);
}

#[test]
fn a_hold_ends_by_itself() {
    let mut room = playing();
    ask(&mut room, 9000);
    assert_eq!(room.wait(9000).position_ms(), 10_000);
    assert_eq!(room.wait(500).position_ms(), 10_500);
    assert_eq!(room.says(GUEST, release()), Outcome::Void(RejectCode::NotHeld));
    assert_eq!(room.position_ms(), 10_500);
}

#[test]
fn the_room_waits_for_the_last_of_several() {
    let mut room = playing();
    ask(&mut room, 4000);
    let until_ms = room.at_ms + 6000;
    room.accepted(OWNER, hold(until_ms));
    room.wait(1000).accepted(OWNER, release());
    assert_eq!(room.wait(3000).position_ms(), 10_000);
    assert_eq!(room.wait(1).position_ms(), 10_001);
}

#[test]
fn who_leaves_is_not_waited_for() {
    let mut room = playing();
    ask(&mut room, 9000);
    room.wait(1000).node(Some(GUEST), left(LeaveReason::Gone));
    let event = room.state().events().last().unwrap();
    assert!(event.playback.is_some(), "the others must be told");
    assert_eq!(room.wait(1000).position_ms(), 11_000);
}

#[test]
fn controls_work_during_a_hold_and_wait_for_its_end() {
    let mut room = playing();
    ask(&mut room, 9000);
    room.accepted(OWNER, seek(60_000));
    assert_eq!(room.wait(9000).position_ms(), 60_000);
    assert_eq!(room.wait(1000).position_ms(), 61_000);

    ask(&mut room, 9000);
    room.accepted(OWNER, pause(60_500));
    room.wait(1000).accepted(GUEST, release());
    assert_eq!(room.wait(60_000).position_ms(), 60_500);
}

#[test]
fn a_hold_in_the_head_start_of_a_play_keeps_the_head_start() {
    let mut room = Room::with_guest();
    room.accepted(OWNER, play(0, 1000));
    ask(&mut room, 500);
    assert_eq!(room.wait(1000).position_ms(), 0);
    assert_eq!(room.wait(1).position_ms(), 1);
}

/// Found by these tests: the room stood still until the longer end, showing nobody to wait for.
#[test]
fn a_shorter_hold_in_place_of_a_longer_one_ends_earlier() {
    let mut room = playing();
    ask(&mut room, 15_000);
    ask(&mut room, 2000);
    assert_eq!(room.state().playback().holds.len(), 1);
    assert_eq!(room.wait(2500).position_ms(), 10_500);
}

/// Found by these tests: a refused hold gave back the rest of the hold that still ran, so
/// that asking again and again made the room wait for longer than the budget.
#[test]
fn a_refused_hold_gives_nothing_back() {
    let mut room = playing();
    for _ in 0..4 {
        assert!(matches!(ask(&mut room, 15_000), Outcome::Accepted { .. }));
        room.wait(14_999);
    }
    for _ in 0..3 {
        let before = room.state().people().clone();
        assert_eq!(ask(&mut room, 15_000), Outcome::Void(RejectCode::HeldTooOften));
        assert_eq!(room.state().people(), &before);
        room.wait(1);
    }
}

#[test]
fn an_early_release_leaves_budget_for_later() {
    let mut room = playing();
    for _ in 0..16 {
        assert!(matches!(ask(&mut room, 15_000), Outcome::Accepted { .. }));
        room.wait(3000).says(GUEST, release());
    }
    assert_eq!(ask(&mut room, 15_000), Outcome::Void(RejectCode::HeldTooOften));
}

#[test]
fn leaving_and_coming_back_does_not_fill_the_budget() {
    let mut room = playing();
    for _ in 0..4 {
        ask(&mut room, 15_000);
        room.wait(15_000);
    }
    room.node(Some(GUEST), left(LeaveReason::Left));
    room.accepted_join(GUEST);
    assert_eq!(ask(&mut room, 15_000), Outcome::Void(RejectCode::HeldTooOften));
    let until_ms = room.at_ms + 15_000;
    room.accepted(OWNER, hold(until_ms));
}

#[test]
fn a_hold_that_is_over_before_it_begins_is_refused() {
    let mut room = playing();
    for ms in [0, -1, -60_000] {
        assert_eq!(ask(&mut room, ms), Outcome::Void(RejectCode::Invalid));
    }
}

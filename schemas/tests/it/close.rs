//! The last record that counts.

use schemas::fold::Outcome;
use schemas::record::{CloseReason, Record};
use schemas::reject::RejectCode;

use crate::support::{
    GUEST, OWNER, Room, chat, closed, hold, joined, left, play, room as room_id, user,
};

#[test]
fn only_the_owner_closes_as_the_owner() {
    let mut room = Room::with_guest();
    for not_owner in [Some(GUEST), None] {
        assert_eq!(
            room.node(not_owner, closed(CloseReason::Owner)),
            Outcome::Void(RejectCode::NotAllowed)
        );
    }
    assert_eq!(room.state().closed(), None);
    room.node(Some(OWNER), closed(CloseReason::Owner));
    assert_eq!(room.state().closed(), Some(CloseReason::Owner));
}

#[test]
fn a_node_closes_what_is_over() {
    for reason in [CloseReason::Ended, CloseReason::Empty, CloseReason::TooOld] {
        let mut room = Room::open();
        assert_eq!(room.node(None, closed(reason)), Outcome::Accepted { seq: 2 });
        assert_eq!(room.state().closed(), Some(reason));
    }
}

#[test]
fn closing_stops_the_film_where_it_is_and_waits_for_nobody() {
    let mut room = Room::open();
    room.accepted(OWNER, play(10_000, 0));
    room.wait(5000).accepted(OWNER, hold(i64::MAX));
    room.wait(5000).node(Some(OWNER), closed(CloseReason::Owner));
    assert_eq!(room.position_ms(), 15_000);
    assert!(room.state().playback().paused);
    assert_eq!(room.state().playback().holds, []);
    assert_eq!(room.wait(60_000).position_ms(), 15_000);
}

/// Found by these tests: a closed room's time still went on with whatever came after.
#[test]
fn a_closed_room_never_changes() {
    let mut room = Room::with_guest();
    room.node(Some(OWNER), closed(CloseReason::Owner));
    let before = room.state().clone();
    room.wait(60_000);
    for entry in [
        chat("late"),
        joined("Anna"),
        left(schemas::record::LeaveReason::Left),
        closed(CloseReason::Empty),
        play(0, 0),
    ] {
        let said = room.says(GUEST, entry.clone());
        assert_eq!(said, Outcome::Void(RejectCode::Closed), "{entry:?}");
        let told = room.fold(&Record::of_node(room_id(), Some(user(3)), entry));
        assert_eq!(told, Outcome::Void(RejectCode::Closed));
        assert_eq!(room.state(), &before);
    }
}

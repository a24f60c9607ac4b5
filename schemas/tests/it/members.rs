//! Joining, leaving, coming back; the first record.

use schemas::fold::{Outcome, fold};
use schemas::record::{Entry, LeaveReason, Record};
use schemas::reject::RejectCode;

use crate::support::{
    GUEST, OWNER, Room, START_MS, chat, created, joined, left, room, session, user,
};

#[test]
fn a_room_begins_with_its_first_record_and_has_only_one() {
    let mut state = None;
    let early = Record::of_node(room(), Some(OWNER), joined("Vasily"));
    assert_eq!(fold(&mut state, &early, START_MS), Outcome::Void(RejectCode::NotCreated));
    assert_eq!(state, None);

    let mut room = Room::open();
    assert_eq!(
        room.node(None, Entry::RoomCreated(Box::new(created()))),
        Outcome::Void(RejectCode::AlreadyCreated)
    );
}

#[test]
fn the_owner_is_the_first_member() {
    let room = Room::open();
    assert!(room.state().is_member(OWNER));
    assert_eq!(room.state().people()[&OWNER].name, "Vasily");
    assert_eq!(room.state().members_count(), 1);
}

#[test]
fn nobody_joins_twice_or_leaves_twice() {
    let mut room = Room::with_guest();
    assert_eq!(room.join(GUEST), Outcome::Void(RejectCode::AlreadyMember));
    room.node(Some(GUEST), left(LeaveReason::Gone));
    assert_eq!(
        room.node(Some(GUEST), left(LeaveReason::Left)),
        Outcome::Void(RejectCode::NotMember)
    );
    assert_eq!(room.node(None, left(LeaveReason::Left)), Outcome::Void(RejectCode::Invalid));
    assert_eq!(room.node(None, joined("nobody")), Outcome::Void(RejectCode::Invalid));
}

#[test]
fn who_left_stays_known_and_comes_back_under_the_new_name() {
    let mut room = Room::with_guest();
    room.node(Some(GUEST), left(LeaveReason::Left));
    assert!(!room.state().is_member(GUEST));
    assert_eq!(room.state().people()[&GUEST].name, "Petr");
    room.node(Some(GUEST), joined("Pyotr"));
    assert!(room.state().is_member(GUEST));
    assert_eq!(room.state().people()[&GUEST].name, "Pyotr");
}

#[test]
fn who_was_removed_stays_known_and_does_not_come_back() {
    let mut room = Room::with_guest();
    room.node(Some(GUEST), left(LeaveReason::Removed));
    assert!(room.state().is_removed(GUEST) && !room.state().is_member(GUEST));
    assert_eq!(room.join(GUEST), Outcome::Void(RejectCode::Removed));
    assert_eq!(
        room.node(Some(GUEST), left(LeaveReason::Left)),
        Outcome::Void(RejectCode::NotMember)
    );
    assert!(room.state().is_removed(GUEST) && !room.state().is_removed(OWNER));
    assert!(!room.state().is_removed(user(9)));
}

#[test]
fn a_command_needs_a_person_a_session_and_a_number() {
    let whole = Record {
        room: room(),
        user: Some(OWNER),
        session: Some(session(1)),
        client_seq: Some(1),
        entry: chat("hello"),
    };
    let mut lacking = [whole.clone(), whole.clone(), whole.clone(), whole.clone()];
    lacking[0].user = None;
    lacking[1].session = None;
    lacking[2].client_seq = None;
    lacking[3].client_seq = Some(0);
    let mut room = Room::open();
    for record in &lacking {
        let outcome = room.fold(record);
        assert_eq!(outcome, Outcome::Void(RejectCode::Invalid), "{record:?}");
    }
    assert_eq!(room.fold(&whole), Outcome::Accepted { seq: 2 });
}

#[test]
fn nobody_uses_another_persons_session() {
    let mut room = Room::with_guest();
    let own = session(7);
    room.fold(&crate::support::command(OWNER, own, 1, chat("mine")));
    assert_eq!(
        room.fold(&crate::support::command(GUEST, own, 2, chat("stolen"))),
        Outcome::Void(RejectCode::NotAllowed)
    );
    assert_eq!(room.state().session_user(own), Some(OWNER));
    assert_eq!(room.state().session_user(session(8)), None);
    assert_eq!(room.state().client_seq(own), 1);
    assert!(!room.state().is_member(user(9)));
}

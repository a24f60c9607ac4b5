//! A command counts once, however often it comes.

use schemas::fold::Outcome;
use schemas::record::CloseReason;
use schemas::reject::RejectCode;

use crate::support::{OWNER, Room, chat, closed, command, seek, session};

#[test]
fn a_resend_gets_the_seq_of_the_first_time_and_changes_nothing() {
    let mut room = Room::open();
    let record = command(OWNER, session(1), 1, chat("hello"));
    assert_eq!(room.fold(&record), Outcome::Accepted { seq: 2 });
    let before = room.state().clone();
    for _ in 0..3 {
        room.wait(1000);
        assert_eq!(room.fold(&record), Outcome::Repeat { seq: Some(2) });
        assert_eq!(room.state(), &before);
    }
}

#[test]
fn a_number_that_was_passed_over_is_spent() {
    let mut room = Room::open();
    room.fold(&command(OWNER, session(1), 5, chat("fifth")));
    let late = command(OWNER, session(1), 4, chat("fourth"));
    assert_eq!(room.fold(&late), Outcome::Repeat { seq: None });
    assert_eq!(room.state().client_seq(session(1)), 5);
}

#[test]
fn a_refused_number_may_be_used_again() {
    let mut room = Room::open();
    let refused = command(OWNER, session(1), 1, chat("   "));
    assert_eq!(room.fold(&refused), Outcome::Void(RejectCode::Invalid));
    let corrected = command(OWNER, session(1), 1, chat("hello"));
    assert_eq!(room.fold(&corrected), Outcome::Accepted { seq: 2 });
}

#[test]
fn two_tabs_count_for_themselves() {
    let mut room = Room::open();
    room.fold(&command(OWNER, session(1), 1, chat("from one")));
    let other = command(OWNER, session(2), 1, chat("from the other"));
    assert_eq!(room.fold(&other), Outcome::Accepted { seq: 3 });
}

#[test]
fn the_last_number_of_all_is_a_number_like_any_other() {
    let mut room = Room::open();
    let last = command(OWNER, session(1), u64::MAX, chat("last"));
    assert_eq!(room.fold(&last), Outcome::Accepted { seq: 2 });
    assert_eq!(room.fold(&last), Outcome::Repeat { seq: Some(2) });
}

/// Found by these tests: only the last 64 acks were kept, so a client that resent more after
/// a long silence of the log was told that its accepted messages would never appear.
#[test]
fn a_resend_after_hundreds_of_commands_still_gets_its_seq() {
    let mut room = Room::open();
    for number in 1..=300 {
        room.fold(&command(OWNER, session(1), number, seek(1)));
    }
    let first = command(OWNER, session(1), 1, seek(1));
    assert_eq!(room.fold(&first), Outcome::Repeat { seq: Some(2) });
}

/// Found by these tests: it was void, and a client would have shown its message as lost.
#[test]
fn a_resend_after_the_close_still_gets_its_seq() {
    let mut room = Room::open();
    let record = command(OWNER, session(1), 1, chat("bye"));
    room.fold(&record);
    room.node(Some(OWNER), closed(CloseReason::Owner));
    assert_eq!(room.fold(&record), Outcome::Repeat { seq: Some(2) });
    let late = command(OWNER, session(1), 2, chat("too late"));
    assert_eq!(room.fold(&late), Outcome::Void(RejectCode::Closed));
}

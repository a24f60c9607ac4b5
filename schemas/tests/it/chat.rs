//! Lines of chat and taking them back.

use schemas::fold::Outcome;
use schemas::record::{Chat, Entry, LeaveReason};
use schemas::reject::RejectCode;
use schemas::state::RoomState;

use crate::support::{GUEST, OWNER, Room, chat, created, left, redacted, reply, user};

fn line(state: &RoomState, seq: u64) -> &Chat {
    match &state.events()[usize::try_from(seq).unwrap() - 1].entry {
        Entry::Chat(chat) => chat,
        other => panic!("not a message: {other:?}"),
    }
}

#[test]
fn a_line_is_kept_trimmed() {
    let mut room = Room::open();
    let seq = room.accepted(OWNER, chat("  hello \n"));
    assert_eq!(line(room.state(), seq).text, "hello");
}

#[test]
fn only_members_speak() {
    let mut room = Room::with_guest();
    assert_eq!(room.says(user(3), chat("let me in")), Outcome::Void(RejectCode::NotMember));
    room.node(Some(GUEST), left(LeaveReason::Left));
    assert_eq!(room.says(GUEST, chat("and another thing")), Outcome::Void(RejectCode::NotMember));
}

#[test]
fn an_answer_names_a_message_that_stands() {
    let mut room = Room::open();
    let seq = room.accepted(OWNER, chat("who is there?"));
    let answer = room.accepted(OWNER, reply("nobody", Some(seq)));
    assert_eq!(line(room.state(), answer).reply_to, Some(seq));

    room.accepted(OWNER, redacted(seq));
    for wrong in [0, 1, seq, answer + 100, u64::MAX] {
        let outcome = room.says(OWNER, reply("to what?", Some(wrong)));
        assert_eq!(outcome, Outcome::Void(RejectCode::NoSuchMessage), "{wrong}");
    }
}

#[test]
fn the_author_takes_a_message_back_for_all_time() {
    let mut room = Room::with_guest();
    let seq = room.accepted(GUEST, chat("my password is 1234"));
    room.accepted(GUEST, redacted(seq));
    let kept = line(room.state(), seq);
    assert_eq!((kept.text.as_str(), kept.redacted), ("", true));
    let whole = serde_json::to_string(room.state().events()).unwrap();
    assert!(!whole.contains("1234"), "{whole}");
}

#[test]
fn the_owner_takes_anyones_message_back_and_a_guest_only_an_own_one() {
    let mut room = Room::with_guest();
    let of_owner = room.accepted(OWNER, chat("mine"));
    let of_guest = room.accepted(GUEST, chat("yours"));
    assert_eq!(room.says(GUEST, redacted(of_owner)), Outcome::Void(RejectCode::NotAllowed));
    assert_eq!(line(room.state(), of_owner).text, "mine");
    room.accepted(OWNER, redacted(of_guest));
    assert!(line(room.state(), of_guest).redacted);
}

#[test]
fn a_node_takes_a_message_back_for_its_author_and_for_the_owner() {
    let mut room = Room::with_guest();
    let of_owner = room.accepted(OWNER, chat("mine"));
    let first = room.accepted(GUEST, chat("yours"));
    let second = room.accepted(GUEST, chat("yours too"));
    room.node(Some(GUEST), left(LeaveReason::Left));

    let refused = [
        (None, first, RejectCode::Invalid),
        (Some(user(3)), first, RejectCode::NotAllowed),
        (Some(GUEST), of_owner, RejectCode::NotAllowed),
        (Some(GUEST), 1, RejectCode::NoSuchMessage),
    ];
    for (who, seq, code) in refused {
        assert_eq!(room.node(who, redacted(seq)), Outcome::Void(code), "{who:?} {seq}");
    }
    assert_eq!(room.says(GUEST, redacted(first)), Outcome::Void(RejectCode::NotMember));
    for (who, seq) in [(GUEST, first), (OWNER, second)] {
        assert!(matches!(room.node(Some(who), redacted(seq)), Outcome::Accepted { .. }));
        assert!(line(room.state(), seq).redacted);
    }
    let again = room.node(Some(OWNER), redacted(second));
    assert_eq!(again, Outcome::Void(RejectCode::NoSuchMessage));
}

#[test]
fn what_is_no_message_cannot_be_taken_back() {
    let mut room = Room::open();
    let seq = room.accepted(OWNER, chat("once"));
    let redaction = room.accepted(OWNER, redacted(seq));
    for wrong in [0, 1, seq, redaction, redaction + 1, u64::MAX] {
        let outcome = room.says(OWNER, redacted(wrong));
        assert_eq!(outcome, Outcome::Void(RejectCode::NoSuchMessage), "{wrong}");
    }
}

#[test]
fn nobody_writes_a_line_that_looks_redacted() {
    let mut room = Room::open();
    let forged = Entry::Chat(Chat {
        text: "there was something here".to_owned(),
        reply_to: None,
        redacted: true,
    });
    let seq = room.accepted(OWNER, forged);
    assert!(!line(room.state(), seq).redacted);
}

#[test]
fn a_guest_speaks_where_only_the_owner_controls() {
    let mut room = Room::of(schemas::record::RoomCreated {
        control: schemas::record::Control::Owner,
        ..created()
    });
    room.accepted_join(GUEST);
    room.accepted(GUEST, chat("turn it up"));
}

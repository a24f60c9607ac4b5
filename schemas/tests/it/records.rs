//! Records as bytes.

use schemas::event::Event;
use schemas::fold::Outcome;
use schemas::http::EventView;
use schemas::record::{CloseReason, Control, Entry, LeaveReason, Record};
use serde_json::{Value, json};

use crate::support::{
    GUEST, OWNER, Room, chat, closed, command, created, ended, hold, joined, left, movie_changed,
    pause, play, rate, redacted, release, reply, room, seek, session,
};

pub(crate) fn one_of_each() -> Vec<Entry> {
    vec![
        Entry::RoomCreated(Box::new(created())),
        joined("Petr"),
        left(LeaveReason::Gone),
        chat("hello"),
        reply("hello yourself", Some(4)),
        play(1000, 250),
        pause(2000),
        seek(3000),
        rate(1.25, 4000),
        movie_changed(2, "Mirror"),
        hold(1_800_000_000_000),
        release(),
        ended(),
        redacted(4),
        closed(CloseReason::TooOld),
    ]
}

/// A room keeps every event of the evening, and nearly all are lines of chat.
#[test]
fn an_event_is_as_small_as_a_line_of_chat() {
    assert!(size_of::<Event>() <= 112, "{} bytes", size_of::<Event>());
}

#[test]
fn every_kind_comes_back_as_it_was_written() {
    for entry in one_of_each() {
        let record = command(GUEST, session(1), 7, entry);
        assert_eq!(Record::decode(&record.encode().unwrap()).unwrap(), record);
        let of_node = Record::of_node(room(), None, record.entry);
        assert_eq!(Record::decode(&of_node.encode().unwrap()).unwrap(), of_node);
    }
}

#[test]
fn the_bytes_are_the_documented_object() {
    let record = command(OWNER, session(1), 7, play(1000, 250));
    let written: Value = serde_json::from_slice(&record.encode().unwrap()).unwrap();
    let expected = json!({
        "v": 1,
        "room": room().to_string(),
        "type": "play",
        "user": OWNER.to_string(),
        "session": session(1).to_string(),
        "client_seq": 7,
        "body": {"position_ms": 1000, "lead_ms": 250},
    });
    assert_eq!(written, expected);
}

fn wire(changes: &Value) -> Vec<u8> {
    let mut value = json!({
        "v": 1, "room": room().to_string(), "type": "chat", "user": OWNER.to_string(),
        "session": session(1).to_string(), "client_seq": 1, "body": {"text": "hello"},
    });
    for (key, change) in changes.as_object().unwrap() {
        value[key] = change.clone();
    }
    serde_json::to_vec(&value).unwrap()
}

#[test]
fn fields_of_the_future_are_read_over() {
    let bytes = wire(&json!({"priority": 3, "body": {"text": "hello", "mood": "glad"}}));
    assert_eq!(Record::decode(&bytes).unwrap().entry, chat("hello"));
}

#[test]
fn what_may_be_absent_may_be_absent() {
    let bytes = format!(r#"{{"v":1,"room":"{}","type":"ended","body":{{}}}}"#, room());
    let record = Record::decode(bytes.as_bytes()).unwrap();
    assert_eq!(record, Record::of_node(room(), None, ended()));

    let mut body = serde_json::to_value(created()).unwrap();
    body.as_object_mut().unwrap().remove("control");
    let bytes = wire(&json!({"type": "room_created", "body": body}));
    let Entry::RoomCreated(body) = Record::decode(&bytes).unwrap().entry else {
        panic!("another type");
    };
    assert_eq!(body.control, Control::Everyone);
}

/// Found by these tests: the last bit was lost in reading, so nodes that read a rate from the
/// log and archives that verify a hash would have disagreed with the node that wrote it.
#[test]
fn a_rate_comes_back_to_the_last_bit() {
    let speed = 0.948_504_697_338_850_7_f64;
    let bytes = command(OWNER, session(1), 1, rate(speed, 0)).encode().unwrap();
    let Entry::Rate(read) = Record::decode(&bytes).unwrap().entry else {
        panic!("another type");
    };
    assert_eq!(read.rate.to_bits(), speed.to_bits());
}

#[test]
fn what_is_no_record_is_told_apart() {
    let wrong = [
        b"".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{\"v\":1}".to_vec(),
        b"\xff\xfe".to_vec(),
        wire(&json!({"v": "1"})),
        wire(&json!({"v": -1})),
        wire(&json!({"room": "living room"})),
        wire(&json!({"client_seq": -1})),
        wire(&json!({"body": {}})),
        wire(&json!({"body": null})),
        wire(&json!({"type": "play", "body": {"position_ms": "0", "lead_ms": 0}})),
        wire(&json!({"type": "member_left", "body": {"reason": "bored"}})),
    ];
    for bytes in wrong {
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        assert!(Record::decode(&bytes).is_err(), "{shown}");
    }
}

#[test]
fn a_kind_of_the_future_keeps_its_place_and_changes_nothing_else() {
    let mut room = Room::open();
    let bytes = wire(&json!({"type": "applause", "body": {"loud": true, "claps": 12.50}}));
    let record = Record::decode(&bytes).unwrap();
    assert_eq!(record.entry.kind(), "applause");
    assert_eq!(Record::decode(&record.encode().unwrap()).unwrap(), record);

    let before = room.state().playback().clone();
    assert_eq!(room.fold(&record), Outcome::Accepted { seq: 2 });
    assert_eq!(room.fold(&record), Outcome::Repeat { seq: Some(2) });
    assert_eq!(room.state().playback(), &before);

    let event = &room.state().events()[1];
    let text = serde_json::to_string(event).unwrap();
    assert_eq!(&serde_json::from_str::<Event>(&text).unwrap(), event);
    assert_eq!(EventView::new(event).unwrap().body["loud"], json!(true));
}

/// Found by these tests: a `chat` of version 2 came back from the archive as one of version
/// 1, or made its whole room unreadable.
#[test]
fn a_record_of_a_later_version_stays_unknown_through_the_archive() {
    let mut room = Room::open();
    let record = Record::decode(&wire(&json!({"v": 2, "body": {"text": ["hello"]}}))).unwrap();
    assert_eq!(record.entry.kind(), "chat.v2");
    assert_eq!(Record::decode(&record.encode().unwrap()).unwrap(), record);
    room.fold(&record);
    let event = &room.state().events()[1];
    let text = serde_json::to_string(event).unwrap();
    assert_eq!(&serde_json::from_str::<Event>(&text).unwrap(), event);
}

/// Found by these tests: such a body was kept, and then no page of its room could be shown.
#[test]
fn a_body_that_no_reader_could_show_is_no_record() {
    let template = String::from_utf8(wire(&json!({"type": "applause", "body": "BODY"}))).unwrap();
    let too_deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    for body in ["1e999", too_deep.as_str()] {
        let bytes = template.replace("\"BODY\"", body);
        assert!(Record::decode(bytes.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn an_event_is_the_documented_object_and_comes_back() {
    let mut room = Room::open();
    room.wait(1000).accepted(OWNER, play(1000, 250));
    let event = &room.state().events()[1];
    let written = serde_json::to_value(event).unwrap();
    let expected = json!({
        "type": "event", "seq": 2, "at": room.at_ms, "user": OWNER.to_string(), "event": "play",
        "body": {"position_ms": 1000, "lead_ms": 250},
        "playback": {
            "movie_id": room.state().movie().movie_id.to_string(), "paused": false,
            "position_ms": 1000, "rate": 1.0, "since_ms": room.at_ms + 250, "holds": [],
        },
    });
    assert_eq!(written, expected);
    assert_eq!(&serde_json::from_value::<Event>(written.clone()).unwrap(), event);
    let view = serde_json::to_value(EventView::new(event).unwrap()).unwrap();
    assert_eq!(view, written);

    room.accepted(OWNER, chat("hello"));
    let written = serde_json::to_value(&room.state().events()[2]).unwrap();
    assert_eq!(written.get("playback"), None);
}

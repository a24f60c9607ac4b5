//! The generated contracts: current, valid, and true of what is really written.

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use schemas::frame::{MemberView, ServerFrame, Status, You};
use schemas::http::{OwnerView, RoomMovieView, RoomStatus, RoomView};
use schemas::record::{Control, Entry, Record};
use schemas::reject::RejectCode;
use serde_json::{Value, json};

use crate::records::one_of_each;
use crate::support::{
    DURATION_MS, GUEST, OWNER, Room, START_MS, chat, command, hold, movie, play, room, session,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn generated() -> Vec<&'static str> {
    vec![
        "json/record.v1.schema.json",
        "json/event.v1.schema.json",
        "json/client-frame.v1.schema.json",
        "json/server-frame.v1.schema.json",
        "asyncapi.json",
    ]
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| {
        panic!("{}: {error}", path.display());
    });
    serde_json::from_str(&text).unwrap()
}

fn validator(name: &str) -> Validator {
    let path = folder().join(format!("json/{name}.v1.schema.json"));
    jsonschema::options().should_validate_formats(true).build(&read(&path)).unwrap()
}

#[track_caller]
fn assert_valid(validator: &Validator, value: &Value) {
    let faults: Vec<String> = validator.iter_errors(value).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{value}\n{faults:#?}");
}

#[test]
fn the_committed_contracts_are_current() {
    let fresh = tempfile::tempdir().unwrap();
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_generate-schemas"))
        .arg(fresh.path())
        .status()
        .unwrap();
    assert!(status.success());
    for name in generated() {
        let committed = fs::read_to_string(folder().join(name)).unwrap_or_default();
        let current = fs::read_to_string(fresh.path().join(name)).unwrap();
        assert!(committed == current, "{name} is out of date: run `make gen`");
    }
}

#[test]
fn every_record_is_valid() {
    let records = validator("record");
    for entry in one_of_each() {
        let of_person = command(GUEST, session(1), 7, entry.clone());
        let of_node = Record::of_node(room(), None, entry);
        for record in [of_person, of_node] {
            let bytes = record.encode().unwrap();
            assert_valid(&records, &serde_json::from_slice(&bytes).unwrap());
        }
    }
    for (_, lines) in crate::golden::logs() {
        for (_, record) in lines {
            assert_valid(&records, &record);
        }
    }
}

#[test]
fn wrong_records_are_not_valid() {
    let records = validator("record");
    let bytes = command(GUEST, session(1), 7, play(0, 100)).encode().unwrap();
    let right: Value = serde_json::from_slice(&bytes).unwrap();
    for (field, wrong) in [
        ("v", json!(2)),
        ("room", json!("living room")),
        ("type", json!("pause_please")),
        ("client_seq", json!(-1)),
        ("body", json!({"lead_ms": 100})),
        ("body", json!({"position_ms": -1, "lead_ms": 100})),
        ("body", json!({"position_ms": 2_592_000_001_i64, "lead_ms": 100})),
    ] {
        let mut record = right.clone();
        record[field] = wrong;
        assert!(!records.is_valid(&record), "{record}");
    }
}

#[test]
fn every_event_is_valid() {
    let events = validator("event");
    let mut room = Room::with_guest();
    for entry in one_of_each() {
        if matches!(entry, Entry::MemberLeft(_)) {
            room.node(Some(GUEST), entry);
        } else {
            room.says(OWNER, entry);
        }
    }
    assert!(room.state().events().len() >= 11);
    for event in room.state().events() {
        assert_valid(&events, &serde_json::to_value(event).unwrap());
    }
}

#[test]
fn client_frames_are_valid_exactly_when_they_are_read() {
    let frames = validator("client-frame");
    for (text, valid) in [
        (r#"{"type":"chat","client_seq":1,"text":"hello"}"#, true),
        (r#"{"type":"chat","client_seq":1,"text":"hello","reply_to":4}"#, true),
        (r#"{"type":"chat","client_seq":1}"#, false),
        (r#"{"type":"chat","text":"hello"}"#, false),
        (r#"{"type":"chat","client_seq":0,"text":"hello"}"#, false),
        (r#"{"type":"play","client_seq":1,"position_ms":1000}"#, true),
        (r#"{"type":"play","client_seq":1,"position_ms":1000.5}"#, true),
        (r#"{"type":"play","client_seq":1,"position_ms":-1}"#, false),
        (r#"{"type":"rate","client_seq":1,"position_ms":0,"rate":2}"#, true),
        (r#"{"type":"rate","client_seq":1,"position_ms":0,"rate":2.5}"#, false),
        (r#"{"type":"hold","client_seq":1}"#, true),
        (r#"{"type":"release","client_seq":1}"#, true),
        (r#"{"type":"ended","client_seq":1}"#, true),
        (r#"{"type":"redact","client_seq":1,"seq":3}"#, true),
        (r#"{"type":"redact","client_seq":1}"#, false),
        (r#"{"type":"typing"}"#, true),
        (r#"{"type":"ping","t":1.5}"#, true),
        (r#"{"type":"ping"}"#, false),
        (r#"{"type":"status","position_ms":1,"paused":true,"buffering":false}"#, true),
        (r#"{"type":"status","position_ms":1}"#, false),
        (r#"{"type":"applause","client_seq":1}"#, false),
    ] {
        let read = schemas::frame::ClientFrame::parse(text);
        assert_eq!(read.is_ok(), valid, "{text}");
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(frames.is_valid(&value), valid, "{text}");
    }
}

#[test]
fn every_server_frame_is_valid() {
    let mut evening = Room::with_guest();
    evening.accepted(OWNER, chat("hello"));
    evening.accepted(OWNER, play(0, 100));
    evening.accepted(OWNER, hold(START_MS + 9000));
    let state = evening.state();
    let view = RoomView {
        id: room(),
        movie: RoomMovieView {
            id: movie(1),
            title: "Stalker".to_owned(),
            duration_ms: DURATION_MS,
        },
        owner: OwnerView { id: OWNER, name: "Vasily".to_owned() },
        status: RoomStatus::Open,
        control: Control::Everyone,
        members_count: 2,
        created_at: "2026-11-21T08:00:00Z".to_owned(),
        closed_at: None,
        link: None,
        members: None,
    };
    let frames = [
        ServerFrame::Welcome {
            epoch: "epoch-1",
            seq: state.seq(),
            server_time: START_MS,
            you: You {
                user_id: OWNER,
                name: "Vasily".to_owned(),
                session: session(1),
                client_seq: 0,
            },
            room: &view,
            playback: state.playback(),
            members: vec![MemberView { user_id: OWNER, name: "Vasily".to_owned(), present: true }],
            messages: state.events(),
            has_more: false,
        },
        ServerFrame::Resume {
            epoch: "epoch-1",
            seq: state.seq(),
            server_time: START_MS,
            events: state.events_since(2).unwrap(),
        },
        ServerFrame::Ack { client_seq: 1, seq: 2 },
        ServerFrame::Reject {
            client_seq: 1,
            code: RejectCode::NotAllowed,
            message: RejectCode::NotAllowed.message().to_owned(),
        },
        ServerFrame::Unknown { client_seq: 1 },
        ServerFrame::Typing { user: GUEST },
        ServerFrame::Status {
            user: GUEST,
            status: Status { position_ms: 1, paused: false, buffering: false, drift_ms: -1.5 },
        },
        ServerFrame::Pong { t: 2.into(), server_time: START_MS },
        ServerFrame::Error { code: "malformed", message: "type: a text is required".to_owned() },
    ];
    let validator = validator("server-frame");
    for frame in frames {
        let mut value = serde_json::to_value(&frame).unwrap();
        assert_valid(&validator, &value);
        value["type"] = json!("surprise");
        assert!(!validator.is_valid(&value));
    }
    let event = serde_json::to_value(&state.events()[1]).unwrap();
    assert_valid(&validator, &event);
}

#[test]
fn every_reference_of_the_asyncapi_document_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(target)) = fields.get("$ref") {
                    found.push(target.clone());
                }
                fields.values().for_each(|field| references(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = read(&folder().join("asyncapi.json"));
    assert_eq!(document["asyncapi"], "3.0.0");
    let mut found = vec![];
    references(&document, &mut found);
    assert!(found.len() > 30);
    for target in found {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{target}");
    }
}

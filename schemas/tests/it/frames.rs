//! Frames from clients, read and refused.

use schemas::frame::{Action, ClientFrame, Command, Status};
use schemas::limits::{CHAT_CHARS_MAX, POSITION_MS_MAX, REASON_CHARS_MAX};
use serde_json::{Value, json};

fn parse(value: &Value) -> Result<ClientFrame, (&'static str, String, Option<u64>)> {
    ClientFrame::parse(&value.to_string())
        .map_err(|error| (error.code, error.message, error.client_seq))
}

fn action(value: &Value) -> Action {
    match parse(value) {
        Ok(ClientFrame::Command(Command { client_seq: 7, action })) => action,
        other => panic!("not command 7: {other:?}"),
    }
}

/// Every command with all of its fields, right.
fn commands() -> Vec<Value> {
    let movie_id = uuid::Uuid::from_u128(5).to_string();
    vec![
        json!({"type": "chat", "client_seq": 7, "text": "hello", "reply_to": 3}),
        json!({"type": "play", "client_seq": 7, "position_ms": 1000}),
        json!({"type": "pause", "client_seq": 7, "position_ms": 1000}),
        json!({"type": "seek", "client_seq": 7, "position_ms": 1000}),
        json!({"type": "rate", "client_seq": 7, "rate": 1.5, "position_ms": 1000}),
        json!({"type": "movie_changed", "client_seq": 7, "movie_id": movie_id}),
        json!({"type": "hold", "client_seq": 7, "reason": "buffering"}),
        json!({"type": "release", "client_seq": 7}),
        json!({"type": "ended", "client_seq": 7}),
        json!({"type": "redact", "client_seq": 7, "seq": 3}),
    ]
}

#[test]
fn every_command_is_read_as_it_is_written() {
    for frame in commands() {
        let read = Command { client_seq: 7, action: action(&frame) };
        assert_eq!(serde_json::to_value(&read).unwrap(), frame);
    }
}

#[test]
fn what_may_be_absent_may_be_absent() {
    let frame = json!({"type": "chat", "client_seq": 7, "text": "hello"});
    assert!(matches!(action(&frame), Action::Chat(said) if said.reply_to.is_none()));
    let frame = json!({"type": "hold", "client_seq": 7});
    assert!(matches!(action(&frame), Action::Hold(wait) if wait.reason.is_empty()));
    let frame = json!({"type": "status", "position_ms": 1, "paused": true, "buffering": false});
    assert!(matches!(parse(&frame), Ok(ClientFrame::Status(_))));
}

#[test]
fn frames_that_are_not_logged_are_read() {
    assert_eq!(parse(&json!({"type": "typing"})), Ok(ClientFrame::Typing));
    assert_eq!(
        parse(&json!({"type": "ping", "t": 12.5})),
        Ok(ClientFrame::Ping { t: serde_json::Number::from_f64(12.5).unwrap() })
    );
    let frame = json!({
        "type": "status", "position_ms": 1000, "paused": false, "buffering": true, "drift_ms": -3.5,
    });
    let status = Status { position_ms: 1000, paused: false, buffering: true, drift_ms: -3.5 };
    assert_eq!(parse(&frame), Ok(ClientFrame::Status(status)));
}

#[test]
fn a_players_fraction_of_a_millisecond_is_rounded() {
    let frame = json!({"type": "pause", "client_seq": 7, "position_ms": 1000.6});
    assert!(matches!(action(&frame), Action::Pause(body) if body.position_ms == 1001));
}

#[test]
fn what_is_no_frame_is_malformed() {
    for text in ["", "hello", "{", "[]", "null", "1", "{}", r#"{"type":1}"#, "{\"type\":null}"] {
        let error = ClientFrame::parse(text).unwrap_err();
        assert_eq!(error.code, "malformed", "{text}");
        assert!(!error.message.is_empty());
    }
    let deep = "[".repeat(10_000);
    assert_eq!(ClientFrame::parse(&deep).unwrap_err().code, "malformed");
}

#[test]
fn an_unknown_type_is_named_in_short() {
    let (code, message, client_seq) =
        parse(&json!({"type": "applause", "client_seq": 7})).unwrap_err();
    assert_eq!((code, client_seq), ("unknown_type", Some(7)));
    assert!(message.contains("applause"));

    let (_, message, _) = parse(&json!({"type": "ж".repeat(10_000)})).unwrap_err();
    assert!(message.chars().count() < 100, "{message}");
    // The log's own types are not a client's to send.
    for kind in ["room_created", "member_joined", "member_left", "room_closed", "redacted"] {
        let (code, ..) = parse(&json!({"type": kind, "client_seq": 7})).unwrap_err();
        assert_eq!(code, "unknown_type", "{kind}");
    }
}

#[test]
fn a_command_needs_a_number() {
    for mut frame in commands() {
        for wrong in [json!(null), json!(0), json!(-1), json!(1.5), json!("7")] {
            frame["client_seq"] = wrong;
            let (code, message, client_seq) = parse(&frame).unwrap_err();
            assert_eq!((code, client_seq), ("invalid", None), "{frame}");
            assert!(message.starts_with("client_seq: "), "{message}");
        }
    }
}

#[test]
fn a_wrong_value_names_its_field() {
    let position = [json!(null), json!("0"), json!(-1), json!(POSITION_MS_MAX + 1), json!({})];
    let mut table: Vec<(&str, &str, Value)> = vec![
        ("chat", "text", json!(5)),
        ("chat", "text", json!("")),
        ("chat", "text", json!(" \n ")),
        ("chat", "text", json!("ж".repeat(CHAT_CHARS_MAX + 1))),
        ("chat", "reply_to", json!("first")),
        ("chat", "reply_to", json!(-1)),
        ("rate", "rate", json!(0.24)),
        ("rate", "rate", json!(2.01)),
        ("rate", "rate", json!("fast")),
        ("movie_changed", "movie_id", json!("Stalker")),
        ("movie_changed", "movie_id", json!(null)),
        ("hold", "reason", json!(5)),
        ("hold", "reason", json!("ж".repeat(REASON_CHARS_MAX + 1))),
        ("redact", "seq", json!(-1)),
        ("redact", "seq", json!(null)),
    ];
    for kind in ["play", "pause", "seek", "rate"] {
        table.extend(position.iter().map(|value| (kind, "position_ms", value.clone())));
    }
    for (kind, field, value) in table {
        let mut frame = commands().into_iter().find(|frame| frame["type"] == kind).unwrap();
        frame[field] = value;
        let (code, message, client_seq) = parse(&frame).unwrap_err();
        assert_eq!((code, client_seq), ("invalid", Some(7)), "{frame}");
        assert!(message.starts_with(&format!("{field}: ")), "{kind}: {message}");
    }
}

#[test]
fn an_absent_value_names_its_field() {
    for frame in commands() {
        let optional = ["type", "client_seq", "reply_to", "reason"];
        for field in frame.as_object().unwrap().keys() {
            if optional.contains(&field.as_str()) {
                continue;
            }
            let mut lacking = frame.clone();
            lacking.as_object_mut().unwrap().remove(field);
            let (code, message, _) = parse(&lacking).unwrap_err();
            assert_eq!(code, "invalid");
            assert_eq!(message, format!("{field}: is required"));
        }
    }
}

#[test]
fn status_and_ping_name_their_fields() {
    let status = json!({
        "type": "status", "position_ms": 1, "paused": true, "buffering": false, "drift_ms": 1.0,
    });
    for field in ["position_ms", "paused", "buffering", "drift_ms"] {
        let mut frame = status.clone();
        frame[field] = json!("much");
        let (code, message, _) = parse(&frame).unwrap_err();
        assert_eq!(code, "invalid");
        assert!(message.starts_with(&format!("{field}: ")), "{message}");
    }
    for t in [json!(null), json!("now")] {
        let (code, message, _) = parse(&json!({"type": "ping", "t": t})).unwrap_err();
        assert_eq!((code, message.as_str()), ("invalid", "t: a number is required"));
    }
}

#[test]
fn values_at_their_limits_are_read() {
    let limits = [
        json!({"type": "chat", "client_seq": 7, "text": format!(" {} ", "ж".repeat(CHAT_CHARS_MAX))}),
        json!({"type": "hold", "client_seq": 7, "reason": "ж".repeat(REASON_CHARS_MAX)}),
        json!({"type": "rate", "client_seq": 7, "rate": 0.25, "position_ms": POSITION_MS_MAX}),
        json!({"type": "rate", "client_seq": 7, "rate": 2.0, "position_ms": 0}),
    ];
    for frame in limits {
        action(&frame);
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _read = ClientFrame::parse(&text);
    }

    #[test]
    fn no_value_makes_it_panic(kind in 0_usize..10, field in 0_usize..5, text in "[-0-9.eE\"a-z]{0,24}") {
        let mut frame = commands().swap_remove(kind);
        let fields: Vec<String> = frame.as_object().unwrap().keys().cloned().collect();
        let name = &fields[field % fields.len()];
        frame[name] = serde_json::from_str(&text).unwrap_or(json!(text));
        let _read = parse(&frame);
    }
}

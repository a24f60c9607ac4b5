//! An erased event tells who did what and when, and nothing that the person said.

use std::collections::BTreeSet;

use schemas::archive::{QuarantineReason, Quarantined};
use schemas::event::Event;
use schemas::ids::UserId;
use schemas::record::Entry;
use serde_json::{Value, json};

use crate::support::{GUEST, OWNER, START_MS, movie};

fn event(user: UserId, kind: &str, body: &Value, playback: &Value) -> Event {
    let text = json!({
        "type": "event", "seq": 3, "at": START_MS, "user": user, "event": kind,
        "body": body, "playback": playback,
    });
    serde_json::from_value(text).unwrap()
}

fn plain(user: UserId, kind: &str, body: &Value) -> Event {
    event(user, kind, body, &Value::Null)
}

fn erased(event: &Event, people: &[UserId]) -> Option<Event> {
    event.erased(&people.iter().copied().collect())
}

fn held_for(user: UserId, reason: &str) -> Value {
    json!({
        "movie_id": movie(1), "paused": false, "position_ms": 0, "rate": 1.0, "since_ms": 0,
        "holds": [{"user": user, "reason": reason, "until_ms": 5}],
    })
}

#[test]
fn words_and_names_go_and_the_rest_stays() {
    let created = |name: &str| {
        json!({
            "owner": OWNER, "owner_name": name, "movie_id": movie(1), "title": "Stalker",
            "duration_ms": 7, "control": "owner",
        })
    };
    let chat = json!({"text": "my address", "reply_to": 2});
    let redacted = json!({"text": "", "reply_to": 2, "redacted": true});
    let hold = |reason: &str| json!({"reason": reason, "until_ms": 5});
    for (kind, before, after) in [
        ("room_created", created("Vasily"), created("")),
        ("member_joined", json!({"name": "Vasily"}), json!({"name": ""})),
        ("chat", chat, redacted),
        ("hold", hold("my phone rings"), hold("")),
    ] {
        let before = plain(OWNER, kind, &before);
        assert_eq!(erased(&before, &[OWNER]), Some(plain(OWNER, kind, &after)), "{kind}");
        assert_eq!(erased(&before, &[GUEST]), None, "{kind} of someone else");
        assert_eq!(erased(&before, &[]), None, "{kind} for nobody");
    }
}

#[test]
fn an_event_without_words_stays_as_it_is() {
    for (kind, body) in [
        ("play", json!({"position_ms": 0, "lead_ms": 100})),
        ("pause", json!({"position_ms": 0})),
        ("member_left", json!({"reason": "left"})),
        ("redacted", json!({"seq": 2})),
        ("room_closed", json!({"reason": "owner"})),
    ] {
        assert_eq!(erased(&plain(OWNER, kind, &body), &[OWNER]), None, "{kind}");
    }
}

#[test]
fn a_reason_to_wait_is_taken_out_of_the_events_of_others_too() {
    let pause = json!({"position_ms": 0});
    let before = event(GUEST, "pause", &pause, &held_for(OWNER, "my phone rings"));
    let after = event(GUEST, "pause", &pause, &held_for(OWNER, ""));
    assert_eq!(erased(&before, &[OWNER]), Some(after));
    assert_eq!(erased(&before, &[GUEST]), None);
}

#[test]
fn a_record_of_a_later_version_loses_its_body_and_is_never_taken_for_a_whole_one() {
    let poll = plain(OWNER, "poll", &json!({"question": "where do I live"}));
    let once = erased(&poll, &[OWNER]).unwrap();
    let text = serde_json::to_string(&once).unwrap();
    assert!(!text.contains("live"), "{text}");
    assert!(matches!(&once.entry, Entry::Unknown(unknown) if unknown.kind == "poll.erased"));
    let people = BTreeSet::from([OWNER]);
    assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), once);
    assert_eq!(once.erased(&people), None, "a second time");
}

#[test]
fn what_is_set_aside_is_erased_as_far_as_it_can_be_read() {
    let set_aside = |raw: &[u8]| Quarantined {
        epoch: "an epoch".to_owned(),
        partition: 1,
        offset: 2,
        at_ms: START_MS,
        reason: QuarantineReason::UnknownRoom,
        raw: raw.to_vec(),
    };
    let record = |kind: &str, body: &Value| {
        let record = json!({
            "v": 1, "room": movie(9), "type": kind, "user": OWNER, "session": null,
            "client_seq": 4, "body": body,
        });
        set_aside(record.to_string().as_bytes())
    };
    let erased = |bytes: &Quarantined, people: &[UserId]| {
        bytes.erased(&people.iter().copied().collect()).unwrap()
    };
    let said = record("chat", &json!({"text": "my address"}));
    assert_eq!(said.user(), Some(OWNER));
    let left = erased(&said, &[OWNER]).unwrap();
    let text = String::from_utf8(left.raw.clone()).unwrap();
    assert!(text.contains("redacted") && !text.contains("my address"), "{text}");
    assert_eq!((left.offset, left.user()), (said.offset, Some(OWNER)));
    assert_eq!(erased(&left, &[OWNER]), None, "again");
    assert_eq!(erased(&said, &[GUEST]), None, "of someone else");
    let pause = record("pause", &json!({"position_ms": 0}));
    assert_eq!(erased(&pause, &[OWNER]), None, "nothing was said");
    let later = erased(&record("wave", &json!({"text": "my address"})), &[OWNER]).unwrap();
    assert!(!String::from_utf8(later.raw.clone()).unwrap().contains("my address"));
    assert_eq!(erased(&later, &[OWNER]), None, "of a later version, again");
    let poison = set_aside(b"my address");
    assert_eq!((poison.user(), erased(&poison, &[OWNER])), (None, None), "no record");
}

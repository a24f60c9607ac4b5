//! Hashes that prove a room complete.

use schemas::archive::{ArchivedEvent, HashChain};
use schemas::event::Event;
use serde_json::json;

use crate::support::{OWNER, Room, chat, play, redacted, room as room_id};

fn at_rest(offset: u64, event: Event) -> ArchivedEvent {
    ArchivedEvent::new(room_id(), "epoch-1".into(), offset, event).unwrap()
}

fn archived(room: &Room) -> Vec<ArchivedEvent> {
    let events = room.state().events().iter().zip(10_u64..);
    events.map(|(event, offset)| at_rest(offset, event.clone())).collect()
}

fn chain(events: &[ArchivedEvent]) -> HashChain {
    let mut chain = HashChain::default();
    for event in events {
        chain.add(event.hash());
    }
    chain
}

fn evening() -> Room {
    let mut room = Room::open();
    let seq = room.accepted(OWNER, chat("hello"));
    room.wait(1000).accepted(OWNER, play(0, 250));
    room.accepted(OWNER, redacted(seq));
    room
}

#[test]
fn equal_rooms_have_equal_hashes() {
    let (one, other) = (chain(&archived(&evening())), chain(&archived(&evening())));
    assert_eq!(one, other);
    assert_eq!(one.count, 4);
}

#[test]
fn a_lost_doubled_swapped_or_changed_event_shows() {
    let events = archived(&evening());
    let whole = chain(&events);
    let mut lost = events.clone();
    lost.remove(1);
    let mut doubled = events.clone();
    doubled.insert(1, events[1].clone());
    let mut swapped = events.clone();
    swapped.swap(1, 2);
    let mut changed = events.clone();
    let event = Event { at_ms: 1, ..events[1].event().clone() };
    changed[1] = at_rest(events[1].offset, event);
    for other in [lost, doubled, swapped, changed] {
        assert_ne!(chain(&other).hash, whole.hash);
    }
}

/// Rooms sealed by an earlier release must still verify: a change of this value is a change
/// of the archive's format.
#[test]
fn the_hash_of_an_event_at_rest_does_not_change() {
    let text = json!({
        "type": "event", "seq": 2, "at": 1_800_000_000_000_i64, "user": OWNER.to_string(),
        "event": "chat", "body": {"text": "hello", "reply_to": null},
    });
    let event = at_rest(11, serde_json::from_value(text).unwrap());
    let mut chain = HashChain::default();
    chain.add(event.hash());
    let hex = chain.hash.map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(hex, "ffa31e3818387384a8ddbb18969fe92f0d9d08251a34517bd212125cebbba33a");
}

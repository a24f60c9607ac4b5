//! Faults to plant into a true evening, each at a random place; none where the evening has no
//! such place.

mod stored;

use std::slice::SliceIndex;

use bytes::Bytes;
use end_to_end::checker::{Act, ActKind, Answered, Client, Evidence, Fault, Heard, Sent};
use rand::RngExt;
use rand::rngs::StdRng;
use schemas::ids::UserId;
use serde_json::{Value, json};
use uuid::Uuid;

type Plant = fn(&mut Evidence, &mut StdRng) -> Option<()>;

/// What is planted, and the name it must be found by.
pub(crate) const PLANTS: &[(&str, Fault, Plant)] = &[
    ("an ack of nothing", Fault::Lost, ack_of_nothing),
    ("a client that is not told the end", Fault::Lost, end_untold),
    ("a join that was answered and never logged", Fault::Lost, join_unlogged),
    ("a room that was answered and never logged", Fault::Lost, room_unlogged),
    ("a planted record that is gone", Fault::Lost, planted_gone),
    ("an event twice to one client", Fault::Doubled, event_twice),
    ("a text twice in the log", Fault::Doubled, text_twice),
    ("a record set aside twice", Fault::Doubled, aside_twice),
    ("two events exchanged for one client", Fault::Swapped, events_exchanged),
    ("two texts of a session out of order", Fault::Swapped, texts_exchanged),
    ("an ack with another seq", Fault::Swapped, ack_elsewhere),
    ("an event left out for one client", Fault::Gap, event_left_out),
    ("an event left out of a resume", Fault::Gap, event_left_out_of_resume),
    ("a welcome to the past", Fault::StepBack, welcome_back),
    ("a rejected command that appears", Fault::Phantom, rejected_appears),
    ("a text that nobody sent", Fault::Phantom, unsent_appears),
    ("an event that only one client saw", Fault::Phantom, event_of_nothing),
    ("an archived room that never was", Fault::Phantom, room_of_nothing),
    ("another seq at the second ack", Fault::ChangedVerdict, second_ack_differs),
    ("a reject after an ack", Fault::ChangedVerdict, reject_after_ack),
    ("a closed room without a seal", Fault::NotArchived, stored::seal_missing),
    ("a row that lags", Fault::NotArchived, stored::row_lags),
    ("an archived event that is gone", Fault::ArchiveDiffers, stored::archived_gone),
    ("an archived event that is changed", Fault::ArchiveDiffers, stored::archived_changed),
    (
        "archived content that differs from what is shown",
        Fault::ArchiveDiffers,
        stored::stored_differs,
    ),
    ("a seal with another count", Fault::ArchiveDiffers, stored::seal_differs),
    ("a seal that forgets a member", Fault::ArchiveDiffers, stored::member_forgotten),
    ("an unsealed room that readers see", Fault::UnsealedVisible, stored::visible),
    ("a cut above an unsealed room", Fault::TruncatedEarly, stored::cut_early),
    ("a cut above a record of an unknown room", Fault::TruncatedEarly, stored::unknown_cut),
    ("poison with another byte", Fault::QuarantineDiffers, stored::poison_changed),
    ("poison that was not set aside", Fault::QuarantineDiffers, stored::poison_forgotten),
    ("a good record that was set aside", Fault::QuarantineDiffers, stored::good_set_aside),
    ("an offset with two contents", Fault::LogChanged, stored::log_changed),
    ("a record the run did not see", Fault::Uncollected, stored::uncollected),
    ("half a frame", Fault::Unreadable, half_a_frame),
];

/// Any of those that fit.
fn any<T>(dice: &mut StdRng, fit: impl IntoIterator<Item = T>) -> Option<T> {
    let mut fit: Vec<T> = fit.into_iter().collect();
    (!fit.is_empty()).then(|| fit.swap_remove(dice.random_range(0..fit.len())))
}

fn any_client<'a>(evidence: &'a mut Evidence, dice: &mut StdRng) -> Option<&'a mut Client> {
    any(dice, &mut evidence.clients)
}

fn parsed(heard: &Heard) -> Value {
    serde_json::from_str(&heard.frame).unwrap()
}

fn is(heard: &Heard, kind: &str) -> bool {
    parsed(heard)["type"] == kind
}

/// Client and place of a frame, where it and what follows fit.
fn any_heard(
    evidence: &Evidence,
    dice: &mut StdRng,
    fits: impl Fn(&[Heard]) -> bool,
) -> Option<(usize, usize)> {
    let places = evidence
        .clients
        .iter()
        .enumerate()
        .flat_map(|(client, known)| (0..known.heard.len()).map(move |place| (client, place)));
    let fit =
        places.filter(|(client, place)| fits(part(&evidence.clients[*client].heard, *place..)));
    any(dice, fit.collect::<Vec<_>>())
}

fn part<T, I: SliceIndex<[T], Output = [T]>>(all: &[T], range: I) -> &[T] {
    &all[range]
}

/// A client and the number of an acked command of it, and its seq.
fn any_ack(evidence: &Evidence, dice: &mut StdRng) -> Option<(usize, usize, u64, u64)> {
    let (client, place) = any_heard(evidence, dice, |heard| is(&heard[0], "ack"))?;
    let ack = parsed(&evidence.clients[client].heard[place]);
    Some((client, place, ack["client_seq"].as_u64()?, ack["seq"].as_u64()?))
}

fn say(client: &mut Client, frame: &Value) {
    let connection = client.heard.last().map_or(1, |heard| heard.connection);
    client.heard.push(Heard { connection, frame: frame.to_string() });
}

fn ack_of_nothing(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let client = any_client(evidence, dice)?;
    let sent = Sent { client_seq: 1000, kind: "chat".to_owned(), text: Some("lost".to_owned()) };
    client.sent.push(sent);
    say(client, &json!({"type": "ack", "client_seq": 1000, "seq": 2}));
    Some(())
}

fn end_untold(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let stayed = evidence.clients.iter_mut().filter(|client| client.stayed);
    let ends = |heard: &Heard| is(heard, "event") || is(heard, "ack");
    let client = any(dice, stayed.filter(|client| client.heard.last().is_some_and(ends)))?;
    let last = client.heard.iter().rposition(|heard| is(heard, "event"))?;
    let newer =
        client.heard.iter().skip(last).any(|heard| is(heard, "welcome") || is(heard, "resume"));
    (!newer).then(|| drop(client.heard.remove(last)))
}

fn join_unlogged(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let room = any_client(evidence, dice)?.room;
    let user = UserId(Uuid::max());
    evidence.acts.push(Act { user, room, kind: ActKind::Join, answered: Answered::Done });
    Some(())
}

fn room_unlogged(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let act = any(dice, evidence.acts.iter_mut().filter(|act| act.kind == ActKind::Create))?;
    act.room.0 = Uuid::max();
    Some(())
}

fn planted_gone(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let planted = any(dice, &mut evidence.planted)?;
    planted.raw.push(b'!');
    Some(())
}

fn event_twice(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let (client, place) = any_heard(evidence, dice, |heard| is(&heard[0], "event"))?;
    let heard = &mut evidence.clients[client].heard;
    let again = heard[place].clone();
    heard.insert(place + 1, again);
    Some(())
}

/// The same words under another number, as if a resend had counted.
fn text_twice(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let (one, other) = (acked_text(evidence, dice)?, acked_text(evidence, dice)?);
    let partitions = evidence.log.partitions.iter_mut();
    for stored in partitions.flat_map(|partition| partition.records.values_mut()) {
        if has(&stored.value, &other) {
            let text = String::from_utf8_lossy(&stored.value).replace(&other, &one);
            stored.value = Bytes::from(text);
        }
    }
    (one != other).then_some(())
}

fn acked_text(evidence: &Evidence, dice: &mut StdRng) -> Option<String> {
    let (client, _, client_seq, _) = any_ack(evidence, dice)?;
    let mut sent = evidence.clients[client].sent.iter();
    sent.find(|sent| sent.client_seq == client_seq)?.text.clone()
}

fn has(bytes: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(text)
}

fn aside_twice(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let again = any(dice, &evidence.quarantined)?.clone();
    evidence.quarantined.push(again);
    Some(())
}

fn events_exchanged(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let two =
        |heard: &[Heard]| matches!(heard, [one, next, ..] if is(one, "event") && is(next, "event"));
    let (client, place) = any_heard(evidence, dice, two)?;
    let heard = &mut evidence.clients[client].heard;
    let (mut one, mut next) = (parsed(&heard[place]), parsed(&heard[place + 1]));
    let seq = one["seq"].take();
    one["seq"] = next["seq"].take();
    next["seq"] = seq;
    heard[place].frame = next.to_string();
    heard[place + 1].frame = one.to_string();
    Some(())
}

fn texts_exchanged(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let (client, place, client_seq, _) = any_ack(evidence, dice)?;
    let heard = part(&evidence.clients[client].heard, place + 1..).iter().map(parsed);
    let next = heard.filter(|frame| frame["type"] == "ack" && frame["client_seq"] != client_seq);
    let next = any(dice, next)?["client_seq"].as_u64()?;
    let sent = &mut evidence.clients[client].sent;
    let one = sent.iter().position(|sent| sent.client_seq == client_seq && sent.text.is_some())?;
    let other = sent.iter().position(|sent| sent.client_seq == next && sent.text.is_some())?;
    let text = sent[one].text.take();
    sent[one].text = sent[other].text.take();
    sent[other].text = text;
    Some(())
}

fn ack_elsewhere(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let (client, _, client_seq, seq) = any_ack(evidence, dice)?;
    for heard in &mut evidence.clients[client].heard {
        let mut frame = parsed(heard);
        if frame["type"] == "ack" && frame["client_seq"] == client_seq {
            frame["seq"] = json!(seq + 1);
            heard.frame = frame.to_string();
        }
    }
    Some(())
}

fn event_left_out(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let two =
        |heard: &[Heard]| matches!(heard, [one, next, ..] if is(one, "event") && is(next, "event"));
    let (client, place) = any_heard(evidence, dice, two)?;
    evidence.clients[client].heard.remove(place);
    Some(())
}

fn event_left_out_of_resume(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let long = |heard: &[Heard]| {
        is(&heard[0], "resume") && parsed(&heard[0])["events"].as_array().unwrap().len() > 1
    };
    let (client, place) = any_heard(evidence, dice, long)?;
    let heard = &mut evidence.clients[client].heard[place];
    let mut frame = parsed(heard);
    let events = frame["events"].as_array_mut()?;
    events.remove(dice.random_range(0..events.len()));
    heard.frame = frame.to_string();
    Some(())
}

fn welcome_back(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let epoch = evidence.epoch.clone();
    let client = any_client(evidence, dice)?;
    let first = parsed(client.heard.first()?);
    let (seq, messages) = (first["seq"].as_u64()?, first["messages"].clone());
    let later = client.heard.iter().map(parsed);
    let later = later.filter_map(|frame| frame["seq"].as_u64()).max()?;
    let back = json!({"type": "welcome", "epoch": epoch, "seq": seq, "messages": messages});
    say(client, &back);
    (later > seq).then_some(())
}

fn rejected_appears(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let (client, _, client_seq, _) = any_ack(evidence, dice)?;
    for heard in &mut evidence.clients[client].heard {
        let frame = parsed(heard);
        if frame["type"] == "ack" && frame["client_seq"] == client_seq {
            heard.frame = json!({"type": "reject", "client_seq": client_seq}).to_string();
        }
    }
    Some(())
}

fn unsent_appears(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let (client, _, client_seq, _) = any_ack(evidence, dice)?;
    let sent = &mut evidence.clients[client].sent;
    let place = sent.iter().position(|sent| sent.client_seq == client_seq)?;
    sent[place].text.is_some().then(|| drop(sent.remove(place)))
}

fn event_of_nothing(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let (client, place) = any_heard(evidence, dice, |heard| is(&heard[0], "event"))?;
    let heard = &mut evidence.clients[client].heard[place];
    let mut frame = parsed(heard);
    frame["at"] = json!(frame["at"].as_i64()? + 1);
    heard.frame = frame.to_string();
    Some(())
}

fn room_of_nothing(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let archived = stored::any_room(evidence, dice)?.clone();
    evidence.rooms.insert(schemas::ids::RoomId(Uuid::max()), archived);
    Some(())
}

fn second_ack_differs(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let (client, _, client_seq, seq) = any_ack(evidence, dice)?;
    let ack = json!({"type": "ack", "client_seq": client_seq, "seq": seq + 1});
    say(&mut evidence.clients[client], &ack);
    Some(())
}

fn reject_after_ack(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let (client, _, client_seq, _) = any_ack(evidence, dice)?;
    say(&mut evidence.clients[client], &json!({"type": "reject", "client_seq": client_seq}));
    Some(())
}

fn half_a_frame(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let client = any_client(evidence, dice)?;
    let heard = any(dice, &mut client.heard)?;
    heard.frame.truncate(heard.frame.len() / 2);
    Some(())
}

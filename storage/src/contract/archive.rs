//! What every archive must do.

mod erasure;
mod insert;
mod message;
mod quarantine;
mod seal;

use std::sync::Arc;

use schemas::archive::{ArchivedEvent, HashChain, Seal};
use schemas::event::Event;
use schemas::ids::{MovieId, RoomId, UserId};
use schemas::playback::Playback;
use schemas::record::{Chat, Entry};
use uuid::Uuid;

use super::{Broken, Check, Checked, checks, run_all};
use crate::archive::Archive;

/// Runs every check, each on an archive of its own.
pub async fn check(make: impl AsyncFn() -> Arc<dyn Archive>) -> Result<(), Broken> {
    run_all(make, CHECKS).await
}

const CHECKS: &[Check<dyn Archive>] = checks! {
    "a repeated insert changes nothing" => insert::repeats,
    "another content under the same offset is a conflict" => insert::conflicts,
    "a room is read back as the chain of its events" => insert::reads_back,
    "the chain ends before a gap" => insert::gap,
    "the chain ends before a doubled seq" => insert::doubled,
    "rooms are read back each for itself" => insert::rooms_apart,
    "many rooms are read back at once" => insert::many_rooms,
    "a seal is set once, and a repeat changes nothing" => seal::once,
    "a seal with another proof is a conflict" => seal::conflicts,
    "an unsealed room is invisible" => seal::invisible,
    "only those who ever were members may read" => seal::members_only,
    "events are given newest first, page by page" => seal::pages,
    "what is set aside is kept as it was, in order" => quarantine::keeps,
    "setting aside again changes nothing" => quarantine::repeats,
    "erasing blanks one person's records among what is set aside, once" => quarantine::blanks,
    "what an erased person left is set aside blanked" => quarantine::comes_first,
    "who is to be forgotten is remembered, once" => erasure::remembers,
    "the rooms of a person are found, sealed or not" => erasure::finds_rooms,
    "erasing blanks one person's words in one room, once" => erasure::blanks,
    "an erased room still proves whole, and reads blanked" => erasure::stays_whole,
    "a repeated insert brings no erased word back" => erasure::survives_inserts,
    "a long room is erased to its end" => erasure::long_room,
    "which messages are to be forgotten is remembered, room by room" => message::remembers,
    "an erased message reads blanked, and its room still proves whole" => message::blanks,
    "a message erased before it is inserted is never read" => message::comes_first,
    "a repeated insert brings no erased message back" => message::survives_inserts,
    "erasing what is no message changes nothing" => message::only_messages,
    "many messages are erased in one room" => message::many,
};

const EPOCH: &str = "an epoch";

/// What somebody says.
fn an_event(seq: u64) -> Event {
    let playback = Playback {
        movie_id: MovieId(Uuid::from_u128(7)),
        paused: false,
        position_ms: 1500,
        rate: 1.1,
        since_ms: 1_700_000_000_000,
        holds: Vec::new(),
    };
    Event {
        seq,
        at_ms: 1_700_000_000_000,
        user: Some(UserId(Uuid::from_u128(u128::from(seq)))),
        entry: Entry::Chat(Chat {
            text: format!("строка {seq} \"'\\\u{1f3ac}\n"),
            reply_to: Some(seq),
            redacted: false,
        }),
        playback: Some(Box::new(playback)).filter(|_| seq.is_multiple_of(2)),
    }
}

/// An event of a room at rest; the offsets of a room have gaps, its seqs have none.
fn at_rest(room: RoomId, event: Event) -> Checked<ArchivedEvent> {
    Ok(ArchivedEvent::new(room, EPOCH.into(), event.seq * 3, event)?)
}

fn events(room: RoomId, seqs: impl IntoIterator<Item = u64>) -> Checked<Vec<ArchivedEvent>> {
    seqs.into_iter().map(|seq| at_rest(room, an_event(seq))).collect()
}

fn a_room() -> RoomId {
    RoomId(Uuid::now_v7())
}

fn a_user() -> UserId {
    UserId(Uuid::now_v7())
}

async fn read_back(archive: &Arc<dyn Archive>, room: RoomId) -> Checked<HashChain> {
    let chains = archive.read_back(&[room]).await?;
    let [chain] = <[HashChain; 1]>::try_from(chains).map_err(|chains| format!("{chains:?}"))?;
    Ok(chain)
}

/// A sealed room's events as a reader sees them, oldest first.
async fn seen(archive: &Arc<dyn Archive>, room: RoomId, reader: UserId) -> Checked<Vec<Event>> {
    let page = archive.events(room, reader, None, 1000).await?;
    let mut events = page.ok_or("the room is not visible")?.events;
    events.reverse();
    Ok(events)
}

/// The chain that events in this order make.
fn chain(events: &[ArchivedEvent]) -> HashChain {
    let mut chain = HashChain::default();
    for event in events {
        chain.add(event.hash());
    }
    chain
}

/// The seal of a room with these events.
fn a_seal(room: RoomId, events: &[ArchivedEvent], members: Vec<UserId>) -> Seal {
    let chain = chain(events);
    Seal {
        room,
        epoch: EPOCH.to_owned(),
        partition: 2,
        count: chain.count,
        first_offset: 3,
        close_offset: chain.count * 3,
        hash: chain.hash,
        sealed_at_ms: 1_700_000_000_000,
        members,
    }
}

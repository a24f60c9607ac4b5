use std::collections::BTreeSet;
use std::sync::Arc;

use schemas::archive::ArchivedEvent;
use schemas::event::Event;
use schemas::ids::{MovieId, UserId};
use schemas::record::{Control, Entry, RoomCreated};
use uuid::Uuid;

use super::super::{Checked, ensure_eq};
use super::{a_room, a_seal, a_user, an_event, at_rest, chain, events, read_back, seen};
use crate::archive::Archive;

pub(super) async fn remembers(archive: Arc<dyn Archive>) -> Checked {
    let (room, other) = (a_room(), a_room());
    ensure_eq!(archive.erased_messages(room).await?, BTreeSet::new(), "before");
    for seq in [7, 2, 7] {
        archive.erase_message(room, seq).await?;
    }
    archive.erase_message(other, 3).await?;
    ensure_eq!(archive.erased_messages(room).await?, BTreeSet::from([2, 7]), "one room");
    ensure_eq!(archive.erased_messages(other).await?, BTreeSet::from([3]), "another room");
    Ok(())
}

pub(super) async fn blanks(archive: Arc<dyn Archive>) -> Checked {
    let reader = a_user();
    let (sealed, unsealed) = (a_room(), a_room());
    let (all, others) = (events(sealed, 1..=4)?, events(unsealed, 1..=4)?);
    archive.insert(&[all.clone(), others.clone()].concat()).await?;
    archive.seal(&a_seal(sealed, &all, vec![reader])).await?;
    for _ in 0..2 {
        archive.erase_message(sealed, 2).await?;
        archive.erase_message(unsealed, 3).await?;
    }
    ensure_eq!(seen(&archive, sealed, reader).await?, blanked(&all, &[2]), "sealed before");
    ensure_eq!(read_back(&archive, sealed).await?, chain(&all), "the chain, sealed");
    ensure_eq!(read_back(&archive, unsealed).await?, chain(&others), "the chain, unsealed");
    archive.seal(&a_seal(unsealed, &others, vec![reader])).await?;
    ensure_eq!(seen(&archive, unsealed, reader).await?, blanked(&others, &[3]), "sealed after");
    Ok(())
}

pub(super) async fn comes_first(archive: Arc<dyn Archive>) -> Checked {
    let reader = a_user();
    let (room, other) = (a_room(), a_room());
    let (all, others) = (events(room, 1..=4)?, events(other, 1..=4)?);
    archive.erase_message(room, 1).await?;
    archive.erase_message(room, 4).await?;
    let both = [all.clone(), others.clone()].concat();
    ensure_eq!(archive.insert(&both).await?, 8, "new of all");
    ensure_eq!(read_back(&archive, room).await?, chain(&all), "the chain");
    archive.seal(&a_seal(room, &all, vec![reader])).await?;
    archive.seal(&a_seal(other, &others, vec![reader])).await?;
    ensure_eq!(seen(&archive, room, reader).await?, blanked(&all, &[1, 4]), "its room");
    ensure_eq!(seen(&archive, other, reader).await?, blanked(&others, &[]), "another room");
    Ok(())
}

pub(super) async fn survives_inserts(archive: Arc<dyn Archive>) -> Checked {
    let (room, reader) = (a_room(), a_user());
    let all = events(room, 1..=3)?;
    archive.insert(&all).await?;
    archive.erase_message(room, 2).await?;
    ensure_eq!(archive.insert(&all).await?, 0, "new of the same");
    archive.seal(&a_seal(room, &all, vec![reader])).await?;
    ensure_eq!(archive.insert(&all).await?, 0, "new of the same, sealed");
    ensure_eq!(seen(&archive, room, reader).await?, blanked(&all, &[2]), "what is seen");
    Ok(())
}

pub(super) async fn only_messages(archive: Arc<dyn Archive>) -> Checked {
    let (room, owner) = (a_room(), a_user());
    let mut all = events(room, 1..=2)?;
    if let Some(first) = all.first_mut() {
        *first = at_rest(room, Event { entry: created_by(owner), ..an_event(1) })?;
    }
    archive.erase_message(room, 1).await?;
    archive.insert(&all).await?;
    archive.seal(&a_seal(room, &all, vec![owner])).await?;
    for seq in [1, 3, 1_000_000] {
        archive.erase_message(room, seq).await?;
    }
    ensure_eq!(seen(&archive, room, owner).await?, blanked(&all, &[]), "what is seen");
    ensure_eq!(read_back(&archive, room).await?, chain(&all), "the chain");
    Ok(())
}

pub(super) async fn many(archive: Arc<dyn Archive>) -> Checked {
    let (room, reader) = (a_room(), a_user());
    let all = events(room, 1..=90)?;
    let erased: Vec<u64> = (1..=90).filter(|seq| seq % 3 > 0).collect();
    for seq in &erased {
        archive.erase_message(room, *seq).await?;
    }
    archive.insert(&all).await?;
    archive.seal(&a_seal(room, &all, vec![reader])).await?;
    ensure_eq!(seen(&archive, room, reader).await?, blanked(&all, &erased), "what is seen");
    ensure_eq!(read_back(&archive, room).await?, chain(&all), "the chain");
    Ok(())
}

fn created_by(owner: UserId) -> Entry {
    Entry::RoomCreated(Box::new(RoomCreated {
        owner,
        owner_name: "Vasily".to_owned(),
        movie_id: MovieId(Uuid::from_u128(7)),
        title: "Stalker".to_owned(),
        duration_ms: 9_780_000,
        control: Control::Everyone,
    }))
}

/// What must be left of events once these messages are erased.
fn blanked(events: &[ArchivedEvent], seqs: &[u64]) -> Vec<Event> {
    let mut left: Vec<Event> = events.iter().map(|archived| archived.event().clone()).collect();
    for event in left.iter_mut().filter(|event| seqs.contains(&event.seq)) {
        if let Entry::Chat(chat) = &mut event.entry {
            chat.text.clear();
            chat.redacted = true;
        }
    }
    left
}

use std::collections::BTreeSet;
use std::sync::Arc;

use schemas::archive::ArchivedEvent;
use schemas::event::Event;
use schemas::ids::{MovieId, RoomId, UserId};
use schemas::record::{Control, Entry, MemberJoined, RoomCreated};
use uuid::Uuid;

use super::super::{Checked, ensure, ensure_eq, ensure_refused};
use super::{a_room, a_seal, a_user, an_event, at_rest, chain, read_back, seen};
use crate::archive::{Archive, ArchiveError};

pub(super) async fn remembers(archive: Arc<dyn Archive>) -> Checked {
    let (one, other, nobody) = (a_user(), a_user(), a_user());
    ensure_eq!(archive.erased_among(&[one]).await?, BTreeSet::new(), "before");
    for user in [one, other] {
        ensure_eq!(archive.remember_erasure(user, 1).await?, true, "the first time");
        ensure_eq!(archive.remember_erasure(user, 2).await?, false, "the second time");
    }
    for (asked, wanted) in [
        (vec![], BTreeSet::new()),
        (vec![nobody], BTreeSet::new()),
        (vec![one, nobody], BTreeSet::from([one])),
        (vec![nobody, other, one, one], BTreeSet::from([one, other])),
    ] {
        ensure_eq!(archive.erased_among(&asked).await?, wanted, "those who are remembered");
    }
    Ok(())
}

pub(super) async fn finds_rooms(archive: Arc<dyn Archive>) -> Checked {
    let (owner, guest) = (a_user(), a_user());
    let (sealed, open, elsewhere) = (a_room(), a_room(), a_room());
    let all = evening(sealed, owner, guest)?;
    archive.insert(&all).await?;
    archive.seal(&a_seal(sealed, &all, vec![owner, guest])).await?;
    archive.insert(&evening(open, guest, a_user())?).await?;
    archive.insert(&evening(elsewhere, a_user(), a_user())?).await?;
    for (user, wanted) in [(owner, vec![sealed]), (guest, vec![sealed, open]), (a_user(), vec![])] {
        let rooms: BTreeSet<RoomId> = archive.rooms_with(user).await?.into_iter().collect();
        ensure_eq!(rooms, wanted.into_iter().collect(), "rooms of a person");
    }
    Ok(())
}

pub(super) async fn blanks(archive: Arc<dyn Archive>) -> Checked {
    let (owner, guest) = (a_user(), a_user());
    let (room, elsewhere) = (a_room(), a_room());
    let (all, others) = (evening(room, owner, guest)?, evening(elsewhere, owner, guest)?);
    archive.insert(&all).await?;
    archive.insert(&others).await?;
    archive.seal(&a_seal(room, &all, vec![owner, guest])).await?;
    archive.seal(&a_seal(elsewhere, &others, vec![owner, guest])).await?;

    let nobody = BTreeSet::new();
    ensure_eq!(archive.erase_in(room, &nobody).await?, 0, "for nobody");
    ensure_eq!(archive.erase_in(a_room(), &only(guest)).await?, 0, "in an unknown room");
    ensure_eq!(archive.erase_in(room, &only(guest)).await?, 2, "the first time");
    ensure_eq!(archive.erase_in(room, &only(guest)).await?, 0, "the second time");
    ensure_eq!(seen(&archive, room, owner).await?, erased(&all, &only(guest)), "one erased");
    ensure_eq!(seen(&archive, room, guest).await?, erased(&all, &only(guest)), "to the erased");
    let untouched = others.into_iter().map(ArchivedEvent::into_event).collect::<Vec<_>>();
    ensure_eq!(seen(&archive, elsewhere, owner).await?, untouched, "another room");

    let both = BTreeSet::from([owner, guest]);
    ensure_eq!(archive.erase_in(room, &both).await?, 2, "the other's");
    ensure_eq!(seen(&archive, room, owner).await?, erased(&all, &both), "both erased");
    Ok(())
}

pub(super) async fn stays_whole(archive: Arc<dyn Archive>) -> Checked {
    let (owner, guest) = (a_user(), a_user());
    let room = a_room();
    let all = evening(room, owner, guest)?;
    let wanted = chain(&all);
    archive.insert(&all).await?;
    ensure_eq!(archive.erase_in(room, &only(guest)).await?, 2, "before the seal");
    ensure_eq!(read_back(&archive, room).await?, wanted, "the chain, unsealed");
    archive.seal(&a_seal(room, &all, vec![owner, guest])).await?;
    ensure_eq!(archive.erase_in(room, &only(owner)).await?, 2, "after the seal");
    ensure_eq!(read_back(&archive, room).await?, wanted, "the chain, sealed");
    ensure_eq!(archive.seal(&a_seal(room, &all, vec![owner, guest])).await?, false, "again");
    Ok(())
}

pub(super) async fn survives_inserts(archive: Arc<dyn Archive>) -> Checked {
    let (owner, guest) = (a_user(), a_user());
    let room = a_room();
    let all = evening(room, owner, guest)?;
    archive.insert(&all).await?;
    archive.seal(&a_seal(room, &all, vec![owner, guest])).await?;
    archive.erase_in(room, &only(guest)).await?;
    ensure_eq!(archive.insert(&all).await?, 0, "new of the same");
    ensure_eq!(seen(&archive, room, owner).await?, erased(&all, &only(guest)), "what is seen");
    ensure_eq!(read_back(&archive, room).await?, chain(&all), "the chain");

    let mut other = vec![];
    for event in all.into_iter().map(ArchivedEvent::into_event) {
        other.push(at_rest(room, Event { at_ms: event.at_ms + 1, ..event })?);
    }
    ensure_refused!(archive.insert(&other).await, ArchiveError::Conflict { .. }, "another content");
    Ok(())
}

pub(super) async fn long_room(archive: Arc<dyn Archive>) -> Checked {
    let (room, author) = (a_room(), a_user());
    let mut all = vec![];
    for seq in 1..=450 {
        all.push(at_rest(room, Event { user: Some(author), ..an_event(seq) })?);
    }
    archive.insert(&all).await?;
    archive.seal(&a_seal(room, &all, vec![author])).await?;
    ensure_eq!(archive.erase_in(room, &only(author)).await?, 450, "the first time");
    ensure_eq!(archive.erase_in(room, &only(author)).await?, 0, "the second time");
    let events = seen(&archive, room, author).await?;
    ensure_eq!(events, erased(&all, &only(author)), "what is seen");
    let is_blank = |event: &Event| matches!(&event.entry, Entry::Chat(chat) if chat.text.is_empty() && chat.redacted);
    ensure!(events.iter().all(is_blank), "some text is left");
    ensure_eq!(read_back(&archive, room).await?, chain(&all), "the chain");
    Ok(())
}

fn only(user: UserId) -> BTreeSet<UserId> {
    BTreeSet::from([user])
}

/// A room of two, of whom each says one thing.
fn evening(room: RoomId, owner: UserId, guest: UserId) -> Checked<Vec<ArchivedEvent>> {
    let created = Entry::RoomCreated(Box::new(RoomCreated {
        owner,
        owner_name: "Василий".to_owned(),
        movie_id: MovieId(Uuid::from_u128(7)),
        title: "Stalker".to_owned(),
        duration_ms: 1000,
        control: Control::Everyone,
    }));
    let joined = Entry::MemberJoined(MemberJoined { name: "Пётр".to_owned() });
    let who = [owner, guest, guest, owner];
    let what = [Some(created), Some(joined), None, None];
    let all = (1..).map(an_event).zip(who).zip(what).map(|((event, user), entry)| {
        let entry = entry.unwrap_or_else(|| event.entry.clone());
        at_rest(room, Event { user: Some(user), entry, ..event })
    });
    all.collect()
}

/// What must be left of events.
fn erased(events: &[ArchivedEvent], people: &BTreeSet<UserId>) -> Vec<Event> {
    let events = events.iter().map(ArchivedEvent::event);
    events.map(|event| event.erased(people).unwrap_or_else(|| event.clone())).collect()
}

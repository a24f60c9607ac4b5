use std::sync::Arc;

use schemas::archive::{ArchivedEvent, Seal};
use schemas::event::Event;

use super::super::{Checked, ensure_eq, ensure_refused};
use super::{a_room, a_seal, a_user, events};
use crate::archive::{Archive, ArchiveError};

pub(super) async fn once(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    let all = events(room, 1..=3)?;
    archive.insert(&all).await?;
    let seal = a_seal(room, &all, vec![a_user(), a_user()]);
    ensure_eq!(archive.seal_of(room).await?, None, "before");
    ensure_eq!(archive.seal(&seal).await?, true, "the first seal");
    ensure_eq!(archive.seal_of(room).await?, Some(seal.clone()), "after");
    let later = Seal { sealed_at_ms: seal.sealed_at_ms + 1, ..seal.clone() };
    ensure_eq!(archive.seal(&later).await?, false, "the second seal");
    ensure_eq!(archive.seal_of(room).await?, Some(seal), "after the second");
    Ok(())
}

pub(super) async fn conflicts(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    let seal = a_seal(room, &events(room, 1..=3)?, vec![a_user()]);
    archive.seal(&seal).await?;
    let others = [
        Seal { epoch: "another".to_owned(), ..seal.clone() },
        Seal { partition: seal.partition + 1, ..seal.clone() },
        Seal { count: seal.count + 1, ..seal.clone() },
        Seal { first_offset: seal.first_offset + 1, ..seal.clone() },
        Seal { close_offset: seal.close_offset + 1, ..seal.clone() },
        Seal { hash: [0; 32], ..seal.clone() },
        Seal { members: vec![], ..seal.clone() },
    ];
    for other in others {
        ensure_refused!(
            archive.seal(&other).await,
            ArchiveError::SealConflict { .. },
            "another proof"
        );
    }
    ensure_eq!(archive.seal_of(room).await?, Some(seal), "the seal");
    Ok(())
}

pub(super) async fn invisible(archive: Arc<dyn Archive>) -> Checked {
    let (room, member) = (a_room(), a_user());
    let all = events(room, 1..=3)?;
    archive.insert(&all).await?;
    let unsealed = archive.events(room, member, None, 10).await?;
    ensure_eq!(unsealed, None, "before the seal");
    archive.seal(&a_seal(room, &all, vec![member])).await?;
    let sealed = archive.events(room, member, None, 10).await?;
    ensure_eq!(sealed.map(|page| page.events.len()), Some(3), "after it");
    let unknown = archive.events(a_room(), member, None, 10).await?;
    ensure_eq!(unknown, None, "an unknown room");
    Ok(())
}

pub(super) async fn members_only(archive: Arc<dyn Archive>) -> Checked {
    let (room, members) = (a_room(), [a_user(), a_user()]);
    let all = events(room, 1..=3)?;
    archive.insert(&all).await?;
    archive.seal(&a_seal(room, &all, members.to_vec())).await?;
    for member in members {
        let page = archive.events(room, member, None, 10).await?;
        ensure_eq!(page.map(|page| page.events.len()), Some(3), "a member's events");
    }
    let stranger = a_user();
    let elsewhere = a_room();
    archive.seal(&a_seal(elsewhere, &[], vec![stranger])).await?;
    let page = archive.events(room, stranger, None, 10).await?;
    ensure_eq!(page, None, "a stranger's events");
    Ok(())
}

pub(super) async fn pages(archive: Arc<dyn Archive>) -> Checked {
    let (room, member) = (a_room(), a_user());
    let all = events(room, 1..=10)?;
    archive.insert(&all).await?;
    archive.insert(&events(a_room(), 1..=10)?).await?;
    archive.seal(&a_seal(room, &all, vec![member])).await?;
    let newest_first: Vec<Event> = all.into_iter().rev().map(ArchivedEvent::into_event).collect();
    for limit in [1, 3, 9, 10, 11] {
        let mut before = None;
        let mut listed = Vec::new();
        loop {
            let page = archive.events(room, member, before, limit).await?;
            let page = page.ok_or("the room is not visible")?;
            let wanted = limit.min(10 - listed.len());
            ensure_eq!(page.events.len(), wanted, "events of a page");
            listed.extend(page.events);
            ensure_eq!(page.has_more, listed.len() < 10, "whether there are older ones");
            before = listed.last().map(|event| event.seq);
            if !page.has_more {
                break;
            }
        }
        ensure_eq!(listed, newest_first, "all pages");
    }
    let before_all = archive.events(room, member, Some(1), 10).await?;
    let before_all = before_all.map(|page| (page.events.len(), page.has_more));
    ensure_eq!(before_all, Some((0, false)), "before the first");
    Ok(())
}

use std::sync::Arc;

use schemas::archive::{ArchivedEvent, HashChain};

use super::super::{Checked, ensure_eq};
use super::{a_room, an_event, chain, events};
use crate::archive::{Archive, ArchiveError};

pub(super) async fn repeats(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    let all = events(room, 1..=450);
    let (some, _) = all.split_at(300);
    ensure_eq!(archive.insert(&[]).await?, 0, "new of none");
    ensure_eq!(archive.insert(some).await?, 300, "new of the first");
    ensure_eq!(archive.insert(some).await?, 0, "new of the same");
    ensure_eq!(archive.insert(&all).await?, 150, "new of all");
    let twice = [an_event(room, 451), an_event(room, 451)];
    ensure_eq!(archive.insert(&twice).await?, 1, "new of one given twice");
    let wanted = chain(&events(room, 1..=451))?;
    ensure_eq!(archive.read_back(room).await?, wanted, "the chain");
    Ok(())
}

pub(super) async fn conflicts(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    let first = an_event(room, 1);
    archive.insert(std::slice::from_ref(&first)).await?;
    let other = ArchivedEvent { event: an_event(room, 2).event, ..first.clone() };
    match archive.insert(&[other]).await {
        Err(ArchiveError::Conflict { room: at, offset }) => {
            ensure_eq!((at, offset), (room, first.offset), "where it is");
        }
        other => return Err(format!("another content: saw {other:?}").into()),
    }
    let wanted = chain(&[first])?;
    ensure_eq!(archive.read_back(room).await?, wanted, "the chain");

    let elsewhere = ArchivedEvent {
        epoch: "another epoch".to_owned(),
        offset: an_event(room, 1).offset,
        ..an_event(room, 2)
    };
    ensure_eq!(archive.insert(&[elsewhere]).await?, 1, "the same offset of another log");
    Ok(())
}

pub(super) async fn reads_back(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    let nothing = archive.read_back(room).await?;
    ensure_eq!(nothing, HashChain::default(), "an unknown room");
    archive.insert(&events(room, (1..=30).rev())).await?;
    let wanted = chain(&events(room, 1..=30))?;
    ensure_eq!(archive.read_back(room).await?, wanted, "the chain");
    Ok(())
}

pub(super) async fn gap(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    archive.insert(&events(room, [1, 2, 4, 5])).await?;
    let wanted = chain(&events(room, 1..=2))?;
    ensure_eq!(archive.read_back(room).await?, wanted, "with 3 missing");
    archive.insert(&events(room, [3])).await?;
    let wanted = chain(&events(room, 1..=5))?;
    ensure_eq!(archive.read_back(room).await?, wanted, "with 3 there");

    let headless = a_room();
    archive.insert(&events(headless, [2, 3])).await?;
    let chained = archive.read_back(headless).await?;
    ensure_eq!(chained, HashChain::default(), "with 1 missing");
    Ok(())
}

pub(super) async fn doubled(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    archive.insert(&events(room, 1..=5)).await?;
    let double = ArchivedEvent { offset: 1000, ..an_event(room, 4) };
    ensure_eq!(archive.insert(&[double]).await?, 1, "new of the double");
    let wanted = chain(&events(room, 1..=3))?;
    ensure_eq!(archive.read_back(room).await?, wanted, "with 4 twice");
    Ok(())
}

pub(super) async fn rooms_apart(archive: Arc<dyn Archive>) -> Checked {
    let (one, other) = (a_room(), a_room());
    let mut both = events(one, 1..=3);
    both.extend(events(other, 1..=4));
    ensure_eq!(archive.insert(&both).await?, 7, "new of both");
    for (room, count) in [(one, 3), (other, 4)] {
        let wanted = chain(&events(room, 1..=count))?;
        ensure_eq!(archive.read_back(room).await?, wanted, "the chain");
    }
    Ok(())
}

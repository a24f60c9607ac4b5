use std::sync::Arc;

use schemas::archive::HashChain;

use super::super::{Checked, ensure_eq, ensure_refused};
use super::{a_room, an_event, at_rest, chain, events, read_back};
use crate::archive::{Archive, ArchiveError};

pub(super) async fn repeats(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    let all = events(room, 1..=450)?;
    let (some, _) = all.split_at(300);
    ensure_eq!(archive.insert(&[]).await?, 0, "new of none");
    ensure_eq!(archive.insert(some).await?, 300, "new of the first");
    ensure_eq!(archive.insert(some).await?, 0, "new of the same");
    ensure_eq!(archive.insert(&all).await?, 150, "new of all");
    let twice = events(room, [451, 451])?;
    ensure_eq!(archive.insert(&twice).await?, 1, "new of one given twice");
    let wanted = chain(&events(room, 1..=451)?);
    ensure_eq!(read_back(&archive, room).await?, wanted, "the chain");
    Ok(())
}

pub(super) async fn conflicts(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    let first = at_rest(room, an_event(1))?;
    archive.insert(std::slice::from_ref(&first)).await?;
    let mut other = at_rest(room, an_event(2))?;
    other.offset = first.offset;
    match archive.insert(&[other]).await {
        Err(ArchiveError::Conflict { room: at, offset }) => {
            ensure_eq!((at, offset), (room, first.offset), "where it is");
        }
        other => return Err(format!("another content: saw {other:?}").into()),
    }
    let wanted = chain(std::slice::from_ref(&first));
    ensure_eq!(read_back(&archive, room).await?, wanted, "the chain");

    let mut elsewhere = at_rest(room, an_event(2))?;
    elsewhere.epoch = "another epoch".into();
    elsewhere.offset = first.offset;
    ensure_eq!(archive.insert(&[elsewhere]).await?, 1, "the same offset of another log");

    let mut same_place = at_rest(room, an_event(9))?;
    same_place.offset = first.offset;
    let among = [at_rest(room, an_event(3))?, same_place];
    ensure_refused!(archive.insert(&among).await, ArchiveError::Conflict { .. }, "among others");
    Ok(())
}

pub(super) async fn reads_back(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    let nothing = read_back(&archive, room).await?;
    ensure_eq!(nothing, HashChain::default(), "an unknown room");
    archive.insert(&events(room, (1..=30).rev())?).await?;
    let wanted = chain(&events(room, 1..=30)?);
    ensure_eq!(read_back(&archive, room).await?, wanted, "the chain");
    Ok(())
}

pub(super) async fn gap(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    archive.insert(&events(room, [1, 2, 4, 5])?).await?;
    let wanted = chain(&events(room, 1..=2)?);
    ensure_eq!(read_back(&archive, room).await?, wanted, "with 3 missing");
    archive.insert(&events(room, [3])?).await?;
    let wanted = chain(&events(room, 1..=5)?);
    ensure_eq!(read_back(&archive, room).await?, wanted, "with 3 there");

    let headless = a_room();
    archive.insert(&events(headless, [2, 3])?).await?;
    let chained = read_back(&archive, headless).await?;
    ensure_eq!(chained, HashChain::default(), "with 1 missing");
    Ok(())
}

pub(super) async fn doubled(archive: Arc<dyn Archive>) -> Checked {
    let room = a_room();
    archive.insert(&events(room, 1..=5)?).await?;
    let mut double = at_rest(room, an_event(4))?;
    double.offset = 1000;
    ensure_eq!(archive.insert(&[double]).await?, 1, "new of the double");
    let wanted = chain(&events(room, 1..=3)?);
    ensure_eq!(read_back(&archive, room).await?, wanted, "with 4 twice");
    Ok(())
}

pub(super) async fn rooms_apart(archive: Arc<dyn Archive>) -> Checked {
    let (one, other) = (a_room(), a_room());
    let mut both = events(one, 1..=3)?;
    both.extend(events(other, 1..=4)?);
    ensure_eq!(archive.insert(&both).await?, 7, "new of both");
    let (three, four) = (chain(&events(one, 1..=3)?), chain(&events(other, 1..=4)?));
    let nothing = HashChain::default();
    for (rooms, wanted) in [
        (vec![], vec![]),
        (vec![one], vec![three.clone()]),
        (vec![other, a_room(), one], vec![four.clone(), nothing, three.clone()]),
        (vec![one, one], vec![three.clone(), three]),
    ] {
        ensure_eq!(archive.read_back(&rooms).await?, wanted, "the chains");
    }
    Ok(())
}

/// More rooms than any adapter asks for at once.
const MANY_ROOMS: usize = 450;

pub(super) async fn many_rooms(archive: Arc<dyn Archive>) -> Checked {
    let rooms: Vec<_> = (0..MANY_ROOMS).map(|_| a_room()).collect();
    let mut all = vec![];
    let mut wanted = vec![];
    for (room, count) in rooms.iter().zip((1..=3).cycle()) {
        let of_room = events(*room, 1..=count)?;
        wanted.push(chain(&of_room));
        all.extend(of_room);
    }
    ensure_eq!(archive.insert(&all).await?, all.len() as u64, "new of all");
    ensure_eq!(archive.read_back(&rooms).await?, wanted, "the chains");
    Ok(())
}

use std::sync::Arc;

use super::super::super::{Checked, ensure_eq};
use super::super::a_user;
use super::{
    AT_ONCE_MS, LONG_MS, Tab, a_living_node, a_node, a_room, a_tab, at, claim_all, fall_silent,
    holders,
};
use crate::rooms::sessions::SessionChange;
use crate::rooms::{Rooms, RoomsError};

pub(in super::super) async fn moves(rooms: Arc<dyn Rooms>) -> Checked {
    let (first, second) = (a_living_node(&rooms).await?, a_living_node(&rooms).await?);
    let tab = a_tab();
    for node in [&first, &second, &first] {
        rooms.note(&[tab.held(node)]).await?;
        ensure_eq!(holders(&rooms, tab.room).await?, [(node.clone(), 1)], "the holder");
    }
    rooms.note(&[tab.released(&second, AT_ONCE_MS)]).await?;
    ensure_eq!(holders(&rooms, tab.room).await?, [(first, 1)], "released by another node");
    ensure_eq!(claim_all(&rooms).await?, [].into(), "held all the time");
    Ok(())
}

pub(in super::super) async fn without_lease(rooms: Arc<dyn Rooms>) -> Checked {
    let living = a_living_node(&rooms).await?;
    let silent = a_living_node(&rooms).await?;
    fall_silent(&rooms, &silent).await?;
    for node in [a_node(), silent] {
        let (due, later, moved) = (a_tab(), a_tab(), a_tab());
        rooms.note(&[moved.held(&living)]).await?;
        rooms
            .note(&[
                due.held_or_due(&node, AT_ONCE_MS),
                later.held_or_due(&node, LONG_MS),
                moved.held_or_due(&node, AT_ONCE_MS),
            ])
            .await?;
        ensure_eq!(holders(&rooms, due.room).await?, [], "held by nobody");
        ensure_eq!(holders(&rooms, moved.room).await?, [(living.clone(), 1)], "held elsewhere");
        ensure_eq!(claim_all(&rooms).await?, [due.absent()].into(), "who is due back");
    }
    Ok(())
}

pub(in super::super) async fn again(rooms: Arc<dyn Rooms>) -> Checked {
    let (node, other) = (a_living_node(&rooms).await?, a_living_node(&rooms).await?);
    let silent = a_living_node(&rooms).await?;
    let (unknown, own, due, left_over, moved) = (a_tab(), a_tab(), a_tab(), a_tab(), a_tab());
    rooms
        .note(&[
            own.held(&node),
            due.promised(LONG_MS),
            left_over.held(&silent),
            moved.held(&other),
        ])
        .await?;
    fall_silent(&rooms, &silent).await?;
    for tab in [unknown, own, due, left_over, moved] {
        rooms.note(&[tab.still_held(&node, LONG_MS)]).await?;
        let wanted = if tab.room == moved.room { &other } else { &node };
        ensure_eq!(holders(&rooms, tab.room).await?, [(wanted.clone(), 1)], "the holder");
    }

    let (gone, waiting) = (a_tab(), a_tab());
    let nobody = a_node();
    rooms
        .note(&[
            gone.still_held(&nobody, AT_ONCE_MS),
            waiting.still_held(&nobody, LONG_MS),
            moved.still_held(&nobody, AT_ONCE_MS),
        ])
        .await?;
    ensure_eq!(claim_all(&rooms).await?, [gone.absent()].into(), "without a lease");
    ensure_eq!(holders(&rooms, moved.room).await?, [(other, 1)], "held elsewhere");
    Ok(())
}

pub(in super::super) async fn ordered(rooms: Arc<dyn Rooms>) -> Checked {
    let mut nodes = Vec::new();
    for _ in 0..5 {
        nodes.push(a_living_node(&rooms).await?);
    }
    nodes.sort();
    let room = a_room();
    let counts = [1_u64, 3, 2, 0, 1];
    let mut wanted = Vec::new();
    for (node, count) in nodes.iter().zip(counts) {
        for _ in 0..count {
            rooms.note(&[Tab::new(room, a_user()).held(node), a_tab().held(node)]).await?;
        }
        wanted.push((node.clone(), count));
    }
    wanted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let listed = async |room| {
        let nodes = rooms.nodes_of(room).await?.into_iter();
        Ok::<_, RoomsError>(nodes.map(|of| (of.node, of.sessions)).collect::<Vec<_>>())
    };
    ensure_eq!(listed(room).await?, wanted, "most sessions first, then by id");
    let idle: Vec<_> = nodes.into_iter().map(|node| (node, 0)).collect();
    ensure_eq!(listed(a_room()).await?, idle, "nobody serves an empty room");
    Ok(())
}

/// Sessions noted at seq 5, and whether they are known after `Left` at 5 and at 6.
pub(in super::super) async fn left(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    let room = a_room();
    let (leaver, stayer) = (Tab::new(room, a_user()), Tab::new(room, a_user()));
    let second = Tab::new(room, leaver.user);
    let elsewhere = Tab::new(a_room(), leaver.user);
    let tabs = [leaver, second, stayer, elsewhere];
    rooms.note(&tabs.map(|tab| at(5, tab.held(&node)))).await?;
    // Nodes that lag behind do not make a note older than it is.
    rooms
        .note(&[
            at(2, second.held(&node)),
            at(2, second.still_held(&node, LONG_MS)),
            at(2, second.released(&node, LONG_MS)),
            at(2, second.promised(LONG_MS)),
            at(2, second.held(&node)),
        ])
        .await?;
    rooms.note(&[leaver.left(5)]).await?;
    ensure_eq!(holders(&rooms, room).await?, [(node.clone(), 3)], "noted since");
    rooms.note(&[leaver.left(6)]).await?;
    ensure_eq!(holders(&rooms, room).await?, [(node.clone(), 1)], "noted before");
    ensure_eq!(holders(&rooms, elsewhere.room).await?, [(node.clone(), 1)], "another room");

    rooms.note(&[stayer.released(&node, AT_ONCE_MS), stayer.left(7)]).await?;
    ensure_eq!(claim_all(&rooms).await?, [].into(), "who left is not absent");
    Ok(())
}

pub(in super::super) async fn closed(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    let (open, closed) = (a_room(), a_room());
    for room in [open, closed] {
        let tabs = [(); 3].map(|()| Tab::new(room, a_user()));
        rooms.note(&tabs.map(|tab| at(9, tab.held(&node)))).await?;
        rooms.note(&[Tab::new(room, a_user()).expected(LONG_MS)]).await?;
    }
    let overdue = Tab::new(closed, a_user());
    rooms.note(&[overdue.expected(AT_ONCE_MS), overdue.note(SessionChange::Closed)]).await?;
    ensure_eq!(holders(&rooms, closed).await?, [], "the closed room");
    ensure_eq!(holders(&rooms, open).await?, [(node, 3)], "the open room");
    ensure_eq!(claim_all(&rooms).await?, [].into(), "nobody is absent from a closed room");
    Ok(())
}

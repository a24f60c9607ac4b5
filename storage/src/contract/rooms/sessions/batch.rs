use std::sync::Arc;

use futures_util::future::{join, try_join_all};

use super::super::super::{Checked, ensure, ensure_eq};
use super::super::a_user;
use super::{AT_ONCE_MS, LONG_MS, Tab, a_living_node, a_room, a_tab, claim_all, holders};
use crate::rooms::Rooms;
use crate::rooms::sessions::{SessionChange, SessionNote};

const TABS: usize = 60;
const ROUNDS: usize = 10;
const NODES: usize = 4;
const MANY: usize = 1000;

pub(in super::super) async fn in_order(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    rooms.note(&[]).await?;
    let (held, released, left, back) = (a_tab(), a_tab(), a_tab(), a_tab());
    rooms
        .note(&[
            held.held(&node),
            held.released(&node, AT_ONCE_MS),
            held.held(&node),
            released.held(&node),
            released.released(&node, AT_ONCE_MS),
            left.held(&node),
            left.left(2),
            back.held(&node),
            back.note(SessionChange::Closed),
            back.held(&node),
        ])
        .await?;
    for (tab, sessions) in [(held, 1), (released, 0), (left, 0), (back, 1)] {
        let seen = holders(&rooms, tab.room).await?.len();
        ensure_eq!(seen, sessions, "nodes that hold the tab");
    }
    ensure_eq!(claim_all(&rooms).await?, [released.absent()].into(), "who is absent");
    Ok(())
}

/// A reader sees all of a batch or none of it.
pub(in super::super) async fn all_or_nothing(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    let room = a_room();
    let held = tabs(room).map(|tab| tab.held(&node)).collect::<Vec<_>>();
    let closed = [SessionNote { room, seq: 1, change: SessionChange::Closed }];
    let writing = async {
        for _ in 0..ROUNDS {
            rooms.note(&held).await?;
            rooms.note(&closed).await?;
        }
        Checked::Ok(())
    };
    let reading = async {
        for _ in 0..ROUNDS * ROUNDS {
            let sessions = holders(&rooms, room).await?.first().map_or(0, |(_, count)| *count);
            ensure!(sessions == 0 || sessions == TABS as u64, "saw {sessions} of {TABS}");
        }
        Checked::Ok(())
    };
    let (written, read) = join(writing, reading).await;
    written.and(read)
}

pub(in super::super) async fn repeats(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    let room = a_room();
    let (held, due) = (Tab::new(room, a_user()), Tab::new(room, a_user()));
    let (gone, waited) = (Tab::new(room, a_user()), Tab::new(room, a_user()));
    let notes = [
        held.held(&node),
        due.held(&node),
        due.released(&node, AT_ONCE_MS),
        gone.promised(LONG_MS),
        gone.left(2),
        waited.expected(LONG_MS),
    ];
    for _ in 0..3 {
        rooms.note(&notes).await?;
    }
    ensure_eq!(holders(&rooms, room).await?, [(node, 1)], "the holders");
    ensure_eq!(claim_all(&rooms).await?, [due.absent()].into(), "who is absent");
    Ok(())
}

pub(in super::super) async fn many(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    let room = a_room();
    let notes: Vec<SessionNote> = (0..MANY).map(|_| Tab::new(room, a_user()).held(&node)).collect();
    rooms.note(&notes).await?;
    ensure_eq!(holders(&rooms, room).await?, [(node, MANY as u64)], "the holders");
    Ok(())
}

/// Nodes that note the same sessions, each in another order, neither fail nor lose any.
pub(in super::super) async fn concurrent(rooms: Arc<dyn Rooms>) -> Checked {
    let room = a_room();
    let tabs: Vec<Tab> = tabs(room).collect();
    let mut writers = Vec::new();
    for turn in 0..NODES {
        let node = a_living_node(&rooms).await?;
        let mut notes: Vec<SessionNote> = tabs.iter().map(|tab| tab.held(&node)).collect();
        notes.rotate_left(turn * TABS / NODES);
        if turn % 2 == 1 {
            notes.reverse();
        }
        let rooms = Arc::clone(&rooms);
        writers.push(async move {
            for _ in 0..ROUNDS {
                rooms.note(&notes).await?;
                rooms.claim_absent(LONG_MS, 1).await?;
                rooms.renew(&node, LONG_MS).await?;
            }
            Checked::Ok(())
        });
    }
    try_join_all(writers).await?;
    let held: u64 = holders(&rooms, room).await?.iter().map(|(_, sessions)| sessions).sum();
    ensure_eq!(held, TABS as u64, "sessions that are held");
    Ok(())
}

fn tabs(room: schemas::ids::RoomId) -> impl Iterator<Item = Tab> {
    (0..TABS).map(move |_| Tab::new(room, a_user()))
}

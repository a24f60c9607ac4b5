use std::sync::Arc;

use super::super::super::{Checked, ensure_eq};
use super::{AT_ONCE_MS, LONG_MS, a_living_node, a_tab, claim_all, holders};
use crate::rooms::Rooms;

pub(in super::super) async fn released(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    let (due, later, again, unknown) = (a_tab(), a_tab(), a_tab(), a_tab());
    rooms.note(&[due.held(&node), later.held(&node), again.held(&node)]).await?;
    rooms
        .note(&[
            due.released(&node, AT_ONCE_MS),
            later.released(&node, LONG_MS),
            again.released(&node, LONG_MS),
            again.released(&node, AT_ONCE_MS),
            unknown.released(&node, AT_ONCE_MS),
        ])
        .await?;
    ensure_eq!(holders(&rooms, due.room).await?, [], "released");
    let wanted = [due.absent(), unknown.absent()].into();
    ensure_eq!(claim_all(&rooms).await?, wanted, "who is absent");
    Ok(())
}

pub(in super::super) async fn promised(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    let (due, granted, longer, released, held) = (a_tab(), a_tab(), a_tab(), a_tab(), a_tab());
    rooms.note(&[released.held(&node), held.held(&node)]).await?;
    rooms
        .note(&[
            due.promised(AT_ONCE_MS),
            granted.promised(LONG_MS),
            granted.promised(AT_ONCE_MS),
            longer.promised(AT_ONCE_MS),
            longer.promised(LONG_MS),
            released.released(&node, LONG_MS),
            released.promised(AT_ONCE_MS),
            held.promised(AT_ONCE_MS),
        ])
        .await?;
    ensure_eq!(claim_all(&rooms).await?, [due.absent()].into(), "who is absent");
    ensure_eq!(holders(&rooms, held.room).await?, [(node, 1)], "held all the same");
    Ok(())
}

pub(in super::super) async fn expected(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    let (due, waited, promised, held) = (a_tab(), a_tab(), a_tab(), a_tab());
    rooms
        .note(&[
            due.expected(AT_ONCE_MS),
            waited.expected(LONG_MS),
            waited.expected(AT_ONCE_MS),
            promised.promised(LONG_MS),
            promised.expected(AT_ONCE_MS),
            held.held(&node),
            held.expected(AT_ONCE_MS),
        ])
        .await?;
    ensure_eq!(claim_all(&rooms).await?, [due.absent()].into(), "who is absent");
    Ok(())
}

/// Whoever was held once is waited for no longer than that session is.
pub(in super::super) async fn expected_until_held(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    let (held, still_held, released, promised) = (a_tab(), a_tab(), a_tab(), a_tab());
    for tab in [held, still_held, released, promised] {
        rooms.note(&[tab.expected(LONG_MS)]).await?;
    }
    rooms
        .note(&[
            held.held(&node),
            held.released(&node, AT_ONCE_MS),
            still_held.still_held(&node, LONG_MS),
            still_held.released(&node, AT_ONCE_MS),
            released.released(&node, AT_ONCE_MS),
            promised.promised(AT_ONCE_MS),
        ])
        .await?;
    let wanted = [held.absent(), still_held.absent(), released.absent()].into();
    ensure_eq!(claim_all(&rooms).await?, wanted, "who is absent");
    Ok(())
}

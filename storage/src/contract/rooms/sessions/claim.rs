use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::try_join_all;

use super::super::super::{Checked, ensure, ensure_eq};
use super::super::a_user;
use super::{ALL, ASK_AGAIN, AT_ONCE_MS, LONG_MS, Tab, a_living_node, a_room, a_tab, claim_all};
use crate::rooms::Rooms;
use crate::rooms::sessions::{Absent, SessionNote};

const CLAIMERS: usize = 4;
const MEMBERS: usize = 40;
const LIMIT: u32 = 3;

pub(in super::super) async fn every_session(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    let (room, user) = (a_room(), a_user());
    let (held, due, overdue) = (Tab::new(room, user), Tab::new(room, user), Tab::new(room, user));
    rooms.note(&[held.held(&node), due.promised(LONG_MS), overdue.promised(AT_ONCE_MS)]).await?;
    ensure_eq!(claim_all(&rooms).await?, [].into(), "one tab is held, one may come back");
    rooms.note(&[due.held(&node), due.released(&node, AT_ONCE_MS)]).await?;
    ensure_eq!(claim_all(&rooms).await?, [].into(), "one tab is held");
    let elsewhere = Tab::new(a_room(), user);
    rooms.note(&[held.released(&node, AT_ONCE_MS), elsewhere.held(&node)]).await?;
    ensure_eq!(claim_all(&rooms).await?, [held.absent()].into(), "no tab is left in this room");
    Ok(())
}

pub(in super::super) async fn once(rooms: Arc<dyn Rooms>) -> Checked {
    let tab = a_tab();
    let second = Tab::new(tab.room, tab.user);
    rooms.note(&[tab.promised(AT_ONCE_MS), second.promised(AT_ONCE_MS)]).await?;
    ensure_eq!(claim_all(&rooms).await?, [tab.absent()].into(), "the first claim");
    ensure_eq!(claim_all(&rooms).await?, [].into(), "claimed already");
    rooms.note(&[tab.left(2)]).await?;
    ensure_eq!(claim_all(&rooms).await?, [].into(), "ended");
    Ok(())
}

pub(in super::super) async fn again(rooms: Arc<dyn Rooms>) -> Checked {
    let tab = a_tab();
    rooms.note(&[tab.promised(AT_ONCE_MS)]).await?;
    for _ in 0..3 {
        claim_until(&rooms, AT_ONCE_MS, &[tab]).await?;
    }
    Ok(())
}

pub(in super::super) async fn concurrent(rooms: Arc<dyn Rooms>) -> Checked {
    let (tabs, notes): (Vec<Tab>, Vec<SessionNote>) = absent_members();
    rooms.note(&notes).await?;
    // Until the last of them is overdue as well.
    let last = a_tab();
    rooms.note(&[last.promised(AT_ONCE_MS)]).await?;
    let mut claimed = Vec::new();
    while claimed.len() <= tabs.len() {
        let claims = (0..CLAIMERS).map(|_| rooms.claim_absent(LONG_MS, LIMIT));
        claimed.extend(try_join_all(claims).await?.into_iter().flatten());
        tokio::time::sleep(ASK_AGAIN).await;
    }
    let single: BTreeSet<Absent> = claimed.iter().copied().collect();
    ensure_eq!(single.len(), claimed.len(), "members claimed twice");
    let wanted = tabs.iter().chain([&last]).map(|tab| tab.absent()).collect();
    ensure_eq!(single, wanted, "all claims");
    Ok(())
}

pub(in super::super) async fn limit(rooms: Arc<dyn Rooms>) -> Checked {
    let (tabs, notes) = absent_members();
    rooms.note(&notes).await?;
    ensure_eq!(rooms.claim_absent(LONG_MS, 0).await?, [], "none asked for");
    let mut claimed = 0;
    while claimed < tabs.len() {
        let absent = rooms.claim_absent(LONG_MS, LIMIT).await?;
        ensure!(absent.len() <= LIMIT as usize, "{} claims at once", absent.len());
        claimed += absent.len();
    }
    ensure_eq!(rooms.claim_absent(LONG_MS, LIMIT).await?, [], "nobody is left");
    Ok(())
}

/// Members with two overdue tabs each.
fn absent_members() -> (Vec<Tab>, Vec<SessionNote>) {
    let tabs: Vec<Tab> = (0..MEMBERS).map(|_| a_tab()).collect();
    let both = |tab: &Tab| [*tab, Tab::new(tab.room, tab.user)];
    let notes = tabs.iter().flat_map(both).map(|tab| tab.promised(AT_ONCE_MS)).collect();
    (tabs, notes)
}

async fn claim_until(rooms: &Arc<dyn Rooms>, claim_ms: i64, tabs: &[Tab]) -> Checked {
    let mut wanted: BTreeSet<Absent> = tabs.iter().map(|tab| tab.absent()).collect();
    while !wanted.is_empty() {
        for absent in rooms.claim_absent(claim_ms, ALL).await? {
            wanted.remove(&absent);
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
    Ok(())
}

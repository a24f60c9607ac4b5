use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::super::{Checked, ensure, ensure_eq};
use super::{
    ASK_AGAIN, AT_ONCE_MS, LONG_MS, a_living_node, a_node, a_tab, claim_all, fall_silent, holders,
};
use crate::rooms::Rooms;
use crate::rooms::sessions::{Lease, Node};

/// How long a node is silent before its sessions are asked for …
const SILENCE: Duration = Duration::from_millis(300);
/// … which is longer than they were waited for.
const GRACE_MS: i64 = 250;

pub(in super::super) async fn renews(rooms: Arc<dyn Rooms>) -> Checked {
    let nodes: BTreeSet<Node> = (0..5).map(|_| a_node()).collect();
    ensure_eq!(rooms.nodes().await?, [], "before");
    for node in nodes.iter().rev() {
        ensure_eq!(rooms.renew(node, LONG_MS).await?, Lease::New, "a node nobody knows");
        ensure_eq!(rooms.renew(node, LONG_MS).await?, Lease::Kept, "a node that is known");
    }
    ensure!(rooms.nodes().await?.iter().eq(&nodes), "the nodes are not in order of their ids");
    Ok(())
}

pub(in super::super) async fn runs_out(rooms: Arc<dyn Rooms>) -> Checked {
    let other = a_living_node(&rooms).await?;
    let node = a_living_node(&rooms).await?;
    fall_silent(&rooms, &node).await?;
    ensure!(rooms.nodes().await?.iter().eq([&other]), "the silent node counts as living");
    ensure_eq!(rooms.renew(&node, LONG_MS).await?, Lease::New, "after a gap");
    ensure_eq!(rooms.renew(&node, LONG_MS).await?, Lease::Kept, "after that");
    ensure_eq!(rooms.end_silent_nodes(LONG_MS).await?, [], "no node is silent");

    fall_silent(&rooms, &node).await?;
    ensure_eq!(rooms.end_silent_nodes(LONG_MS).await?, [node.id], "the silent nodes");
    ensure_eq!(rooms.end_silent_nodes(LONG_MS).await?, [], "a node is ended once");
    ensure_eq!(rooms.nodes().await?, [other], "the nodes that are left");
    ensure_eq!(rooms.renew(&node, LONG_MS).await?, Lease::New, "once it was ended");
    Ok(())
}

pub(in super::super) async fn ends_silent(rooms: Arc<dyn Rooms>) -> Checked {
    let (living, silent) = (a_living_node(&rooms).await?, a_living_node(&rooms).await?);
    let (here, there) = (a_tab(), a_tab());
    rooms.note(&[here.held(&living), there.held(&silent)]).await?;
    let heard = Instant::now();
    fall_silent(&rooms, &silent).await?;
    ensure_eq!(holders(&rooms, there.room).await?, [], "a silent node is not named");
    ensure_eq!(claim_all(&rooms).await?, [].into(), "the node was not ended yet");
    while heard.elapsed() < SILENCE {
        tokio::time::sleep(ASK_AGAIN).await;
    }
    rooms.end_silent_nodes(GRACE_MS).await?;
    ensure_eq!(
        rooms.claim_absent(LONG_MS, 1).await?,
        [there.absent()],
        "due since it was heard of"
    );
    ensure_eq!(holders(&rooms, here.room).await?, [(living, 1)], "the living node's");
    Ok(())
}

pub(in super::super) async fn waits_for_silent(rooms: Arc<dyn Rooms>) -> Checked {
    let node = a_living_node(&rooms).await?;
    let tab = a_tab();
    rooms.note(&[tab.held(&node)]).await?;
    fall_silent(&rooms, &node).await?;
    rooms.end_silent_nodes(LONG_MS).await?;
    ensure_eq!(claim_all(&rooms).await?, [].into(), "within the grace");
    Ok(())
}

pub(in super::super) async fn ends(rooms: Arc<dyn Rooms>) -> Checked {
    for (grace_ms, absent) in [(LONG_MS, false), (AT_ONCE_MS, true)] {
        let (node, other) = (a_living_node(&rooms).await?, a_living_node(&rooms).await?);
        let (tab, elsewhere) = (a_tab(), a_tab());
        rooms.note(&[tab.held(&node), elsewhere.held(&other)]).await?;
        rooms.end_node(node.id, grace_ms).await?;
        rooms.end_node(node.id, LONG_MS).await?;
        ensure!(!rooms.nodes().await?.contains(&node), "the node is there still");
        ensure_eq!(holders(&rooms, tab.room).await?, [], "its sessions");
        ensure_eq!(holders(&rooms, elsewhere.room).await?, [(other, 1)], "the other's");
        let wanted = Some(tab.absent()).filter(|_| absent).into_iter().collect();
        ensure_eq!(claim_all(&rooms).await?, wanted, "who is absent");
        ensure_eq!(rooms.renew(&node, LONG_MS).await?, Lease::New, "an ended node");
    }
    Ok(())
}

//! What all stores of nodes and sessions must do. Waits are either over at once or not within
//! any check, so that nothing here depends on how fast the store is.

pub(super) mod batch;
pub(super) mod claim;
pub(super) mod hold;
pub(super) mod lease;
pub(super) mod wait;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use schemas::ids::{RoomId, SessionId, UserId};
use uuid::Uuid;

use super::super::Checked;
use super::a_user;
use crate::rooms::Rooms;
use crate::rooms::sessions::{Absent, Node, NodeId, SessionChange, SessionNote};

/// Longer than any check.
const LONG_MS: i64 = 3_600_000;
/// Over as soon as the store's clock has moved.
const AT_ONCE_MS: i64 = 0;
/// Pause before a question is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(2);
/// More than any check has members.
const ALL: u32 = 1000;

/// One tab of a person in a room.
#[derive(Clone, Copy)]
struct Tab {
    room: RoomId,
    user: UserId,
    session: SessionId,
}

impl Tab {
    fn new(room: RoomId, user: UserId) -> Self {
        Self { room, user, session: SessionId(Uuid::now_v7()) }
    }

    fn absent(self) -> Absent {
        Absent { room: self.room, user: self.user }
    }

    /// A note of this tab's room as of seq 1.
    fn note(self, change: SessionChange) -> SessionNote {
        SessionNote { room: self.room, seq: 1, change }
    }

    fn held(self, node: &Node) -> SessionNote {
        self.held_or_due(node, LONG_MS)
    }

    fn held_or_due(self, node: &Node, grace_ms: i64) -> SessionNote {
        let Self { user, session, .. } = self;
        self.note(SessionChange::Held { user, session, node: node.id, grace_ms })
    }

    fn still_held(self, node: &Node, grace_ms: i64) -> SessionNote {
        let Self { user, session, .. } = self;
        self.note(SessionChange::StillHeld { user, session, node: node.id, grace_ms })
    }

    fn released(self, node: &Node, grace_ms: i64) -> SessionNote {
        let Self { user, session, .. } = self;
        self.note(SessionChange::Released { user, session, node: node.id, grace_ms })
    }

    fn promised(self, within_ms: i64) -> SessionNote {
        let Self { user, session, .. } = self;
        self.note(SessionChange::Promised { user, session, within_ms })
    }

    fn expected(self, within_ms: i64) -> SessionNote {
        self.note(SessionChange::Expected { user: self.user, within_ms })
    }

    fn left(self, seq: u64) -> SessionNote {
        at(seq, self.note(SessionChange::Left { user: self.user }))
    }
}

/// The same note as of another seq.
fn at(seq: u64, note: SessionNote) -> SessionNote {
    SessionNote { seq, ..note }
}

fn a_room() -> RoomId {
    RoomId(Uuid::now_v7())
}

/// A tab in a room of its own.
fn a_tab() -> Tab {
    Tab::new(a_room(), a_user())
}

/// A node that nobody has heard of.
fn a_node() -> Node {
    let id = Uuid::new_v4();
    Node { id: NodeId(id), socket_url: format!("wss://cinema.example/{id}") }
}

/// A node that lives all through the check.
async fn a_living_node(rooms: &Arc<dyn Rooms>) -> Checked<Node> {
    let node = a_node();
    rooms.renew(&node, LONG_MS).await?;
    Ok(node)
}

/// Shortens the lease of a node and waits until it is over.
async fn fall_silent(rooms: &Arc<dyn Rooms>, node: &Node) -> Checked {
    rooms.renew(node, AT_ONCE_MS).await?;
    while rooms.nodes().await?.contains(node) {
        tokio::time::sleep(ASK_AGAIN).await;
    }
    Ok(())
}

/// Which nodes hold how many sessions of a room.
async fn holders(rooms: &Arc<dyn Rooms>, room: RoomId) -> Checked<Vec<(Node, u64)>> {
    let nodes = rooms.nodes_of(room).await?;
    let holding = nodes.into_iter().filter(|of| of.sessions > 0);
    Ok(holding.map(|of| (of.node, of.sessions)).collect())
}

/// Claims everyone who is absent by now; a member who is due at once shows when that is.
async fn claim_all(rooms: &Arc<dyn Rooms>) -> Checked<BTreeSet<Absent>> {
    let last = a_tab();
    rooms.note(&[last.expected(AT_ONCE_MS)]).await?;
    let mut absent = BTreeSet::new();
    while !absent.remove(&last.absent()) {
        tokio::time::sleep(ASK_AGAIN).await;
        absent.extend(rooms.claim_absent(LONG_MS, ALL).await?);
    }
    rooms.note(&[last.note(SessionChange::Closed)]).await?;
    Ok(absent)
}

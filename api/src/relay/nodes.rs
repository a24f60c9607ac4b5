//! The living nodes as this one last heard of them, and where a client's socket should go.
//!
//! Any node serves any room. A room's members are led to one node where that is possible,
//! because there a frame of one reaches the others without another node's reading of the log;
//! a wrong answer costs speed only.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use schemas::ids::RoomId;
use storage::rooms::sessions::{Node, NodeId, NodeSessions};
use storage::rooms::{Rooms, RoomsError};
use tokio::sync::watch;
use tokio::time::timeout;

use super::placement::keeper;

/// How long a ticket waits for the list of who serves its room.
const LOOK_UP_PATIENCE: Duration = Duration::from_millis(300);
/// How long an answer is believed: a room's members often come together, and a node that
/// ended should not be named for long.
const LOOK_UP_LIFE: Duration = Duration::from_millis(250);
/// Rooms whose answers are kept.
const LOOK_UPS_MAX: u64 = 10_000;

/// This node among the others.
pub(crate) struct Nodes {
    own: Node,
    rooms: Arc<dyn Rooms>,
    living: watch::Sender<Vec<Node>>,
    /// Where a room's sockets should go.
    look_ups: Cache<RoomId, Option<String>>,
}

impl Nodes {
    pub(crate) fn new(own: Node, rooms: Arc<dyn Rooms>) -> Self {
        let look_ups = Cache::builder().max_capacity(LOOK_UPS_MAX).time_to_live(LOOK_UP_LIFE);
        Self { own, rooms, living: watch::Sender::new(Vec::new()), look_ups: look_ups.build() }
    }

    /// This node.
    pub(crate) fn own(&self) -> &Node {
        &self.own
    }

    /// This node's run.
    pub(crate) fn id(&self) -> NodeId {
        self.own.id
    }

    /// The living nodes, whenever they change.
    pub(crate) fn changes(&self) -> watch::Receiver<Vec<Node>> {
        self.living.subscribe()
    }

    /// Takes over a newer list.
    pub(super) fn set_living(&self, living: Vec<Node>) {
        metrics::gauge!("nodes_living").set(u32::try_from(living.len()).unwrap_or(u32::MAX));
        self.living.send_if_modified(|known| {
            let is_new = *known != living;
            *known = living;
            is_new
        });
    }

    /// This node ends: it keeps nothing more and is named to nobody.
    pub(super) fn withdraw(&self) {
        self.living.send_modify(|living| living.retain(|node| node.id != self.own.id));
    }

    /// Whether this node looks after a partition's rooms.
    pub(crate) fn keeps(&self, partition: u32) -> bool {
        keeper(self.living.borrow().iter(), partition).is_some_and(|node| node.id == self.own.id)
    }

    /// What the address of a socket into a room should begin with; this node's if the store
    /// does not say. The known list does not do: it may name a node that has just ended, which
    /// would refuse the very people whom it has sent away.
    pub(crate) async fn socket_url(&self, room: RoomId, partition: u32) -> String {
        let look_up = self.look_ups.try_get_with(room, self.look_up(room, partition));
        let found = match timeout(LOOK_UP_PATIENCE, look_up).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "no list of servers");
                None
            }
            Err(_elapsed) => None,
        };
        found.unwrap_or_else(|| self.own_url().to_owned())
    }

    async fn look_up(&self, room: RoomId, partition: u32) -> Result<Option<String>, RoomsError> {
        let nodes = self.rooms.nodes_of(room).await?;
        Ok(best(&nodes, partition).map(|node| node.socket_url.clone()))
    }

    /// Where this node's own sockets are.
    pub(crate) fn own_url(&self) -> &str {
        &self.own.socket_url
    }
}

/// The node that serves most of the room's sessions, else the partition's keeper.
fn best(nodes: &[NodeSessions], partition: u32) -> Option<&Node> {
    match nodes.first() {
        Some(most) if most.sessions > 0 => Some(&most.node),
        _ => keeper(nodes.iter().map(|of| &of.node), partition),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn node(number: u128) -> Node {
        Node { id: NodeId(Uuid::from_u128(number)), socket_url: format!("ws://node-{number}") }
    }

    #[test]
    fn who_serves_most_is_named_before_the_keeper() {
        let living = [node(1), node(2), node(3)];
        let keeper = keeper(&living, 7).unwrap();
        let serving = |sessions_of: &dyn Fn(&Node) -> u64| {
            let of = |node: &Node| NodeSessions { node: node.clone(), sessions: sessions_of(node) };
            let mut nodes: Vec<_> = living.iter().map(of).collect();
            nodes.sort_by_key(|of| std::cmp::Reverse(of.sessions));
            nodes
        };
        let other = living.iter().find(|node| *node != keeper).unwrap();
        assert_eq!(best(&serving(&|node| u64::from(node == other)), 7), Some(other));
        assert_eq!(best(&serving(&|_| 0), 7), Some(keeper));
        assert_eq!(best(&[], 7), None);
    }
}

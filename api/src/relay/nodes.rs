//! The living nodes as this one last heard of them, and where a client's socket should go.
//!
//! Any node serves any room. A room's members are led to one node where that is possible,
//! because there a frame of one reaches the others without another node's reading of the log;
//! a wrong answer costs speed only.

use std::sync::Arc;
use std::time::Duration;

use schemas::ids::RoomId;
use storage::rooms::Rooms;
use storage::rooms::sessions::{Node, NodeId, NodeSessions};
use tokio::sync::watch;
use tokio::time::timeout;

use super::placement::keeper;

/// How long a ticket waits for the list of who serves its room.
const LOOK_UP_PATIENCE: Duration = Duration::from_millis(300);

/// This node among the others.
pub(crate) struct Nodes {
    own: Node,
    rooms: Arc<dyn Rooms>,
    living: watch::Sender<Vec<Node>>,
}

impl Nodes {
    pub(crate) fn new(own: Node, rooms: Arc<dyn Rooms>) -> Self {
        Self { own, rooms, living: watch::Sender::new(Vec::new()) }
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

    /// Whether no other node is known to live.
    pub(super) fn is_alone(&self) -> bool {
        self.living.borrow().len() <= 1
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

    /// This node ends: it keeps nothing more.
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
        let found = match timeout(LOOK_UP_PATIENCE, self.rooms.nodes_of(room)).await {
            Ok(Ok(nodes)) => best(&nodes, partition).map(|node| node.socket_url.clone()),
            Ok(Err(error)) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "no list of servers");
                None
            }
            Err(_elapsed) => None,
        };
        found.unwrap_or_else(|| self.own_url().to_owned())
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
    use storage::memory::World;
    use storage::memory::faults::Faults;
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

    /// The list of nodes was once asked for the keeper: up to a second old, it led the people
    /// whom a node had sent away back to its closed port.
    #[tokio::test(start_paused = true)]
    async fn a_node_that_has_just_ended_is_not_named() {
        let rooms = World::new(1, 1, Faults::NONE).process().storage().rooms;
        let all = [node(1), node(2)];
        for node in &all {
            rooms.renew(node, 3_600_000).await.unwrap();
        }
        let leaving = keeper(&all, 0).unwrap();
        let staying = all.iter().find(|node| *node != leaving).unwrap();
        let nodes = Nodes::new(staying.clone(), Arc::clone(&rooms));
        nodes.set_living(rooms.nodes().await.unwrap());
        let room = RoomId(Uuid::from_u128(3));
        assert_eq!(nodes.socket_url(room, 0).await, leaving.socket_url);
        rooms.end_node(leaving.id, 0).await.unwrap();
        assert_eq!(nodes.socket_url(room, 0).await, staying.socket_url);
    }
}

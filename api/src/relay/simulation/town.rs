//! Where tabs are: the nodes that live, and one room.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use schemas::ids::{RoomId, UserId};
use storage::memory::World;

use super::node::Node;

/// A room, its owner and where it lies.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) room: RoomId,
    pub(super) owner: UserId,
    pub(super) partition: u32,
}

/// What tabs know of the world.
#[derive(Clone)]
pub(super) struct Town {
    pub(super) world: World,
    /// Those that were not killed.
    pub(super) nodes: Arc<Mutex<Vec<Node>>>,
    pub(super) is_ending: Arc<AtomicBool>,
}

impl Town {
    pub(super) fn any_node(&self) -> Node {
        let nodes = self.nodes.lock().unwrap();
        nodes[self.world.dice().place(nodes.len())].clone()
    }

    /// Whether nobody should say anything new.
    pub(super) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    pub(super) fn start_node(&self) {
        let node = Node::start(&self.world);
        self.nodes.lock().unwrap().push(node);
    }

    pub(super) fn take_node(&self) -> Node {
        let mut nodes = self.nodes.lock().unwrap();
        let place = self.world.dice().place(nodes.len());
        nodes.remove(place)
    }

    pub(super) fn all_nodes(&self) -> Vec<Node> {
        self.nodes.lock().unwrap().clone()
    }
}

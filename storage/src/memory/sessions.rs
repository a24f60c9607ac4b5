//! Nodes and sessions in memory. Time is the world's, as it is the store's own elsewhere.

use async_trait::async_trait;
use schemas::ids::RoomId;

use super::rooms::{MemoryRooms, STORE};
use crate::rooms::RoomsError;
use crate::rooms::sessions::{Absent, Lease, Node, NodeId, NodeSessions, SessionNote, Sessions};

#[async_trait]
impl Sessions for MemoryRooms {
    async fn renew(&self, node: &Node, lease_ms: i64) -> Result<Lease, RoomsError> {
        let (node, world) = (node.clone(), self.0.world().clone());
        let renewing = self.0.call("renew", STORE, move |rooms| {
            rooms.attendance.renew(node, world.now_ms(), lease_ms)
        });
        Ok(renewing.await?)
    }

    async fn end_node(&self, node: NodeId, grace_ms: i64) -> Result<(), RoomsError> {
        let world = self.0.world().clone();
        let ending = self.0.call("end_node", STORE, move |rooms| {
            rooms.attendance.forget_node(node, world.now_ms().saturating_add(grace_ms));
        });
        Ok(ending.await?)
    }

    async fn end_silent_nodes(&self, grace_ms: i64) -> Result<Vec<NodeId>, RoomsError> {
        let world = self.0.world().clone();
        let ending = self.0.call("end_silent_nodes", STORE, move |rooms| {
            rooms.attendance.end_silent(world.now_ms(), grace_ms)
        });
        Ok(ending.await?)
    }

    async fn nodes(&self) -> Result<Vec<Node>, RoomsError> {
        let world = self.0.world().clone();
        let listing =
            self.0.call("nodes", STORE, move |rooms| rooms.attendance.living(world.now_ms()));
        Ok(listing.await?)
    }

    async fn note(&self, notes: &[SessionNote]) -> Result<(), RoomsError> {
        let (notes, world) = (notes.to_vec(), self.0.world().clone());
        let noting = self.0.call("note", STORE, move |rooms| {
            for note in &notes {
                rooms.attendance.note(note, world.now_ms());
            }
        });
        Ok(noting.await?)
    }

    async fn nodes_of(&self, room: RoomId) -> Result<Vec<NodeSessions>, RoomsError> {
        let world = self.0.world().clone();
        let listing = self
            .0
            .call("nodes_of", STORE, move |rooms| rooms.attendance.nodes_of(room, world.now_ms()));
        Ok(listing.await?)
    }

    async fn claim_absent(&self, claim_ms: i64, limit: u32) -> Result<Vec<Absent>, RoomsError> {
        let world = self.0.world().clone();
        let claiming = self.0.call("claim_absent", STORE, move |rooms| {
            rooms.attendance.claim_absent(world.now_ms(), claim_ms, limit)
        });
        Ok(claiming.await?)
    }
}

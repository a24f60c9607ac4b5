//! Who is where, in memory.

mod note;

use std::collections::{BTreeMap, BTreeSet};

use schemas::ids::{RoomId, SessionId, UserId};

use crate::rooms::sessions::{Absent, Lease, Node, NodeId, NodeSessions};

/// Who is where.
#[derive(Default)]
pub(super) struct Attendance {
    nodes: BTreeMap<NodeId, LivingNode>,
    sessions: BTreeMap<(RoomId, UserId, SessionId), Noted>,
}

struct LivingNode {
    socket_url: String,
    renewed_at_ms: i64,
    lease_until_ms: i64,
}

/// What is known of a session.
#[derive(Clone, Copy)]
struct Noted {
    seq: u64,
    whereabouts: Whereabouts,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whereabouts {
    /// A node holds it.
    On(NodeId),
    /// It has no socket and must be back by then.
    DueAt(i64),
}

impl Attendance {
    pub(super) fn renew(&mut self, node: Node, now_ms: i64, lease_ms: i64) -> Lease {
        let lease = if self.has_lease(node.id, now_ms) { Lease::Kept } else { Lease::New };
        let living = self.nodes.entry(node.id).or_insert(LivingNode {
            socket_url: node.socket_url,
            renewed_at_ms: now_ms,
            lease_until_ms: now_ms,
        });
        living.renewed_at_ms = now_ms;
        living.lease_until_ms = now_ms.saturating_add(lease_ms);
        lease
    }

    pub(super) fn forget_node(&mut self, node: NodeId, due_at_ms: i64) {
        for noted in self.sessions.values_mut() {
            if noted.whereabouts == Whereabouts::On(node) {
                noted.whereabouts = Whereabouts::DueAt(due_at_ms);
            }
        }
        self.nodes.remove(&node);
    }

    pub(super) fn end_silent(&mut self, now_ms: i64, grace_ms: i64) -> Vec<NodeId> {
        let silent: Vec<(NodeId, i64)> = self
            .nodes
            .iter()
            .filter(|(_, node)| node.lease_until_ms < now_ms)
            .map(|(id, node)| (*id, node.renewed_at_ms))
            .collect();
        for (node, renewed_at_ms) in &silent {
            self.forget_node(*node, renewed_at_ms.saturating_add(grace_ms));
        }
        silent.into_iter().map(|(node, _)| node).collect()
    }

    pub(super) fn living(&self, now_ms: i64) -> Vec<Node> {
        let living = self.nodes.iter().filter(|(_, node)| node.lease_until_ms >= now_ms);
        living.map(|(id, node)| Node { id: *id, socket_url: node.socket_url.clone() }).collect()
    }

    pub(super) fn nodes_of(&self, room: RoomId, now_ms: i64) -> Vec<NodeSessions> {
        let of_room = || self.sessions.iter().filter(|((of, _, _), _)| *of == room);
        let count = |node: &Node| {
            of_room().filter(|(_, noted)| noted.whereabouts == Whereabouts::On(node.id)).count()
        };
        let mut nodes: Vec<NodeSessions> = self
            .living(now_ms)
            .into_iter()
            .map(|node| NodeSessions { sessions: count(&node) as u64, node })
            .collect();
        nodes.sort_by_key(|node| (std::cmp::Reverse(node.sessions), node.node.id));
        nodes
    }

    pub(super) fn claim_absent(&mut self, now_ms: i64, claim_ms: i64, limit: u32) -> Vec<Absent> {
        let overdue = |noted: &Noted| match noted.whereabouts {
            Whereabouts::On(_) => false,
            Whereabouts::DueAt(due_at_ms) => due_at_ms < now_ms,
        };
        let present: BTreeSet<(RoomId, UserId)> = self
            .sessions
            .iter()
            .filter(|(_, noted)| !overdue(noted))
            .map(|((room, user, _), _)| (*room, *user))
            .collect();
        // Whoever has a living session is not absent: only the dead ones go.
        self.sessions.retain(|(room, user, _), noted| {
            !(overdue(noted) && present.contains(&(*room, *user)))
        });
        let absent: BTreeSet<Absent> = self
            .sessions
            .iter()
            .filter(|(_, noted)| overdue(noted))
            .map(|((room, user, _), _)| Absent { room: *room, user: *user })
            .take(limit as usize)
            .collect();
        for ((room, user, _), noted) in &mut self.sessions {
            if absent.contains(&Absent { room: *room, user: *user }) {
                noted.whereabouts = Whereabouts::DueAt(now_ms.saturating_add(claim_ms));
            }
        }
        absent.into_iter().collect()
    }

    fn has_lease(&self, node: NodeId, now_ms: i64) -> bool {
        self.nodes.get(&node).is_some_and(|node| node.lease_until_ms >= now_ms)
    }
}

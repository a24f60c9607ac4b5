//! The part of the room rows that several nodes share: which nodes live, and which sessions
//! each of them holds, so that any node can tell who has really gone.
//!
//! A session is held by a node while it has a socket there; otherwise it is due back by some
//! moment. A member all of whose sessions are overdue is absent, and one node at a time may
//! claim to end the membership. What is written here may lag the sockets by a moment; the log
//! stays the only judge of who is a member. Time is the store's own, the same for all nodes.

use async_trait::async_trait;
use schemas::ids::{RoomId, SessionId, UserId};
use uuid::Uuid;

use super::RoomsError;

/// One run of an API node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub Uuid);

/// A node that lives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// Its run.
    pub id: NodeId,
    /// What the addresses of its sockets begin with, such as `wss://cinema.example/n1`.
    pub socket_url: String,
}

/// What a renewal found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// The lease went on without a gap.
    Kept,
    /// The node was not known, or its lease had run out: sessions that it holds may have been
    /// given up and are to be noted again, as [`SessionChange::StillHeld`].
    New,
}

/// Sessions of a room on one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSessions {
    /// The node.
    pub node: Node,
    /// How many sessions it holds there.
    pub sessions: u64,
}

/// Something that a node saw happen to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionNote {
    /// The room.
    pub room: RoomId,
    /// Seq of the last event that the node had folded: tells a membership from an earlier one.
    pub seq: u64,
    /// What happened.
    pub change: SessionChange,
}

/// What happened to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionChange {
    /// Its socket opened on a node, which holds it from now on, whoever held it before. On a
    /// node without a lease it counts as due back after `grace_ms`, unless another living node
    /// holds it.
    Held {
        /// Whose it is.
        user: UserId,
        /// The session.
        session: SessionId,
        /// Where the socket is.
        node: NodeId,
        /// For a node without a lease.
        grace_ms: i64,
    },
    /// Its socket is open still on a node that was silent for a while and whose lease is new.
    /// The same as [`SessionChange::Held`], but changes nothing if another living node holds the
    /// session: it has moved on, and this node is about to see its own socket end.
    StillHeld {
        /// Whose it is.
        user: UserId,
        /// The session.
        session: SessionId,
        /// Where the socket is.
        node: NodeId,
        /// For a node without a lease.
        grace_ms: i64,
    },
    /// Its socket ended on a node; changes nothing if another node holds it, or if it is due
    /// back already.
    Released {
        /// Whose it is.
        user: UserId,
        /// The session.
        session: SessionId,
        /// Where the socket was.
        node: NodeId,
        /// By when it must be back.
        grace_ms: i64,
    },
    /// A ticket went out for it. Never shortens what was granted before.
    Promised {
        /// Whose it is.
        user: UserId,
        /// The session.
        session: SessionId,
        /// How long the ticket lives.
        within_ms: i64,
    },
    /// A member is known without any session: wait that long for one, or until one was held.
    /// Changes nothing if the member has a session, whatever its state.
    Expected {
        /// The member.
        user: UserId,
        /// How long to wait.
        within_ms: i64,
    },
    /// The membership ended at `seq`: forgets every session noted before that.
    Left {
        /// Who left.
        user: UserId,
    },
    /// The room was closed: forgets every session.
    Closed,
}

/// A member all of whose sessions are overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Absent {
    /// The room.
    pub room: RoomId,
    /// The member.
    pub user: UserId,
}

/// Nodes and sessions.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Says that a node lives and will be heard of again within `lease_ms`.
    async fn renew(&self, node: &Node, lease_ms: i64) -> Result<Lease, RoomsError>;

    /// Forgets a node that ends in good order; sessions that it still holds are due back after
    /// `grace_ms`. Unknown is fine.
    async fn end_node(&self, node: NodeId, grace_ms: i64) -> Result<(), RoomsError>;

    /// Forgets the nodes whose lease has run out and answers which. Their sessions are due back
    /// `grace_ms` after the node was last heard of.
    async fn end_silent_nodes(&self, grace_ms: i64) -> Result<Vec<NodeId>, RoomsError>;

    /// Nodes whose lease has not run out, in order of their ids.
    async fn nodes(&self) -> Result<Vec<Node>, RoomsError>;

    /// Writes down what happened, in this order, all or nothing. Writing it again changes
    /// nothing but times.
    async fn note(&self, notes: &[SessionNote]) -> Result<(), RoomsError>;

    /// The living nodes, with how many of a room's sessions each holds: most sessions first,
    /// then by id.
    async fn nodes_of(&self, room: RoomId) -> Result<Vec<NodeSessions>, RoomsError>;

    /// Claims up to `limit` absent members for `claim_ms`: nobody else is told of them for that
    /// long. Whoever ends the membership notes [`SessionChange::Left`].
    async fn claim_absent(&self, claim_ms: i64, limit: u32) -> Result<Vec<Absent>, RoomsError>;
}

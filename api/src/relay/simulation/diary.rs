//! What a tab writes down, for its words to be held against the log.

use std::collections::BTreeMap;

use schemas::ids::{SessionId, UserId};
use serde_json::Value;

use super::node::Node;

/// What a tab heard of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Acked(u64),
    Rejected,
}

/// From its first frame to its end, one connection.
pub(super) struct Stay {
    pub(super) from_ms: i64,
    pub(super) until_ms: i64,
    pub(super) node: Node,
}

/// All that a tab saw.
pub(super) struct Diary {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    pub(super) seen: BTreeMap<u64, Value>,
    /// Seq, playback and members of each welcome.
    pub(super) welcomes: Vec<(u64, Value, Value)>,
    pub(super) verdicts: BTreeMap<u64, Verdict>,
    pub(super) stays: Vec<Stay>,
    /// Commands whose fate it does not know.
    pub(super) unresolved: usize,
    /// Whether it was told that the room is closed.
    pub(super) was_closed: bool,
}

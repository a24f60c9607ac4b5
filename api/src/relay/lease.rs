//! This node's lease, and what it does for all nodes while it holds one.
//!
//! Each second the node says that it lives, hears who else does, and ends the memberships of
//! those who are absent everywhere. Who is absent is judged by the store, never by what one
//! node sees. A node that could not be heard for a while (it was stopped, or the store was
//! away) ends nobody until every node and client has had the time to come back, and first
//! notes anew what it still holds.

mod calm;

use std::sync::Arc;
use std::time::Duration;

use storage::rooms::sessions::{Absent, Lease, SessionChange, SessionNote};
use storage::rooms::{Rooms, RoomsError};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::room::Message;
use super::{Relay, in_ms};
use crate::refusal::Refusal;
use calm::Calm;

/// How long a node counts as living after it was heard of.
const LEASE: Duration = Duration::from_secs(5);
/// How often a node is heard of.
const ROUND_PAUSE: Duration = Duration::from_secs(1);
/// How long a round may take; shorter than the lease.
const ROUND_PATIENCE: Duration = Duration::from_secs(4);
/// How long a claimed member is this node's to end.
const CLAIM: Duration = Duration::from_secs(5);
/// Members claimed in one round.
const CLAIMS_PER_ROUND_MAX: u32 = 100;

/// The rounds of one node.
pub(super) struct LeaseTask {
    relay: Relay,
    rooms: Arc<dyn Rooms>,
    session_grace: Duration,
    calm: Calm,
    /// What this node holds is to be noted anew; stays so until it is, whatever fails between.
    is_untold: bool,
    is_away: bool,
}

impl LeaseTask {
    pub(super) fn new(relay: Relay, rooms: Arc<dyn Rooms>, session_grace: Duration) -> Self {
        // Twice the grace: once for the clients, whose pauses may be that long, and once so
        // that the notes of every node are written by then.
        let calm = Calm::new(LEASE, LEASE + session_grace * 2);
        Self { relay, rooms, session_grace, calm, is_untold: false, is_away: false }
    }

    /// Runs for ever.
    pub(super) async fn run(mut self) {
        let mut rounds = interval(ROUND_PAUSE);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            match timeout(ROUND_PATIENCE, self.round()).await {
                Ok(Ok(())) => self.is_away = false,
                Ok(Err(error)) => self.warn(&error),
                Err(elapsed) => self.warn(&elapsed),
            }
        }
    }

    async fn round(&mut self) -> Result<(), RoomsError> {
        let nodes = Arc::clone(self.relay.nodes());
        let asked_at = Instant::now();
        let lease = self.rooms.renew(nodes.own(), in_ms(LEASE)).await?;
        if self.calm.renewed(asked_at, lease == Lease::Kept) {
            metrics::counter!("node_leases_begun_total").increment(1);
            self.is_untold = true;
        }
        self.is_untold |= self.relay.attendance().take_overflow();
        if self.is_untold {
            self.relay.note_held().await;
            self.is_untold = false;
        }
        nodes.set_living(self.rooms.nodes().await?);
        if self.calm.is_calm(Instant::now()) {
            self.sweep().await?;
        }
        Ok(())
    }

    async fn sweep(&self) -> Result<(), RoomsError> {
        for node in self.rooms.end_silent_nodes(in_ms(self.session_grace)).await? {
            tracing::warn!(node = %node.0, "a node was not heard of any more");
        }
        // Reckoned from before the call: the claim may be over sooner here, never later.
        let until = Instant::now() + CLAIM;
        for absent in self.rooms.claim_absent(in_ms(CLAIM), CLAIMS_PER_ROUND_MAX).await? {
            let relay = self.relay.clone();
            self.relay.spawn(async move { relay.end_absence(absent, until).await });
        }
        Ok(())
    }

    /// Once an outage, not once a second.
    fn warn(&mut self, error: &(dyn std::error::Error + 'static)) {
        if !self.is_away {
            tracing::warn!(error, "the room rows are away: this node's lease may run out");
        }
        self.is_away = true;
    }
}

impl Relay {
    /// Ends a membership that the store says nobody keeps any more, if the room agrees.
    async fn end_absence(&self, absent: Absent, until: Instant) {
        let Absent { room, user } = absent;
        let caught_up = async {
            let handle = self.room(room).await?;
            // Somebody may have left and come back by another node.
            self.catch_up(&handle).await?;
            Ok(handle)
        };
        match caught_up.await {
            Ok(handle) => handle.tell(Message::Absent { user, until }).await,
            Err(Refusal::NoSuchRoom(_) | Refusal::Closed) => {
                self.attendance().note(SessionNote { room, seq: 0, change: SessionChange::Closed });
            }
            Err(refusal) => {
                tracing::debug!(room.id = %room, code = refusal.code(), "an absence is left");
            }
        }
    }
}

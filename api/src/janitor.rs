//! Looks after rooms that nobody asks about: brings the open rooms of the partitions that this
//! node keeps into memory, so that their age and emptiness are watched, and ends those that
//! never opened. Each partition is kept by one node, whichever lives.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use schemas::http::RoomStatus;
use storage::clock::Clock;
use storage::rooms::{RoomRow, Rooms};
use tokio::time::{MissedTickBehavior, interval};

use crate::refusal::Refusal;
use crate::relay::Relay;
use crate::select::select;

/// Pause between rounds, unless nodes come or go.
const ROUND_PAUSE: Duration = Duration::from_secs(15);
/// How long a room may be `creating`.
const CREATING_MS_MAX: i64 = 60_000;
/// Rooms looked after at a time.
const ROOMS_AT_ONCE: usize = 8;

/// Looks after rooms for as long as the relay lives.
pub(crate) struct Janitor {
    pub(crate) relay: Relay,
    pub(crate) rooms: Arc<dyn Rooms>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Partitions of the log.
    pub(crate) partitions: u32,
}

impl Janitor {
    /// Starts the rounds; they end with the relay.
    pub(crate) fn start(self) {
        let relay = self.relay.clone();
        relay.spawn(self.run());
    }

    async fn run(self) {
        let mut nodes = self.relay.nodes().changes();
        let mut rounds = interval(ROUND_PAUSE);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            select! {
                _ = rounds.tick() => {}
                changed = nodes.changed() => if changed.is_err() { return },
            }
            for partition in 0..self.partitions {
                if self.relay.nodes().keeps(partition) {
                    self.look_after(partition).await;
                }
            }
        }
    }

    async fn look_after(&self, partition: u32) {
        match self.rooms.unarchived_in(partition..partition + 1).await {
            Ok(rows) => {
                let needy = rows.into_iter().filter(|row| self.is_needy(row));
                let visits = stream::iter(needy).map(|row| self.visit(row));
                visits.buffer_unordered(ROOMS_AT_ONCE).collect::<()>().await;
            }
            Err(error) => tracing::warn!(
                partition,
                error = &error as &dyn std::error::Error,
                "nobody looks after a partition's rooms"
            ),
        }
    }

    fn is_needy(&self, row: &RoomRow) -> bool {
        match row.status {
            RoomStatus::Open => true,
            RoomStatus::Creating => {
                self.clock.now_ms().saturating_sub(row.created_at_ms) > CREATING_MS_MAX
            }
            RoomStatus::Closed | RoomStatus::Archived | RoomStatus::Aborted => false,
        }
    }

    /// Loading a room repairs a row that lags its log.
    async fn visit(&self, row: RoomRow) {
        match self.relay.room(row.id).await {
            Ok(_) => {}
            Err(Refusal::NoSuchRoom(_)) if row.status == RoomStatus::Creating => {
                self.abort(&row).await;
            }
            Err(refusal) => {
                tracing::warn!(room.id = %row.id, code = refusal.code(), "room not loaded");
            }
        }
    }

    async fn abort(&self, row: &RoomRow) {
        match self.rooms.mark_aborted(row.id).await {
            Ok(_) => tracing::info!(room.id = %row.id, "a room that never opened is aborted"),
            Err(error) => tracing::warn!(
                room.id = %row.id,
                error = &error as &dyn std::error::Error,
                "a room that never opened stays"
            ),
        }
    }
}

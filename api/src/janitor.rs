//! Looks after rooms that nobody asks about: brings open rooms into memory, so that their
//! age and emptiness are watched, and ends those that never opened.

use std::sync::Arc;
use std::time::Duration;

use schemas::http::RoomStatus;
use storage::clock::Clock;
use storage::rooms::{RoomRow, Rooms};

use crate::refusal::Refusal;
use crate::relay::Relay;

/// Pause between rounds.
const ROUND_PAUSE: Duration = Duration::from_secs(15);
/// How long a room may be `creating`.
const CREATING_MS_MAX: i64 = 60_000;

/// Starts the rounds; they end with the relay.
pub(crate) fn start(
    relay: &Relay,
    rooms: Arc<dyn Rooms>,
    clock: Arc<dyn Clock>,
    partitions: u32,
) {
    let keeper = relay.clone();
    relay.spawn(async move {
        let mut rounds = tokio::time::interval(ROUND_PAUSE);
        loop {
            rounds.tick().await;
            for partition in 0..partitions {
                match rooms.unarchived_in(partition).await {
                    Ok(rows) => {
                        for row in rows.iter().filter(|row| lives(row)) {
                            look_after(&keeper, rooms.as_ref(), clock.as_ref(), row).await;
                        }
                    }
                    Err(error) => {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "no janitor's round"
                        );
                    }
                }
            }
        }
    });
}

fn lives(row: &RoomRow) -> bool {
    matches!(row.status, RoomStatus::Creating | RoomStatus::Open)
}

async fn look_after(relay: &Relay, rooms: &dyn Rooms, clock: &dyn Clock, row: &RoomRow) {
    let is_late = clock.now_ms().saturating_sub(row.created_at_ms) > CREATING_MS_MAX;
    if row.status == RoomStatus::Creating && !is_late {
        return;
    }
    // Loading repairs a row that lags its log.
    match relay.room(row.id).await {
        Err(Refusal::NoSuchRoom(_)) if row.status == RoomStatus::Creating => {
            match rooms.mark_aborted(row.id).await {
                Ok(_) => tracing::info!(room.id = %row.id, "a room that never opened is aborted"),
                Err(error) => tracing::warn!(
                    room.id = %row.id,
                    error = &error as &dyn std::error::Error,
                    "a room that never opened stays"
                ),
            }
        }
        Ok(_) => {}
        Err(refusal) => tracing::warn!(room.id = %row.id, code = refusal.code(), "room not loaded"),
    }
}

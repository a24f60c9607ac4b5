//! What this node saw happen to sessions, on its way to the store that all nodes share.
//!
//! Rooms note without waiting; one task writes, and tries again for as long as it takes. So
//! the store may be away for a while and no room, ticket or socket notices. A later note about
//! a session replaces the earlier ones that it makes meaningless, which bounds what waits by
//! the number of sessions, not by the length of the outage.

mod waiting;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use storage::rooms::Rooms;
use storage::rooms::sessions::SessionNote;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use waiting::Waiting;

/// Notes written in one call.
const NOTES_PER_CALL_MAX: usize = 500;
/// How long one call may take.
const CALL_PATIENCE: Duration = Duration::from_secs(5);
/// Pause before notes that were not written are tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// The notes on their way.
pub(crate) struct Attendance {
    rooms: Arc<dyn Rooms>,
    waiting: Mutex<Waiting>,
    added: Notify,
    emptied: Notify,
}

impl Attendance {
    pub(crate) fn new(rooms: Arc<dyn Rooms>) -> Self {
        Self { rooms, waiting: Mutex::default(), added: Notify::new(), emptied: Notify::new() }
    }

    /// Notes something; never waits.
    pub(crate) fn note(&self, note: SessionNote) {
        self.with(|waiting| waiting.add(note));
        self.added.notify_one();
    }

    /// Whether notes had to be dropped since this was last asked: what is held here is then
    /// to be noted again.
    pub(crate) fn take_overflow(&self) -> bool {
        self.with(Waiting::take_overflow)
    }

    /// Writes for ever.
    pub(crate) async fn run(&self) {
        let mut is_away = false;
        loop {
            let batch = self.with(|waiting| waiting.first(NOTES_PER_CALL_MAX));
            if batch.is_empty() {
                self.emptied.notify_waiters();
                self.added.notified().await;
                continue;
            }
            let notes: Vec<SessionNote> = batch.iter().map(|(_, note)| *note).collect();
            let written = timeout(CALL_PATIENCE, self.rooms.note(&notes)).await;
            match written {
                Ok(Ok(())) => {
                    self.with(|waiting| waiting.written(&batch));
                    is_away = false;
                    continue;
                }
                Ok(Err(error)) if !is_away => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "notes of sessions wait for the room rows"
                    );
                }
                Err(_elapsed) if !is_away => {
                    tracing::warn!("notes of sessions wait for the room rows, which do not answer");
                }
                _ => {}
            }
            is_away = true;
            sleep(RETRY_PAUSE).await;
        }
    }

    /// Waits until everything noted so far is written.
    pub(crate) async fn flush(&self) {
        loop {
            let emptied = self.emptied.notified();
            tokio::pin!(emptied);
            // Registered before the look, so that nothing is missed in between.
            emptied.as_mut().enable();
            if self.with(|waiting| waiting.is_empty()) {
                return;
            }
            emptied.await;
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Waiting) -> T) -> T {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use schemas::ids::{RoomId, SessionId, UserId};
    use storage::memory::World;
    use storage::memory::faults::Faults;
    use storage::rooms::sessions::{Node, NodeId, SessionChange};
    use uuid::Uuid;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn notes_outlive_an_outage_of_the_store() {
        let process = World::new(1, 1, Faults::NONE).process();
        let rooms = process.storage().rooms;
        let node = Node { id: NodeId(Uuid::from_u128(1)), socket_url: "ws://node".to_owned() };
        rooms.renew(&node, 3_600_000).await.unwrap();
        let attendance = Arc::new(Attendance::new(Arc::clone(&rooms)));
        let writing = tokio::spawn({
            let attendance = Arc::clone(&attendance);
            async move { attendance.run().await }
        });
        let room = RoomId(Uuid::from_u128(2));
        let hold = |number| {
            let (user, session) = (UserId(Uuid::from_u128(3)), SessionId(Uuid::from_u128(number)));
            let change = SessionChange::Held { user, session, node: node.id, grace_ms: 1 };
            attendance.note(SessionNote { room, seq: 1, change });
        };
        process.stop();
        for number in 1..=NOTES_PER_CALL_MAX as u128 + 1 {
            hold(number);
        }
        assert!(timeout(CALL_PATIENCE * 3, attendance.flush()).await.is_err(), "it is away");
        process.go_on();
        attendance.flush().await;
        let serving = rooms.nodes_of(room).await.unwrap();
        let sessions = serving.first().map(|most| most.sessions);
        assert_eq!(sessions, Some(NOTES_PER_CALL_MAX as u64 + 1));
        writing.abort();
    }
}

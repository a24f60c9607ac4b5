//! Pings: proof of life, and the round trip that a `play` waits for.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::super::end::End;

/// Pause between pings.
const PING_PAUSE: Duration = Duration::from_secs(25);
/// How long a pong may take.
const PONG_PATIENCE: Duration = Duration::from_secs(10);
/// How late this task may run before it doubts itself and not the client.
const LATE: Duration = Duration::from_secs(2);

/// Heartbeat of one socket.
pub(super) struct Pulse {
    sent: u64,
    sent_at: Instant,
    pong_owed: bool,
    next_at: Instant,
    /// Kept, because a timer costs more to begin than to wait for.
    sleep: Pin<Box<Sleep>>,
}

impl Pulse {
    /// The first ping goes out at once, to know the round trip from the start.
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let sleep = Box::pin(sleep_until(now));
        Self { sent: 0, sent_at: now, pong_owed: false, next_at: now, sleep }
    }

    /// The payload of the next ping when it is due, or the end of a silent client.
    pub(super) async fn beat(&mut self) -> Result<Vec<u8>, End> {
        self.wait().await;
        while self.pong_owed {
            // A process that was stopped finds the pongs of that time only now.
            if self.next_at.elapsed() < LATE {
                return Err(End::Silent);
            }
            self.next_at = Instant::now() + PONG_PATIENCE;
            self.wait().await;
        }
        self.sent += 1;
        self.sent_at = Instant::now();
        self.pong_owed = true;
        self.next_at = self.sent_at + PONG_PATIENCE;
        Ok(self.sent.to_be_bytes().to_vec())
    }

    async fn wait(&mut self) {
        if self.sleep.deadline() != self.next_at {
            self.sleep.as_mut().reset(self.next_at);
        }
        self.sleep.as_mut().await;
    }

    /// The round trip in ms, if this answers the last ping.
    pub(super) fn pong(&mut self, payload: &[u8]) -> Option<i64> {
        if !self.pong_owed || payload != self.sent.to_be_bytes() {
            return None;
        }
        self.pong_owed = false;
        self.next_at = self.sent_at + PING_PAUSE;
        i64::try_from(self.sent_at.elapsed().as_millis()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_answers_is_asked_again_after_the_pause() {
        let mut pulse = Pulse::new();
        let ping = pulse.beat().await.unwrap();
        tokio::time::advance(Duration::from_millis(40)).await;
        assert_eq!(pulse.pong(b"something else"), None);
        assert_eq!(pulse.pong(&ping), Some(40));
        assert_eq!(pulse.pong(&ping), None, "a pong counts once");
        let ponged = Instant::now();
        pulse.beat().await.unwrap();
        assert_eq!(ponged.elapsed() + Duration::from_millis(40), PING_PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_answer_is_silent() {
        let mut pulse = Pulse::new();
        pulse.beat().await.unwrap();
        assert_eq!(pulse.beat().await, Err(End::Silent));
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_was_stopped_does_not_blame_its_clients() {
        let mut pulse = Pulse::new();
        let ping = pulse.beat().await.unwrap();
        tokio::time::advance(PONG_PATIENCE + LATE).await;
        let beat = tokio::time::timeout(Duration::from_secs(1), pulse.beat()).await;
        assert!(beat.is_err(), "the pong may lie unread");
        assert!(pulse.pong(&ping).is_some());
    }
}

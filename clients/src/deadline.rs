//! One instant by which everything that a caller asked for must be over.

use std::time::Duration;

use tokio::time::Instant;

/// An absolute instant. Nested calls and retries share it, so that their waits never add up
/// past what the first caller was ready to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// The instant `patience` from now.
    pub fn after(patience: Duration) -> Self {
        Self(Instant::now() + patience)
    }

    /// Time left; zero once the deadline has passed.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether the deadline has passed.
    pub fn is_over(self) -> bool {
        self.remaining().is_zero()
    }
}

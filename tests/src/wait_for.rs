//! Waiting for a condition.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Longest wait for anything; generous, since test machines are slow and shared.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks again and again until there is an answer; panics, naming what it waited for, once
/// [`PATIENCE`] is over.
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, look).await
}

/// [`until`], for what takes longer by its nature.
pub async fn until_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        sleep(PAUSE).await;
    }
}

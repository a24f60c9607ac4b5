//! Waits for engines that are started together with this process.

use std::error::Error;
use std::time::Duration;

use tokio::time::Instant;

use super::OpenError;

/// Longest wait for engines that are away, all three together. An attempt that is on its way
/// by then is let finish.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// Pause before an engine is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// What is left of the wait.
pub(super) struct Patience {
    until: Instant,
}

impl Patience {
    pub(super) fn begin() -> Self {
        Self { until: Instant::now() + WAIT_MAX }
    }

    /// Opens an engine, again and again while it is away and there is time.
    pub(super) async fn open<Adapter, Failure, Opening>(
        &self,
        variable: &'static str,
        is_away: impl Fn(&Failure) -> bool,
        open: impl Fn() -> Opening,
    ) -> Result<Adapter, OpenError>
    where
        Failure: Error + Send + Sync + 'static,
        Opening: Future<Output = Result<Adapter, Failure>>,
    {
        let mut waits = false;
        loop {
            match open().await {
                Ok(adapter) => {
                    if waits {
                        tracing::info!(variable, "the storage has come");
                    }
                    return Ok(adapter);
                }
                Err(error) if is_away(&error) && Instant::now() + PAUSE <= self.until => {
                    if !waits {
                        let error = &error as &dyn Error;
                        tracing::warn!(variable, error, "waiting for the storage");
                    }
                    waits = true;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(OpenError::Failed { variable, source: error.into() }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io;

    use super::*;

    const AWAY: io::ErrorKind = io::ErrorKind::ConnectionRefused;

    fn is_away(error: &io::Error) -> bool {
        error.kind() == AWAY
    }

    /// Opens an engine that is away until some time has passed; answers how long that took.
    async fn open_after(away: Duration) -> (Result<(), OpenError>, Duration) {
        let start = Instant::now();
        let open = || async move {
            if start.elapsed() < away { Err(io::Error::from(AWAY)) } else { Ok(()) }
        };
        let opened = Patience::begin().open("ROOMS_URL", is_away, open).await;
        (opened, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn an_engine_that_comes_in_time_is_opened() {
        for away in [Duration::ZERO, PAUSE, WAIT_MAX] {
            let (opened, waited) = open_after(away).await;
            opened.unwrap();
            assert_eq!(waited, away);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_engine_that_stays_away_is_named_in_time() {
        let (opened, waited) = open_after(WAIT_MAX + Duration::from_millis(1)).await;
        let error = opened.unwrap_err();
        assert_eq!(error.to_string(), "ROOMS_URL: the storage cannot be opened");
        assert_eq!(error.source().unwrap().to_string(), io::Error::from(AWAY).to_string());
        assert_eq!(waited, WAIT_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn an_engine_that_refuses_is_not_asked_again() {
        let asked = Cell::new(0);
        let open = || async {
            asked.set(asked.get() + 1);
            Err::<(), _>(io::Error::from(io::ErrorKind::PermissionDenied))
        };
        let opened = Patience::begin().open("LOG_URL", is_away, open).await;
        assert!(matches!(opened, Err(OpenError::Failed { variable: "LOG_URL", .. })));
        assert_eq!(asked.get(), 1);
    }
}

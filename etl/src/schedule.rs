//! When passes run: a crontab line in UTC.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

/// How long a pass that was told to stop may take to reach its next safe step. It is safe to
/// leave it after that too; it is only tidier to wait.
pub const STOP_WAIT_MAX: Duration = Duration::from_secs(8);

/// A crontab line that was found good, with seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule(String);

/// A line that is no schedule.
#[derive(Debug, thiserror::Error)]
#[error("not a crontab line of 5, 6 or 7 fields")]
pub struct BadSchedule;

impl FromStr for Schedule {
    type Err = BadSchedule;

    fn from_str(text: &str) -> Result<Self, BadSchedule> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let line = match fields.len() {
            5 => format!("0 {}", fields.join(" ")),
            6 | 7 => fields.join(" "),
            _ => return Err(BadSchedule),
        };
        match Job::new(&line, |_, _| {}) {
            Ok(_) => Ok(Self(line)),
            Err(_) => Err(BadSchedule),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Schedule {
    /// The five fields that a crontab has: without seconds and year.
    pub(crate) fn crontab(&self) -> String {
        let fields: Vec<&str> = self.0.split(' ').skip(1).take(5).collect();
        fields.join(" ")
    }

    /// Calls `pass` at each time of the schedule until `stop` is cancelled, then waits for
    /// the one that runs. A time that comes while a pass runs is skipped: the next one does
    /// everything since.
    pub(crate) async fn run<P, F>(
        &self,
        stop: &CancellationToken,
        pass: P,
    ) -> Result<(), JobSchedulerError>
    where
        P: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        // The scheduler starts a job beside the one that still runs, and its shutdown does
        // not wait for jobs; the mutex serves for both.
        let turn = Arc::new(Mutex::new(()));
        let pass = Arc::new(pass);
        let job = Job::new_async(&self.0, {
            let turn = Arc::clone(&turn);
            move |_, _| {
                let (turn, pass) = (Arc::clone(&turn), Arc::clone(&pass));
                Box::pin(async move {
                    if let Ok(_mine) = turn.try_lock() {
                        pass().await;
                    } else {
                        tracing::warn!("the last pass still runs, this one is skipped");
                    }
                })
            }
        })?;
        let mut scheduler = JobScheduler::new().await?;
        scheduler.add(job).await?;
        scheduler.start().await?;
        stop.cancelled().await;
        scheduler.shutdown().await?;
        if tokio::time::timeout(STOP_WAIT_MAX, turn.lock()).await.is_err() {
            tracing::warn!("the pass did not stop in time and is left; the next one repairs it");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn a_line_of_five_fields_gets_its_seconds() {
        let schedule: Schedule = "*/10 * * * *".parse().unwrap();
        assert_eq!(schedule.0, "0 */10 * * * *");
        assert_eq!(schedule.crontab(), "*/10 * * * *");
    }

    #[test]
    fn seconds_and_year_may_be_given() {
        let schedule: Schedule = "30 0 2 * * SUN 2030".parse().unwrap();
        assert_eq!(schedule.crontab(), "0 2 * * SUN");
    }

    #[test]
    fn other_lines_are_refused() {
        for line in ["", "* * * *", "* * * * * * * *", "60 * * * * *", "a b c d e"] {
            assert!(line.parse::<Schedule>().is_err(), "{line}");
        }
    }

    #[tokio::test]
    async fn passes_never_overlap_and_the_last_is_waited_for() {
        let schedule: Schedule = "* * * * * *".parse().unwrap();
        let stop = CancellationToken::new();
        let (running, started, ended) =
            <(Arc<AtomicU32>, Arc<AtomicU32>, Arc<AtomicU32>)>::default();
        let pass = {
            let (stop, ended, started) = (stop.clone(), Arc::clone(&ended), Arc::clone(&started));
            move || {
                let (stop, ended) = (stop.clone(), Arc::clone(&ended));
                let (running, started) = (Arc::clone(&running), Arc::clone(&started));
                async move {
                    assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                    started.fetch_add(1, Ordering::SeqCst);
                    // Longer than a tick, so that the next one comes while this runs.
                    tokio::time::sleep(Duration::from_millis(2500)).await;
                    stop.cancel();
                    tokio::task::yield_now().await;
                    running.fetch_sub(1, Ordering::SeqCst);
                    ended.fetch_add(1, Ordering::SeqCst);
                }
            }
        };
        schedule.run(&stop, pass).await.unwrap();
        assert_eq!(started.load(Ordering::SeqCst), 1);
        assert_eq!(ended.load(Ordering::SeqCst), 1);
    }
}

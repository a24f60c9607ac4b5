//! Bounded scans, by a few consumers. One that stands in the middle of a partition stays
//! there, with what it has fetched ahead: the next scan most often goes on where the last one
//! ended. Consumers that nobody needs for a while are ended.

mod scanner;

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

use self::scanner::{Bounds, Scanner};
use super::cluster::{Cluster, away};
use super::time::LogTime;
use crate::log::{ReadBatch, ReadError, ReadRange};

/// Most scans at a time; each holds a thread, and an answer ahead.
const SCANNERS_MAX: usize = 4;
/// Longest wait for one's turn.
const TURN_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for the watermarks of a scan.
const WATERMARKS_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a consumer is kept that nobody uses. Until then it is not polled either, so the
/// little that it hears in an outage piles up.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// How often idle consumers are looked through.
const LOOK_PAUSE: Duration = Duration::from_secs(5);

/// The consumers that scan.
pub(super) struct Scans {
    pool: Arc<Pool>,
    turns: Arc<Semaphore>,
}

struct Pool {
    cluster: Arc<Cluster>,
    time: Arc<LogTime>,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    /// The one that was used last is last.
    scanners: Vec<Scanner>,
    /// How many are in use.
    lent: usize,
}

impl Scans {
    /// The task that ends idle consumers lives as long as the answer does.
    pub(super) fn start(cluster: Arc<Cluster>, time: Arc<LogTime>) -> Self {
        let pool = Arc::new(Pool { cluster, time, idle: Mutex::default() });
        tokio::spawn(end_idle(Arc::downgrade(&pool)));
        Self { pool, turns: Arc::new(Semaphore::new(SCANNERS_MAX)) }
    }

    pub(super) async fn read(&self, range: ReadRange) -> Result<ReadBatch, ReadError> {
        let partition = self.pool.cluster.partition(range.partition)?;
        let turn = Arc::clone(&self.turns).acquire_owned();
        let turn = tokio::time::timeout(TURN_TIMEOUT, turn).await.map_err(away)?.map_err(away)?;
        let pool = Arc::clone(&self.pool);
        let (answer, answered) = oneshot::channel();
        tokio::task::spawn_blocking(move || {
            // Whoever asked may have given up; a long scan then ends early.
            let batch = pool.read(partition, range, || answer.is_closed());
            drop(turn);
            answer.send(batch).ok();
        });
        answered.await.map_err(away)?
    }
}

impl Pool {
    fn read(
        &self,
        partition: i32,
        range: ReadRange,
        is_given_up: impl Fn() -> bool,
    ) -> Result<ReadBatch, ReadError> {
        let watermarks = self.cluster.ask_watermarks(partition, WATERMARKS_TIMEOUT)?;
        if range.from < watermarks.low {
            return Err(ReadError::OutOfRange { low: watermarks.low });
        }
        let until = range.until.min(watermarks.high).max(range.from);
        if range.from == until {
            return Ok(ReadBatch { records: Vec::new(), next: until });
        }
        let mut scanner = self.lend(partition, range.from)?;
        let bounds = Bounds { partition, until, range };
        let batch = scanner.scan(&self.cluster, &bounds, is_given_up);
        // One that failed stands nobody knows where.
        let kept = batch.is_ok().then_some(scanner);
        self.give_back(kept, until);
        let batch = batch?;
        if let Some(last) = batch.records.last() {
            self.time.observe(last.at_ms);
        }
        Ok(batch)
    }

    /// A scanner: one that stands at the place, else one that stands nowhere, else a new one,
    /// else the one that was used the longest ago.
    fn lend(&self, partition: i32, from: u64) -> Result<Scanner, ReadError> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let scanners = &idle.scanners;
        let fitting = scanners
            .iter()
            .position(|scanner| scanner.stands_at(partition, from))
            .or_else(|| scanners.iter().position(Scanner::is_at_rest))
            .or_else(|| (scanners.len() + idle.lent >= SCANNERS_MAX).then_some(0));
        idle.lent += 1;
        if let Some(place) = fitting.filter(|place| *place < idle.scanners.len()) {
            return Ok(idle.scanners.remove(place));
        }
        drop(idle);
        Scanner::new(&self.cluster).inspect_err(|_| self.give_back(None, 0)).map_err(away)
    }

    fn give_back(&self, scanner: Option<Scanner>, until: u64) {
        let mut scanner = scanner;
        if let Some(scanner) = &mut scanner {
            scanner.settle(until);
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.lent -= 1;
        idle.scanners.extend(scanner);
    }

    fn take_idle(&self, longer_than: Duration) -> Vec<Scanner> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.scanners.extract_if(.., |scanner| scanner.idle_for() >= longer_than).collect()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let scanners = self.take_idle(Duration::ZERO);
        if scanners.is_empty() {
            return;
        }
        // A consumer takes its time to end.
        let ending = std::thread::Builder::new().name("log-scans-end".into());
        if let Err(error) = ending.spawn(move || drop(scanners)) {
            tracing::warn!(%error, "the log's consumers were ended in haste");
        }
    }
}

async fn end_idle(pool: Weak<Pool>) {
    loop {
        tokio::time::sleep(LOOK_PAUSE).await;
        let Some(pool) = pool.upgrade() else { return };
        let idle = pool.take_idle(IDLE_MAX);
        drop(pool);
        if !idle.is_empty() {
            tokio::task::spawn_blocking(move || drop(idle));
        }
    }
}

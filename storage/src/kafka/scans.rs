//! Bounded scans, by a few consumers. Readings that wait for the same stretch of a partition
//! share one: a node that takes over many rooms reads each partition once. A consumer that
//! stands in the middle of a partition stays there, with what it has fetched ahead: the next
//! scan most often goes on where the last one ended. Consumers that nobody needs for a while
//! are ended.

mod reading;
mod scanner;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use self::reading::Reading;
use self::scanner::Scanner;
use super::cluster::{Cluster, away};
use super::time::LogTime;
use crate::log::{ReadBatch, ReadError, ReadRange, Watermarks};

/// Most scans at a time; each holds a thread, and an answer ahead.
const SCANNERS_MAX: usize = 2;
/// Offsets of a stretch: a reading that begins further behind does not keep others waiting.
const STRETCH_OFFSETS: u64 = 16 * 1024;
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
    time: Arc<LogTime>,
}

struct Pool {
    cluster: Arc<Cluster>,
    turns: Arc<Semaphore>,
    waiting: Mutex<HashMap<Stretch, Vec<Reading>>>,
    idle: Mutex<Idle>,
}

/// Where readings begin that share a scan.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Stretch {
    partition: i32,
    number: u64,
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
        let turns = Arc::new(Semaphore::new(SCANNERS_MAX));
        let (waiting, idle) = (Mutex::default(), Mutex::default());
        let pool = Arc::new(Pool { cluster, turns, waiting, idle });
        tokio::spawn(end_idle(Arc::downgrade(&pool)));
        Self { pool, time }
    }

    /// Bounds of partitions, in two requests to each of their leaders.
    pub(super) async fn bounds(
        &self,
        partitions: Range<u32>,
    ) -> Result<Vec<Watermarks>, ReadError> {
        let cluster = &self.pool.cluster;
        let partitions: Vec<i32> =
            partitions.map(|partition| cluster.partition(partition)).collect::<Result<_, _>>()?;
        let turn = self.pool.turn().await?;
        let pool = Arc::clone(&self.pool);
        let asked = tokio::task::spawn_blocking(move || {
            let bounds = pool.bounds(&partitions);
            drop(turn);
            bounds
        });
        asked.await.map_err(away)?
    }

    pub(super) async fn read(&self, range: ReadRange) -> Result<ReadBatch, ReadError> {
        let partition = self.pool.cluster.partition(range.partition)?;
        let stretch = Stretch { partition, number: range.from / STRETCH_OFFSETS };
        let (reading, answered) = Reading::new(range);
        if self.pool.add(stretch, reading) {
            // Whoever comes first may give up, and others wait for the same.
            tokio::spawn(scan_in_turn(Arc::clone(&self.pool), stretch));
        }
        let batch = answered.await.map_err(away)??;
        if let Some(last) = batch.records.last() {
            self.time.observe(last.at_ms);
        }
        Ok(batch)
    }
}

/// Scans for all who wait for a stretch by the time it is its turn.
async fn scan_in_turn(pool: Arc<Pool>, stretch: Stretch) {
    let turn = match pool.turn().await {
        Ok(turn) => turn,
        Err(late) => return reading::refuse(pool.take(stretch), late),
    };
    tokio::task::spawn_blocking(move || {
        pool.scan(stretch.partition, pool.take(stretch));
        drop(turn);
    });
}

impl Pool {
    async fn turn(&self) -> Result<OwnedSemaphorePermit, ReadError> {
        let turn = timeout(TURN_TIMEOUT, Arc::clone(&self.turns).acquire_owned()).await;
        turn.map_err(away)?.map_err(away)
    }

    /// Whether it is the first for this stretch.
    fn add(&self, stretch: Stretch, reading: Reading) -> bool {
        let mut waiting = lock(&self.waiting);
        let readings = waiting.entry(stretch).or_default();
        readings.push(reading);
        readings.len() == 1
    }

    fn take(&self, stretch: Stretch) -> Vec<Reading> {
        lock(&self.waiting).remove(&stretch).unwrap_or_default()
    }

    fn scan(&self, partition: i32, mut readings: Vec<Reading>) {
        readings.retain(|reading| !reading.has_given_up());
        let Some(from) = readings.iter().map(Reading::next).min() else { return };
        let mut scanner = match self.lend(|scanner| scanner.stands_at(partition, from)) {
            Ok(scanner) => scanner,
            Err(error) => return reading::refuse(readings, error),
        };
        let readings = self.bound(partition, readings);
        let is_sound = readings.is_empty() || scanner.scan(&self.cluster, partition, readings);
        self.give_back(is_sound.then_some(scanner));
    }

    fn bounds(&self, partitions: &[i32]) -> Result<Vec<Watermarks>, ReadError> {
        let scanner = self.lend(|_| false)?;
        let bounds = scanner.bounds(&self.cluster, partitions, WATERMARKS_TIMEOUT);
        self.give_back(bounds.is_ok().then_some(scanner));
        bounds
    }

    /// Refuses what is before the log, answers what is past its end, and leaves the rest. The
    /// brokers are asked only where the end is not known to be further on: they themselves refuse
    /// to give what was truncated.
    fn bound(&self, partition: i32, mut readings: Vec<Reading>) -> Vec<Reading> {
        let until = readings.iter().map(Reading::until).max().unwrap_or_default();
        let mut bounds = self.cluster.known(partition);
        if bounds.high < until {
            bounds = match self.cluster.ask_watermarks(partition, WATERMARKS_TIMEOUT) {
                Ok(bounds) => bounds,
                Err(error) => {
                    reading::refuse(readings, error);
                    return Vec::new();
                }
            };
        }
        reading::refuse_before(bounds.low, &mut readings);
        for reading in &mut readings {
            reading.bound(bounds);
        }
        readings.extract_if(.., |reading| reading.is_whole()).for_each(Reading::finish);
        readings
    }

    /// A scanner: one that is preferred, else one that stands nowhere, else a new one, else the
    /// one that was used the longest ago.
    fn lend(&self, is_preferred: impl Fn(&Scanner) -> bool) -> Result<Scanner, ReadError> {
        let mut idle = lock(&self.idle);
        let scanners = &idle.scanners;
        let fitting = scanners
            .iter()
            .position(is_preferred)
            .or_else(|| scanners.iter().position(Scanner::is_at_rest))
            .or_else(|| (scanners.len() + idle.lent >= SCANNERS_MAX).then_some(0));
        idle.lent += 1;
        if let Some(place) = fitting.filter(|place| *place < idle.scanners.len()) {
            return Ok(idle.scanners.remove(place));
        }
        drop(idle);
        Scanner::new(&self.cluster).inspect_err(|_| self.give_back(None)).map_err(away)
    }

    fn give_back(&self, scanner: Option<Scanner>) {
        let mut idle = lock(&self.idle);
        idle.lent -= 1;
        idle.scanners.extend(scanner);
    }

    fn take_idle(&self, longer_than: Duration) -> Vec<Scanner> {
        let mut idle = lock(&self.idle);
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

//! One pass over the log. Per partition:
//!
//! 1. take the bounds `[low, high)`, once, so that the pass ends, then the rooms' rows; of a
//!    few partitions at once;
//! 2. scan them, remembering a few facts a room; what is in no known room is set aside; the
//!    rooms whose rows are closed are folded on the way and archived as they close (4);
//! 3. settle the rooms that are sealed already but whose row lags, and open lagging rows;
//! 4. archive rooms group by group: insert their events, read them back and compare, blank
//!    what erased people said, seal, and mark the rows; here those that step 2 left, because
//!    they did not fit into memory or their rows lag, after folding them in another read;
//! 5. truncate the log up to the first record of a room that has not been sealed for the
//!    soak time.
//!
//! Whoever kills a pass leaves some of these steps undone, and the next pass repeats them:
//!
//! | killed after | left behind | the next pass |
//! |---|---|---|
//! | 2 | records in quarantine | sets the same ones aside, which changes nothing |
//! | some inserts of 4 | part of a room, invisible | inserts the same ones, which changes nothing |
//! | read back | all of a room, invisible | compares again, seals |
//! | some erasing | the same, partly blanked | finds the kept hashes equal, blanks the rest |
//! | seal | a readable room, its row `closed` | proves it again and marks the row |
//! | seal, and the log loses its beginning | the same | step 3 finds the seal and marks the row |
//! | mark | records nobody needs | step 5 truncates |
//! | 5, and the log forgets it | old records reappear | step 3 knows their seals, 5 truncates |
//!
//! A pass that is overtaken by a faster one finds its offsets gone and begins that partition
//! again. To add a step: write it as a module below, name a crash point after it, and place
//! it here.

mod archive;
mod ask;
mod closed_room;
mod error;
mod facts;
mod forget;
mod gather;
mod insert;
mod limits;
mod mark;
mod on_the_way;
mod prove;
mod read;
mod scan;
mod seal;
mod settle;
mod side_by_side;
mod truncate;

use std::sync::Arc;

use storage::Storage;
use storage::clock::Clock;
use storage::log::ReadError;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::crash_point::{CrashPoint, reached};
use crate::progress::{Progress, Terminal};
use crate::report::{Failure, PartitionReport, PassReport, chain_of};

use ask::{Asked, Partition};
pub(crate) use error::PassError;
pub use limits::PassLimits;

/// Partitions under way for each that may hold records: while one asks for its bounds and rows, or
/// proves and truncates what it has inserted, another has the place.
const PARTITIONS_A_PLACE: usize = 2;
/// How often a partition is begun again because a faster pass deleted what this one read.
pub const OVERTAKEN_TIMES_MAX: u32 = 5;

/// Runs one pass over all partitions. A room or partition that fails stops no other; the
/// report names it. Stops at the next safe step once `stop` is cancelled.
pub async fn run(
    ports: Storage,
    clock: Arc<dyn Clock>,
    limits: PassLimits,
    stop: CancellationToken,
    terminal: &Terminal,
) -> PassReport {
    let started_at_ms = clock.now_ms();
    let mut report = PassReport::begin(started_at_ms, ports.log.partitions());
    let under_way_max = PARTITIONS_A_PLACE * limits.workers_max;
    let pass = Arc::new(Pass {
        ports,
        clock: Arc::clone(&clock),
        limits,
        stop,
        places: Semaphore::new(limits.workers_max),
        progress: terminal.bar("scanning", "records"),
    });
    let mut asked = Asked::default();
    let mut running = JoinSet::new();
    loop {
        while running.len() < under_way_max
            && let Some(partition) = asked.next(&pass, &mut report).await
        {
            running.spawn(work(Arc::clone(&pass), partition));
        }
        match running.join_next().await {
            Some(Ok(done)) => report.add(done, clock.now_ms()),
            Some(Err(crashed)) => {
                report.fail(Failure { partition: None, room: None, reason: chain_of(&crashed) });
            }
            None => break,
        }
    }
    report.finish(clock.now_ms(), started_at_ms);
    report
}

/// What every step of a pass can reach.
struct Pass {
    ports: Storage,
    /// Tells how long a seal has stood.
    clock: Arc<dyn Clock>,
    limits: PassLimits,
    stop: CancellationToken,
    /// Whoever holds records in memory has one.
    places: Semaphore,
    progress: Progress,
}

impl Pass {
    /// Asked between steps.
    fn go_on(&self) -> Result<(), PassError> {
        if self.stop.is_cancelled() {
            return Err(PassError::Stopped);
        }
        Ok(())
    }

    /// Waits for a place in memory for the records of a partition.
    async fn place(&self) -> Result<SemaphorePermit<'_>, PassError> {
        let place = self.places.acquire().await.or(Err(PassError::Stopped))?;
        self.go_on()?;
        Ok(place)
    }
}

async fn work(pass: Arc<Pass>, mut partition: Partition) -> PartitionReport {
    let mut report = PartitionReport::default();
    let mut overtaken_times = 0;
    loop {
        match move_closed_rooms(&pass, &partition, &mut report).await {
            Ok(()) => break,
            Err(PassError::Stopped) => {
                report.stopped = true;
                break;
            }
            Err(PassError::Log(ReadError::OutOfRange { low }))
                if overtaken_times < OVERTAKEN_TIMES_MAX =>
            {
                overtaken_times += 1;
                partition.bounds.low = low;
                tracing::info!(
                    partition = partition.number,
                    "overtaken by another pass, beginning again"
                );
            }
            Err(error) => {
                report.fail(partition.number, None, &error);
                break;
            }
        }
    }
    report
}

async fn move_closed_rooms(
    pass: &Pass,
    partition: &Partition,
    report: &mut PartitionReport,
) -> Result<(), PassError> {
    let mut scan = scan::scan(pass, partition, report).await?;
    reached(CrashPoint::Scan);

    settle::settle(pass, &mut scan, report).await?;

    for group in gather::groups(&scan, &pass.limits) {
        let place = pass.place().await?;
        let closed = gather::gather(pass, &scan, &group).await?;
        archive::archive(pass, &mut scan, closed, Some(place), report).await?;
    }

    truncate::truncate(pass, &scan, report).await
}

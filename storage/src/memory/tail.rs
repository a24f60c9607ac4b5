//! A tail that lags behind the log, breaks, and never skips.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::records::STORE;
use super::{Lie, Lost, Process};
use crate::log::{ReadError, ReadRange, StoredRecord, Tail};

/// Most records that a tail takes at a time.
const TAIL_RECORDS_MAX: usize = 64;

/// Follows a partition on behalf of a process.
pub(super) async fn tail(process: Process, partition: u32, from: u64) -> Result<Tail, ReadError> {
    let low = process.call("tail", STORE, move |log| log.watermarks(partition)).await??.low;
    if from < low {
        return Err(ReadError::OutOfRange { low });
    }
    let appended = process.world().apply(STORE, |log| log.appended(partition))?;
    let follower =
        Follower { process, appended, partition, next: from, read: Vec::new().into_iter() };
    Ok(Box::pin(stream::unfold(Some(follower), |follower| async {
        let mut follower = follower?;
        let record = follower.record().await;
        let goes_on = record.is_ok().then_some(follower);
        Some((record, goes_on))
    })))
}

/// Where one tail is.
struct Follower {
    process: Process,
    appended: Arc<Notify>,
    partition: u32,
    next: u64,
    read: std::vec::IntoIter<StoredRecord>,
}

impl Follower {
    /// The next record, as soon as there is one and it has come this far.
    async fn record(&mut self) -> Result<StoredRecord, ReadError> {
        let world = self.process.world().clone();
        loop {
            self.process.may_go_on().await;
            if let Some(record) = self.read.next() {
                if !self.process.is_spared() && world.dice().chance(world.faults().tail_break) {
                    return Err(Lost.into());
                }
                return Ok(record);
            }
            // Waits from before the read on, so that whatever is appended after it wakes it.
            let mut appended = pin!(self.appended.notified());
            appended.as_mut().enable();
            let range = self.range();
            let batch = world.apply(STORE, |log| log.read(range))?;
            self.next = batch.next;
            if batch.records.is_empty() {
                appended.await;
            } else if !self.process.is_spared() {
                let lag_ms = world.dice().within(0..=world.faults().tail_lag_ms_max);
                sleep(Duration::from_millis(lag_ms)).await;
            }
            self.read = self.as_told(batch.records).into_iter();
        }
    }

    fn range(&self) -> ReadRange {
        ReadRange {
            partition: self.partition,
            from: self.next,
            until: u64::MAX,
            key: None,
            records_max: TAIL_RECORDS_MAX,
            bytes_max: usize::MAX,
        }
    }

    /// The records as a broken tail would give them, if it is to be one.
    fn as_told(&self, mut records: Vec<StoredRecord>) -> Vec<StoredRecord> {
        let world = self.process.world();
        if world.lies(Lie::TailSkips) && records.len() > 1 {
            records.remove(0);
        }
        if world.lies(Lie::TailSwaps) && world.dice().chance(0.5) {
            records.reverse();
        }
        records
    }
}

//! What the log in memory holds. What is truncated stays, out of reach, so that a low watermark
//! can move back and a checker can see all that there ever was.

use std::sync::Arc;

use bytes::Bytes;
use schemas::ids::RoomId;
use tokio::sync::Notify;

use super::{Shared, Store};
use crate::log::{Appended, ReadBatch, ReadError, ReadRange, StoredRecord, Watermarks};

/// What the log holds.
pub(super) struct Content(Vec<Partition>);

struct Partition {
    low: u64,
    /// All of them; an offset is a place in this list.
    records: Vec<StoredRecord>,
    /// Signals each append.
    appended: Arc<Notify>,
}

/// Where the log lies.
pub(super) const STORE: fn(&Shared) -> &Store<Content> = |world| &world.log;

impl Content {
    pub(super) fn new(partitions: u32) -> Self {
        let partition =
            |_| Partition { low: 0, records: Vec::new(), appended: Arc::new(Notify::new()) };
        Self((0..partitions).map(partition).collect())
    }

    pub(super) fn append(
        &mut self,
        partition: u32,
        key: RoomId,
        value: &Bytes,
        now_ms: i64,
        copies: usize,
    ) -> Result<Appended, NoSuchPartition> {
        let place = self.partition_mut(partition)?;
        let offset = place.high();
        let at_ms = place.records.last().map_or(now_ms, |last| last.at_ms.max(now_ms));
        for offset in (offset..).take(copies) {
            let value = value.clone();
            place.records.push(StoredRecord { partition, offset, at_ms, key, value });
        }
        place.appended.notify_waiters();
        Ok(Appended { offset, at_ms })
    }

    pub(super) fn watermarks(&self, partition: u32) -> Result<Watermarks, NoSuchPartition> {
        let place = self.partition(partition)?;
        Ok(Watermarks { low: place.low, high: place.high() })
    }

    pub(super) fn read(&self, range: ReadRange) -> Result<ReadBatch, ReadError> {
        let place = self.partition(range.partition)?;
        if range.from < place.low {
            return Err(ReadError::OutOfRange { low: place.low });
        }
        let until = range.until.min(place.high()).max(range.from);
        let mut batch = ReadBatch { records: Vec::new(), next: until };
        let mut bytes = 0;
        for record in place.between(range.from, until) {
            if range.key.is_some_and(|key| key != record.key) {
                continue;
            }
            bytes += record.value.len();
            let full = batch.records.len() >= range.records_max || bytes > range.bytes_max;
            if full && !batch.records.is_empty() {
                batch.next = record.offset;
                break;
            }
            batch.records.push(record.clone());
        }
        Ok(batch)
    }

    pub(super) fn truncate(&mut self, partition: u32, before: u64) -> Result<(), NoSuchPartition> {
        let place = self.partition_mut(partition)?;
        place.low = before.min(place.high()).max(place.low);
        Ok(())
    }

    pub(super) fn move_low_back(&mut self, partition: u32, to: u64) {
        if let Ok(place) = self.partition_mut(partition) {
            place.low = place.low.min(to);
        }
    }

    pub(super) fn history(&self, partition: u32) -> Vec<StoredRecord> {
        self.partition(partition).map_or_else(|_| Vec::new(), |place| place.records.clone())
    }

    /// Signals each append to a partition.
    pub(super) fn appended(&self, partition: u32) -> Result<Arc<Notify>, NoSuchPartition> {
        Ok(Arc::clone(&self.partition(partition)?.appended))
    }

    fn partition(&self, partition: u32) -> Result<&Partition, NoSuchPartition> {
        self.0.get(partition as usize).ok_or(NoSuchPartition(partition))
    }

    fn partition_mut(&mut self, partition: u32) -> Result<&mut Partition, NoSuchPartition> {
        self.0.get_mut(partition as usize).ok_or(NoSuchPartition(partition))
    }
}

impl Partition {
    fn high(&self) -> u64 {
        self.records.len() as u64
    }

    fn between(&self, from: u64, until: u64) -> &[StoredRecord] {
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        self.records.get(place(from)..place(until)).unwrap_or_default()
    }
}

/// A partition that the world does not have.
#[derive(Debug, thiserror::Error)]
#[error("the log has no partition {0}")]
pub(super) struct NoSuchPartition(u32);

impl From<NoSuchPartition> for ReadError {
    fn from(error: NoSuchPartition) -> Self {
        Self::Away(error.into())
    }
}

//! The log in memory.

use async_trait::async_trait;
use bytes::Bytes;
use schemas::ids::RoomId;
use schemas::limits::RECORD_BYTES_MAX;

use super::records::STORE;
use super::tail::tail;
use super::{EPOCH, Lie, Lost, Process};
use crate::log::{
    AppendError, Appended, BoxError, Log, ReadBatch, ReadError, ReadRange, Tail, Watermarks,
};

/// The log as one process sees it.
pub(super) struct MemoryLog(pub(super) Process);

#[async_trait]
impl Log for MemoryLog {
    fn epoch(&self) -> &str {
        EPOCH
    }

    fn partitions(&self) -> u32 {
        self.0.world().partitions()
    }

    fn now_ms(&self) -> i64 {
        self.0.world().now_ms()
    }

    async fn append(
        &self,
        partition: u32,
        key: RoomId,
        value: Bytes,
    ) -> Result<Appended, AppendError> {
        if value.len() > RECORD_BYTES_MAX {
            return Err(AppendError::TooLarge);
        }
        let world = self.0.world().clone();
        let doubled = !self.0.is_spared() && world.dice().chance(world.faults().doubled);
        let appending = self.0.call("append", STORE, move |log| {
            let copies = if doubled { 2 } else { 1 };
            if world.lies(Lie::AppendForgotten) {
                let offset = log.watermarks(partition)?.high;
                return Ok(Appended { offset, at_ms: world.now_ms() });
            }
            log.append(partition, key, &value, world.now_ms(), copies)
        });
        let appended = appending.await.map_err(|lost| AppendError::Unknown(lost.into()))?;
        appended.map_err(|absent| AppendError::Unknown(absent.into()))
    }

    async fn watermarks(&self, partition: u32) -> Result<Watermarks, ReadError> {
        Ok(self.0.call("watermarks", STORE, move |log| log.watermarks(partition)).await??)
    }

    async fn read(&self, mut range: ReadRange) -> Result<ReadBatch, ReadError> {
        let world = self.0.world().clone();
        if !self.0.is_spared() && world.dice().chance(world.faults().short_read) {
            range.records_max = 1 + world.dice().place(range.records_max.min(8));
        }
        let batch = self.0.call("read", STORE, move |log| log.read(range)).await??;
        Ok(if self.0.is_spared() { batch } else { falsified(&world, batch) })
    }

    async fn tail(&self, partition: u32, from: u64) -> Result<Tail, ReadError> {
        tail(self.0.clone(), partition, from).await
    }

    async fn truncate(&self, partition: u32, before: u64) -> Result<(), ReadError> {
        let too_far = u64::from(self.0.world().lies(Lie::TruncatedTooFar));
        let truncating =
            self.0.call("truncate", STORE, move |log| log.truncate(partition, before + too_far));
        Ok(truncating.await??)
    }

    async fn flush(&self) -> Result<(), BoxError> {
        Ok(self.0.call("flush", STORE, |_| ()).await?)
    }
}

/// The batch as a broken log would give it.
fn falsified(world: &super::World, mut batch: ReadBatch) -> ReadBatch {
    if world.lies(Lie::RecordDoubled)
        && let Some(last) = batch.records.last().cloned()
    {
        batch.records.push(last);
    }
    if world.lies(Lie::RecordSwallowed)
        && let [.., one, other] = batch.records.as_mut_slice()
        && one.key == other.key
    {
        other.value = one.value.clone();
    }
    batch
}

impl From<Lost> for ReadError {
    fn from(lost: Lost) -> Self {
        Self::Away(lost.into())
    }
}

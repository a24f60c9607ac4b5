//! The port of the ordered records.
//!
//! A log has a fixed number of partitions. Offsets of a partition are dense and grow by one
//! from wherever they begin; `[low, high)` are the offsets that can be read now. Nothing is
//! true until it is read back from here.

use std::ops::Range;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;
use schemas::ids::RoomId;

/// A record as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its partition.
    pub partition: u32,
    /// Its place in the partition.
    pub offset: u64,
    /// The log's own time of it, in ms since 1970.
    pub at_ms: i64,
    /// The room it belongs to.
    pub key: RoomId,
    /// The record's bytes.
    pub value: Bytes,
}

/// Where an appended record landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its place in the partition.
    pub offset: u64,
    /// The log's own time of it, in ms since 1970.
    pub at_ms: i64,
}

/// Offsets that can be read: from `low`, up to but not including `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermarks {
    /// First offset that is still there.
    pub low: u64,
    /// Offset that the next record will get.
    pub high: u64,
}

/// A bounded scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadRange {
    /// Partition to read.
    pub partition: u32,
    /// First offset wanted.
    pub from: u64,
    /// Offset to stop before; past the high watermark it means the high watermark.
    pub until: u64,
    /// Only this room's records, where given.
    pub key: Option<RoomId>,
    /// Most records to answer with, though always at least one.
    pub records_max: usize,
    /// Most bytes of values to answer with, though always at least one record.
    pub bytes_max: usize,
}

/// What a scan found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadBatch {
    /// In offset order.
    pub records: Vec<StoredRecord>,
    /// Where to go on; equal to `until` (at most the high watermark) once the range is done.
    pub next: u64,
}

/// Why a record was not appended for sure.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The record is larger than [`schemas::limits::RECORD_BYTES_MAX`]; it will never appear.
    #[error("the record is too large for the log")]
    TooLarge,
    /// The log did not answer in time. The record may or may not appear: the sender repeats
    /// it under the same number.
    #[error("the log did not answer")]
    Unknown(#[source] BoxError),
}

/// Why a scan or tail stopped.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The offset was truncated away.
    #[error("the offset is below the low watermark {low}")]
    OutOfRange {
        /// First offset that is still there.
        low: u64,
    },
    /// The log cannot be reached.
    #[error("the log is away")]
    Away(#[source] BoxError),
}

/// An adapter's own error, kept as a source.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Records of one partition in offset order, for as long as the stream lives. An error ends
/// the stream; the reader starts another from where it was.
pub type Tail = Pin<Box<dyn Stream<Item = Result<StoredRecord, ReadError>> + Send>>;

/// The ordered records. Every call refuses a partition that is not there.
#[async_trait]
pub trait Log: Send + Sync + 'static {
    /// Names this incarnation of the log; `(epoch, seq)` is a client's position.
    fn epoch(&self) -> &str;

    /// How many partitions there are; a room's row stores which one it uses.
    fn partitions(&self) -> u32;

    /// The log's time now, in ms since 1970: what `at_ms` of a record appended now would be.
    /// Never before an `at_ms` that this process has seen, which in turn never goes back
    /// within a partition.
    fn now_ms(&self) -> i64;

    /// Appends a record. `Ok` means it is durable. Records appended by one caller one after
    /// the other get rising offsets.
    async fn append(
        &self,
        partition: u32,
        key: RoomId,
        value: Bytes,
    ) -> Result<Appended, AppendError>;

    /// Bounds of a partition now.
    async fn watermarks(&self, partition: u32) -> Result<Watermarks, ReadError>;
    /// Bounds of partitions now, in their order; a log that is far away asks for all at once.
    async fn bounds(&self, partitions: Range<u32>) -> Result<Vec<Watermarks>, ReadError> {
        let mut bounds = Vec::with_capacity(partitions.len());
        for partition in partitions {
            bounds.push(self.watermarks(partition).await?);
        }
        Ok(bounds)
    }

    /// Reads a bounded range. What another process truncates at this moment may still be there.
    async fn read(&self, range: ReadRange) -> Result<ReadBatch, ReadError>;

    /// Follows a partition from an offset on, without skipping: a tail that finds its place
    /// truncated ends with [`ReadError::OutOfRange`], and so does one that begins below the
    /// low watermark.
    async fn tail(&self, partition: u32, from: u64) -> Result<Tail, ReadError>;

    /// Deletes every record before an offset. Never moves the low watermark back, never past
    /// the high one; deleting what is deleted already does nothing. Offsets never begin anew.
    async fn truncate(&self, partition: u32, before: u64) -> Result<(), ReadError>;

    /// Waits until everything appended is durable; called once at the end of a process.
    async fn flush(&self) -> Result<(), BoxError>;
}

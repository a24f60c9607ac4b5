//! Bounded scans, and tails made of them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use schemas::ids::RoomId;
use sqlx::query_as;
use tokio::sync::watch;
use uuid::Uuid;

use super::NoSuchPartition;
use super::time::LogTime;
use crate::log::{ReadBatch, ReadError, ReadRange, StoredRecord, Tail, Watermarks};
use crate::sqlite::Database;
use crate::words::to_column;

/// How long a tail rests before it looks whether another process wrote or truncated.
const TAIL_POLL: Duration = Duration::from_millis(500);
/// Most records a tail reads ahead.
const TAIL_RECORDS_MAX: usize = 256;
/// Most bytes a tail reads ahead.
const TAIL_BYTES_MAX: usize = 1024 * 1024;

/// One statement is one snapshot: watermarks and records of the same moment. A partition
/// without a fitting record answers one row with nothing but its watermarks.
const READ: &str = "
    SELECT head.low, head.high, record.log_offset, record.at_ms, record.room, record.value
    FROM movie_together_log_partition AS head
    LEFT JOIN movie_together_log_record AS record
        ON record.log_partition = head.log_partition
        AND record.log_offset >= ?2 AND record.log_offset < ?3
    WHERE head.log_partition = ?1
    ORDER BY record.log_offset LIMIT ?4";
/// The same of one room; the index is named so that no statistics ever lead away from it.
const READ_ROOM: &str = "
    SELECT head.low, head.high, record.log_offset, record.at_ms, record.room, record.value
    FROM movie_together_log_partition AS head
    LEFT JOIN movie_together_log_record AS record INDEXED BY movie_together_log_record_of_room
        ON record.log_partition = head.log_partition AND record.room = ?5
        AND record.log_offset >= ?2 AND record.log_offset < ?3
    WHERE head.log_partition = ?1
    ORDER BY record.log_offset LIMIT ?4";

/// Low and high watermark; offset, time, room and value of a record. A tuple, because a column
/// by name costs a look-up a row, which ten thousand rows of a late join would feel.
type ReadRow = (u64, u64, Option<u64>, Option<i64>, Option<Uuid>, Option<Vec<u8>>);

/// Reads a log; clones share everything.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    database: Arc<Database>,
    time: Arc<LogTime>,
    commits: Commits,
}

/// What this process's writer committed last, a partition each. Whoever is at its beginning
/// needs no look at the file.
pub(super) type Commits = Arc<[watch::Sender<Arc<[StoredRecord]>>]>;

impl Reader {
    pub(super) fn new(database: Arc<Database>, time: Arc<LogTime>, partitions: u32) -> Self {
        let commits = (0..partitions).map(|_| watch::Sender::default()).collect();
        Self { database, time, commits }
    }

    /// Where the writer tells what it committed.
    pub(super) fn commits(&self) -> Commits {
        Arc::clone(&self.commits)
    }

    pub(super) fn partitions(&self) -> u32 {
        u32::try_from(self.commits.len()).unwrap_or(u32::MAX)
    }

    pub(super) async fn watermarks(&self, partition: u32) -> Result<Watermarks, ReadError> {
        let watermarks: Option<(u64, u64)> =
            query_as("SELECT low, high FROM movie_together_log_partition WHERE log_partition = ?")
                .bind(partition)
                .fetch_optional(self.database.reader())
                .await?;
        let (low, high) = watermarks.ok_or(NoSuchPartition(partition))?;
        Ok(Watermarks { low, high })
    }

    pub(super) async fn read(&self, range: ReadRange) -> Result<ReadBatch, ReadError> {
        let records_max = range.records_max.max(1);
        let select = query_as::<_, ReadRow>(if range.key.is_some() { READ_ROOM } else { READ })
            .bind(range.partition)
            .bind(to_column(range.from))
            .bind(to_column(range.until))
            .bind(to_column(records_max as u64));
        let mut rows = match range.key {
            Some(room) => select.bind(room.0),
            None => select,
        }
        .fetch(self.database.reader());

        let mut high = None;
        let mut bytes = 0;
        let mut records: Vec<StoredRecord> = Vec::new();
        let mut full = false;
        while let Some((low, high_now, offset, at_ms, room, value)) = rows.try_next().await? {
            if range.from < low {
                return Err(ReadError::OutOfRange { low });
            }
            high = Some(high_now);
            let (Some(offset), Some(at_ms), Some(room), Some(value)) = (offset, at_ms, room, value)
            else {
                break;
            };
            let (partition, key, value) = (range.partition, RoomId(room), Bytes::from(value));
            let record = StoredRecord { partition, offset, at_ms, key, value };
            bytes += record.value.len();
            full = !records.is_empty() && bytes > range.bytes_max;
            if full {
                break;
            }
            records.push(record);
        }
        let high = high.ok_or(NoSuchPartition(range.partition))?;
        full |= records.len() == records_max;
        if let Some(last) = records.last() {
            self.time.observe(last.at_ms);
        }
        let next = match records.last() {
            Some(last) if full => last.offset + 1,
            _ => range.until.min(high).max(range.from),
        };
        Ok(ReadBatch { records, next })
    }

    pub(super) async fn tail(&self, partition: u32, from: u64) -> Result<Tail, ReadError> {
        let low = self.watermarks(partition).await?.low;
        if from < low {
            return Err(ReadError::OutOfRange { low });
        }
        let committed =
            self.commits.get(partition as usize).ok_or(NoSuchPartition(partition))?.subscribe();
        let follower = Follower {
            reader: self.clone(),
            committed,
            partition,
            next: from,
            read: VecDeque::new(),
            has_all: false,
        };
        Ok(Box::pin(stream::unfold(Some(follower), |follower| async {
            let mut follower = follower?;
            let record = follower.record().await;
            let goes_on = record.is_ok().then_some(follower);
            Some((record, goes_on))
        })))
    }
}

/// Where one tail is.
struct Follower {
    reader: Reader,
    committed: watch::Receiver<Arc<[StoredRecord]>>,
    partition: u32,
    next: u64,
    read: VecDeque<StoredRecord>,
    /// It has come to the end of the file, and of what was told since.
    has_all: bool,
}

impl Follower {
    /// The next record, as soon as there is one.
    async fn record(&mut self) -> Result<StoredRecord, ReadError> {
        loop {
            if let Some(record) = self.read.pop_front() {
                return Ok(record);
            }
            if self.has_all {
                self.wait().await;
            } else {
                self.look().await?;
            }
        }
    }

    /// Reads the file.
    async fn look(&mut self) -> Result<(), ReadError> {
        // Seen before the read, so that whatever is committed after it wakes the wait.
        self.committed.mark_unchanged();
        let batch = self.reader.read(self.range()).await?;
        self.next = batch.next;
        self.has_all = batch.records.is_empty();
        self.read = batch.records.into();
        Ok(())
    }

    /// Waits until this process's writer tells what it committed, or until it is time to look.
    async fn wait(&mut self) {
        let told = tokio::time::timeout(TAIL_POLL, self.committed.changed()).await;
        let committed = Arc::clone(&self.committed.borrow_and_update());
        let follows = committed.first().is_some_and(|first| first.offset == self.next);
        self.has_all = told.is_ok() && follows;
        if self.has_all {
            self.next += committed.len() as u64;
            self.read.extend(committed.iter().cloned());
        }
    }

    fn range(&self) -> ReadRange {
        ReadRange {
            partition: self.partition,
            from: self.next,
            until: u64::MAX,
            key: None,
            records_max: TAIL_RECORDS_MAX,
            bytes_max: TAIL_BYTES_MAX,
        }
    }
}

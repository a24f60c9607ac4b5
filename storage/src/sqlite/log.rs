//! The log in SQLite.
//!
//! An append goes into a bounded queue; one [`writer`] takes all that waits there, commits it
//! as one transaction, answers everyone, and tells the tails what it wrote ([`reader`]). Tails
//! that missed some of it read the file, and look at it now and then all the same, for what
//! other processes did to it. [`truncation`] deletes what the archive has sealed.

mod reader;
mod time;
mod truncation;
mod writer;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use metrics::histogram;
use schemas::ids::RoomId;
use schemas::limits::RECORD_BYTES_MAX;
use sqlx::{query_as, query_scalar};

use self::reader::Reader;
use self::time::LogTime;
use self::writer::Writer;
use crate::clock::Clock;
use crate::log::{
    AppendError, Appended, BoxError, Log, ReadBatch, ReadError, ReadRange, Tail, Watermarks,
};
use crate::sqlite::Database;

/// Longest wait for an append's answer, its time in the queue included.
const APPEND_TIMEOUT: Duration = Duration::from_secs(3);

/// The log in a SQLite file.
#[derive(Debug)]
pub struct SqliteLog {
    epoch: String,
    time: Arc<LogTime>,
    writer: Writer,
    reader: Reader,
    database: Arc<Database>,
}

impl SqliteLog {
    /// The log in this file. Its writer lives as long as the answer does.
    pub async fn open(database: Arc<Database>, clock: Arc<dyn Clock>) -> Result<Self, BoxError> {
        let epoch = query_scalar("SELECT epoch FROM movie_together_log")
            .fetch_one(database.reader())
            .await?;
        let (partitions, last_at_ms) =
            query_as("SELECT count(*), max(at_ms) FROM movie_together_log_partition")
                .fetch_one(database.reader())
                .await?;
        let time = Arc::new(LogTime::new(clock, last_at_ms));
        let reader = Reader::new(Arc::clone(&database), Arc::clone(&time), partitions);
        let writer = Writer::start(Arc::clone(&database), Arc::clone(&time), reader.commits());
        Ok(Self { epoch, time, writer, reader, database })
    }
}

#[async_trait]
impl Log for SqliteLog {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn partitions(&self) -> u32 {
        self.reader.partitions()
    }

    fn now_ms(&self) -> i64 {
        self.time.now_ms()
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
        let started = Instant::now();
        let appending = self.writer.append(partition, key, value);
        let answer = tokio::time::timeout(APPEND_TIMEOUT, appending).await;
        histogram!("log_append_duration_seconds").record(started.elapsed());
        match answer {
            Ok(answer) => answer.map_err(AppendError::Unknown),
            Err(elapsed) => Err(AppendError::Unknown(elapsed.into())),
        }
    }

    async fn watermarks(&self, partition: u32) -> Result<Watermarks, ReadError> {
        self.reader.watermarks(partition).await
    }

    async fn read(&self, range: ReadRange) -> Result<ReadBatch, ReadError> {
        self.reader.read(range).await
    }

    async fn tail(&self, partition: u32, from: u64) -> Result<Tail, ReadError> {
        self.reader.tail(partition, from).await
    }

    async fn truncate(&self, partition: u32, before: u64) -> Result<(), ReadError> {
        truncation::truncate(&self.database, partition, before).await
    }

    async fn flush(&self) -> Result<(), BoxError> {
        self.writer.flush().await
    }
}

/// A partition that the file does not have.
#[derive(Debug, thiserror::Error)]
#[error("the log has no partition {0}")]
struct NoSuchPartition(u32);

impl From<NoSuchPartition> for ReadError {
    fn from(error: NoSuchPartition) -> Self {
        Self::Away(error.into())
    }
}

impl From<sqlx::Error> for ReadError {
    fn from(error: sqlx::Error) -> Self {
        Self::Away(error.into())
    }
}

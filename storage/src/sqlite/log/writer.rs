//! The one writer of a log: everything that waits becomes one statement. While it commits,
//! the next batch gathers, so the busier the log, the more records share a commit.

use std::sync::Arc;

use bytes::Bytes;
use metrics::{gauge, histogram};
use schemas::ids::RoomId;
use sqlx::QueryBuilder;
use tokio::sync::{mpsc, oneshot};

use super::NoSuchPartition;
use super::reader::Commits;
use super::time::LogTime;
use crate::log::{Appended, BoxError, StoredRecord};
use crate::sqlite::Database;

/// Most records that wait to be written: 64 MiB at their largest.
const QUEUE_RECORDS_MAX: usize = 1024;
/// Most records of one transaction, so that the last of them does not wait for long.
const BATCH_RECORDS_MAX: usize = 256;
/// Largest values, together, that tails are told of a partition's last batch and that therefore
/// stay in memory; tails read what is larger.
const TOLD_BYTES_MAX: usize = 64 * 1024;
/// Largest batches whose statements are kept ready; the statement names every record.
const CACHED_RECORDS_MAX: usize = 8;

/// Hands records to the writing task, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct Writer {
    requests: mpsc::Sender<Request>,
    partitions: u32,
}

#[derive(Debug)]
enum Request {
    Append(Append),
    Flush(oneshot::Sender<()>),
}

#[derive(Debug)]
struct Append {
    partition: u32,
    key: RoomId,
    value: Bytes,
    answer: oneshot::Sender<Result<Appended, BatchLost>>,
}

/// What everyone of a batch hears when its transaction fails.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the batch was not written")]
struct BatchLost(#[source] Arc<sqlx::Error>);

#[derive(Debug, thiserror::Error)]
#[error("the writer has ended")]
struct WriterEnded;

impl Writer {
    /// Starts the writing task, which tells `commits` what it wrote.
    pub(super) fn start(database: Arc<Database>, time: Arc<LogTime>, commits: Commits) -> Self {
        let (requests, queue) = mpsc::channel(QUEUE_RECORDS_MAX);
        let partitions = u32::try_from(commits.len()).unwrap_or(u32::MAX);
        let task = WritingTask { database, time, commits };
        tokio::spawn(task.run(queue));
        Self { requests, partitions }
    }

    pub(super) async fn append(
        &self,
        partition: u32,
        key: RoomId,
        value: Bytes,
    ) -> Result<Appended, BoxError> {
        if partition >= self.partitions {
            return Err(NoSuchPartition(partition).into());
        }
        let (answer, answered) = oneshot::channel();
        let append = Append { partition, key, value, answer };
        self.send(Request::Append(append)).await?;
        Ok(answered.await??)
    }

    /// Waits until all that was queued before is written, or has failed and said so.
    pub(super) async fn flush(&self) -> Result<(), BoxError> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Flush(answer)).await?;
        Ok(answered.await?)
    }

    async fn send(&self, request: Request) -> Result<(), BoxError> {
        match self.requests.send(request).await {
            Ok(()) => Ok(()),
            Err(_) => Err(WriterEnded.into()),
        }
    }
}

struct WritingTask {
    database: Arc<Database>,
    time: Arc<LogTime>,
    commits: Commits,
}

impl WritingTask {
    async fn run(self, mut queue: mpsc::Receiver<Request>) {
        let mut requests = Vec::with_capacity(BATCH_RECORDS_MAX);
        while queue.recv_many(&mut requests, BATCH_RECORDS_MAX).await > 0 {
            #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
            gauge!("log_append_queue").set(queue.len() as f64);
            self.answer(requests.drain(..)).await;
        }
    }

    async fn answer(&self, requests: impl Iterator<Item = Request>) {
        let mut appends = Vec::new();
        let mut flushes = Vec::new();
        for request in requests {
            match request {
                // Nobody waits for it any more and its sender was told so; writing it would
                // only delay those who still wait.
                Request::Append(append) if append.answer.is_closed() => {}
                Request::Append(append) => appends.push(append),
                Request::Flush(answer) => flushes.push(answer),
            }
        }
        if !appends.is_empty() {
            self.write(appends).await;
        }
        for flush in flushes {
            flush.send(()).ok();
        }
    }

    /// Writes a batch as one transaction and answers everyone.
    async fn write(&self, mut appends: Vec<Append>) {
        // Stable, so that each caller's records keep their order.
        appends.sort_by_key(|append| append.partition);
        match self.commit(&appends).await {
            Ok(appended) => {
                for (append, appended) in appends.into_iter().zip(appended) {
                    append.answer.send(Ok(appended)).ok();
                }
            }
            Err(error) => {
                tracing::error!(%error, records = appends.len(), "the log was not written");
                let lost = BatchLost(Arc::new(error));
                for append in appends {
                    append.answer.send(Err(lost.clone())).ok();
                }
            }
        }
    }

    /// Commits a batch that is sorted by partition; answers in the same order.
    async fn commit(&self, appends: &[Append]) -> Result<Vec<Appended>, sqlx::Error> {
        #[expect(clippy::cast_precision_loss, reason = "at most the size of a batch")]
        histogram!("log_append_batch_records").record(appends.len() as f64);
        let places = self.insert(appends).await?;
        let records: Vec<StoredRecord> = places
            .iter()
            .zip(appends)
            .map(|(&(partition, offset, at_ms), append)| StoredRecord {
                partition,
                offset,
                at_ms,
                key: append.key,
                value: append.value.clone(),
            })
            .collect();
        for records in records.chunk_by(|one, next| one.partition == next.partition) {
            self.tell(records);
        }
        Ok(places.iter().map(|&(_, offset, at_ms)| Appended { offset, at_ms }).collect())
    }

    /// Inserts a batch at the ends of its partitions; answers partitions, offsets and times. It
    /// is one statement, which is a transaction by itself: each statement more is a way to the
    /// database's thread and back, and costs as much as the insert.
    async fn insert(&self, appends: &[Append]) -> Result<Vec<(u32, u64, i64)>, sqlx::Error> {
        let mut insert = QueryBuilder::new(
            "INSERT INTO movie_together_log_record (log_partition, log_offset, at_ms, room, value)
             SELECT last.log_partition, last.high + new.column2, max(last.at_ms, ",
        );
        insert.push_bind(self.time.now_ms());
        insert.push("), new.column3, new.column4 FROM (");
        let numbered = appends
            .chunk_by(|one, next| one.partition == next.partition)
            .flat_map(|appends| (0_i64..).zip(appends));
        insert.push_values(numbered, |mut row, (number, append)| {
            row.push_bind(append.partition)
                .push_bind(number)
                .push_bind(append.key.0)
                .push_bind(append.value.as_ref());
        });
        insert.push(
            ") AS new
             JOIN movie_together_log_partition AS last ON last.log_partition = new.column1
             RETURNING log_partition, log_offset, at_ms",
        );
        let insert = insert.build_query_as().persistent(appends.len() <= CACHED_RECORDS_MAX);
        let mut places: Vec<(u32, u64, i64)> = insert.fetch_all(self.database.writer()).await?;
        // They come in an order that is not promised.
        places.sort_unstable();
        if places.len() == appends.len() { Ok(places) } else { Err(sqlx::Error::RowNotFound) }
    }

    /// Tells the tails of a partition what was committed.
    fn tell(&self, records: &[StoredRecord]) {
        let Some(last) = records.last() else { return };
        self.time.observe(last.at_ms);
        let Some(commits) = self.commits.get(last.partition as usize) else { return };
        let bytes: usize = records.iter().map(|record| record.value.len()).sum();
        let records = if bytes > TOLD_BYTES_MAX { &[] } else { records };
        commits.send_replace(records.into());
    }
}

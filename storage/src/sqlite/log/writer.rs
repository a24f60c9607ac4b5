//! The one writer of a log: everything that waits becomes one transaction. While it commits,
//! the next batch gathers, so the busier the log, the more records share a commit.

use std::sync::Arc;

use bytes::Bytes;
use metrics::{gauge, histogram};
use schemas::ids::RoomId;
use sqlx::{QueryBuilder, SqliteConnection, query_as};
use tokio::sync::{mpsc, oneshot};

use super::NoSuchPartition;
use super::reader::Commits;
use super::time::LogTime;
use crate::log::{Appended, BoxError, StoredRecord};
use crate::sqlite::Database;
use crate::words::to_column;

/// Most records that wait to be written: 64 MiB at their largest.
const QUEUE_RECORDS_MAX: usize = 1024;
/// Most records of one transaction, so that the last of them does not wait for long.
const BATCH_RECORDS_MAX: usize = 256;
/// Largest values, together, that tails are told of a partition's last batch and that therefore
/// stay in memory; tails read what is larger.
const TOLD_BYTES_MAX: usize = 64 * 1024;
/// Records that one statement inserts where there are as many: each statement is a way to the
/// database's thread and back.
const INSERT_RECORDS: usize = 8;

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
        let mut transaction = self.database.begin().await?;
        let now_ms = self.time.now_ms();
        let mut all = Vec::with_capacity(appends.len());
        for appends in appends.chunk_by(|one, next| one.partition == next.partition) {
            all.push(insert(&mut transaction, appends, now_ms).await?);
        }
        transaction.commit().await?;
        let appended = all.iter().flatten();
        let appended =
            appended.map(|record| Appended { offset: record.offset, at_ms: record.at_ms });
        let appended = appended.collect();
        for records in all {
            self.tell(records);
        }
        Ok(appended)
    }

    /// Tells the tails of a partition what was committed.
    fn tell(&self, records: Vec<StoredRecord>) {
        let Some(last) = records.last() else { return };
        self.time.observe(last.at_ms);
        let Some(commits) = self.commits.get(last.partition as usize) else { return };
        let bytes: usize = records.iter().map(|record| record.value.len()).sum();
        let records = if bytes > TOLD_BYTES_MAX { Vec::new() } else { records };
        commits.send_replace(records.into());
    }
}

/// Inserts records of one partition at its end.
async fn insert(
    connection: &mut SqliteConnection,
    appends: &[Append],
    now_ms: i64,
) -> Result<Vec<StoredRecord>, sqlx::Error> {
    let Some(partition) = appends.first().map(|append| append.partition) else {
        return Ok(Vec::new());
    };
    let (high, at_ms): (u64, i64) = query_as(
        "UPDATE movie_together_log_partition SET high = high + ?, at_ms = max(at_ms, ?)
         WHERE log_partition = ? RETURNING high, at_ms",
    )
    .bind(to_column(appends.len() as u64))
    .bind(now_ms)
    .bind(partition)
    .fetch_one(&mut *connection)
    .await?;
    let first = high.saturating_sub(appends.len() as u64);
    let records: Vec<StoredRecord> = (first..high)
        .zip(appends)
        .map(|(offset, append)| StoredRecord {
            partition,
            offset,
            at_ms,
            key: append.key,
            value: append.value.clone(),
        })
        .collect();
    let (many, few) = records.as_chunks::<INSERT_RECORDS>();
    for records in many {
        insert_rows(connection, records).await?;
    }
    for record in few {
        insert_rows(connection, std::slice::from_ref(record)).await?;
    }
    Ok(records)
}

async fn insert_rows(
    connection: &mut SqliteConnection,
    records: &[StoredRecord],
) -> Result<(), sqlx::Error> {
    let mut insert = QueryBuilder::new(
        "INSERT INTO movie_together_log_record (log_partition, log_offset, at_ms, room, value) ",
    );
    insert.push_values(records, |mut row, record| {
        row.push_bind(record.partition)
            .push_bind(to_column(record.offset))
            .push_bind(record.at_ms)
            .push_bind(record.key.0)
            .push_bind(record.value.as_ref());
    });
    insert.build().execute(connection).await?;
    Ok(())
}

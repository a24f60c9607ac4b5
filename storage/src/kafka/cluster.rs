//! What is asked of the brokers now and then: who they are, where a partition begins and
//! ends, and to delete. The library's calls wait, so they are made off the runtime, a few at
//! a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

use super::outage::Outage;
use super::url::KafkaUrl;
use super::{KafkaOpenError, NoSuchPartition, settings, topic};
use crate::log::{BoxError, ReadError, Watermarks};

/// Longest wait for the brokers when a log is opened.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause before a partition is asked again that has no leader yet.
const LOOK_PAUSE: Duration = Duration::from_millis(20);
/// Longest wait for watermarks, the wait for one's turn included.
const WATERMARKS_TIMEOUT: Duration = Duration::from_secs(3);
/// Most questions for watermarks at a time; each holds a thread.
const QUESTIONS_MAX: usize = 8;
/// Longest wait until records are deleted.
const TRUNCATE_TIMEOUT: Duration = Duration::from_secs(10);

/// The brokers, and the topic there.
pub(super) struct Cluster {
    pub(super) url: KafkaUrl,
    pub(super) outage: Arc<Outage>,
    /// Identity of the brokers, and the topic.
    pub(super) epoch: String,
    pub(super) partitions: u32,
    /// The bounds of each partition that were heard of last.
    known: Vec<Bounds>,
    admin: AdminClient<DefaultClientContext>,
    questions: Arc<Semaphore>,
}

impl Cluster {
    /// Reaches the brokers and makes sure of the topic. Some client has to report to `outage`
    /// already, since the one that asks here does not say why it hears nothing.
    pub(super) async fn open(
        url: KafkaUrl,
        outage: Arc<Outage>,
    ) -> Result<Arc<Self>, KafkaOpenError> {
        let admin = settings::admin(&url).create().map_err(KafkaOpenError::Client)?;
        let (admin, cluster_id) = off_runtime(move || cluster_id(admin)).await?;
        let cluster_id = cluster_id.ok_or_else(|| silence(&outage))?;
        let min_insync = topic::ensure(&admin, &url).await?;
        let topic = url.topic.clone();
        let (admin, shape) = off_runtime(move || shape(admin, &topic)).await??;
        topic::warn_of_replicas(&url.topic, shape.replicas, min_insync);
        Ok(Arc::new(Self {
            epoch: format!("{cluster_id}/{}", url.topic),
            partitions: shape.partitions,
            known: (0..shape.partitions).map(|_| Bounds::default()).collect(),
            url,
            outage,
            admin,
            questions: Arc::new(Semaphore::new(QUESTIONS_MAX)),
        }))
    }

    /// The partition's number as the library wants it.
    pub(super) fn partition(&self, partition: u32) -> Result<i32, NoSuchPartition> {
        let known = (partition < self.partitions).then_some(partition);
        known.and_then(|known| i32::try_from(known).ok()).ok_or(NoSuchPartition(partition))
    }

    /// One partition and an offset of it, as the library wants them.
    pub(super) fn place(
        &self,
        partition: i32,
        offset: u64,
    ) -> Result<TopicPartitionList, KafkaError> {
        let offset = Offset::Offset(i64::try_from(offset).unwrap_or(i64::MAX));
        let mut list = TopicPartitionList::with_capacity(1);
        list.add_partition_offset(&self.url.topic, partition, offset)?;
        Ok(list)
    }

    pub(super) async fn watermarks(
        self: &Arc<Self>,
        partition: u32,
    ) -> Result<Watermarks, ReadError> {
        let partition = self.partition(partition)?;
        let deadline = Instant::now() + WATERMARKS_TIMEOUT;
        let turn = Arc::clone(&self.questions).acquire_owned();
        let turn = timeout_at(deadline, turn).await.map_err(away)?.map_err(away)?;
        let cluster = Arc::clone(self);
        let asked = tokio::task::spawn_blocking(move || {
            let watermarks = cluster.ask_watermarks(partition, deadline - Instant::now());
            drop(turn);
            watermarks
        });
        asked.await.map_err(away)?
    }

    /// The same on a thread that may wait; at most for the time given.
    pub(super) fn ask_watermarks(
        &self,
        partition: i32,
        longest: Duration,
    ) -> Result<Watermarks, ReadError> {
        let (low, high) = ask_leaders(longest, |left| {
            self.admin.inner().fetch_watermarks(&self.url.topic, partition, left)
        })?;
        self.outage.is_over();
        let low = u64::try_from(low).map_err(away)?;
        let high = u64::try_from(high).map_err(away)?;
        let watermarks = Watermarks { low, high };
        self.heard_of(partition, watermarks);
        Ok(watermarks)
    }

    /// Remembers bounds of a partition.
    pub(super) fn heard_of(&self, partition: i32, Watermarks { low, high }: Watermarks) {
        if let Some(known) = self.known_of(partition) {
            known.low.store(low, Ordering::Relaxed);
            known.high.store(high, Ordering::Relaxed);
        }
    }

    /// The bounds of a partition that were heard of last.
    pub(super) fn known(&self, partition: i32) -> Watermarks {
        let of = |bound: &AtomicU64| bound.load(Ordering::Relaxed);
        let known = self.known_of(partition).map(|known| (of(&known.low), of(&known.high)));
        let (low, high) = known.unwrap_or_default();
        Watermarks { low, high }
    }

    fn known_of(&self, partition: i32) -> Option<&Bounds> {
        self.known.get(usize::try_from(partition).ok()?)
    }

    /// Deletes what is before an offset, and no more than there is.
    pub(super) async fn truncate(
        self: &Arc<Self>,
        partition: u32,
        before: u64,
    ) -> Result<(), ReadError> {
        let number = self.partition(partition)?;
        // The brokers refuse to delete past the end.
        let before = if before <= self.known(number).high {
            before
        } else {
            before.min(self.watermarks(partition).await?.high)
        };
        let place = self.place(number, before)?;
        let options = AdminOptions::new().request_timeout(Some(TRUNCATE_TIMEOUT));
        // The brokers answer once every replica in step has deleted.
        let deleting = self.admin.delete_records(&place, &options);
        let deleted = timeout(2 * TRUNCATE_TIMEOUT, deleting).await.map_err(away)??;
        // A refusal stands in the entry; the request as a whole succeeds all the same.
        let entries = deleted.elements();
        let entry = entries.first().ok_or_else(|| away("nothing was deleted"))?;
        entry.error()?;
        let low = match entry.offset() {
            Offset::Offset(low) => u64::try_from(low).ok().filter(|low| *low >= before),
            _ => None,
        };
        let low = low.ok_or_else(|| {
            away(format!("{:?} is the low watermark after a truncation", entry.offset()))
        })?;
        let high = self.known(number).high.max(low);
        self.heard_of(number, Watermarks { low, high });
        Ok(())
    }
}

/// What was heard of a partition.
#[derive(Default)]
struct Bounds {
    low: AtomicU64,
    high: AtomicU64,
}

type Admin = AdminClient<DefaultClientContext>;

/// What the topic looks like.
struct Shape {
    partitions: u32,
    /// Of its least copied partition.
    replicas: usize,
}

fn cluster_id(admin: Admin) -> (Admin, Option<String>) {
    let id = admin.inner().fetch_cluster_id(OPEN_TIMEOUT);
    (admin, id)
}

/// Nobody answered; what the producer heard meanwhile says why.
fn silence(outage: &Outage) -> KafkaOpenError {
    let (waited_s, reason) = (OPEN_TIMEOUT.as_secs(), outage.reason());
    KafkaOpenError::Away(format!("no answer within {waited_s} s: {reason}").into())
}

/// Waits until a topic, new perhaps, has a leader for each partition.
fn shape(admin: Admin, topic: &str) -> Result<(Admin, Shape), KafkaOpenError> {
    let deadline = Instant::now() + OPEN_TIMEOUT;
    loop {
        let metadata = admin.inner().fetch_metadata(Some(topic), OPEN_TIMEOUT);
        let metadata = metadata.map_err(|error| KafkaOpenError::Away(error.into()))?;
        let partitions = metadata.topics().first().map_or(&[][..], |topic| topic.partitions());
        if !partitions.is_empty() && partitions.iter().all(|partition| partition.leader() >= 0) {
            let replicas = partitions.iter().map(|partition| partition.replicas().len());
            let shape = Shape {
                partitions: u32::try_from(partitions.len()).unwrap_or(u32::MAX),
                replicas: replicas.min().unwrap_or(0),
            };
            return Ok((admin, shape));
        }
        if Instant::now() > deadline {
            return Err(KafkaOpenError::Away("a partition has no leader".into()));
        }
        std::thread::sleep(LOOK_PAUSE);
    }
}

/// Asks, and asks again while a partition has no leader, for so long at most.
pub(super) fn ask_leaders<T>(
    longest: Duration,
    ask: impl Fn(Duration) -> Result<T, KafkaError>,
) -> Result<T, KafkaError> {
    let deadline = Instant::now() + longest;
    loop {
        let left = deadline - Instant::now();
        match ask(left) {
            Err(error) if is_moving(&error) && left > LOOK_PAUSE => std::thread::sleep(LOOK_PAUSE),
            answer => return answer,
        }
    }
}

/// Whether a partition is between two leaders, or new: it soon has one.
fn is_moving(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::NotLeaderForPartition
                | RDKafkaErrorCode::LeaderNotAvailable
                | RDKafkaErrorCode::ReplicaNotAvailable
                | RDKafkaErrorCode::OffsetNotAvailable
                | RDKafkaErrorCode::FencedLeaderEpoch
                | RDKafkaErrorCode::UnknownLeaderEpoch
        )
    )
}

async fn off_runtime<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, KafkaOpenError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| KafkaOpenError::Away(error.into()))
}

/// The log cannot be reached, and why.
pub(super) fn away(why: impl Into<BoxError>) -> ReadError {
    ReadError::Away(why.into())
}

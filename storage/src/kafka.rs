//! The log in Kafka: one topic, in which every record names its partition.
//!
//! - An append goes through one idempotent producer ([`writer`]); the delivery report says
//!   where the record is and when it came, and brings it to the tails of this process.
//! - Tails share one consumer on a thread of its own ([`tails`]), which follows exactly the
//!   partitions somebody reads and never waits for any of them. What others append comes by
//!   it, and whatever was not reported.
//! - Bounded scans have a few consumers that are kept for the next scan ([`scans`]).
//! - Everything else is asked of the brokers now and then ([`cluster`]). The [`topic`] is
//!   created and checked when the log is opened; [`settings`] has those of the clients.
//!
//! The epoch is the brokers' identity and the topic's name. A topic that is deleted and
//! created anew is not told from the old one: a new log gets a new name. Offsets are dense,
//! because there are neither transactions nor compaction; a reader that meets a hole stops.
//! A record's time is the clock of the broker that leads its partition; the brokers' clocks
//! have to be kept together, since nothing else keeps it from going back when a leader moves.

mod cluster;
mod fault;
mod outage;
mod record;
mod scans;
mod settings;
mod tails;
mod time;
mod topic;
mod url;
mod writer;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use metrics::histogram;
use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use schemas::ids::RoomId;
use schemas::limits::RECORD_BYTES_MAX;

use self::cluster::Cluster;
use self::outage::Outage;
use self::scans::Scans;
use self::tails::{Followers, Tails};
use self::time::LogTime;
use self::url::KafkaUrl;
use self::writer::Writer;
use crate::clock::Clock;
use crate::log::{
    AppendError, Appended, BoxError, Log, ReadBatch, ReadError, ReadRange, Tail, Watermarks,
};

pub use self::topic::WrongSetting;
pub use self::url::KafkaUrlError;

/// The log in a Kafka topic.
pub struct KafkaLog {
    cluster: Arc<Cluster>,
    time: Arc<LogTime>,
    writer: Arc<Writer>,
    tails: Tails,
    scans: Scans,
}

/// Why the log was not opened. Never shows the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum KafkaOpenError {
    /// The URL cannot be used.
    #[error(transparent)]
    Url(#[from] KafkaUrlError),
    /// A setting cannot be used, such as the path of a certificate.
    #[error("the Kafka client cannot be made")]
    Client(#[source] KafkaError),
    /// The brokers cannot be reached, or refuse to answer.
    #[error("the Kafka brokers do not answer")]
    Away(#[source] BoxError),
    /// The brokers refuse to create the topic.
    #[error("the topic `{topic}` is absent and cannot be created")]
    NotCreated {
        /// Its name.
        topic: String,
        /// Why.
        source: BoxError,
    },
    /// The topic would lose records.
    #[error("the topic `{topic}` has wrong settings: {}", list(wrong))]
    Unfit {
        /// Its name.
        topic: String,
        /// All that is wrong.
        wrong: Vec<WrongSetting>,
    },
}

impl KafkaOpenError {
    /// Whether the same call may succeed a little later.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Away(_))
    }
}

/// Settings of a client of the brokers that a URL names, for a tool that asks them what the log
/// does not.
pub fn client_of(url: &str) -> Result<ClientConfig, KafkaUrlError> {
    Ok(settings::admin(&KafkaUrl::parse(url)?))
}

impl KafkaLog {
    /// The log that a URL such as `kafka://host:9092,host:9092/watch_together` names; the
    /// parameters are those of [`url`]. The topic is created if it is absent.
    pub async fn open(url: &str, clock: Arc<dyn Clock>) -> Result<Self, KafkaOpenError> {
        let outage = Arc::new(Outage::default());
        let time = Arc::new(LogTime::new(clock));
        let followers = Arc::new(Followers::new(Arc::clone(&time)));
        let url = KafkaUrl::parse(url)?;
        let writer = Writer::new(
            settings::producer(&url),
            url.topic.clone(),
            Arc::clone(&outage),
            Arc::clone(&time),
            Arc::clone(&followers),
        )
        .map_err(KafkaOpenError::Client)?;
        let cluster = Cluster::open(url, outage).await?;
        let tails = Tails::start(Arc::clone(&cluster), followers).map_err(KafkaOpenError::Away)?;
        let scans = Scans::start(Arc::clone(&cluster), Arc::clone(&time));
        Ok(Self { cluster, time, writer: Arc::new(writer), tails, scans })
    }
}

#[async_trait]
impl Log for KafkaLog {
    fn epoch(&self) -> &str {
        &self.cluster.epoch
    }

    fn partitions(&self) -> u32 {
        self.cluster.partitions
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
        let partition = self.cluster.partition(partition).map_err(unknown)?;
        let started = Instant::now();
        let appended = self.writer.append(partition, key, value).await;
        histogram!("log_append_duration_seconds").record(started.elapsed());
        appended.map_err(AppendError::Unknown)
    }

    async fn watermarks(&self, partition: u32) -> Result<Watermarks, ReadError> {
        self.cluster.watermarks(partition).await
    }

    async fn bounds(&self, partitions: Range<u32>) -> Result<Vec<Watermarks>, ReadError> {
        self.scans.bounds(partitions).await
    }

    async fn read(&self, range: ReadRange) -> Result<ReadBatch, ReadError> {
        self.scans.read(range).await
    }

    async fn tail(&self, partition: u32, from: u64) -> Result<Tail, ReadError> {
        self.tails.follow(partition, from).await
    }

    async fn truncate(&self, partition: u32, before: u64) -> Result<(), ReadError> {
        self.cluster.truncate(partition, before).await
    }

    async fn flush(&self) -> Result<(), BoxError> {
        let writer = Arc::clone(&self.writer);
        Ok(tokio::task::spawn_blocking(move || writer.flush()).await??)
    }
}

impl fmt::Debug for KafkaLog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KafkaLog")
            .field("url", &self.cluster.url)
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

/// A partition that the topic does not have.
#[derive(Debug, thiserror::Error)]
#[error("the log has no partition {0}")]
struct NoSuchPartition(u32);

impl From<NoSuchPartition> for ReadError {
    fn from(error: NoSuchPartition) -> Self {
        Self::Away(error.into())
    }
}

impl From<KafkaError> for ReadError {
    fn from(error: KafkaError) -> Self {
        Self::Away(error.into())
    }
}

fn unknown(error: NoSuchPartition) -> AppendError {
    AppendError::Unknown(error.into())
}

fn list(wrong: &[WrongSetting]) -> String {
    wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

//! One consumer that scans.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use schemas::ids::RoomId;

use super::super::cluster::{Cluster, away};
use super::super::fault::{Fault, Hole};
use super::super::outage::Context;
use super::super::{record, settings};
use crate::log::{ReadBatch, ReadError, ReadRange, StoredRecord, Watermarks};

/// Longest wait for the next record of a range that has one.
const STALL_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one wait may be, after which is seen whether the reader gave up.
const POLL_TIMEOUT: Duration = Duration::from_millis(100);

pub(super) struct Scanner {
    consumer: BaseConsumer<Context>,
    /// None while it fetches nothing.
    place: Option<Place>,
    /// Fetched already, when there was no room for it in the last answer: the record at
    /// the place.
    held: Option<StoredRecord>,
    used: Instant,
}

/// Where a scanner stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    partition: i32,
    /// Offset of what it gives next.
    next: u64,
}

/// What to scan.
pub(super) struct Bounds {
    pub(super) partition: i32,
    /// Offset to stop before; there are records up to it.
    pub(super) until: u64,
    pub(super) range: ReadRange,
}

/// What was found at an offset: nothing if it is of another room.
struct Found {
    offset: u64,
    record: Option<StoredRecord>,
}

impl Scanner {
    pub(super) fn new(cluster: &Cluster) -> Result<Self, KafkaError> {
        let context = Context(Arc::clone(&cluster.outage));
        let consumer = settings::scan(&cluster.url).create_with_context(context)?;
        Ok(Self { consumer, place: None, held: None, used: Instant::now() })
    }

    pub(super) fn stands_at(&self, partition: i32, next: u64) -> bool {
        self.place == Some(Place { partition, next })
    }

    pub(super) fn is_at_rest(&self) -> bool {
        self.place.is_none()
    }

    /// How long nobody has used it.
    pub(super) fn idle_for(&self) -> Duration {
        self.used.elapsed()
    }

    /// Called after a scan. At the end of what was asked for it stops fetching: the next scan
    /// most often begins elsewhere, and one that waits for news of the partition's end asks the
    /// brokers hundreds of times a second.
    pub(super) fn settle(&mut self, until: u64) {
        self.used = Instant::now();
        if self.place.is_some_and(|place| place.next >= until) && self.consumer.unassign().is_ok() {
            self.place = None;
        }
    }

    pub(super) fn scan(
        &mut self,
        cluster: &Cluster,
        bounds: &Bounds,
        is_given_up: impl Fn() -> bool,
    ) -> Result<ReadBatch, ReadError> {
        let Bounds { partition, until, range } = bounds;
        self.go_to(cluster, *partition, range.from)?;
        let mut records: Vec<StoredRecord> = Vec::new();
        let mut bytes = 0;
        let mut next = range.from;
        while next < *until && records.len() < range.records_max.max(1) {
            let found = self.find(cluster, *partition, next, range.key, &is_given_up)?;
            next = found.offset;
            if let Some(record) = found.record {
                bytes += record.value.len();
                if !records.is_empty() && bytes > range.bytes_max {
                    self.held = Some(record);
                    break;
                }
                records.push(record);
            }
            next += 1;
        }
        self.place = Some(Place { partition: *partition, next });
        Ok(ReadBatch { records, next })
    }

    fn go_to(&mut self, cluster: &Cluster, partition: i32, from: u64) -> Result<(), KafkaError> {
        if !self.stands_at(partition, from) {
            self.held = None;
            self.consumer.assign(&cluster.place(partition, from)?)?;
        }
        Ok(())
    }

    /// What is at an offset that the partition has, as soon as it is fetched.
    fn find(
        &mut self,
        cluster: &Cluster,
        partition: i32,
        expected: u64,
        key: Option<RoomId>,
        is_given_up: &impl Fn() -> bool,
    ) -> Result<Found, ReadError> {
        let is_wanted = |found: RoomId| key.is_none_or(|key| key == found);
        if let Some(held) = self.held.take() {
            let offset = held.offset;
            return Ok(Found { offset, record: Some(held).filter(|held| is_wanted(held.key)) });
        }
        let deadline = Instant::now() + STALL_TIMEOUT;
        loop {
            match self.consumer.poll(POLL_TIMEOUT) {
                Some(Ok(message)) => {
                    let found = record::offset(&message);
                    if found > expected {
                        return Err(away(Hole { expected, found }));
                    }
                    if found == expected {
                        let record =
                            is_wanted(record::key(&message)).then(|| record::stored(&message));
                        return Ok(Found { offset: found, record });
                    }
                }
                Some(Err(error)) => match Fault::of(&error) {
                    Fault::OffsetGone => return Err(gone(cluster, partition, expected, error)),
                    Fault::Partition => return Err(error.into()),
                    Fault::Connection => {}
                },
                None if is_given_up() => return Err(away("nobody waits for the scan")),
                None => {}
            }
            if Instant::now() > deadline {
                return Err(away(Stalled));
            }
        }
    }
}

/// The range has records that did not come.
#[derive(Debug, thiserror::Error)]
#[error("no record came within {} s", STALL_TIMEOUT.as_secs())]
struct Stalled;

/// An offset that was there is not any more.
fn gone(cluster: &Cluster, partition: i32, offset: u64, error: KafkaError) -> ReadError {
    match cluster.ask_watermarks(partition, STALL_TIMEOUT) {
        Ok(Watermarks { low, .. }) if offset < low => ReadError::OutOfRange { low },
        Ok(_) => error.into(),
        Err(away) => away,
    }
}

//! One consumer that scans, for as many readings at once as there are.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};

use super::super::cluster::{Cluster, ask_leaders, away};
use super::super::fault::{Fault, Hole};
use super::super::outage::Context;
use super::super::{record, settings};
use super::reading::{self, Reading, Taken};
use crate::log::{ReadError, StoredRecord, Watermarks};

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

impl Scanner {
    pub(super) fn new(cluster: &Cluster) -> Result<Self, KafkaError> {
        let context = Context(Arc::clone(&cluster.outage));
        let consumer = settings::scan(&cluster.url).create_with_context(context)?;
        Ok(Self { consumer, place: None, held: None, used: Instant::now() })
    }

    /// Asks for bounds, wherever it stands.
    pub(super) fn bounds(
        &self,
        cluster: &Cluster,
        partitions: &[i32],
        longest: Duration,
    ) -> Result<Vec<Watermarks>, ReadError> {
        let deadline = Instant::now() + longest;
        let ask = |end| {
            ask_leaders(deadline - Instant::now(), |left| {
                offsets(&self.consumer, cluster, partitions, end, left)
            })
        };
        let (lows, highs) = (ask(Offset::Beginning)?, ask(Offset::End)?);
        cluster.outage.is_over();
        let bounds = lows.into_iter().zip(highs).map(|(low, high)| Watermarks { low, high });
        let bounds: Vec<Watermarks> = bounds.collect();
        for (partition, bounds) in partitions.iter().zip(&bounds) {
            cluster.heard_of(*partition, *bounds);
        }
        Ok(bounds)
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

    /// Goes through the partition once, from the first offset that is wanted to the last, and
    /// answers each reading as soon as it is whole. A scanner that answers `false` stands nobody
    /// knows where.
    pub(super) fn scan(
        &mut self,
        cluster: &Cluster,
        partition: i32,
        mut readings: Vec<Reading>,
    ) -> bool {
        let end = readings.iter().map(Reading::until).max().unwrap_or_default();
        loop {
            match self.sweep(cluster, partition, &mut readings) {
                Ok(()) => break,
                Err(ReadError::OutOfRange { low })
                    if reading::refuse_before(low, &mut readings) > 0 =>
                {
                    self.rest();
                }
                Err(error) => {
                    reading::refuse(readings, error);
                    return false;
                }
            }
        }
        self.settle(end);
        true
    }

    /// At the end of what was asked for it stops fetching: the next scan most often begins
    /// elsewhere, and one that waits for news of the partition's end asks the brokers hundreds of
    /// times a second.
    fn settle(&mut self, end: u64) {
        self.used = Instant::now();
        if self.place.is_some_and(|place| place.next >= end) {
            self.rest();
        }
    }

    fn rest(&mut self) {
        if self.consumer.unassign().is_ok() {
            self.place = None;
        }
    }

    fn sweep(
        &mut self,
        cluster: &Cluster,
        partition: i32,
        readings: &mut Vec<Reading>,
    ) -> Result<(), ReadError> {
        while let Some(next) = readings.iter().map(Reading::next).min() {
            self.go_to(cluster, partition, next)?;
            let mut record = self.find(cluster, Place { partition, next }, readings)?;
            self.place = Some(Place { partition, next: next + 1 });
            let is_shared = readings.len() > 1;
            let mut is_left = false;
            let is_done = |reading: &mut Reading| {
                reading.next() == next && {
                    let taken = reading.take(&mut record, is_shared);
                    is_left |= taken == Taken::WasTooMuch;
                    taken != Taken::GoesOn
                }
            };
            readings.extract_if(.., is_done).for_each(Reading::finish);
            if is_left && readings.is_empty() {
                self.place = Some(Place { partition, next });
                self.held = record;
            }
        }
        Ok(())
    }

    fn go_to(&mut self, cluster: &Cluster, partition: i32, from: u64) -> Result<(), KafkaError> {
        if !self.stands_at(partition, from) {
            self.held = None;
            self.consumer.assign(&cluster.place(partition, from)?)?;
            self.place = Some(Place { partition, next: from });
        }
        Ok(())
    }

    /// What is at an offset that the partition has, as soon as it is fetched; nothing if nobody
    /// there wants it.
    fn find(
        &mut self,
        cluster: &Cluster,
        place: Place,
        readings: &[Reading],
    ) -> Result<Option<StoredRecord>, ReadError> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        let Place { partition, next: expected } = place;
        let is_wanted =
            |key| readings.iter().any(|reading| reading.next() == expected && reading.wants(key));
        let deadline = Instant::now() + STALL_TIMEOUT;
        loop {
            match self.consumer.poll(POLL_TIMEOUT) {
                Some(Ok(message)) => {
                    let found = record::offset(&message);
                    if found > expected {
                        return Err(away(Hole { expected, found }));
                    }
                    if found == expected {
                        return Ok(
                            is_wanted(record::key(&message)).then(|| record::stored(&message))
                        );
                    }
                }
                Some(Err(error)) => match Fault::of(&error) {
                    Fault::OffsetGone => return Err(gone(cluster, partition, expected, error)),
                    Fault::Partition => return Err(error.into()),
                    Fault::Connection => {}
                },
                None if readings.iter().all(Reading::has_given_up) => {
                    return Err(away("nobody waits for the scan"));
                }
                None => {}
            }
            if Instant::now() > deadline {
                return Err(away(Stalled));
            }
        }
    }
}

/// One end of each of these partitions. The library has no name for this question, but sends a
/// place such as `End` as the protocol's own sign for it, in the stead of a time.
fn offsets(
    consumer: &BaseConsumer<Context>,
    cluster: &Cluster,
    partitions: &[i32],
    end: Offset,
    longest: Duration,
) -> Result<Vec<u64>, KafkaError> {
    if partitions.is_empty() {
        return Ok(Vec::new());
    }
    let mut asked = TopicPartitionList::with_capacity(partitions.len());
    for partition in partitions {
        asked.add_partition_offset(&cluster.url.topic, *partition, end)?;
    }
    let answer = consumer.offsets_for_times(asked, longest)?;
    let mut offsets = BTreeMap::new();
    for entry in answer.elements() {
        entry.error()?;
        if let Offset::Offset(offset) = entry.offset() {
            offsets.insert(entry.partition(), offset.unsigned_abs());
        }
    }
    let unanswered = KafkaError::OffsetFetch(RDKafkaErrorCode::UnknownPartition);
    let offsets = partitions.iter().map(|partition| offsets.get(partition).copied());
    offsets.collect::<Option<_>>().ok_or(unanswered)
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

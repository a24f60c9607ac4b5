//! The thread that follows. It alone touches its consumer, so what the consumer gives always
//! belongs to the partitions as they are known here.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use metrics::{gauge, histogram};
use rdkafka::Message;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

use super::super::cluster::{Cluster, away};
use super::super::fault::{Fault, Hole};
use super::super::outage::Context;
use super::super::time::LogTime;
use super::super::{record, settings};
use super::followed::{Followed, State};
use super::{Follow, Taken};
use crate::log::{BoxError, ReadError, Watermarks};

/// How long the thread waits for a record before it looks for orders and slow readers: so
/// long may a new tail wait.
const LOOK_PAUSE: Duration = Duration::from_millis(10);
/// Longest time that the tails of a thread stand still to find out which of them an error is
/// about; those it does not suffice for end as well.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) struct Reader {
    cluster: Arc<Cluster>,
    time: Arc<LogTime>,
    consumer: BaseConsumer<Context>,
    orders: mpsc::Receiver<Follow>,
    taken: Taken,
    followed: HashMap<i32, Followed>,
}

impl Reader {
    pub(super) fn new(
        cluster: Arc<Cluster>,
        time: Arc<LogTime>,
        orders: mpsc::Receiver<Follow>,
        taken: Taken,
    ) -> Result<Self, BoxError> {
        let context = Context(Arc::clone(&cluster.outage));
        let consumer = settings::tail(&cluster.url).create_with_context(context)?;
        Ok(Self { cluster, time, consumer, orders, taken, followed: HashMap::new() })
    }

    /// Follows until nobody can give orders any more.
    pub(super) fn run(mut self) {
        let mut looked = Instant::now();
        loop {
            match self.consumer.poll(LOOK_PAUSE) {
                Some(Ok(message)) => {
                    self.cluster.outage.is_over();
                    let partition = message.partition();
                    let goes_on = take(&self.time, &mut self.followed, &message);
                    drop(message);
                    if !goes_on {
                        self.put_down(partition);
                    }
                }
                Some(Err(error)) => self.failed(&error),
                None => {}
            }
            if looked.elapsed() >= LOOK_PAUSE {
                if self.obey().is_err() {
                    return;
                }
                self.look_after();
                looked = Instant::now();
            }
        }
    }

    /// Begins what was ordered; an error once nobody is left to order anything.
    fn obey(&mut self) -> Result<(), TryRecvError> {
        loop {
            match self.orders.try_recv() {
                Ok(order) => self.begin(order),
                Err(TryRecvError::Empty) => return Ok(()),
                Err(gone) => return Err(gone),
            }
        }
    }

    fn begin(&mut self, order: Follow) {
        let Follow { partition, from, items } = order;
        // Its reader is gone, else the order had come to another thread.
        let before = self.followed.insert(partition, Followed::new(from, items));
        match before {
            None => gauge!("log_tails").increment(1),
            Some(before) if before.state == State::Fetched => self.put_down(partition),
            Some(_) => {}
        }
        self.pick_up(partition);
    }

    /// Serves slow readers, and forgets those that are gone.
    fn look_after(&mut self) {
        let mut caught_up = Vec::new();
        let mut over = Vec::new();
        for (partition, followed) in &mut self.followed {
            followed.hand_over();
            if followed.is_over() {
                over.push(*partition);
            } else if followed.state == State::Parked && followed.is_handed_over() {
                caught_up.push(*partition);
            }
        }
        for partition in caught_up {
            self.pick_up(partition);
        }
        for partition in over {
            self.forget(partition);
        }
    }

    fn forget(&mut self, partition: i32) {
        let Some(followed) = self.followed.remove(&partition) else { return };
        if followed.state == State::Fetched {
            self.put_down(partition);
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.get(&partition).is_some_and(|reader| followed.is_read_by(reader)) {
            taken.remove(&partition);
        }
        drop(taken);
        gauge!("log_tails").decrement(1);
    }

    /// Has the consumer fetch a partition, from where its reader is.
    fn pick_up(&mut self, partition: i32) {
        let Some(followed) = self.followed.get_mut(&partition) else { return };
        let place = self.cluster.place(partition, followed.next);
        match place.and_then(|place| self.consumer.incremental_assign(&place)) {
            Ok(()) => followed.state = State::Fetched,
            Err(error) => followed.end(error.into()),
        }
    }

    /// Has the consumer forget a partition, and whatever it had fetched of it.
    fn put_down(&self, partition: i32) {
        let place = self.cluster.place(partition, 0);
        if let Err(error) = place.and_then(|place| self.consumer.incremental_unassign(&place)) {
            tracing::warn!(partition, %error, "a partition of the log is still fetched");
        }
    }

    fn failed(&mut self, error: &KafkaError) {
        match Fault::of(error) {
            Fault::OffsetGone => self.settle(),
            Fault::Partition => {
                for (partition, _) in self.fetched() {
                    self.end(partition, ReadError::Away(error.clone().into()));
                }
            }
            Fault::Connection => {}
        }
    }

    /// An offset is not there any more: ends the tails that are below the low watermark, and
    /// has the others go on from where they are.
    fn settle(&mut self) {
        let deadline = Instant::now() + SETTLE_TIMEOUT;
        for (partition, next) in self.fetched() {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.cluster.ask_watermarks(partition, left) {
                Ok(Watermarks { low, .. }) if next < low => {
                    self.end(partition, ReadError::OutOfRange { low });
                }
                Ok(Watermarks { high, .. }) if next > high => {
                    let lost = format!("the log ends at {high}, before {next}");
                    self.end(partition, away(lost));
                }
                Ok(_) => {
                    self.put_down(partition);
                    self.pick_up(partition);
                }
                Err(error) => self.end(partition, error),
            }
        }
    }

    /// The partitions that the consumer has, and where each is.
    fn fetched(&self) -> Vec<(i32, u64)> {
        let all = self.followed.iter();
        all.filter(|(_, followed)| followed.state == State::Fetched)
            .map(|(partition, followed)| (*partition, followed.next))
            .collect()
    }

    fn end(&mut self, partition: i32, error: ReadError) {
        self.put_down(partition);
        if let Some(followed) = self.followed.get_mut(&partition) {
            followed.end(error);
        }
    }
}

/// Takes a record in; false if the consumer has to put its partition down.
fn take(
    time: &LogTime,
    followed: &mut HashMap<i32, Followed>,
    message: &BorrowedMessage<'_>,
) -> bool {
    let Some(followed) = followed.get_mut(&message.partition()) else { return true };
    let (expected, found) = (followed.next, record::offset(message));
    if followed.state != State::Fetched || found < expected {
        return true;
    }
    if found > expected {
        followed.end(away(Hole { expected, found }));
        return false;
    }
    let record = record::stored(message);
    time.observe(record.at_ms);
    let delay_ms = u64::try_from(time.now_ms() - record.at_ms).unwrap_or_default();
    histogram!("log_tail_delay_seconds").record(Duration::from_millis(delay_ms));
    followed.push(record);
    if followed.is_full() {
        followed.state = State::Parked;
    }
    followed.state == State::Fetched
}

//! The thread that follows. It alone touches its consumer, so what the consumer gives always
//! belongs to the partitions as they are known here.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use metrics::gauge;
use rdkafka::Message;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;

use super::super::cluster::{Cluster, away};
use super::super::fault::Fault;
use super::super::outage::Context;
use super::super::{record, settings};
use super::followed::{Followed, State};
use super::followers::Followers;
use crate::log::{BoxError, ReadError, Watermarks};

/// How long the thread waits for a record before it looks for new tails and slow readers: so
/// long may a new tail wait.
const LOOK_PAUSE: Duration = Duration::from_millis(10);
/// Longest time that the tails of a thread stand still to find out which of them an error is
/// about; those it does not suffice for end as well.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) struct Reader {
    cluster: Arc<Cluster>,
    followers: Arc<Followers>,
    /// Its number among the threads.
    number: usize,
    consumer: BaseConsumer<Context>,
    /// Partitions that the consumer has.
    assigned: HashSet<i32>,
}

impl Reader {
    /// Starts a thread, which ends when nobody is to be followed any more.
    pub(super) fn start(
        cluster: Arc<Cluster>,
        followers: Arc<Followers>,
        number: usize,
    ) -> Result<(), BoxError> {
        let context = Context(Arc::clone(&cluster.outage));
        let consumer = settings::tail(&cluster.url).create_with_context(context)?;
        let reader = Self { cluster, followers, number, consumer, assigned: HashSet::new() };
        std::thread::Builder::new().name("log-tails".into()).spawn(move || reader.run())?;
        Ok(())
    }

    fn run(mut self) {
        let mut looked = Instant::now();
        loop {
            match self.consumer.poll(LOOK_PAUSE) {
                Some(Ok(message)) => {
                    self.cluster.outage.is_over();
                    let partition = message.partition();
                    let goes_on = self.take(&message);
                    drop(message);
                    if !goes_on {
                        self.put_down(partition);
                    }
                }
                Some(Err(error)) => self.failed(&error),
                None => {}
            }
            if looked.elapsed() >= LOOK_PAUSE {
                if self.followers.is_over() {
                    return;
                }
                self.look_after();
                looked = Instant::now();
            }
        }
    }

    /// Takes a record in; false if the consumer has to put its partition down.
    fn take(&self, message: &BorrowedMessage<'_>) -> bool {
        let mut all = self.followers.lock();
        let Some(followed) = all.get_mut(&(message.partition(), self.number)) else { return true };
        if followed.fetch(record::offset(message), || record::stored(message)) {
            self.followers.observe(message.timestamp().to_millis().unwrap_or_default());
        }
        followed.state() == State::Fetched
    }

    /// Begins with new tails, serves slow readers, and forgets those that are gone.
    fn look_after(&mut self) {
        let mut begun = Vec::new();
        let mut over = Vec::new();
        for (place, followed) in self.followers.lock().iter_mut() {
            if place.1 != self.number {
                continue;
            }
            followed.hand_over();
            let is_wanted = match followed.state() {
                State::Ordered => true,
                State::Parked => followed.is_handed_over(),
                State::Fetched | State::Ended => false,
            };
            if followed.is_over() {
                over.push(place.0);
            } else if is_wanted {
                begun.push(place.0);
            }
        }
        for partition in over {
            self.forget(partition);
        }
        for partition in begun {
            self.pick_up(partition);
        }
    }

    fn forget(&mut self, partition: i32) {
        self.put_down(partition);
        let mut all = self.followers.lock();
        let place = (partition, self.number);
        // Somebody new may have come meanwhile.
        if all.get(&place).is_some_and(Followed::is_over) {
            all.remove(&place);
            gauge!("log_tails").decrement(1);
        }
    }

    /// Has the consumer fetch a partition, from where its reader is.
    fn pick_up(&mut self, partition: i32) {
        // Whom it was fetched for before is gone.
        self.put_down(partition);
        let mut all = self.followers.lock();
        let Some(followed) = all.get_mut(&(partition, self.number)) else { return };
        let place = self.cluster.place(partition, followed.pick_up());
        match place.and_then(|place| self.consumer.incremental_assign(&place)) {
            Ok(()) => drop(self.assigned.insert(partition)),
            Err(error) => followed.end(error.into()),
        }
    }

    /// Has the consumer forget a partition, and whatever it had fetched of it.
    fn put_down(&mut self, partition: i32) {
        if !self.assigned.remove(&partition) {
            return;
        }
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
                    self.pick_up(partition);
                }
                Err(error) => self.end(partition, error),
            }
        }
    }

    /// The partitions that are fetched, and where the reader of each is.
    fn fetched(&self) -> Vec<(i32, u64)> {
        let all = self.followers.lock();
        let ours = all.iter().filter(|(place, _)| place.1 == self.number);
        ours.filter(|(_, followed)| followed.state() == State::Fetched)
            .map(|(place, followed)| (place.0, followed.next()))
            .collect()
    }

    fn end(&mut self, partition: i32, error: ReadError) {
        self.put_down(partition);
        if let Some(followed) = self.followers.lock().get_mut(&(partition, self.number)) {
            followed.end(error);
        }
    }
}

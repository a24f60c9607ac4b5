//! Kafka alone: one producer, one consumer, and nothing between them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, ThreadedProducer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};
use storage::clock::SystemClock;
use storage::kafka::KafkaLog;
use storage::log::Log;
use tokio::task::spawn_blocking;

use crate::Result;
use crate::history::History;
use crate::latencies::Latencies;
use crate::line::text_of;
use crate::talk::{LAST_TIMEOUT, Talk};

const TOPIC: &str = "bare";
/// Longest wait for one answer of the broker.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the consumer waits before it looks whether it should go on.
const POLL_TIMEOUT: Duration = Duration::from_millis(100);

/// What a broker is given before anything is measured on it: tens of thousands of records,
/// because it compiles its code while it runs.
const WARM_UP: Talk = Talk {
    rooms: 64,
    members: 2,
    room_rate: 30.0,
    warm_up: Duration::from_secs(15),
    duration: Duration::from_secs(1),
};

/// Has a new broker take and give records for a while.
pub(crate) async fn warm_up(kafka_url: &str) -> Result<()> {
    let bare = Bare::open(kafka_url, &WARM_UP).await?;
    bare.run(&WARM_UP).await?;
    Ok(())
}

/// A topic with as many partitions as the server's, and who uses it.
pub(crate) struct Bare {
    producer: ThreadedProducer<DefaultProducerContext>,
    consumer: Arc<BaseConsumer>,
    rooms: Vec<History>,
    partitions: u32,
}

impl Bare {
    /// Makes the topic, as the server makes its own, and waits until records pass through each
    /// of its partitions.
    pub(crate) async fn open(kafka_url: &str, talk: &Talk) -> Result<Self> {
        let log = KafkaLog::open(&format!("{kafka_url}/{TOPIC}"), Arc::new(SystemClock)).await?;
        let partitions = log.partitions();
        let brokers = kafka_url.strip_prefix("kafka://").ok_or("a Kafka of another kind")?;
        let rooms = (0..partitions).cycle().take(talk.rooms);
        let bare = Self {
            producer: client(brokers)
                .set("acks", "all")
                .set("enable.idempotence", "true")
                .set("linger.ms", "0")
                .create()?,
            consumer: Arc::new(
                client(brokers)
                    .set("group.id", TOPIC)
                    .set("enable.auto.commit", "false")
                    .create()?,
            ),
            rooms: rooms.map(|partition| History::new(partition, talk.members)).collect(),
            partitions,
        };
        let consumer = Arc::clone(&bare.consumer);
        spawn_blocking(move || assign(&consumer, partitions)).await??;
        bare.prime().await?;
        Ok(bare)
    }

    /// Produces every message when it is due; how long each took to the consumer.
    pub(crate) async fn run(&self, talk: &Talk) -> Result<Latencies> {
        let consuming = self.consume(self.orders(talk), talk.length() + LAST_TIMEOUT);
        let producing = async {
            let mut due = talk.schedule()?;
            let mut due_at = Vec::with_capacity(talk.messages());
            while let Some(at) = due.recv().await {
                self.produce(talk, due_at.len())?;
                due_at.push(at);
            }
            Ok(due_at)
        };
        let (arrivals, due_at) = tokio::try_join!(consuming, producing)?;
        let mut latencies = Latencies::new()?;
        for (message, at) in arrivals.into_iter().filter(|(message, _)| talk.counts(*message)) {
            let due = due_at.get(message).ok_or("a record that nobody sent")?;
            latencies.add(at.saturating_duration_since(*due));
        }
        Ok(latencies)
    }

    /// The record that the server would make of a message.
    fn produce(&self, talk: &Talk, message: usize) -> Result<()> {
        let (room, number) = (message % talk.rooms, message / talk.rooms);
        let room = self.rooms.get(room).ok_or("no such room")?;
        let client_seq = u64::try_from(number / talk.members)?.saturating_add(1);
        let record = room.chat(number % talk.members, client_seq, &text_of(number))?;
        self.send(room.partition, &room.room.to_string(), &record.encode()?)
    }

    fn send(&self, partition: u32, key: &str, value: &[u8]) -> Result<()> {
        let partition = i32::try_from(partition)?;
        let record = BaseRecord::to(TOPIC).partition(partition).key(key).payload(value);
        self.producer.send(record).map_err(|(error, _record)| error)?;
        Ok(())
    }

    /// Every partition is fetched, and its leader known, before anything is measured.
    async fn prime(&self) -> Result<()> {
        for partition in 0..self.partitions {
            self.send(partition, TOPIC, TOPIC.as_bytes())?;
        }
        let one_each = (0..self.partitions).map(|_| VecDeque::from([0])).collect();
        self.consume(one_each, ANSWER_TIMEOUT).await?;
        Ok(())
    }

    /// Messages of each partition, in the order in which they are due. A partition keeps it, so
    /// nothing has to be read in a record to tell which it is.
    fn orders(&self, talk: &Talk) -> Vec<VecDeque<usize>> {
        let room_of = |message: usize| self.rooms.get(message % talk.rooms);
        let order = |partition: u32| {
            let is_here =
                |message: &usize| room_of(*message).is_some_and(|room| room.partition == partition);
            (0..talk.messages()).filter(is_here).collect()
        };
        (0..self.partitions).map(order).collect()
    }

    /// Takes in these messages; when each came.
    async fn consume(
        &self,
        orders: Vec<VecDeque<usize>>,
        patience: Duration,
    ) -> Result<Vec<(usize, Instant)>> {
        let consumer = Arc::clone(&self.consumer);
        spawn_blocking(move || take_in(&consumer, orders, patience)).await?
    }
}

fn client(brokers: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers);
    config
}

/// From the end of every partition on.
fn assign(consumer: &BaseConsumer, partitions: u32) -> Result<()> {
    let mut places = TopicPartitionList::new();
    for partition in 0..partitions {
        let partition = i32::try_from(partition)?;
        let high = end_of(consumer, partition)?;
        places.add_partition_offset(TOPIC, partition, Offset::Offset(high))?;
    }
    Ok(consumer.assign(&places)?)
}

/// A partition that was just made may not have a leader yet.
fn end_of(consumer: &BaseConsumer, partition: i32) -> Result<i64> {
    let deadline = Instant::now() + ANSWER_TIMEOUT;
    loop {
        match consumer.fetch_watermarks(TOPIC, partition, ANSWER_TIMEOUT) {
            Ok((_, high)) => return Ok(high),
            Err(error) if Instant::now() > deadline => return Err(error.into()),
            Err(_no_leader) => std::thread::sleep(POLL_TIMEOUT),
        }
    }
}

fn take_in(
    consumer: &BaseConsumer,
    mut orders: Vec<VecDeque<usize>>,
    patience: Duration,
) -> Result<Vec<(usize, Instant)>> {
    let count: usize = orders.iter().map(VecDeque::len).sum();
    let mut arrivals = Vec::with_capacity(count);
    let deadline = Instant::now() + patience;
    while arrivals.len() < count {
        if Instant::now() > deadline {
            return Err(format!("of {count} records only {} came", arrivals.len()).into());
        }
        let Some(record) = consumer.poll(POLL_TIMEOUT) else { continue };
        let record = record?;
        let at = Instant::now();
        let order = orders.get_mut(usize::try_from(record.partition())?);
        let message = order.and_then(VecDeque::pop_front).ok_or("a record too many")?;
        arrivals.push((message, at));
    }
    Ok(arrivals)
}

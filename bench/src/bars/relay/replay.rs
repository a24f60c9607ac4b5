//! A partition read from its beginning, as the simplest design does for whoever joins.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

use crate::Result;

/// Longest wait for one answer of the broker.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Records that were read, and those of the room.
pub(super) struct Replayed {
    pub(super) read: u64,
    pub(super) kept: u64,
}

/// Reads all that a partition has now, and keeps what has this key.
pub(super) fn replay(brokers: &str, topic: &str, partition: u32, key: &str) -> Result<Replayed> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "replay")
        .set("enable.auto.commit", "false")
        .create()?;
    let partition = i32::try_from(partition)?;
    let (_, end) = consumer.fetch_watermarks(topic, partition, ANSWER_TIMEOUT)?;
    let mut places = TopicPartitionList::new();
    places.add_partition_offset(topic, partition, Offset::Beginning)?;
    consumer.assign(&places)?;
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let mut read = 0;
    loop {
        let record = consumer.poll(ANSWER_TIMEOUT).ok_or("the broker sends nothing")??;
        read += 1;
        if record.key() == Some(key.as_bytes()) {
            kept.push(record.payload().unwrap_or_default().to_vec());
        }
        if record.offset() + 1 >= end {
            return Ok(Replayed { read, kept: u64::try_from(kept.len())? });
        }
    }
}

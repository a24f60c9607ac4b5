//! Settings of the clients, each with its reason. Those of the topic are in
//! [`super::topic`].
//!
//! Left at the library's defaults after thought: `socket.nagle.disable` (true already),
//! `retries` (without end, within `message.timeout.ms`), `partitioner` (every record names its
//! partition, which its room's row keeps; key hashes differ from library to library),
//! `client.rack` (tails read from leaders, where a record is first).

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

use super::url::KafkaUrl;

/// Largest batch of a producer, in bytes. One record more may slip in, so the topic takes
/// twice as much.
pub(super) const BATCH_BYTES_MAX: usize = 128 * 1024;

/// Settings and their values.
type Settings = &'static [(&'static str, &'static str)];

/// Of every client.
const EVERY: Settings = &[
    // What the brokers' own logs and quotas call us.
    ("client.id", "movie-together"),
    // The next attempt comes within half a second: the default of ten would rule every other
    // limit of time after a loss.
    ("reconnect.backoff.ms", "50"),
    ("reconnect.backoff.max.ms", "500"),
    // A leader that moves is found as quickly.
    ("retry.backoff.ms", "50"),
    ("retry.backoff.max.ms", "500"),
    // A broker that is mute, not gone, is given up after seconds instead of a minute.
    ("socket.timeout.ms", "5000"),
    ("socket.connection.setup.timeout.ms", "5000"),
    ("socket.keepalive.enable", "true"),
    // A connection that was idle is closed by brokers now and then; that is no event.
    ("log.connection.close", "false"),
    // A topic that was deleted must not come back with other settings behind our back.
    ("allow.auto.create.topics", "false"),
];

/// Of the producer.
const PRODUCER: Settings = &[
    // A record counts once every replica in step has it, and a retry never doubles it.
    ("acks", "all"),
    ("enable.idempotence", "true"),
    // The most that idempotence allows.
    ("max.in.flight.requests.per.connection", "5"),
    // A person waits: nothing is held back to fill a batch, what gathers while a request is
    // under way fills the next.
    ("linger.ms", "0"),
    // Records of 300 bytes in small batches hardly shrink.
    ("compression.type", "none"),
    // Then the sender hears `unknown` and resends; the brokers give up before we do.
    ("message.timeout.ms", "5000"),
    ("request.timeout.ms", "4000"),
    // What may wait while the brokers are away, five seconds' worth of a crowd; over it the
    // sender hears `unknown` at once.
    ("queue.buffering.max.messages", "20000"),
    ("queue.buffering.max.kbytes", "65536"),
    // For the gauges.
    ("statistics.interval.ms", "5000"),
];

/// Of every consumer. None joins a group or commits: the low watermark is the only checkpoint,
/// and whoever reads knows from where.
const CONSUMER: Settings = &[
    // The library assigns nothing without a name of a group.
    ("group.id", "movie-together"),
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    // An offset that is gone is an error to be told, never a reason to read from elsewhere.
    ("auto.offset.reset", "error"),
    // There are no transactions to wait for.
    ("isolation.level", "read_uncommitted"),
    ("check.crcs", "true"),
    ("fetch.error.backoff.ms", "50"),
    // The default holds the next fetch back for a second once the queue is full.
    ("fetch.queue.backoff.ms", "20"),
    // Memory of one consumer.
    ("queued.max.messages.kbytes", "16384"),
];

/// Of the consumers that follow.
const TAIL: Settings = &[
    // What this process appends is reported, so the fetches are for what others append: few
    // and full ones, since each costs the broker and us more than the records in it.
    ("fetch.min.bytes", "65536"),
    // After this a broker answers all the same: so long may a record of another node wait,
    // and a partition that is newly followed, since a broker gets one fetch at a time.
    ("fetch.wait.max.ms", "20"),
];

/// Of the consumers of bounded scans.
const SCAN: Settings = &[
    // Whole histories: large answers, but the next one is asked for only once this one is
    // taken, and then at once: what a scan holds must not grow with the log.
    ("max.partition.fetch.bytes", "262144"),
    ("queued.max.messages.kbytes", "1"),
    ("fetch.queue.backoff.ms", "1"),
    // They stop fetching where there is nothing; the next scan must not wait for the last
    // one's look past the end.
    ("fetch.wait.max.ms", "5"),
];

/// Settings of the producer. It is polled by a thread of its own, so it may log.
pub(super) fn producer(url: &KafkaUrl) -> ClientConfig {
    let mut config = client(url, &[EVERY, PRODUCER], RDKafkaLogLevel::Warning);
    config.set("batch.size", BATCH_BYTES_MAX.to_string());
    config.set("message.max.bytes", BATCH_BYTES_MAX.to_string());
    config
}

/// Settings of the consumers that follow, which are polled all the time.
pub(super) fn tail(url: &KafkaUrl) -> ClientConfig {
    client(url, &[EVERY, CONSUMER, TAIL], RDKafkaLogLevel::Warning)
}

/// Settings of the consumers that scan. Nobody polls them between two scans, so whatever they
/// logged in an outage would pile up: they do not.
pub(super) fn scan(url: &KafkaUrl) -> ClientConfig {
    client(url, &[EVERY, CONSUMER, SCAN], RDKafkaLogLevel::Emerg)
}

/// Settings of the client that asks and administers, which nobody polls either.
pub(super) fn admin(url: &KafkaUrl) -> ClientConfig {
    client(url, &[EVERY], RDKafkaLogLevel::Emerg)
}

fn client(url: &KafkaUrl, settings: &[Settings], logs: RDKafkaLogLevel) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set_log_level(logs);
    config.set("bootstrap.servers", &url.brokers);
    for (name, value) in settings.iter().copied().flatten() {
        config.set(*name, *value);
    }
    url.security.apply(&mut config);
    config
}

#[cfg(test)]
mod tests {
    use rdkafka::consumer::BaseConsumer;
    use rdkafka::producer::BaseProducer;

    use super::*;

    #[test]
    fn the_library_takes_every_setting() {
        let url = KafkaUrl::parse("kafka://127.0.0.1:1/topic").unwrap();
        drop(producer(&url).create::<BaseProducer>().unwrap());
        drop(admin(&url).create::<BaseProducer>().unwrap());
        drop(tail(&url).create::<BaseConsumer>().unwrap());
        drop(scan(&url).create::<BaseConsumer>().unwrap());
    }
}

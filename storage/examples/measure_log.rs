//! Measures a log: latency of an append, delay until a tail has it, throughput, and reading.
//!
//! `cargo run --release -p movie-together-storage --example measure_log -- [directory or kafka://…]`
//!
//! A directory gets the embedded log; a Kafka topic is left behind.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use schemas::ids::RoomId;
use storage::clock::SystemClock;
use storage::kafka::KafkaLog;
use storage::log::{BoxError, Log, ReadRange};
use storage::{StorageUrls, open};
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

const RECORD_BYTES: usize = 300;
const SINGLE_APPENDS: usize = 3000;
const PACED_APPENDS: usize = 1000;
/// 100 a second.
const PACE: Duration = Duration::from_millis(10);
const CALLERS: usize = 200;
const APPENDS_A_CALLER: usize = 100;
const ROOM_RECORDS: usize = 10_000;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "figures are what this is for")]
async fn main() -> Result<(), BoxError> {
    let place = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    for (name, log) in logs(&place).await? {
        println!("{name}");
        println!("  {}", single(&log).await?);
        println!("  {}", paced(&log).await?);
        println!("  {}", many(&log).await?);
        println!("  {}", scan(&log, None).await?);
        let room = RoomId(Uuid::now_v7());
        fill(&log, room).await?;
        println!("  room of {ROOM_RECORDS}: {}", scan(&log, Some(room)).await?);
    }
    Ok(())
}

async fn logs(place: &str) -> Result<Vec<(String, Arc<dyn Log>)>, BoxError> {
    let clock = Arc::new(SystemClock);
    if place.starts_with("kafka://") {
        let log: Arc<dyn Log> = Arc::new(KafkaLog::open(place, clock).await?);
        return Ok(vec![("kafka".to_owned(), log)]);
    }
    let mut logs = Vec::new();
    for synchronous in ["full", "normal"] {
        let path = Path::new(place).join(format!("measure-{}.db", Uuid::now_v7()));
        let url = format!("sqlite://{}?synchronous={synchronous}", path.display());
        let urls = StorageUrls { rooms: url.clone(), log: url.clone(), archive: url };
        let log = open(&urls, Arc::clone(&clock) as _).await?.log;
        logs.push((format!("synchronous={synchronous}"), log));
    }
    Ok(logs)
}

/// One caller: how long an append takes, and how much later a tail has the record.
async fn single(log: &Arc<dyn Log>) -> Result<String, BoxError> {
    let mut tail = log.tail(0, log.watermarks(0).await?.high).await?;
    let (mut appends, mut tails) = (Vec::new(), Vec::new());
    for _ in 0..SINGLE_APPENDS {
        let started = Instant::now();
        append(log).await?;
        appends.push(started.elapsed());
        tail.next().await.ok_or("the tail ended")??;
        tails.push(started.elapsed());
    }
    Ok(format!(
        "one caller: append {}; seen by a tail {}",
        percentiles(appends),
        percentiles(tails)
    ))
}

/// A hundred records a second, whether or not the log keeps up.
async fn paced(log: &Arc<dyn Log>) -> Result<String, BoxError> {
    let mut tail = log.tail(0, log.watermarks(0).await?.high).await?;
    let mut ticks = tokio::time::interval(PACE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut appends, mut tails) = (Vec::new(), Vec::new());
    for _ in 0..PACED_APPENDS {
        ticks.tick().await;
        let started = Instant::now();
        let (appended, seen) =
            tokio::join!(async { append(log).await.map(|()| started.elapsed()) }, async {
                tail.next().await.map(|record| record.map(|_| started.elapsed()))
            },);
        appends.push(appended?);
        tails.push(seen.ok_or("the tail ended")??);
    }
    Ok(format!(
        "100 a second: append {}; seen by a tail {}",
        percentiles(appends),
        percentiles(tails)
    ))
}

/// Reads all of a partition, or what it has of a room.
async fn scan(log: &Arc<dyn Log>, key: Option<RoomId>) -> Result<String, BoxError> {
    let bounds = log.watermarks(0).await?;
    let (mut from, mut read, mut batches) = (bounds.low, 0, 0);
    let started = Instant::now();
    while from < bounds.high {
        let range = ReadRange {
            partition: 0,
            from,
            until: bounds.high,
            key,
            records_max: 5000,
            bytes_max: 4 * 1024 * 1024,
        };
        let batch = log.read(range).await?;
        read += batch.records.len();
        from = batch.next;
        batches += 1;
    }
    let took = started.elapsed();
    let passed = u128::from(bounds.high - bounds.low) * 1_000_000 / took.as_micros().max(1);
    Ok(format!("read {read} records in {batches} reads, {took:?}: {passed} passed a second"))
}

/// Gives a room records, among those of others.
async fn fill(log: &Arc<dyn Log>, room: RoomId) -> Result<(), BoxError> {
    for _ in 0..ROOM_RECORDS / CALLERS {
        try_join_all((0..CALLERS).map(|_| append_to(log, room))).await?;
        append(log).await?;
    }
    Ok(())
}

/// Many callers at once.
async fn many(log: &Arc<dyn Log>) -> Result<String, BoxError> {
    let started = Instant::now();
    let callers = (0..CALLERS).map(|_| async {
        let mut appends = Vec::new();
        for _ in 0..APPENDS_A_CALLER {
            let started = Instant::now();
            append(log).await?;
            appends.push(started.elapsed());
        }
        Ok::<_, BoxError>(appends)
    });
    let appends = try_join_all(callers).await?.concat();
    let took_ms = started.elapsed().as_millis().max(1);
    let rate = appends.len() as u128 * 1000 / took_ms;
    Ok(format!("{CALLERS} callers: {rate} records a second, append {}", percentiles(appends)))
}

async fn append(log: &Arc<dyn Log>) -> Result<(), BoxError> {
    append_to(log, RoomId(Uuid::now_v7())).await
}

async fn append_to(log: &Arc<dyn Log>, room: RoomId) -> Result<(), BoxError> {
    log.append(0, room, Bytes::from_static(&[b'x'; RECORD_BYTES])).await?;
    Ok(())
}

fn percentiles(mut samples: Vec<Duration>) -> String {
    samples.sort_unstable();
    let at = |percent: usize| {
        let place = (samples.len() * percent / 100).min(samples.len().saturating_sub(1));
        samples.get(place).copied().unwrap_or_default()
    };
    format!("p50 {:?}, p99 {:?}, max {:?}", at(50), at(99), at(100))
}

//! Measures the embedded log: latency of one append, delay until a tail has it, throughput.
//!
//! `cargo run --release -p movie-together-storage --example measure_log -- [directory]`

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use schemas::ids::RoomId;
use storage::clock::SystemClock;
use storage::log::{BoxError, Log};
use storage::{StorageUrls, open};
use uuid::Uuid;

const RECORD_BYTES: usize = 300;
const SINGLE_APPENDS: usize = 3000;
const CALLERS: usize = 200;
const APPENDS_A_CALLER: usize = 100;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "figures are what this is for")]
async fn main() -> Result<(), BoxError> {
    let directory = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    for synchronous in ["full", "normal"] {
        let path = directory.join(format!("measure-{}.db", Uuid::now_v7()));
        let url = format!("sqlite://{}?synchronous={synchronous}", path.display());
        let urls = StorageUrls { rooms: url.clone(), log: url.clone(), archive: url };
        let storage = open(&urls, Arc::new(SystemClock)).await?;
        println!("synchronous={synchronous}");
        println!("  {}", single(&storage.log).await?);
        println!("  {}", many(&storage.log).await?);
    }
    Ok(())
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
    let room = RoomId(Uuid::now_v7());
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

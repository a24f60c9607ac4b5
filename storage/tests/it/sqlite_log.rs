//! What the log in SQLite promises beyond the contract.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::join_all;
use schemas::ids::RoomId;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use storage::clock::ManualClock;
use storage::log::{AppendError, Appended, Log, ReadError, ReadRange};
use uuid::Uuid;

use crate::files::{self, Files};

/// Longest wait for something that should come at once.
const SOON: Duration = Duration::from_secs(20);

async fn append(log: &Arc<dyn Log>, bytes: usize) -> Result<Appended, AppendError> {
    let value = Bytes::from(vec![b'x'; bytes]);
    log.append(0, RoomId(Uuid::now_v7()), value).await
}

/// A connection of what might be another process.
async fn connect(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    options.connect().await.unwrap()
}

#[tokio::test]
async fn time_stands_still_while_the_clock_is_behind() {
    let files = Files::new();
    let path = files.path();
    let clock = ManualClock::at(10_000);
    let log = files::open_at(&path, Arc::new(clock.clone())).await.log;
    assert_eq!(log.now_ms(), 10_000);
    assert_eq!(append(&log, 1).await.unwrap().at_ms, 10_000);
    clock.advance(-500);
    assert_eq!(log.now_ms(), 10_000);
    assert_eq!(append(&log, 1).await.unwrap().at_ms, 10_000);
    clock.advance(700);
    assert_eq!(log.now_ms(), 10_200);
    assert_eq!(append(&log, 1).await.unwrap().at_ms, 10_200);

    let slow = Arc::new(ManualClock::at(9_000));
    let reopened = files::open_at(&path, slow).await.log;
    assert_eq!(reopened.now_ms(), 10_200);
    assert_eq!(append(&reopened, 1).await.unwrap().at_ms, 10_200);
}

#[tokio::test]
async fn offsets_and_epoch_outlive_truncation_and_restart() {
    let files = Files::new();
    let path = files.path();
    let first = files::open(&path).await.log;
    for _ in 0..3 {
        append(&first, 1).await.unwrap();
    }
    first.truncate(0, 3).await.unwrap();
    let epoch = first.epoch().to_owned();
    drop(first);
    let second = files::open(&path).await.log;
    assert_eq!(second.epoch(), epoch);
    assert_eq!(append(&second, 1).await.unwrap().offset, 3);
}

#[tokio::test]
async fn reads_are_filled_to_their_limits() {
    let files = Files::new();
    let log = files.make().await.log;
    for _ in 0..10 {
        append(&log, 100).await.unwrap();
    }
    let range = |records_max, bytes_max| ReadRange {
        partition: 0,
        from: 0,
        until: 10,
        key: None,
        records_max,
        bytes_max,
    };
    let filled = [
        ((0, 1000), 1),
        ((1, 1000), 1),
        ((9, 1000), 9),
        ((10, 1000), 10),
        ((11, 1000), 10),
        ((10, 0), 1),
        ((10, 100), 1),
        ((10, 499), 4),
        ((10, 500), 5),
        ((10, 501), 5),
    ];
    for ((records_max, bytes_max), wanted) in filled {
        let batch = log.read(range(records_max, bytes_max)).await.unwrap();
        assert_eq!(batch.records.len(), wanted, "{records_max} records, {bytes_max} bytes");
        assert_eq!(batch.next, wanted as u64);
    }
}

#[tokio::test]
async fn a_tail_sees_what_another_process_appends_and_truncates() {
    let files = Files::new();
    let path = files.path();
    let here = files::open(&path).await.log;
    let there = files::open(&path).await.log;
    let mut tail = here.tail(0, 0).await.unwrap();
    for offset in 0..3 {
        let next = tail.next();
        let (appended, seen) = tokio::join!(append(&there, 1), tokio::time::timeout(SOON, next));
        let seen = seen.unwrap().unwrap().unwrap();
        assert_eq!((seen.offset, appended.unwrap().offset), (offset, offset));
    }
    let mut behind = here.tail(0, 1).await.unwrap();
    there.truncate(0, 3).await.unwrap();
    let error = behind.next().await.unwrap().unwrap_err();
    assert!(matches!(error, ReadError::OutOfRange { low: 3 }), "{error}");
    assert!(behind.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_does_not_answer_says_unknown_and_recovers() {
    const CALLERS: usize = 1500;
    let files = Files::new();
    let path = files.path();
    let log = files::open(&path).await.log;
    append(&log, 1).await.unwrap();

    let mut other = connect(&path).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    // More than a batch and a full queue.
    for answer in join_all((0..CALLERS).map(|_| append(&log, 1))).await {
        assert!(matches!(answer, Err(AppendError::Unknown(_))), "{answer:?}");
    }
    sqlx::query("COMMIT").execute(&mut other).await.unwrap();

    let high = append(&log, 1).await.unwrap().offset + 1;
    assert!(high <= 2 + CALLERS as u64, "{high}");
    let range = ReadRange {
        partition: 0,
        from: 0,
        until: high,
        key: None,
        records_max: 2 + CALLERS,
        bytes_max: 1024 * 1024,
    };
    let batch = log.read(range).await.unwrap();
    let offsets = batch.records.iter().map(|record| record.offset);
    assert!(offsets.eq(0..high), "offsets are not dense");
}

#[tokio::test]
async fn the_file_shrinks_behind_truncation() {
    let files = Files::new();
    let path = files.path();
    let log = files::open(&path).await.log;
    join_all((0..1000).map(|_| append(&log, 1000))).await;
    let mut connection = connect(&path).await;
    let full = pages(&mut connection).await;
    log.truncate(0, 1000).await.unwrap();
    let empty = pages(&mut connection).await;
    assert!(empty < full / 2, "{empty} of {full} pages");
}

async fn pages(connection: &mut SqliteConnection) -> i64 {
    let count = sqlx::query_scalar("PRAGMA page_count");
    count.fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn a_tail_gets_every_record_however_it_learns_of_it() {
    let files = Files::new();
    let log = files::open(&files.path()).await.log;
    let mut tail = log.tail(0, 0).await.unwrap();
    // Some are told, one by one and together; those too large for that are read; and of those
    // that came while nobody took any, only the last are still told.
    let batches: [&[usize]; 6] = [&[1], &[2; 40], &[40_000; 3], &[3], &[50_000], &[4; 9]];
    let mut expected = Vec::new();
    for (number, sizes) in batches.iter().enumerate() {
        for appended in join_all(sizes.iter().map(|bytes| append(&log, *bytes))).await {
            appended.unwrap();
        }
        expected.extend_from_slice(sizes);
        if number == 4 {
            continue;
        }
        for bytes in expected.drain(..) {
            let record = tokio::time::timeout(SOON, tail.next()).await.unwrap().unwrap().unwrap();
            assert_eq!(record.value.len(), bytes);
        }
    }
    let high = log.watermarks(0).await.unwrap().high;
    assert_eq!(high, batches.iter().map(|sizes| sizes.len() as u64).sum::<u64>());
}

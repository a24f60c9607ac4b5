//! What the log in Kafka promises beyond the contract.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::{join_all, try_join_all};
use rdkafka::producer::{FutureProducer, FutureRecord};
use schemas::ids::RoomId;
use storage::log::{Log, ReadError, ReadRange, StoredRecord, Tail};
use tokio::time::timeout;
use uuid::Uuid;

use crate::kafka_topics::{Topics, open};

/// Longest wait for something that should come at once.
const SOON: Duration = Duration::from_secs(20);
/// More than a tail keeps for a slow reader, and its queue.
const MANY: usize = 3000;

/// Appends so many records at a time that order among them is open.
async fn append(log: &Arc<dyn Log>, partition: u32, count: usize, bytes: usize) {
    let value = Bytes::from(vec![b'x'; bytes]);
    let room = RoomId(Uuid::now_v7());
    for _ in 0..count.div_ceil(500) {
        let some = (0..count.min(500)).map(|_| log.append(partition, room, value.clone()));
        try_join_all(some).await.unwrap();
    }
}

async fn next(tail: &mut Tail) -> Result<StoredRecord, ReadError> {
    timeout(SOON, tail.next()).await.unwrap().unwrap()
}

fn range(from: u64, until: u64) -> ReadRange {
    ReadRange { partition: 0, from, until, key: None, records_max: 100_000, bytes_max: 100_000_000 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_loses_nothing_and_holds_nobody_up() {
    let topics = Topics::new();
    let log = topics.make().await;
    let mut slow = log.tail(0, 0).await.unwrap();
    let mut quick = log.tail(1, 0).await.unwrap();
    append(&log, 0, MANY, 10).await;
    for offset in 0..10 {
        append(&log, 1, 1, 10).await;
        assert_eq!(next(&mut quick).await.unwrap().offset, offset);
    }
    for offset in 0..MANY as u64 {
        assert_eq!(next(&mut slow).await.unwrap().offset, offset);
    }
    append(&log, 0, 1, 10).await;
    assert_eq!(next(&mut slow).await.unwrap().offset, MANY as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_of_large_records_loses_nothing() {
    const LARGE: usize = 60_000;
    let topics = Topics::new();
    let log = topics.make().await;
    let mut slow = log.tail(0, 0).await.unwrap();
    append(&log, 0, 500, LARGE).await;
    for offset in 0..500 {
        let record = next(&mut slow).await.unwrap();
        assert_eq!((record.offset, record.value.len()), (offset, LARGE));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn truncation_ends_only_the_tails_that_are_behind_it() {
    let topics = Topics::new();
    let log = topics.make().await;
    let mut behind = log.tail(0, 0).await.unwrap();
    append(&log, 0, MANY, 10).await;
    let mut ahead = log.tail(0, MANY as u64).await.unwrap();
    let mut elsewhere = log.tail(1, 0).await.unwrap();
    let low = MANY as u64 - 1;
    log.truncate(0, low).await.unwrap();

    let mut seen = 0;
    let error = loop {
        match next(&mut behind).await {
            Ok(record) => {
                assert_eq!(record.offset, seen);
                seen += 1;
            }
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ReadError::OutOfRange { low: told } if told == low), "{error:?}");
    assert!(seen < low, "{seen}");
    assert!(behind.next().await.is_none());

    append(&log, 0, 1, 10).await;
    append(&log, 1, 1, 10).await;
    assert_eq!(next(&mut ahead).await.unwrap().offset, MANY as u64);
    assert_eq!(next(&mut elsewhere).await.unwrap().offset, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_is_followed_anew_from_anywhere() {
    let topics = Topics::new();
    let log = topics.make().await;
    append(&log, 0, 100, 10).await;
    for from in [50, 0, 99, 3, 3, 70] {
        let mut tail = log.tail(0, from).await.unwrap();
        for offset in from..100 {
            assert_eq!(next(&mut tail).await.unwrap().offset, offset);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tails_of_one_partition_are_limited() {
    const TAILS_MAX: usize = 8;
    let topics = Topics::new();
    let log = topics.make().await;
    let mut tails: Vec<Tail> = join_all((0..TAILS_MAX).map(|_| log.tail(0, 0)))
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let one_more = log.tail(0, 0).await.map(drop);
    assert!(matches!(one_more, Err(ReadError::Away(_))), "{one_more:?}");
    let mut elsewhere = log.tail(1, 0).await.unwrap();
    append(&log, 0, 1, 10).await;
    append(&log, 1, 1, 10).await;
    for tail in &mut tails {
        assert_eq!(next(tail).await.unwrap().offset, 0);
    }
    assert_eq!(next(&mut elsewhere).await.unwrap().offset, 0);
    drop(tails.pop());
    let mut instead = log.tail(0, 0).await.unwrap();
    assert_eq!(next(&mut instead).await.unwrap().offset, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_ends_with_its_log() {
    let topics = Topics::new();
    let log = topics.make().await;
    let mut tail = log.tail(0, 0).await.unwrap();
    drop(log);
    assert!(timeout(SOON, tail.next()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_sees_what_this_one_does() {
    let topics = Topics::new();
    let url = topics.url(&topics.name());
    let here: Arc<dyn Log> = Arc::new(open(&url).await.unwrap());
    let there: Arc<dyn Log> = Arc::new(open(&url).await.unwrap());
    let mut tail = here.tail(0, 0).await.unwrap();
    append(&there, 0, 3, 10).await;
    for offset in 0..3 {
        assert_eq!(next(&mut tail).await.unwrap().offset, offset);
    }
    there.truncate(0, 2).await.unwrap();
    assert_eq!(here.watermarks(0).await.unwrap().low, 2);
    let below = here.read(range(0, 3)).await;
    assert!(matches!(below, Err(ReadError::OutOfRange { low: 2 })), "{below:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_filled_to_their_limits() {
    let topics = Topics::new();
    let log = topics.make().await;
    append(&log, 0, 10, 100).await;
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
        let batch = log.read(ReadRange { records_max, bytes_max, ..range(0, 10) }).await.unwrap();
        assert_eq!(batch.records.len(), wanted, "{records_max} records, {bytes_max} bytes");
        assert_eq!(batch.next, wanted as u64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_scans_at_once_do_not_disturb_each_other() {
    let topics = Topics::new();
    let log = topics.make().await;
    append(&log, 0, 1000, 10).await;
    let scans = (1..13).map(|records_max| {
        let log = Arc::clone(&log);
        async move {
            let (mut from, mut seen) = (0, Vec::new());
            while from < 1000 {
                let some = ReadRange { records_max, ..range(from, 1000) };
                let batch = log.read(some).await.unwrap();
                seen.extend(batch.records.iter().map(|record| record.offset));
                from = batch.next;
            }
            assert!(seen.into_iter().eq(0..1000), "by {records_max}");
        }
    });
    join_all(scans).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_never_gives_what_was_fetched_before_a_truncation() {
    let topics = Topics::new();
    let log = topics.make().await;
    append(&log, 0, 100, 10).await;
    let first = log.read(ReadRange { records_max: 10, ..range(0, 100) }).await.unwrap();
    assert_eq!(first.next, 10);
    log.truncate(0, 50).await.unwrap();
    let below = log.read(range(10, 100)).await;
    assert!(matches!(below, Err(ReadError::OutOfRange { low: 50 })), "{below:?}");
    assert_eq!(log.read(range(50, 100)).await.unwrap().records.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_holds_back_what_has_no_room_and_gives_it_to_whom_it_fits() {
    let topics = Topics::new();
    let log = topics.make().await;
    let (one, other) = (RoomId(Uuid::now_v7()), RoomId(Uuid::now_v7()));
    for room in [one, other, one, other] {
        log.append(0, room, Bytes::from_static(b"0123456789")).await.unwrap();
    }
    // The second record is fetched, and has no room.
    let first = log.read(ReadRange { bytes_max: 10, ..range(0, 4) }).await.unwrap();
    assert_eq!(first.next, 1);
    let of_one = log.read(ReadRange { key: Some(one), ..range(1, 4) }).await.unwrap();
    let offsets: Vec<u64> = of_one.records.iter().map(|record| record.offset).collect();
    assert_eq!((offsets, of_one.next), (vec![2], 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_programs_wrote_is_read_too() {
    let topics = Topics::new();
    let topic = topics.name();
    let log = open(&topics.url(&topic)).await.unwrap();
    let stranger: FutureProducer = topics.client().create().unwrap();
    let room = Uuid::now_v7();
    let text = room.to_string();
    let no_value: Option<&[u8]> = None;
    let keys: [Option<&[u8]>; 4] =
        [None, Some(b"not a room"), Some(&[0xff; 16]), Some(text.as_bytes())];
    for key in keys {
        let record = FutureRecord { key, ..FutureRecord::to(&topic) }.partition(0);
        let record: FutureRecord<'_, [u8], [u8]> = FutureRecord { payload: no_value, ..record };
        stranger.send(record, SOON).await.unwrap();
    }
    let mut tail = log.tail(0, 0).await.unwrap();
    let read = log.read(range(0, 4)).await.unwrap().records;
    let rooms: Vec<Uuid> = read.iter().map(|record| record.key.0).collect();
    assert_eq!(rooms, [Uuid::nil(), Uuid::nil(), Uuid::nil(), room]);
    for record in read {
        assert!(record.value.is_empty() && record.at_ms > 0, "{record:?}");
        assert_eq!(next(&mut tail).await.unwrap(), record);
    }
}

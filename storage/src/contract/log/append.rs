use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::try_join_all;
use schemas::limits::RECORD_BYTES_MAX;

use super::super::{Checked, ensure, ensure_eq, ensure_refused};
use super::{a_room, append_many, read_all, value, whole};
use crate::log::{AppendError, Log, StoredRecord};

const CALLERS: usize = 16;
const RECORDS_A_CALLER: usize = 40;

pub(super) async fn names_itself(log: Arc<dyn Log>) -> Checked {
    ensure!(!log.epoch().is_empty(), "the epoch is empty");
    ensure!(log.partitions() > 0, "there are no partitions");
    for partition in 0..log.partitions() {
        let watermarks = log.watermarks(partition).await?;
        ensure_eq!(watermarks.low, watermarks.high, "a fresh partition");
    }
    Ok(())
}

pub(super) async fn reads_back(log: Arc<dyn Log>) -> Checked {
    let key = a_room();
    let bytes: Bytes = (0..=u8::MAX).rev().collect();
    let appended = log.append(0, key, bytes.clone()).await?;
    let read = read_all(&log, whole(&log, 0).await?).await?;
    let wanted = StoredRecord {
        partition: 0,
        offset: appended.offset,
        at_ms: appended.at_ms,
        key,
        value: bytes,
    };
    ensure_eq!(read, [wanted], "the partition");
    Ok(())
}

pub(super) async fn dense(log: Arc<dyn Log>) -> Checked {
    for partition in 0..log.partitions() {
        let begin = log.watermarks(partition).await?;
        let wrote = append_many(&log, partition, 5).await?;
        let offsets: Vec<u64> = wrote.iter().map(|record| record.offset).collect();
        let wanted: Vec<u64> = (begin.high..begin.high + 5).collect();
        ensure_eq!(offsets, wanted, "the offsets answered");
        let end = log.watermarks(partition).await?;
        ensure_eq!(end.low, begin.low, "the low watermark");
        ensure_eq!(end.high, begin.high + 5, "the high watermark");
        let read = read_all(&log, whole(&log, partition).await?).await?;
        ensure_eq!(read, wrote, "the partition");
    }
    Ok(())
}

pub(super) async fn in_order(log: Arc<dyn Log>) -> Checked {
    let wrote = append_many(&log, 0, 100).await?;
    ensure!(wrote.is_sorted_by(|one, next| one.offset < next.offset), "offsets do not rise");
    Ok(())
}

pub(super) async fn concurrent(log: Arc<dyn Log>) -> Checked {
    let begin = log.watermarks(0).await?.high;
    let callers = (0..CALLERS).map(|_| append_many(&log, 0, RECORDS_A_CALLER));
    let mut wrote = try_join_all(callers).await?;
    for caller in &wrote {
        ensure!(
            caller.is_sorted_by(|one, next| one.offset < next.offset),
            "offsets of one caller do not rise"
        );
    }
    let offsets: BTreeSet<u64> = wrote.iter().flatten().map(|record| record.offset).collect();
    let count = (CALLERS * RECORDS_A_CALLER) as u64;
    ensure!(offsets.into_iter().eq(begin..begin + count), "the offsets are not dense and unique");
    let mut wrote: Vec<StoredRecord> = wrote.drain(..).flatten().collect();
    wrote.sort_by_key(|record| record.offset);
    let read = read_all(&log, whole(&log, 0).await?).await?;
    ensure!(read == wrote, "what is read is not what was answered");
    Ok(())
}

pub(super) async fn time(log: Arc<dyn Log>) -> Checked {
    let mut last_ms = 0;
    for number in 0..50 {
        let appended = log.append(0, a_room(), value(number)).await?;
        ensure!(appended.at_ms >= last_ms, "{} came after {last_ms}", appended.at_ms);
        last_ms = appended.at_ms;
        let now_ms = log.now_ms();
        ensure!(now_ms >= last_ms, "it is {now_ms} after {last_ms}");
    }
    Ok(())
}

pub(super) async fn limit(log: Arc<dyn Log>) -> Checked {
    let largest = Bytes::from(vec![b'x'; RECORD_BYTES_MAX]);
    log.append(0, a_room(), largest.clone()).await?;
    let too_large = Bytes::from(vec![b'x'; RECORD_BYTES_MAX + 1]);
    ensure_refused!(
        log.append(0, a_room(), too_large).await,
        AppendError::TooLarge,
        "one byte more"
    );
    let read = read_all(&log, whole(&log, 0).await?).await?;
    let values: Vec<Bytes> = read.into_iter().map(|record| record.value).collect();
    ensure!(values == [largest], "the partition holds something else");
    Ok(())
}

pub(super) async fn no_partition(log: Arc<dyn Log>) -> Checked {
    let absent = log.partitions();
    let mut range = whole(&log, 0).await?;
    range.partition = absent;
    ensure!(log.append(absent, a_room(), value(0)).await.is_err(), "appended");
    ensure!(log.watermarks(absent).await.is_err(), "has watermarks");
    ensure!(log.read(range).await.is_err(), "was read");
    ensure!(log.tail(absent, 0).await.is_err(), "was followed");
    ensure!(log.truncate(absent, 0).await.is_err(), "was truncated");
    Ok(())
}

pub(super) async fn flush(log: Arc<dyn Log>) -> Checked {
    let begin = log.watermarks(0).await?.high;
    append_many(&log, 0, 10).await?;
    log.flush().await?;
    ensure_eq!(log.watermarks(0).await?.high, begin + 10, "the high watermark");
    Ok(())
}

use std::sync::Arc;

use futures_util::future::join_all;

use super::super::{Checked, ensure, ensure_eq, ensure_refused};
use super::{append_many, read_all, whole};
use crate::log::{Log, ReadError, ReadRange};

pub(super) async fn bounds(log: Arc<dyn Log>) -> Checked {
    append_many(&log, 0, 7).await?;
    append_many(&log, 1, 3).await?;
    log.truncate(0, log.watermarks(0).await?.low + 2).await?;
    let mut each = Vec::new();
    for partition in 0..log.partitions() {
        each.push(log.watermarks(partition).await?);
    }
    let all = log.bounds(0..log.partitions()).await?;
    ensure_eq!(all, each, "the bounds of all");
    ensure_eq!(log.bounds(1..2).await?, each.get(1..2).unwrap_or_default(), "the bounds of one");
    ensure_eq!(log.bounds(0..0).await?, [], "the bounds of none");
    ensure!(log.bounds(0..log.partitions() + 1).await.is_err(), "bounds of an absent partition");
    Ok(())
}

pub(super) async fn raises_low(log: Arc<dyn Log>) -> Checked {
    let wrote = append_many(&log, 0, 1200).await?;
    let begin = log.watermarks(0).await?;
    log.truncate(0, begin.low + 1190).await?;
    let end = log.watermarks(0).await?;
    ensure_eq!(end.low, begin.low + 1190, "the low watermark");
    ensure_eq!(end.high, begin.high, "the high watermark");
    let left = read_all(&log, whole(&log, 0).await?).await?;
    let wanted: Vec<_> = wrote.into_iter().skip(1190).collect();
    ensure_eq!(left, wanted, "what is left");
    Ok(())
}

pub(super) async fn repeats(log: Arc<dyn Log>) -> Checked {
    append_many(&log, 0, 10).await?;
    let begin = log.watermarks(0).await?;
    for before in [begin.low + 5, begin.low + 5, begin.low + 2, begin.low, 0] {
        log.truncate(0, before).await?;
        let now = log.watermarks(0).await?;
        ensure_eq!(now.low, begin.low + 5, "the low watermark");
        ensure_eq!(now.high, begin.high, "the high watermark");
    }
    let left = read_all(&log, whole(&log, 0).await?).await?;
    ensure_eq!(left.len(), 5, "records left");
    Ok(())
}

pub(super) async fn everything(log: Arc<dyn Log>) -> Checked {
    append_many(&log, 0, 10).await?;
    let high = log.watermarks(0).await?.high;
    log.truncate(0, high + 100).await?;
    let empty = log.watermarks(0).await?;
    ensure_eq!(empty.low, high, "the low watermark");
    ensure_eq!(empty.high, high, "the high watermark");
    let next = append_many(&log, 0, 1).await?;
    let offsets: Vec<u64> = next.iter().map(|record| record.offset).collect();
    ensure_eq!(offsets, [high], "the next offset");
    let left = read_all(&log, whole(&log, 0).await?).await?;
    ensure_eq!(left, next, "what is left");
    Ok(())
}

pub(super) async fn out_of_range(log: Arc<dyn Log>) -> Checked {
    append_many(&log, 0, 10).await?;
    let begin = whole(&log, 0).await?;
    let low = begin.from + 5;
    log.truncate(0, low).await?;
    for from in [begin.from, low - 1] {
        match log.read(ReadRange { from, ..begin }).await {
            Err(ReadError::OutOfRange { low: told }) => {
                ensure_eq!(told, low, "the low watermark told by a read");
            }
            other => return Err(format!("a read saw {other:?}").into()),
        }
        let tail = log.tail(0, from).await.map(drop);
        ensure_refused!(tail, ReadError::OutOfRange { .. }, "a tail below the low watermark");
    }
    let ranges = [begin.from, low, low + 1, low - 1, low].map(|from| ReadRange { from, ..begin });
    for (range, read) in ranges.iter().zip(join_all(ranges.map(|range| log.read(range))).await) {
        let found = read.map(|batch| batch.records.len() as u64);
        if range.from < low {
            ensure_refused!(found, ReadError::OutOfRange { .. }, "one of many readings at once");
        } else {
            ensure_eq!(found?, begin.until - range.from, "records from the low watermark on");
        }
    }
    Ok(())
}

pub(super) async fn while_reading(log: Arc<dyn Log>) -> Checked {
    append_many(&log, 0, 10).await?;
    let all = whole(&log, 0).await?;
    let begun = log.read(ReadRange { records_max: 2, ..all }).await?;
    ensure_eq!(begun.next, all.from + 2, "where to go on");
    log.truncate(0, all.from + 5).await?;
    let on = log.read(ReadRange { from: begun.next, ..all }).await;
    let on = on.map(|batch| batch.records.len());
    ensure_refused!(on, ReadError::OutOfRange { .. }, "a reading that goes on");
    let left = read_all(&log, ReadRange { from: all.from + 5, ..all }).await?;
    ensure_eq!(left.len(), 5, "records left");
    Ok(())
}

pub(super) async fn partition(log: Arc<dyn Log>) -> Checked {
    if log.partitions() == 1 {
        return Ok(());
    }
    append_many(&log, 0, 5).await?;
    let wrote = append_many(&log, 1, 5).await?;
    log.truncate(0, log.watermarks(0).await?.high).await?;
    let left = read_all(&log, whole(&log, 1).await?).await?;
    ensure_eq!(left, wrote, "the other partition");
    Ok(())
}

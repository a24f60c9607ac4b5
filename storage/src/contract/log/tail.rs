use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::try_join_all;

use super::super::{Checked, ensure, ensure_eq, ensure_refused};
use super::{append_many, read_all, whole};
use crate::log::{Log, ReadError, StoredRecord, Tail};

async fn next(tail: &mut Tail) -> Checked<StoredRecord> {
    Ok(tail.next().await.ok_or("the tail ended")??)
}

async fn take(tail: &mut Tail, count: usize) -> Checked<Vec<StoredRecord>> {
    let mut records = Vec::with_capacity(count);
    for _ in 0..count {
        records.push(next(tail).await?);
    }
    Ok(records)
}

pub(super) async fn before_and_after(log: Arc<dyn Log>) -> Checked {
    let from = log.watermarks(0).await?.low;
    let before = append_many(&log, 0, 10).await?;
    let mut tail = log.tail(0, from).await?;
    ensure_eq!(take(&mut tail, 10).await?, before, "what was there");
    for _ in 0..10 {
        let after = append_many(&log, 0, 3).await?;
        ensure_eq!(take(&mut tail, 3).await?, after, "what came");
    }
    Ok(())
}

pub(super) async fn from(log: Arc<dyn Log>) -> Checked {
    let wrote = append_many(&log, 0, 10).await?;
    let high = log.watermarks(0).await?.high;
    let mut middle = log.tail(0, high - 4).await?;
    let wanted: Vec<_> = wrote.iter().skip(6).cloned().collect();
    ensure_eq!(take(&mut middle, 4).await?, wanted, "from the middle");
    let mut end = log.tail(0, high).await?;
    let wanted = append_many(&log, 0, 1).await?;
    ensure_eq!(take(&mut end, 1).await?, wanted, "from the end");
    Ok(())
}

pub(super) async fn two(log: Arc<dyn Log>) -> Checked {
    let from = log.watermarks(0).await?.high;
    let mut one = log.tail(0, from).await?;
    let mut other = log.tail(0, from).await?;
    let wrote = append_many(&log, 0, 5).await?;
    ensure_eq!(take(&mut one, 5).await?, wrote, "the first tail");
    ensure_eq!(take(&mut other, 5).await?, wrote, "the second tail");
    drop(one);
    let wrote = append_many(&log, 0, 1).await?;
    ensure_eq!(take(&mut other, 1).await?, wrote, "the tail that stays");
    Ok(())
}

pub(super) async fn concurrent(log: Arc<dyn Log>) -> Checked {
    const CALLERS: usize = 8;
    const RECORDS_A_CALLER: usize = 100;
    let mut tail = log.tail(0, log.watermarks(0).await?.high).await?;
    let callers = (0..CALLERS).map(|_| append_many(&log, 0, RECORDS_A_CALLER));
    let (wrote, followed) = futures_util::future::join(
        try_join_all(callers),
        take(&mut tail, CALLERS * RECORDS_A_CALLER),
    )
    .await;
    wrote?;
    let read = read_all(&log, whole(&log, 0).await?).await?;
    ensure!(followed? == read, "the tail differs from what is read");
    Ok(())
}

pub(super) async fn partition(log: Arc<dyn Log>) -> Checked {
    if log.partitions() == 1 {
        return Ok(());
    }
    let mut tail = log.tail(0, log.watermarks(0).await?.high).await?;
    append_many(&log, 1, 3).await?;
    let wrote = append_many(&log, 0, 1).await?;
    ensure_eq!(take(&mut tail, 1).await?, wrote, "the first record");
    Ok(())
}

/// What the tail had read ahead it may give; then it must end, not skip.
pub(super) async fn truncated(log: Arc<dyn Log>) -> Checked {
    let wrote = append_many(&log, 0, 600).await?;
    let high = log.watermarks(0).await?.high;
    let mut tail = log.tail(0, high - 600).await?;
    let mut followed = take(&mut tail, 1).await?;
    log.truncate(0, high - 1).await?;
    let error = loop {
        match tail.next().await {
            Some(Ok(record)) => followed.push(record),
            Some(Err(error)) => break Some(error),
            None => break None,
        }
        if followed.len() == wrote.len() {
            return Ok(());
        }
    };
    ensure!(wrote.starts_with(&followed), "the tail skipped records");
    match error {
        Some(ReadError::OutOfRange { low }) => ensure_eq!(low, high - 1, "the low watermark told"),
        other => ensure!(false, "the tail ended with {other:?}"),
    }
    ensure!(tail.next().await.is_none(), "the tail went on after an error");
    let again = log.tail(0, high - 2).await.map(drop);
    ensure_refused!(again, ReadError::OutOfRange { .. }, "a tail below the low watermark");
    Ok(())
}

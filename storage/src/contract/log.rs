//! What every log must do.

mod append;
mod read;
mod tail;
mod truncate;

use std::sync::Arc;

use bytes::Bytes;
use schemas::ids::RoomId;
use uuid::Uuid;

use super::{Broken, Check, Checked, checks, ensure, run_all};
use crate::log::{Log, ReadRange, StoredRecord};

/// Runs every check, each on a log of its own.
pub async fn check(make: impl AsyncFn() -> Arc<dyn Log>) -> Result<(), Broken> {
    run_all(make, CHECKS).await
}

const CHECKS: &[Check<dyn Log>] = checks! {
    "a log has a name and a fixed number of partitions" => append::names_itself,
    "an appended record is read back as it was" => append::reads_back,
    "offsets of a partition are dense, and each partition has its own" => append::dense,
    "records of one caller get rising offsets" => append::in_order,
    "concurrent appends share no offset and lose none" => append::concurrent,
    "the log's time never goes back" => append::time,
    "the largest record fits and one byte more does not" => append::limit,
    "a partition that is not there is refused" => append::no_partition,
    "what was appended before a flush is there after it" => append::flush,
    "a range ends before `until`, and `next` says so" => read::bounds,
    "a range past the end ends at the high watermark" => read::past_the_end,
    "`records_max` holds, and going on at `next` finds the rest" => read::records_max,
    "`bytes_max` holds but for one record, and going on at `next` finds the rest" => read::bytes_max,
    "a key picks one room, and `next` passes the others by" => read::key,
    "of many readings at once each gets its own" => read::concurrent,
    "a tail gives what was there and what comes" => tail::before_and_after,
    "a tail begins where it is told" => tail::from,
    "every tail gets everything" => tail::two,
    "a tail loses no record of many callers" => tail::concurrent,
    "a tail keeps to its partition" => tail::partition,
    "a tail never skips what was truncated under it" => tail::truncated,
    "the bounds of many partitions are those of each" => truncate::bounds,
    "truncation raises the low watermark, and no more" => truncate::raises_low,
    "truncation is repeatable and never goes back" => truncate::repeats,
    "truncation stops at the high watermark, and offsets go on from there" => truncate::everything,
    "what was truncated is out of range" => truncate::out_of_range,
    "who reads on finds what was truncated meanwhile out of range" => truncate::while_reading,
    "truncation keeps to its partition" => truncate::partition,
};

fn a_room() -> RoomId {
    RoomId(Uuid::now_v7())
}

fn value(number: usize) -> Bytes {
    Bytes::from(format!("record {number}"))
}

/// Appends so many records of one room, one after the other; answers as they should be read.
async fn append_many(
    log: &Arc<dyn Log>,
    partition: u32,
    count: usize,
) -> Checked<Vec<StoredRecord>> {
    let key = a_room();
    let mut records = Vec::with_capacity(count);
    for number in 0..count {
        let value = value(number);
        let appended = log.append(partition, key, value.clone()).await?;
        records.push(StoredRecord {
            partition,
            offset: appended.offset,
            at_ms: appended.at_ms,
            key,
            value,
        });
    }
    Ok(records)
}

/// All of a range, in as many reads as it takes.
async fn read_all(log: &Arc<dyn Log>, mut range: ReadRange) -> Checked<Vec<StoredRecord>> {
    let mut records = Vec::new();
    while range.from < range.until {
        let batch = log.read(range).await?;
        ensure!(batch.next > range.from, "a read did not go on from {}", range.from);
        range.from = batch.next;
        records.extend(batch.records);
    }
    Ok(records)
}

/// Everything that a partition holds now.
async fn whole(log: &Arc<dyn Log>, partition: u32) -> Checked<ReadRange> {
    let watermarks = log.watermarks(partition).await?;
    Ok(ReadRange {
        partition,
        from: watermarks.low,
        until: watermarks.high,
        key: None,
        records_max: 100,
        bytes_max: 1024 * 1024,
    })
}

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use schemas::ids::RoomId;

use super::super::{Checked, ensure, ensure_eq};
use super::{a_room, append_many, read_all, value, whole};
use crate::log::{Log, ReadRange};

pub(super) async fn bounds(log: Arc<dyn Log>) -> Checked {
    let wrote = append_many(&log, 0, 10).await?;
    let whole = whole(&log, 0).await?;
    let (from, until) = (whole.from + 3, whole.from + 7);

    let middle = log.read(ReadRange { from, until, ..whole }).await?;
    let wanted: Vec<_> = wrote.iter().skip(3).take(4).cloned().collect();
    ensure_eq!(middle.records, wanted, "the middle");
    ensure_eq!(middle.next, until, "where to go on after the middle");

    let empty = log.read(ReadRange { from, until: from, ..whole }).await?;
    ensure_eq!(empty.records, [], "an empty range");
    ensure_eq!(empty.next, from, "where to go on after an empty range");
    Ok(())
}

pub(super) async fn past_the_end(log: Arc<dyn Log>) -> Checked {
    let wrote = append_many(&log, 0, 3).await?;
    let whole = whole(&log, 0).await?;
    let beyond = whole.until + 5;
    let batch = log.read(ReadRange { until: beyond, ..whole }).await?;
    ensure_eq!(batch.records, wrote, "the records");
    ensure_eq!(batch.next, whole.until, "where to go on");

    let at_the_end = log.read(ReadRange { from: whole.until, until: beyond, ..whole }).await?;
    ensure_eq!(at_the_end.records, [], "a read at the end");
    ensure_eq!(at_the_end.next, whole.until, "where to go on at the end");
    Ok(())
}

pub(super) async fn records_max(log: Arc<dyn Log>) -> Checked {
    let wrote = append_many(&log, 0, 10).await?;
    for records_max in [1, 3, 9, 10, 11] {
        let range = ReadRange { records_max, ..whole(&log, 0).await? };
        let first = log.read(range).await?;
        ensure!(
            first.records.len() <= records_max,
            "{} records of at most {records_max}",
            first.records.len()
        );
        ensure_eq!(read_all(&log, range).await?, wrote, "all of it");
    }
    Ok(())
}

pub(super) async fn bytes_max(log: Arc<dyn Log>) -> Checked {
    const RECORD_BYTES: usize = 1000;
    for _ in 0..10 {
        log.append(0, a_room(), Bytes::from(vec![b'x'; RECORD_BYTES])).await?;
    }
    let most = [
        (0, 1),
        (RECORD_BYTES - 1, 1),
        (RECORD_BYTES, 1),
        (2 * RECORD_BYTES - 1, 1),
        (2 * RECORD_BYTES, 2),
        (100 * RECORD_BYTES, 10),
    ];
    for (bytes_max, records_most) in most {
        let range = ReadRange { bytes_max, ..whole(&log, 0).await? };
        let records = log.read(range).await?.records.len();
        ensure!((1..=records_most).contains(&records), "{records} records for {bytes_max} bytes");
        ensure_eq!(read_all(&log, range).await?.len(), 10, "records in all");
    }
    Ok(())
}

pub(super) async fn key(log: Arc<dyn Log>) -> Checked {
    let (one, other) = (a_room(), a_room());
    for number in 0..20 {
        let room = if number % 5 == 0 { one } else { other };
        log.append(0, room, value(number)).await?;
    }
    let whole = whole(&log, 0).await?;
    for records_max in [1, 3, 100] {
        let range = ReadRange { key: Some(one), records_max, ..whole };
        let values: Vec<Bytes> =
            read_all(&log, range).await?.into_iter().map(|record| record.value).collect();
        let wanted = [value(0), value(5), value(10), value(15)];
        ensure_eq!(values, wanted, "the room's records");
    }
    let nobody = ReadRange { key: Some(a_room()), ..whole };
    ensure_eq!(read_all(&log, nobody).await?, [], "a room without records");
    Ok(())
}

pub(super) async fn concurrent(log: Arc<dyn Log>) -> Checked {
    let rooms: Vec<RoomId> = (0..4).map(|_| a_room()).collect();
    let mut wrote = Vec::new();
    for (number, key) in rooms.iter().cycle().take(60).enumerate() {
        let appended = log.append(0, *key, value(number)).await?;
        wrote.push((appended.offset, *key));
    }
    let whole = whole(&log, 0).await?;
    let keys = rooms.into_iter().map(Some).chain([None]);
    let ranges: Vec<ReadRange> = keys
        .flat_map(|key| [1, 7, 100].map(|records_max| ReadRange { key, records_max, ..whole }))
        .flat_map(|range| {
            [(0, 60), (13, 60), (0, 31), (40, 41), (60, 60)].map(|(from, until)| ReadRange {
                from: whole.from + from,
                until: whole.from + until,
                ..range
            })
        })
        .collect();
    let readings = ranges.iter().map(|range| read_all(&log, *range));
    for (range, read) in ranges.iter().zip(join_all(readings).await) {
        let wanted: Vec<(u64, RoomId)> = wrote
            .iter()
            .copied()
            .filter(|(offset, _)| (range.from..range.until).contains(offset))
            .filter(|(_, key)| range.key.is_none_or(|wanted| wanted == *key))
            .collect();
        let found: Vec<(u64, RoomId)> =
            read?.iter().map(|record| (record.offset, record.key)).collect();
        ensure_eq!(found, wanted, "what one reading found");
    }
    Ok(())
}

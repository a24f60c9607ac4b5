//! One reading: what is wanted of a scan, and what was found of it so far.

use std::error::Error;
use std::sync::Arc;

use schemas::ids::RoomId;
use tokio::sync::oneshot;

use super::super::cluster::away;
use crate::log::{ReadBatch, ReadError, ReadRange, StoredRecord, Watermarks};

pub(super) struct Reading {
    range: ReadRange,
    records: Vec<StoredRecord>,
    bytes: usize,
    /// Offset of what it looks at next.
    next: u64,
    answer: oneshot::Sender<Result<ReadBatch, ReadError>>,
}

/// Whether a reading goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    GoesOn,
    /// It has all that it may have.
    IsLast,
    /// It had that before: the record was left where it is.
    WasTooMuch,
}

impl Reading {
    pub(super) fn new(range: ReadRange) -> (Self, oneshot::Receiver<Result<ReadBatch, ReadError>>) {
        let (answer, answered) = oneshot::channel();
        (Self { records: Vec::new(), bytes: 0, next: range.from, range, answer }, answered)
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn until(&self) -> u64 {
        self.range.until
    }

    pub(super) fn wants(&self, key: RoomId) -> bool {
        self.range.key.is_none_or(|wanted| wanted == key)
    }

    pub(super) fn has_given_up(&self) -> bool {
        self.answer.is_closed()
    }

    /// Ends the range where the log does.
    pub(super) fn bound(&mut self, watermarks: Watermarks) {
        self.range.until = self.range.until.min(watermarks.high).max(self.range.from);
    }

    /// Takes what the log has at the next offset, if that is wanted; a copy where others may want
    /// it as well.
    pub(super) fn take(&mut self, record: &mut Option<StoredRecord>, is_shared: bool) -> Taken {
        if let Some(wanted) = record.as_ref().filter(|record| self.wants(record.key)) {
            self.bytes += wanted.value.len();
            if !self.records.is_empty() && self.bytes > self.range.bytes_max {
                return Taken::WasTooMuch;
            }
            self.records.extend(if is_shared { record.clone() } else { record.take() });
        }
        self.next += 1;
        if self.is_whole() { Taken::IsLast } else { Taken::GoesOn }
    }

    /// Whether there is nothing left to look at.
    pub(super) fn is_whole(&self) -> bool {
        self.next >= self.range.until || self.records.len() >= self.range.records_max.max(1)
    }

    pub(super) fn finish(self) {
        let batch = ReadBatch { records: self.records, next: self.next };
        // Whoever gave up needs no answer.
        drop(self.answer.send(Ok(batch)));
    }

    fn fail(self, error: ReadError) {
        drop(self.answer.send(Err(error)));
    }
}

/// Tells everyone why there is no answer.
pub(super) fn refuse(readings: impl IntoIterator<Item = Reading>, error: ReadError) {
    match error {
        ReadError::OutOfRange { low } => {
            readings.into_iter().for_each(|reading| reading.fail(ReadError::OutOfRange { low }));
        }
        ReadError::Away(why) => {
            let why: Arc<dyn Error + Send + Sync> = why.into();
            readings.into_iter().for_each(|reading| reading.fail(away(Arc::clone(&why))));
        }
    }
}

/// Refuses those that begin before the log does, and answers how many these were.
pub(super) fn refuse_before(low: u64, readings: &mut Vec<Reading>) -> usize {
    let gone: Vec<Reading> = readings.extract_if(.., |reading| reading.next < low).collect();
    let count = gone.len();
    refuse(gone, ReadError::OutOfRange { low });
    count
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use uuid::Uuid;

    use super::*;

    const ROOM: RoomId = RoomId(Uuid::from_u128(1));
    const OTHER: RoomId = RoomId(Uuid::from_u128(2));
    const RANGE: ReadRange = ReadRange {
        partition: 0,
        from: 10,
        until: 20,
        key: Some(ROOM),
        records_max: 3,
        bytes_max: 100,
    };

    fn record(key: RoomId, bytes: usize) -> StoredRecord {
        StoredRecord { partition: 0, offset: 0, at_ms: 0, key, value: Bytes::from(vec![0; bytes]) }
    }

    fn batch(
        mut answered: oneshot::Receiver<Result<ReadBatch, ReadError>>,
    ) -> Result<ReadBatch, ReadError> {
        answered.try_recv().unwrap()
    }

    #[test]
    fn a_reading_passes_other_rooms_by_and_ends_at_its_bounds() {
        let (mut reading, answered) = Reading::new(RANGE);
        reading.bound(Watermarks { low: 0, high: 13 });
        assert_eq!(reading.take(&mut Some(record(OTHER, 1)), false), Taken::GoesOn);
        assert_eq!(reading.take(&mut None, false), Taken::GoesOn);
        assert_eq!(reading.take(&mut Some(record(ROOM, 1)), false), Taken::IsLast);
        reading.finish();
        let batch = batch(answered).unwrap();
        assert_eq!((batch.records.len(), batch.next), (1, 13));
    }

    #[test]
    fn a_reading_ends_at_its_limits() {
        let (mut counted, _answered) = Reading::new(RANGE);
        let mut small = Some(record(ROOM, 1));
        let taken: Vec<Taken> = (0..3).map(|_| counted.take(&mut small, true)).collect();
        assert_eq!(taken, [Taken::GoesOn, Taken::GoesOn, Taken::IsLast]);

        let (mut weighed, answered) = Reading::new(RANGE);
        assert_eq!(weighed.take(&mut Some(record(ROOM, 200)), false), Taken::GoesOn);
        assert_eq!(weighed.take(&mut small, false), Taken::WasTooMuch);
        assert!(small.is_some(), "it was not left");
        weighed.finish();
        let batch = batch(answered).unwrap();
        assert_eq!((batch.records.len(), batch.next), (1, 11));
    }

    #[test]
    fn who_begins_before_the_log_is_refused_and_nobody_else() {
        let (early, refused) = Reading::new(RANGE);
        let (late, answered) = Reading::new(ReadRange { from: 15, ..RANGE });
        let mut readings = vec![early, late];
        assert_eq!(refuse_before(12, &mut readings), 1);
        assert!(matches!(batch(refused), Err(ReadError::OutOfRange { low: 12 })));
        refuse(readings, away("the cable is cut"));
        let Err(ReadError::Away(why)) = batch(answered) else { panic!("no reason") };
        assert_eq!(why.to_string(), "the cable is cut");
    }
}

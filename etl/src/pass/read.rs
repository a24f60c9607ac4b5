//! Reads a range of a partition batch by batch, and trusts no answer that leaves a gap: what
//! was not seen must never be deleted.

use schemas::ids::RoomId;
use schemas::record::Record;
use storage::log::{ReadRange, StoredRecord};

use super::{Pass, PassError};

/// A range that is being read.
pub(super) struct Reader<'a> {
    pass: &'a Pass,
    range: ReadRange,
}

impl<'a> Reader<'a> {
    /// Reads `[from, until)`, only one room's records where `key` says so.
    pub(super) fn new(
        pass: &'a Pass,
        partition: u32,
        from: u64,
        until: u64,
        key: Option<RoomId>,
    ) -> Self {
        let range = ReadRange {
            partition,
            from,
            until,
            key,
            records_max: pass.limits.read_records_max,
            bytes_max: pass.limits.read_bytes_max,
        };
        Self { pass, range }
    }

    /// The next batch; none at the end of the range.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<StoredRecord>>, PassError> {
        if self.range.from >= self.range.until {
            return Ok(None);
        }
        self.pass.go_on()?;
        let batch = self.pass.ports.log.read(self.range).await?;
        if batch.next <= self.range.from {
            return Err(PassError::Gap { offset: self.range.from });
        }
        if self.range.key.is_none() {
            check_dense(self.range.from, batch.next, &batch.records)?;
        }
        self.range.from = batch.next;
        Ok(Some(batch.records))
    }
}

fn check_dense(from: u64, next: u64, records: &[StoredRecord]) -> Result<(), PassError> {
    let mut expected = from;
    for record in records {
        if record.offset != expected {
            return Err(PassError::Gap { offset: expected });
        }
        expected += 1;
    }
    if expected != next {
        return Err(PassError::Gap { offset: expected });
    }
    Ok(())
}

/// The record, unless its bytes are none or speak of another room than their key.
pub(super) fn read_record(stored: &StoredRecord) -> Option<Record> {
    Record::decode(&stored.value).ok().filter(|record| record.room == stored.key)
}

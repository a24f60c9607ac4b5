//! One partition that is followed, and what waits for its reader.

use std::collections::VecDeque;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::Item;
use crate::log::{ReadError, StoredRecord};

/// Records that are kept for a slow reader before its partition is put down.
const KEPT_RECORDS_MAX: usize = 1024;
/// Bytes of values that are kept for it.
const KEPT_BYTES_MAX: usize = 1024 * 1024;

pub(super) struct Followed {
    /// Offset of the next record to come.
    pub(super) next: u64,
    pub(super) state: State,
    reader: mpsc::Sender<Item>,
    /// What the reader's queue has no room for, in order.
    kept: VecDeque<Item>,
    kept_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The consumer has it.
    Fetched,
    /// Put down until its reader has caught up.
    Parked,
    /// No more will come; what is kept is still given.
    Ended,
}

impl Followed {
    pub(super) fn new(from: u64, reader: mpsc::Sender<Item>) -> Self {
        Self { next: from, state: State::Fetched, reader, kept: VecDeque::new(), kept_bytes: 0 }
    }

    /// Takes the next record.
    pub(super) fn push(&mut self, record: StoredRecord) {
        self.next = record.offset + 1;
        self.kept_bytes += record.value.len();
        self.kept.push_back(Ok(record));
        self.hand_over();
    }

    /// No more comes, and why.
    pub(super) fn end(&mut self, error: ReadError) {
        self.state = State::Ended;
        self.kept.push_back(Err(error));
        self.hand_over();
    }

    /// Gives the reader what its queue has room for.
    pub(super) fn hand_over(&mut self) {
        while let Some(item) = self.kept.pop_front() {
            let bytes = item.as_ref().map_or(0, |record| record.value.len());
            match self.reader.try_send(item) {
                Ok(()) => self.kept_bytes -= bytes,
                Err(TrySendError::Full(item)) => {
                    self.kept.push_front(item);
                    return;
                }
                Err(TrySendError::Closed(_)) => self.kept.clear(),
            }
        }
    }

    /// Whether its reader is so far behind that nothing more should be fetched.
    pub(super) fn is_full(&self) -> bool {
        self.kept.len() >= KEPT_RECORDS_MAX || self.kept_bytes >= KEPT_BYTES_MAX
    }

    /// Whether the reader has everything.
    pub(super) fn is_handed_over(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether nobody reads it any more, or all was given that ever will be.
    pub(super) fn is_over(&self) -> bool {
        self.reader.is_closed() || (self.state == State::Ended && self.kept.is_empty())
    }

    pub(super) fn is_read_by(&self, reader: &mpsc::Sender<Item>) -> bool {
        self.reader.same_channel(reader)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use schemas::ids::RoomId;
    use uuid::Uuid;

    use super::*;

    fn record(offset: u64, bytes: usize) -> StoredRecord {
        let value = Bytes::from(vec![b'x'; bytes]);
        StoredRecord { partition: 0, offset, at_ms: 0, key: RoomId(Uuid::nil()), value }
    }

    #[test]
    fn it_is_full_at_its_limit_of_records_and_empty_again_when_read() {
        let (reader, mut queue) = mpsc::channel(1);
        let mut followed = Followed::new(0, reader);
        for offset in 0..KEPT_RECORDS_MAX as u64 {
            followed.push(record(offset, 1));
        }
        assert!(!followed.is_full());
        followed.push(record(KEPT_RECORDS_MAX as u64, 1));
        assert!(followed.is_full());
        for offset in 0..=KEPT_RECORDS_MAX as u64 {
            assert_eq!(queue.try_recv().unwrap().unwrap().offset, offset);
            followed.hand_over();
        }
        assert!(followed.is_handed_over());
        assert_eq!(followed.kept_bytes, 0);
    }

    #[test]
    fn it_is_full_at_its_limit_of_bytes() {
        let (reader, _queue) = mpsc::channel(1);
        let mut followed = Followed::new(0, reader);
        followed.push(record(0, 1));
        followed.push(record(1, KEPT_BYTES_MAX - 1));
        assert!(!followed.is_full());
        followed.push(record(2, 1));
        assert!(followed.is_full());
    }

    #[test]
    fn an_error_comes_last() {
        let (reader, mut queue) = mpsc::channel(1);
        let mut followed = Followed::new(0, reader);
        followed.push(record(0, 1));
        followed.push(record(1, 1));
        followed.end(ReadError::OutOfRange { low: 5 });
        assert!(!followed.is_over());
        for offset in 0..2 {
            assert_eq!(queue.try_recv().unwrap().unwrap().offset, offset);
            followed.hand_over();
        }
        assert!(matches!(queue.try_recv().unwrap(), Err(ReadError::OutOfRange { low: 5 })));
        assert!(followed.is_over());
    }

    #[test]
    fn it_is_over_when_nobody_reads() {
        let (reader, queue) = mpsc::channel(1);
        let mut followed = Followed::new(0, reader);
        followed.push(record(0, 1));
        assert!(!followed.is_over());
        drop(queue);
        assert!(followed.is_over());
    }
}

//! One partition that is followed, and what waits for its reader.
//!
//! A record of this process's own comes twice: the producer reports it as soon as the brokers
//! have it, and it is fetched a little later. Whichever comes first is given, once everything
//! before it was. A report is a hint that may be lost or dropped: whatever is not reported is
//! fetched.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::super::cluster::away;
use super::super::fault::Hole;
use super::Item;
use crate::log::{ReadError, StoredRecord};

/// Records that are kept for a slow reader before its partition is put down.
const KEPT_RECORDS_MAX: usize = 1024;
/// Bytes of values that are kept for it.
const KEPT_BYTES_MAX: usize = 1024 * 1024;
/// Reported records that wait for what comes before them.
const AHEAD_RECORDS_MAX: usize = 256;

pub(super) struct Followed {
    /// Offset of the next record to give.
    next: u64,
    /// Offset of the next record to be fetched, never past `next`.
    fetched: u64,
    state: State,
    reader: mpsc::Sender<Item>,
    /// What the reader's queue has no room for, in order.
    kept: VecDeque<Item>,
    kept_bytes: usize,
    /// Reported records past `next`.
    ahead: BTreeMap<u64, StoredRecord>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// To be fetched as soon as the thread looks.
    Ordered,
    /// The consumer has it.
    Fetched,
    /// Put down until its reader has caught up.
    Parked,
    /// No more will come; what is kept is still given.
    Ended,
}

impl Followed {
    pub(super) fn new(from: u64, reader: mpsc::Sender<Item>) -> Self {
        Self {
            next: from,
            fetched: from,
            state: State::Ordered,
            reader,
            kept: VecDeque::new(),
            kept_bytes: 0,
            ahead: BTreeMap::new(),
        }
    }

    /// Offset of the next record to give.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    /// From now on it is fetched from the offset given back.
    pub(super) fn pick_up(&mut self) -> u64 {
        self.state = State::Fetched;
        self.fetched = self.next;
        self.next
    }

    /// Takes what was fetched, and makes the record only if it is news; says whether it was.
    pub(super) fn fetch(&mut self, offset: u64, record: impl FnOnce() -> StoredRecord) -> bool {
        let expected = self.fetched;
        if self.state != State::Fetched || offset < expected {
            return false;
        }
        if offset > expected {
            self.end(away(Hole { expected, found: offset }));
            return false;
        }
        self.fetched = offset + 1;
        let is_news = offset == self.next;
        if is_news {
            self.push(record());
            if self.is_full() {
                self.state = State::Parked;
                self.ahead.clear();
            }
        }
        is_news
    }

    /// Takes a record that is in the log for sure; says whether it could be given at once.
    pub(super) fn report(&mut self, record: &StoredRecord) -> bool {
        if self.state == State::Ended || self.is_full() {
            return false;
        }
        match record.offset.cmp(&self.next) {
            Ordering::Less => false,
            Ordering::Equal => {
                self.push(record.clone());
                true
            }
            Ordering::Greater => {
                if self.ahead.len() < AHEAD_RECORDS_MAX {
                    self.ahead.insert(record.offset, record.clone());
                }
                false
            }
        }
    }

    /// No more comes, and why.
    pub(super) fn end(&mut self, error: ReadError) {
        self.state = State::Ended;
        self.ahead.clear();
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

    /// Whether the reader has everything.
    pub(super) fn is_handed_over(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether nobody reads it any more, or all was given that ever will be.
    pub(super) fn is_over(&self) -> bool {
        self.reader.is_closed() || (self.state == State::Ended && self.kept.is_empty())
    }

    /// Whether its reader is so far behind that nothing more should come.
    fn is_full(&self) -> bool {
        self.kept.len() >= KEPT_RECORDS_MAX || self.kept_bytes >= KEPT_BYTES_MAX
    }

    /// Gives the next record, and those that waited for it.
    fn push(&mut self, record: StoredRecord) {
        self.keep(record);
        while let Some(first) = self.ahead.first_entry()
            && *first.key() <= self.next
        {
            let record = first.remove();
            // One that was fetched meanwhile is known already.
            if record.offset == self.next {
                self.keep(record);
            }
        }
        self.hand_over();
    }

    fn keep(&mut self, record: StoredRecord) {
        self.next = record.offset + 1;
        self.kept_bytes += record.value.len();
        self.kept.push_back(Ok(record));
    }
}

#[cfg(test)]
mod tests;

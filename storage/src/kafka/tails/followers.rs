//! Everybody who follows a partition in this process, where fetched and reported records
//! meet.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::histogram;

use super::super::time::LogTime;
use super::followed::Followed;
use crate::log::StoredRecord;

/// A partition, and the thread that fetches it.
type Place = (i32, usize);

pub(in super::super) struct Followers {
    time: Arc<LogTime>,
    followed: Mutex<BTreeMap<Place, Followed>>,
    is_over: AtomicBool,
}

impl Followers {
    pub(in super::super) fn new(time: Arc<LogTime>) -> Self {
        Self { time, followed: Mutex::default(), is_over: AtomicBool::new(false) }
    }

    /// Tells those who follow its partition of a record that this process appended, in any
    /// order and more than once: what is not known yet waits for what comes before it.
    pub(in super::super) fn report(&self, partition: i32, record: &StoredRecord) {
        let mut followed = self.lock();
        for (_, followed) in followed.range_mut((partition, 0)..=(partition, usize::MAX)) {
            if followed.report(record) {
                self.observe(record.at_ms);
            }
        }
    }

    /// Takes note of a record that was handed over.
    pub(super) fn observe(&self, at_ms: i64) {
        self.time.observe(at_ms);
        let delay_ms = u64::try_from(self.time.now_ms() - at_ms).unwrap_or_default();
        histogram!("log_tail_delay_seconds").record(Duration::from_millis(delay_ms));
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, BTreeMap<Place, Followed>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends every tail, and the threads.
    pub(super) fn end(&self) {
        self.lock().clear();
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

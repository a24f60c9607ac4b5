//! The log's time: the clock, except that it never goes back.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::clock::Clock;

pub(super) struct LogTime {
    clock: Arc<dyn Clock>,
    /// Latest time that was given to any record this process knows of.
    last_at_ms: AtomicI64,
}

impl LogTime {
    pub(super) fn new(clock: Arc<dyn Clock>, last_at_ms: i64) -> Self {
        Self { clock, last_at_ms: AtomicI64::new(last_at_ms) }
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now_ms().max(self.last_at_ms.load(Ordering::Acquire))
    }

    /// Takes note of a record's time.
    pub(super) fn observe(&self, at_ms: i64) {
        self.last_at_ms.fetch_max(at_ms, Ordering::AcqRel);
    }
}

impl fmt::Debug for LogTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LogTime")
            .field("last_at_ms", &self.last_at_ms)
            .finish_non_exhaustive()
    }
}

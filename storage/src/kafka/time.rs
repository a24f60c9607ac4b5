//! The log's time: the brokers' clock, as far as appends tell of it.
//!
//! A record gets the time of the broker that leads its partition. Each append tells how far
//! that clock is from ours: the record's time, less the middle between sending and report.
//! As with the clients' clocks, the append with the least round trip of the last eight is
//! believed, so that a slow one does not move the time.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;

/// Appends whose clocks are compared.
const SAMPLES_MAX: usize = 8;

pub(super) struct LogTime {
    clock: Arc<dyn Clock>,
    samples: Mutex<VecDeque<Sample>>,
    /// What the log's clock is ahead of ours.
    skew_ms: AtomicI64,
    /// Latest time of any record this process knows of.
    last_at_ms: AtomicI64,
}

#[derive(Clone, Copy)]
struct Sample {
    round_trip_ms: i64,
    skew_ms: i64,
}

impl LogTime {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            samples: Mutex::default(),
            skew_ms: AtomicI64::new(0),
            last_at_ms: AtomicI64::new(i64::MIN),
        }
    }

    /// Our own clock.
    pub(super) fn local_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub(super) fn now_ms(&self) -> i64 {
        let estimated = self.local_ms().saturating_add(self.skew_ms.load(Ordering::Acquire));
        estimated.max(self.last_at_ms.load(Ordering::Acquire))
    }

    /// Takes note of a record's time.
    pub(super) fn observe(&self, at_ms: i64) {
        self.last_at_ms.fetch_max(at_ms, Ordering::AcqRel);
    }

    /// Takes note of an append that was sent and reported at these times of our clock.
    pub(super) fn compare(&self, sent_ms: i64, reported_ms: i64, at_ms: i64) {
        self.observe(at_ms);
        let round_trip_ms = reported_ms.saturating_sub(sent_ms);
        if round_trip_ms < 0 {
            // Our clock was set back meanwhile.
            return;
        }
        let middle_ms = sent_ms.saturating_add(round_trip_ms / 2);
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() == SAMPLES_MAX {
            samples.pop_front();
        }
        samples.push_back(Sample { round_trip_ms, skew_ms: at_ms.saturating_sub(middle_ms) });
        // Of equal ones the latest, since clocks drift.
        if let Some(best) = samples.iter().rev().min_by_key(|sample| sample.round_trip_ms) {
            self.skew_ms.store(best.skew_ms, Ordering::Release);
        }
    }
}

impl fmt::Debug for LogTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LogTime")
            .field("skew_ms", &self.skew_ms)
            .field("last_at_ms", &self.last_at_ms)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn at(now_ms: i64) -> (ManualClock, LogTime) {
        let clock = ManualClock::at(now_ms);
        (clock.clone(), LogTime::new(Arc::new(clock)))
    }

    #[test]
    fn it_is_our_clock_until_the_log_says_otherwise() {
        let (clock, time) = at(1000);
        assert_eq!(time.now_ms(), 1000);
        clock.advance(5);
        assert_eq!(time.now_ms(), 1005);
    }

    #[test]
    fn it_never_is_before_a_record() {
        let (clock, time) = at(1000);
        time.observe(1200);
        assert_eq!(time.now_ms(), 1200);
        time.observe(1100);
        clock.advance(100);
        assert_eq!(time.now_ms(), 1200);
        clock.advance(200);
        assert_eq!(time.now_ms(), 1300);
    }

    #[test]
    fn it_follows_the_clock_of_the_brokers() {
        for skew_ms in [-5000, 5000] {
            let (clock, time) = at(100_000);
            time.compare(100_000, 100_010, 100_005 + skew_ms);
            clock.advance(10);
            assert_eq!(time.now_ms(), 100_010 + skew_ms);
        }
    }

    #[test]
    fn the_quickest_of_the_last_eight_is_believed() {
        let (_clock, time) = at(20_000);
        time.compare(10_000, 10_002, 10_001 - 500);
        for _ in 1..SAMPLES_MAX {
            time.compare(10_000, 10_100, 10_050 - 900);
            assert_eq!(time.now_ms(), 20_000 - 500);
        }
        // The quick one is the ninth now.
        time.compare(10_000, 10_100, 10_050 - 900);
        assert_eq!(time.now_ms(), 20_000 - 900);
    }

    #[test]
    fn of_equal_ones_the_latest_is_believed() {
        let (_clock, time) = at(20_000);
        time.compare(10_000, 10_002, 9001);
        time.compare(10_000, 10_002, 8001);
        assert_eq!(time.now_ms(), 20_000 - 2000);
    }

    #[test]
    fn an_append_over_which_our_clock_went_back_tells_nothing() {
        let (_clock, time) = at(10_000);
        time.compare(10_000, 9000, 5000);
        assert_eq!(time.now_ms(), 10_000);
    }
}

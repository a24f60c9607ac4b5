//! Latencies of many events, to a microsecond.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::Result;

/// Longest latency that is told apart; longer ones count as this.
const LATENCY_MAX: Duration = Duration::from_mins(1);
/// Digits that are right.
const DIGITS: u8 = 3;

/// Latencies of many events.
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    pub(crate) fn new() -> Result<Self> {
        let max_us = micros(LATENCY_MAX);
        Ok(Self(Histogram::new_with_bounds(1, max_us, DIGITS)?))
    }

    pub(crate) fn add(&mut self, latency: Duration) {
        self.0.saturating_record(micros(latency));
    }

    /// Adds those of others.
    pub(crate) fn merge(&mut self, others: &Self) -> Result<()> {
        Ok(self.0.add(&others.0)?)
    }

    /// Milliseconds that this share of the events (0 to 1) did not exceed.
    pub(crate) fn quantile_ms(&self, share: f64) -> f64 {
        ms(Duration::from_micros(self.0.value_at_quantile(share)))
    }

    /// Milliseconds of the slowest.
    pub(crate) fn max_ms(&self) -> f64 {
        ms(Duration::from_micros(self.0.max()))
    }
}

/// Milliseconds with their fraction.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_in_milliseconds() {
        let mut latencies = Latencies::new().unwrap();
        for at_ms in 1..=100 {
            latencies.add(Duration::from_millis(at_ms));
        }
        assert!((latencies.quantile_ms(0.5) - 50.0).abs() < 0.1);
        assert!((latencies.quantile_ms(0.99) - 99.0).abs() < 0.1);
        assert!((latencies.max_ms() - 100.0).abs() < 0.1);
    }

    #[test]
    fn what_is_longer_than_the_longest_counts_as_that() {
        let mut latencies = Latencies::new().unwrap();
        latencies.add(LATENCY_MAX * 2);
        assert!((latencies.max_ms() - ms(LATENCY_MAX)).abs() < 100.0);
    }
}

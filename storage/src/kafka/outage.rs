//! What the clients hear of the brokers. An outage is one line in the log when it begins and
//! one when it ends, however often the clients try meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::gauge;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::statistics::Statistics;

/// Shared by all clients of a log.
#[derive(Debug, Default)]
pub(super) struct Outage {
    is_on: AtomicBool,
    /// Why a connection was lost or refused the last time.
    reason: Mutex<String>,
}

impl Outage {
    /// A broker has answered.
    pub(super) fn is_over(&self) {
        if self.is_on.load(Ordering::Relaxed) && self.is_on.swap(false, Ordering::Relaxed) {
            gauge!("log_outage").set(0.0);
            tracing::info!("the brokers of the log answer again");
        }
    }

    /// Why a connection was lost or refused the last time; empty if none was.
    pub(super) fn reason(&self) -> String {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn heard(&self, error: &KafkaError, reason: &str) {
        let mut known = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::AllBrokersDown) {
            tracing::debug!(%error, reason, "a client of the log reports");
            reason.clone_into(&mut known);
        } else if !self.is_on.swap(true, Ordering::Relaxed) {
            gauge!("log_outage").set(1.0);
            let reason = if known.is_empty() { reason } else { known.as_str() };
            tracing::warn!(reason, "no broker of the log answers");
        }
    }
}

/// What a client of the library reports to.
pub(super) struct Context(pub(super) Arc<Outage>);

impl ClientContext for Context {
    fn log(&self, _level: RDKafkaLogLevel, facility: &str, message: &str) {
        // What matters comes as an error too; these lines repeat at every attempt.
        tracing::debug!(facility, message, "a client of the log says");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.0.heard(&error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        gauge!("log_append_queue").set(statistics.msg_cnt as f64);
        let round_trips = statistics.brokers.values().filter_map(|broker| broker.rtt.as_ref());
        let slowest_us = round_trips.map(|window| window.p99).max().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        gauge!("log_broker_round_trip_seconds").set(slowest_us as f64 / 1e6);
    }
}

impl ConsumerContext for Context {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_lasts_until_a_broker_answers() {
        let outage = Outage::default();
        let heard = |code| outage.heard(&KafkaError::Global(code), "refused");
        heard(RDKafkaErrorCode::BrokerTransportFailure);
        assert!(!outage.is_on.load(Ordering::Relaxed), "one broker of several is no outage");
        heard(RDKafkaErrorCode::AllBrokersDown);
        heard(RDKafkaErrorCode::AllBrokersDown);
        assert!(outage.is_on.load(Ordering::Relaxed));
        outage.is_over();
        assert!(!outage.is_on.load(Ordering::Relaxed));
    }
}

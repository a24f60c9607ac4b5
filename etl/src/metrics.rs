//! What passes did, for Prometheus.

use std::net::SocketAddr;

use metrics::{counter, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder};

use crate::report::PassReport;

/// Serves `/metrics` on an address. To be called inside the async runtime.
pub(crate) fn listen(address: SocketAddr) -> Result<(), BuildError> {
    PrometheusBuilder::new().with_http_listener(address).install()
}

/// Adds a pass. The age of the oldest open room is the one to watch: what holds records back
/// for longer than the log keeps them would be lost.
#[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
pub(crate) fn record(report: &PassReport) {
    let result = if report.is_complete() { "complete" } else { "incomplete" };
    let counts = &report.counts;
    counter!("etl_passes_total", "result" => result).increment(1);
    counter!("etl_failures_total").increment(report.failures_total);
    counter!("etl_records_read_total").increment(counts.records_read);
    counter!("etl_rooms_sealed_total").increment(counts.rooms_sealed);
    counter!("etl_events_archived_total").increment(counts.events_archived);
    counter!("etl_records_quarantined_total").increment(counts.records_quarantined);
    counter!("etl_records_truncated_total").increment(counts.records_truncated);
    gauge!("etl_pass_duration_seconds").set(report.duration_ms as f64 / 1000.0);
    gauge!("etl_pass_started_at_seconds").set(report.started_at.unix_timestamp() as f64);
    gauge!("etl_oldest_open_age_seconds").set(report.oldest_open_age_s.unwrap_or(0) as f64);
}

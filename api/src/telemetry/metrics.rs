//! The process's metrics, in Prometheus' text format.

use std::sync::{Mutex, PoisonError};

use metrics::gauge;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Bounds for whatever is measured in seconds: from a cached answer to a lost cause.
const SECONDS: [f64; 13] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Bounds for whatever is measured in milliseconds, such as the drift of players.
const MILLISECONDS: [f64; 11] =
    [1.0, 2.5, 5.0, 15.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 5000.0];

/// Renders what was counted. One recorder serves the whole process.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Starts recording, or joins the recording that runs already.
    pub fn start() -> Result<Self, BuildError> {
        static RUNNING: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = &*running {
            return Ok(Self(handle.clone()));
        }
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .set_buckets_for_metric(Matcher::Suffix("_ms".to_owned()), &MILLISECONDS)?
            .build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder has the metrics");
        }
        *running = Some(handle.clone());
        Ok(Self(handle))
    }

    /// The text to scrape.
    pub(crate) fn render(&self) -> String {
        if let Some(bytes) = resident_bytes() {
            gauge!("process_resident_memory_bytes").set(bytes);
        }
        self.0.render()
    }

    /// Folds what was measured since the last call; without it samples pile up.
    pub(crate) fn run_upkeep(&self) {
        self.0.run_upkeep();
    }
}

/// Known on Linux only.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(f64::from(kibibytes) * 1024.0)
}

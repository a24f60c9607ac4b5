//! Logs, Sentry and metrics. Set up once, before the runtime starts; what [`Telemetry`]
//! holds is sent when it is dropped, at the very end of `main`.

mod logs;
mod metrics;
mod scrub;
mod sentry;

pub use metrics::Metrics;

use crate::options::{BadOption, TelemetryOptions};

/// Keeps Sentry going.
pub struct Telemetry {
    _sentry: Option<::sentry::ClientInitGuard>,
}

impl Telemetry {
    /// Starts logging, and Sentry if it has an address.
    pub fn start(options: &TelemetryOptions) -> Result<Self, BadOption> {
        // Sentry sends by the same TLS as every client here.
        drop(rustls::crypto::ring::default_provider().install_default());
        let sentry = sentry::start(options)?;
        logs::start(options)?;
        Ok(Self { _sentry: sentry })
    }
}

//! What balancers and operators ask.

use std::sync::Arc;

use poem_openapi::payload::{Json, PlainText};
use poem_openapi::{ApiResponse, OpenApi};
use schemas::http::{DoneAnswer, ErrorAnswer};

use super::section::Section;
use crate::services::Services;
use crate::telemetry::Metrics;

/// Operations for the operator.
pub(super) struct HealthApi {
    pub(super) services: Arc<Services>,
    pub(super) metrics: Metrics,
}

/// Answer of the liveness check.
#[derive(ApiResponse)]
enum Live {
    /// The process answers.
    #[oai(status = 200)]
    Yes(Json<DoneAnswer>),
}

/// Answer of the readiness check.
#[derive(ApiResponse)]
enum Ready {
    /// Requests can be served.
    #[oai(status = 200)]
    Yes(Json<DoneAnswer>),
    /// A part is away; the text names it.
    #[oai(status = 503)]
    No(
        Json<ErrorAnswer>,
        /// Seconds after which to ask again.
        #[oai(header = "Retry-After")]
        u32,
    ),
}

/// Answer of the metrics.
#[derive(ApiResponse)]
enum Measured {
    /// Counters, gauges and histograms in Prometheus' text format.
    #[oai(status = 200, content_type = "text/plain; version=0.0.4; charset=utf-8")]
    Metrics(PlainText<String>),
}

/// How often a balancer may ask again.
const RETRY_AFTER_S: u32 = 1;

#[OpenApi(tag = "Section::Operation")]
impl HealthApi {
    /// Is the process alive?
    #[oai(path = "/health/live", method = "get", operation_id = "isLive")]
    async fn live(&self) -> Live {
        Live::Yes(Json(done()))
    }

    /// Can requests be served?
    #[oai(path = "/health/ready", method = "get", operation_id = "isReady")]
    async fn ready(&self) -> Ready {
        match self.services.ready().await {
            Ok(()) => Ready::Yes(Json(done())),
            Err(part) => Ready::No(
                Json(ErrorAnswer {
                    success: false,
                    errors: vec![format!("The part `{part}` is away.")],
                    code: "away".to_owned(),
                    fields: None,
                }),
                RETRY_AFTER_S,
            ),
        }
    }

    /// Read the metrics
    #[oai(path = "/metrics", method = "get", operation_id = "readMetrics")]
    async fn metrics(&self) -> Measured {
        Measured::Metrics(PlainText(self.metrics.render()))
    }
}

fn done() -> DoneAnswer {
    DoneAnswer { success: true, errors: vec![] }
}

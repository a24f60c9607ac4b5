//! Sees every request: gives it an id, a span and a Sentry scope of its own, and counts and
//! times it by its route.
//!
//! Neither path nor query is logged: invite codes are in one, tickets in the other.

use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, histogram};
use poem::http::{HeaderName, HeaderValue, Method, StatusCode};
use poem::{Endpoint, Middleware, PathPattern, Request, Response};
use sentry::{Hub, SentryFutureExt};
use tokio::time::Instant;
use tracing::{Instrument, Span, field};
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps everything.
pub(super) struct Observe;

impl<E: Endpoint> Middleware<E> for Observe {
    type Output = Observed<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Observed { inner }
    }
}

pub(super) struct Observed<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for Observed<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let started = Instant::now();
        let id = Uuid::new_v4();
        let method = method_name(request.method());
        let span = tracing::info_span!(
            "http.request",
            request.id = %id,
            http.method = method,
            http.route = field::Empty,
        );
        let hub = Arc::new(Hub::new_from_top(Hub::current()));
        hub.configure_scope(|scope| scope.set_tag("request.id", id));
        let answering = async {
            let mut response = self.inner.get_response(request).await;
            report(&response, method, started.elapsed());
            if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
                response.headers_mut().insert(REQUEST_ID, id);
            }
            response
        };
        Ok(answering.instrument(span).bind_hub(hub).await)
    }
}

fn report(response: &Response, method: &'static str, took: Duration) {
    let route = route(response);
    let status = response.status();
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    Span::current().record("http.route", &*route);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        tracing::warn!(status = status.as_u16(), duration_ms, "request refused");
    } else if status.is_client_error() {
        tracing::info!(status = status.as_u16(), duration_ms, "request refused");
    } else {
        tracing::debug!(status = status.as_u16(), duration_ms, "request answered");
    }
    let status = status.as_str().to_owned();
    counter!("http_requests_total", "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    histogram!("http_request_duration_seconds", "method" => method, "route" => route)
        .record(took.as_secs_f64());
}

/// The template of the matched route, such as `/api/v1/room/{id}`, whatever was asked for.
fn route(response: &Response) -> String {
    let Some(pattern) = response.data::<PathPattern>() else {
        return "none".to_owned();
    };
    let segments = pattern.0.split('/').map(|segment| {
        if segment.starts_with([':', '<']) {
            "{id}"
        } else if segment.starts_with('*') {
            "*"
        } else {
            segment
        }
    });
    let route = segments.collect::<Vec<_>>().join("/");
    // The page's own pattern is empty: it stands for whatever is left.
    if route.is_empty() { "/*".to_owned() } else { route }
}

/// Methods are a label, so made-up ones count as one.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

//! How every call leaves: one factory for the HTTP client, and [`Service`], which sends calls.
//!
//! A [`Call`] says what to ask, by when, and whether it may be sent twice. [`Service::call`]
//! lets the service's circuit breaker admit it, sends an attempt, gives the answer a meaning,
//! and tries again where that is safe and the deadline leaves time.
//!
//! Metrics: `upstream_requests_total{service,operation,outcome}`,
//! `upstream_request_duration_seconds{service,operation}`,
//! `upstream_retries_total{service,operation}`, `upstream_circuit_open{service}`.

mod answer;
mod breaker;
mod call;
mod circuit;
mod retry;
mod service;

use std::time::Duration;

use reqwest::redirect;

use crate::BaseUrl;

pub use breaker::{BREAKER_FAILURES_MAX, BREAKER_PAUSE_MS, BreakerPolicy};
pub use call::{ANSWER_BYTES_MAX, Call};
pub use retry::{RETRIES_MAX, RETRY_PAUSE_MS_BASE, RETRY_PAUSE_MS_MAX, RetryPolicy};
pub use service::{Service, json};

/// Longest wait for a connection.
pub const CONNECT_TIMEOUT_MS: u64 = 1_000;
/// Longest wait for one attempt, from its first byte sent to its last byte read.
pub const ATTEMPT_TIMEOUT_MS: u64 = 3_000;
/// Idle connections are closed after this; must stay below what services allow.
pub const POOL_IDLE_TIMEOUT_MS: u64 = 20_000;
/// Idle connections kept for each service.
pub const POOL_IDLE_CONNECTIONS_MAX: usize = 32;

const USER_AGENT: &str = concat!("movie-together/", env!("CARGO_PKG_VERSION"));

/// What an operator may want to change about calls; the constants of this module by default.
#[derive(Clone, Copy, Debug)]
pub struct HttpOptions {
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest wait for one attempt.
    pub attempt_timeout: Duration,
    /// How often and after which pauses to try again.
    pub retry: RetryPolicy,
    /// When to stop trying for a while.
    pub breaker: BreakerPolicy,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_millis(CONNECT_TIMEOUT_MS),
            attempt_timeout: Duration::from_millis(ATTEMPT_TIMEOUT_MS),
            retry: RetryPolicy::default(),
            breaker: BreakerPolicy::default(),
        }
    }
}

/// Makes [`Service`]s that share one connection pool. A process needs one.
#[derive(Clone, Debug)]
pub struct HttpFactory {
    client: reqwest::Client,
    options: HttpOptions,
}

impl HttpFactory {
    /// Fails only if the machine's TLS roots cannot be loaded.
    pub fn new(options: HttpOptions) -> Result<Self, reqwest::Error> {
        Ok(Self { client: client(&options)?, options })
    }

    /// The service called `name` in metrics and failures, with a circuit of its own.
    pub fn service(&self, name: &'static str, base_url: BaseUrl) -> Service {
        Service::new(name, base_url, self.client.clone(), self.options)
    }
}

/// The one place where HTTP clients are built. Redirects are answers, not orders: following
/// one would carry the caller's token to wherever it points.
pub fn client(options: &HttpOptions) -> Result<reqwest::Client, reqwest::Error> {
    // A provider that is installed already serves just as well.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(Duration::from_millis(POOL_IDLE_TIMEOUT_MS))
        .pool_max_idle_per_host(POOL_IDLE_CONNECTIONS_MAX)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .build()
}

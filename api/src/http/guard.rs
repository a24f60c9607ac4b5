//! What stands before every call: the rate of its address, and no keeping of its answer.

use std::sync::Arc;

use ipnet::IpNet;
use poem::http::header::{self, HeaderValue};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response};

use super::client_address::client_address;
use super::rate_limit::RateLimits;

/// Guards a group of routes.
#[derive(Clone)]
pub(super) struct Guard {
    limits: Arc<RateLimits>,
    trusted_proxies: Arc<[IpNet]>,
}

impl Guard {
    pub(super) fn new(limits: Arc<RateLimits>, trusted_proxies: Vec<IpNet>) -> Self {
        Self { limits, trusted_proxies: trusted_proxies.into() }
    }
}

impl<E: Endpoint> Middleware<E> for Guard {
    type Output = Guarded<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Guarded { guard: self.clone(), inner }
    }
}

pub(super) struct Guarded<E> {
    guard: Guard,
    inner: E,
}

impl<E: Endpoint> Endpoint for Guarded<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let address = client_address(&request, &self.guard.trusted_proxies);
        self.guard.limits.check_address(address)?;
        let mut response = self.inner.call(request).await?.into_response();
        response
            .headers_mut()
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        Ok(response)
    }
}

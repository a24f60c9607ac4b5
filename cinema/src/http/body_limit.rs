//! Bodies are read here, up to a limit and in time, because the framework reads any size.

use std::time::Duration;

use poem::error::ReadBodyError;
use poem::{Endpoint, Middleware, Request, Result};

use crate::refusal::Refusal;

const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Refuses bodies of more bytes, whether announced by `Content-Length` or sent in chunks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyLimit {
    pub(crate) bytes_max: usize,
}

impl<E: Endpoint> Middleware<E> for BodyLimit {
    type Output = Limited<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Limited { inner, limit: *self }
    }
}

/// An endpoint whose bodies are limited.
pub(crate) struct Limited<E> {
    inner: E,
    limit: BodyLimit,
}

impl<E: Endpoint> Endpoint for Limited<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> Result<Self::Output> {
        let bytes_max = self.limit.bytes_max;
        if announced_bytes(&request).is_some_and(|bytes| bytes > bytes_max) {
            return Err(Refusal::too_large(bytes_max).into());
        }
        let reading = request.take_body().into_bytes_limit(bytes_max);
        let body = tokio::time::timeout(BODY_TIMEOUT, reading)
            .await
            .map_err(|_elapsed| Refusal::too_slow())?
            .map_err(|error| match error {
                ReadBodyError::PayloadTooLarge => Refusal::too_large(bytes_max),
                _ => Refusal::malformed("the body could not be read"),
            })?;
        request.set_body(body);
        self.inner.call(request).await
    }
}

fn announced_bytes(request: &Request) -> Option<usize> {
    request.header("content-length")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use poem::{Body, EndpointExt as _, endpoint::make_sync};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up() {
        let endpoint = make_sync(|_| "").with(BodyLimit { bytes_max: 10 });
        let never = futures_util::stream::pending::<std::io::Result<bytes::Bytes>>();
        let request = Request::builder().body(Body::from_bytes_stream(never));
        let status = endpoint.call(request).await.unwrap_err().status();
        assert_eq!(status, poem::http::StatusCode::REQUEST_TIMEOUT);
    }
}

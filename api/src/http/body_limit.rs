//! Reads bodies up to a limit and no longer than a moment, whether or not their sender says
//! how long they are: the framework itself would read and parse any length.

use std::time::Duration;

use poem::error::ReadBodyError;
use poem::http::{HeaderMap, StatusCode, header};
use poem::{Endpoint, Middleware, Request};
use tokio::time::timeout;

use super::problem::Problem;

/// Longest body of a call of ours; the longest sane one, a title in any script, is a tenth.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// Longest wait for a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads every body before the handler is called.
pub(super) struct BodyLimit;

impl<E: Endpoint> Middleware<E> for BodyLimit {
    type Output = LimitedBody<E>;

    fn transform(&self, inner: E) -> Self::Output {
        LimitedBody { inner }
    }
}

pub(super) struct LimitedBody<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for LimitedBody<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> poem::Result<Self::Output> {
        if announced(request.headers()).is_some_and(|bytes| bytes > BODY_BYTES_MAX as u64) {
            return Err(Problem::too_large(BODY_BYTES_MAX).into());
        }
        let body = request.take_body();
        if !body.is_empty() {
            let reading = body.into_bytes_limit(BODY_BYTES_MAX);
            let bytes = match timeout(BODY_TIMEOUT, reading).await {
                Ok(Ok(bytes)) => bytes,
                Ok(Err(ReadBodyError::PayloadTooLarge)) => {
                    return Err(Problem::too_large(BODY_BYTES_MAX).into());
                }
                Ok(Err(_)) => return Err(Problem::malformed("The body ended early.").into()),
                Err(_elapsed) => return Err(too_slow().into()),
            };
            request.set_body(bytes);
        }
        self.inner.call(request).await
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_slow() -> Problem {
    let text = "The body did not come in time.";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", text)
}

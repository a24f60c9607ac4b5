//! What browsers are told not to do with our answers.

use poem::http::HeaderMap;
use poem::http::header::{self, HeaderName, HeaderValue};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response};

/// The page: no inline script or style; media and sockets may come from the cinema's hosts.
pub(super) const PAGE_POLICY: &str = "default-src 'self'; base-uri 'none'; object-src 'none'; \
    form-action 'self'; frame-ancestors 'none'; img-src 'self' https: http: data:; \
    media-src 'self' https: http: blob:; connect-src 'self' ws: wss: https: http:; \
    style-src 'self'; script-src 'self'; worker-src 'self' blob:";
/// The bundled viewer of the document brings its script and style inline.
pub(super) const DOCS_POLICY: &str = "default-src 'none'; base-uri 'none'; \
    frame-ancestors 'none'; connect-src 'self'; img-src 'self' data:; \
    script-src 'unsafe-inline'; style-src 'unsafe-inline'";

const FIXED: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Adds the headers to every answer; a policy that is set already stays.
pub(super) struct SecurityHeaders;

impl<E: Endpoint> Middleware<E> for SecurityHeaders {
    type Output = Secured<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Secured { inner }
    }
}

pub(super) struct Secured<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for Secured<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let mut response = self.inner.call(request).await?.into_response();
        add(response.headers_mut());
        Ok(response)
    }
}

fn add(headers: &mut HeaderMap) {
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(PAGE_POLICY));
}

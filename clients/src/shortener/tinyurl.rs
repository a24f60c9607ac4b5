//! TinyURL's keyless API: a GET with the link, the short link as plain text.

use async_trait::async_trait;
use tracing::instrument;

use super::{ANSWER_BYTES_MAX, Shortener, checked};
use crate::http::{Call, HttpFactory, Service};
use crate::{BaseUrl, Deadline, Failure};

/// Where TinyURL lives.
pub const TINYURL_BASE: &str = "https://tinyurl.com";

/// [`Shortener`] by TinyURL.
#[derive(Debug)]
pub struct TinyUrl {
    service: Service,
}

impl TinyUrl {
    /// TinyURL at `base_url`; [`TINYURL_BASE`] in production.
    pub fn new(base_url: BaseUrl, http: &HttpFactory) -> Self {
        Self { service: http.service("tinyurl", base_url) }
    }
}

#[async_trait]
impl Shortener for TinyUrl {
    #[instrument(name = "clients.tinyurl.shorten", skip_all)]
    async fn shorten(&self, long_url: &str, deadline: Deadline) -> Result<String, Failure> {
        let call = Call::get("shorten", &["api-create.php"], deadline)
            .query("url", long_url)
            .answer_bytes_max(ANSWER_BYTES_MAX);
        let read = |body: &[u8]| checked(&String::from_utf8_lossy(body));
        self.service.call(&call, read).await
    }
}

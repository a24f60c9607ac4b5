//! Shlink, a shortener that people host themselves (REST version 3).

use async_trait::async_trait;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use super::{ANSWER_BYTES_MAX, Shortener, checked};
use crate::bearer::{BadToken, secret_header};
use crate::http::{Call, HttpFactory, Service, json};
use crate::{BaseUrl, Deadline, Failure};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// [`Shortener`] by a Shlink server.
#[derive(Debug)]
pub struct Shlink {
    service: Service,
    api_key: HeaderValue,
}

impl Shlink {
    /// The Shlink server at `base_url`; [`BadToken`] if no header can carry the key.
    pub fn new(
        base_url: BaseUrl,
        api_key: &SecretString,
        http: &HttpFactory,
    ) -> Result<Self, BadToken> {
        let api_key = secret_header(api_key.expose_secret())?;
        Ok(Self { service: http.service("shlink", base_url), api_key })
    }
}

#[async_trait]
impl Shortener for Shlink {
    #[instrument(name = "clients.shlink.shorten", skip_all)]
    async fn shorten(&self, long_url: &str, deadline: Deadline) -> Result<String, Failure> {
        // `findIfExists` makes a second POST find what the first one made.
        let call = Call::post("shorten", &["rest", "v3", "short-urls"], deadline)
            .idempotent()
            .header(API_KEY, self.api_key.clone())
            .json(&NewShortUrl { long_url, find_if_exists: true })
            .answer_bytes_max(ANSWER_BYTES_MAX);
        let read = |body: &[u8]| {
            let ShortUrl { short_url } = json(body)?;
            checked(&short_url)
        };
        self.service.call(&call, read).await
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewShortUrl<'a> {
    long_url: &'a str,
    find_if_exists: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShortUrl {
    short_url: String,
}

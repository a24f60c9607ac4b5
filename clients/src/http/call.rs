//! One question to a service, before it is sent.

use std::fmt;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Request};
use serde::Serialize;

use crate::{BaseUrl, Bearer, Deadline};

/// Longest answer of a call that asks for no other limit.
pub const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// What to ask, by when, and whether it may be asked twice.
#[derive(Clone)]
pub struct Call {
    pub(super) operation: &'static str,
    pub(super) deadline: Deadline,
    pub(super) idempotent: bool,
    pub(super) answer_bytes_max: usize,
    method: Method,
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    headers: HeaderMap,
    body: Option<Bytes>,
}

impl Call {
    /// A GET of the path that `segments` make. `operation` names it in metrics and failures.
    pub fn get(operation: &'static str, segments: &[&str], deadline: Deadline) -> Self {
        Self::new(operation, Method::GET, segments, deadline).idempotent()
    }

    /// A PUT; by its meaning it may be sent twice.
    pub fn put(operation: &'static str, segments: &[&str], deadline: Deadline) -> Self {
        Self::new(operation, Method::PUT, segments, deadline).idempotent()
    }

    /// A DELETE; by its meaning it may be sent twice.
    pub fn delete(operation: &'static str, segments: &[&str], deadline: Deadline) -> Self {
        Self::new(operation, Method::DELETE, segments, deadline).idempotent()
    }

    /// A POST; sent once, unless [`Call::idempotent`] says otherwise.
    pub fn post(operation: &'static str, segments: &[&str], deadline: Deadline) -> Self {
        Self::new(operation, Method::POST, segments, deadline)
    }

    fn new(operation: &'static str, method: Method, segments: &[&str], deadline: Deadline) -> Self {
        Self {
            operation,
            deadline,
            idempotent: false,
            answer_bytes_max: ANSWER_BYTES_MAX,
            method,
            path: segments.iter().map(ToString::to_string).collect(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
        }
    }

    /// Says that sending this twice does no more than sending it once.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Asks in the name of `caller`.
    #[must_use]
    pub fn caller(self, caller: &Bearer) -> Self {
        self.header(AUTHORIZATION, caller.header())
    }

    /// Sends a header along.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Appends `name=value` to the query, escaped.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Sends `body` as JSON.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "the bodies are structs of texts and ids, which always have a JSON form"
    )]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(body).expect("a body of texts and ids").into());
        self.header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// Allows the answer another length, in bytes.
    #[must_use]
    pub fn answer_bytes_max(mut self, bytes_max: usize) -> Self {
        self.answer_bytes_max = bytes_max;
        self
    }

    /// A fresh request for one attempt.
    pub(super) fn request(&self, base_url: &BaseUrl) -> Request {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let mut url = base_url.join(&path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let mut request = Request::new(self.method.clone(), url);
        *request.headers_mut() = self.headers.clone();
        *request.body_mut() = self.body.clone().map(Into::into);
        request
    }
}

/// Shows neither query nor body, which may hold what must not reach a log.
impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Call")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("idempotent", &self.idempotent)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn debug_shows_no_link_and_no_token() {
        let bearer = Bearer::new("token").unwrap();
        let deadline = Deadline::after(Duration::ZERO);
        let call = Call::post("shorten", &["path"], deadline)
            .caller(&bearer)
            .query("url", "link")
            .json(&"link");
        let shown = format!("{call:?}");
        assert!(shown.contains("shorten"));
        assert!(!shown.contains("link") && !shown.contains("token"), "{shown}");
    }
}

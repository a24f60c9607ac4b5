//! One body for every refusal, ours and the framework's: `schemas::http::ErrorAnswer`.

use std::error::Error as StdError;

use poem::error::{MethodNotAllowedError, NotFoundError, ReadBodyError};
use poem::http::{StatusCode, header};
use poem::{IntoResponse, PathPattern, Response};
use poem_openapi::error::{
    AuthorizationError, ContentTypeError, ParseParamError, ParsePathError, ParseRequestPayloadError,
};
use poem_openapi::payload::Json;
use schemas::http::{ErrorAnswer, FieldError};

use super::values::Faults;
use crate::refusal::Refusal;

/// What clients are told to wait, in seconds, if nothing better is known.
const RETRY_AFTER_S: u32 = 2;

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    errors: Vec<String>,
    fields: Vec<FieldError>,
    retry_after_s: Option<u32>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, text: impl Into<String>) -> Self {
        Self { status, code, errors: vec![text.into()], fields: vec![], retry_after_s: None }
    }

    pub(crate) fn malformed(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", text)
    }

    pub(crate) fn unauthorized(text: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", text)
    }

    pub(crate) fn not_found() -> Self {
        let text = "There is nothing at this address.";
        Self::new(StatusCode::NOT_FOUND, "not_found", text)
    }

    pub(crate) fn too_large(bytes_max: usize) -> Self {
        let text = format!("The body may have {bytes_max} bytes at most.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text)
    }

    pub(crate) fn too_many_requests(retry_after_s: u32) -> Self {
        let text = "Too many requests; wait a moment.";
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", text);
        problem.retry_after(retry_after_s)
    }

    pub(crate) fn away(text: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "away", text).retry_after(RETRY_AFTER_S)
    }

    pub(crate) fn internal() -> Self {
        let text = "Something went wrong.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", text)
    }

    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        let fields = faults.into_fields();
        let text = |fault: &FieldError| format!("{}: {}", fault.field, fault.message);
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: "invalid",
            errors: fields.iter().map(text).collect(),
            fields,
            retry_after_s: None,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        if let Refusal::Internal(source) = &refusal {
            let source: &(dyn StdError + 'static) = source.as_ref();
            tracing::error!(error = source, "use case failed");
        }
        let status = StatusCode::from_u16(refusal.status());
        let problem = Self::new(
            status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            refusal.code(),
            refusal.to_string(),
        );
        match refusal {
            Refusal::Away { retry_after_s, .. } => problem.retry_after(retry_after_s),
            Refusal::Invalid { field, message } => Faults::of(field, message).into(),
            _ => problem,
        }
    }
}

/// Gives the framework's refusals the body that ours have.
impl From<&poem::Error> for Problem {
    fn from(error: &poem::Error) -> Self {
        if let Some(error) = error.downcast_ref::<ParseParamError>() {
            Faults::of(error.name, error.reason.clone()).into()
        } else if let Some(error) = error.downcast_ref::<ParsePathError>() {
            Faults::of("path", error.reason.clone()).into()
        } else if let Some(error) = error.downcast_ref::<ParseRequestPayloadError>() {
            Self::malformed(error.reason.clone())
        } else if error.is::<AuthorizationError>() {
            Self::unauthorized("Sign in first.")
        } else if error.is::<ContentTypeError>() {
            Self::unsupported_media_type()
        } else if error.is::<NotFoundError>() {
            Self::not_found()
        } else if error.is::<MethodNotAllowedError>() {
            Self::method_not_allowed()
        } else if error.is::<ReadBodyError>() {
            Self::malformed("The body could not be read.")
        } else {
            Self::by_status(error)
        }
    }
}

impl Problem {
    pub(crate) fn unsupported_media_type() -> Self {
        let text = "Send the body as application/json.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", text)
    }

    fn method_not_allowed() -> Self {
        let text = "This address does not know the method.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", text)
    }

    fn by_status(error: &poem::Error) -> Self {
        match error.status() {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self::method_not_allowed(),
            StatusCode::UNAUTHORIZED => Self::unauthorized("Sign in first."),
            status if status.is_client_error() => Self::malformed("The request could not be read."),
            _ => {
                let error: &(dyn StdError + 'static) = error;
                tracing::error!(error, "request failed");
                Self::internal()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let answer = ErrorAnswer {
            success: false,
            errors: self.errors,
            code: self.code.to_owned(),
            fields: (!self.fields.is_empty()).then_some(self.fields),
        };
        let mut response = Json(answer).into_response();
        response.set_status(self.status);
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UPGRADE_REQUIRED {
            let protocol = header::HeaderValue::from_static("websocket");
            headers.insert(header::UPGRADE, protocol);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = header::HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Gives whatever went wrong the body that all refusals have.
pub(super) async fn answer(error: poem::Error) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let route = error.data::<PathPattern>().cloned();
    let mut response = Problem::from(&error).into_response();
    if let Some(route) = route {
        response.set_data(route);
    }
    response
}

impl From<Problem> for poem::Error {
    fn from(problem: Problem) -> Self {
        Self::from_response(problem.into_response())
    }
}

//! Every way to be refused, as the services answer it: `{success: false, errors, code}`, and
//! `fields` where values were refused.

use poem_openapi::ApiResponse;
use poem_openapi::payload::Json;
use schemas::upstream::{FieldFault, UpstreamError};

type Body = Json<UpstreamError>;

/// A refusal with its status.
#[derive(Debug, ApiResponse)]
pub(crate) enum Refusal {
    /// The request could not be read.
    #[oai(status = 400)]
    Malformed(Body),
    /// No one is signed in, or the credentials are not valid.
    #[oai(status = 401)]
    Unauthorized(Body, #[oai(header = "WWW-Authenticate")] String),
    /// The caller may not see or do this.
    #[oai(status = 403)]
    Forbidden(Body),
    /// There is no such thing.
    #[oai(status = 404)]
    NotFound(Body),
    /// The address is known, but not by this method.
    #[oai(status = 405)]
    MethodNotAllowed(Body),
    /// The body took too long to arrive.
    #[oai(status = 408)]
    TooSlow(Body),
    /// It collides with what is there.
    #[oai(status = 409)]
    Conflict(Body),
    /// The body is too large.
    #[oai(status = 413)]
    TooLarge(Body),
    /// The body is not JSON.
    #[oai(status = 415)]
    UnsupportedMediaType(Body),
    /// The request could be read, but a value in it is refused; `fields` names it.
    #[oai(status = 422)]
    Invalid(Body),
    /// Too many tries; `Retry-After` says in how many seconds to come back.
    #[oai(status = 429)]
    TooMany(Body, #[oai(header = "Retry-After")] u64),
    /// The service failed; nothing is told about how.
    #[oai(status = 500)]
    Internal(Body),
}

impl Refusal {
    pub(crate) fn malformed(text: impl Into<String>) -> Self {
        Self::Malformed(body("malformed", text))
    }

    pub(crate) fn unauthorized(code: &str, text: &str) -> Self {
        Self::Unauthorized(body(code, text), "Bearer".to_owned())
    }

    pub(crate) fn forbidden(text: &str) -> Self {
        Self::Forbidden(body("forbidden", text))
    }

    pub(crate) fn not_found(text: &str) -> Self {
        Self::NotFound(body("not_found", text))
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::MethodNotAllowed(body("method_not_allowed", "this address has no such method"))
    }

    pub(crate) fn too_slow() -> Self {
        Self::TooSlow(body("too_slow", "the body took too long to arrive"))
    }

    pub(crate) fn conflict(code: &str, text: &str) -> Self {
        Self::Conflict(body(code, text))
    }

    pub(crate) fn too_large(bytes_max: usize) -> Self {
        Self::TooLarge(body("too_large", format!("the body may have {bytes_max} bytes")))
    }

    pub(crate) fn unsupported_media_type() -> Self {
        Self::UnsupportedMediaType(body(
            "unsupported_media_type",
            "the body must be application/json",
        ))
    }

    /// At least one fault; [`Faults`] collects them.
    pub(crate) fn invalid(fields: Vec<FieldFault>) -> Self {
        let text = |fault: &FieldFault| format!("{}: {}", fault.field, fault.message);
        Self::Invalid(Json(UpstreamError {
            success: false,
            errors: fields.iter().map(text).collect(),
            code: "invalid".to_owned(),
            fields,
        }))
    }

    pub(crate) fn too_many(retry_after_seconds: u64) -> Self {
        Self::TooMany(
            body(
                "too_many_requests",
                format!("too many tries; come back in {retry_after_seconds} s"),
            ),
            retry_after_seconds,
        )
    }

    /// Logs the cause, which the caller never sees.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a request failed");
        Self::Internal(body("internal", "the service failed; try again later"))
    }
}

fn body(code: &str, text: impl Into<String>) -> Body {
    Json(UpstreamError {
        success: false,
        errors: vec![text.into()],
        code: code.to_owned(),
        fields: Vec::new(),
    })
}

/// Collects the faults of a request's values, so that a person learns of all at once.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<FieldFault>);

impl Faults {
    /// Notes a fault unless the value is as it should be.
    pub(crate) fn expect(&mut self, good: bool, field: &str, message: impl Into<String>) {
        if !good {
            self.0.push(FieldFault { field: field.to_owned(), message: message.into() });
        }
    }

    /// Refuses when a fault was noted.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::invalid(self.0)) }
    }
}

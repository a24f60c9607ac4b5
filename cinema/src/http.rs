//! What every request of the three services passes, outermost first: refusals as one JSON
//! body, the limit of the body, the handler with the caller's token checked.

mod acceptor;
mod bearer;
mod body_limit;
mod encoded;
mod page;
mod throttle;

pub use acceptor::NodelayAcceptor;
pub(crate) use bearer::Caller;
pub(crate) use body_limit::BodyLimit;
pub(crate) use encoded::EncodedJson;
pub(crate) use page::{PageAsk, ids};
pub use throttle::SignInLimit;
pub(crate) use throttle::{SignInPermit, Throttle};

use poem::Response;
use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::StatusCode;
use poem_openapi::error::{ParseParamError, ParsePathError, ParseRequestPayloadError};

use crate::refusal::Refusal;

/// Gives refusals of the framework, such as 404 and 415, the JSON body that ours have. For
/// `catch_all_error`.
pub async fn refuse(error: poem::Error) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let refusal = if let Some(error) = error.downcast_ref::<ParseRequestPayloadError>() {
        Refusal::malformed(format!("the body could not be read: {}", error.reason))
    } else if let Some(error) = error.downcast_ref::<ParseParamError>() {
        Refusal::malformed(format!("{}: {}", error.name, error.reason))
    } else if let Some(error) = error.downcast_ref::<ParsePathError>() {
        Refusal::malformed(format!("{}: {}", error.name, error.reason))
    } else if error.is::<NotFoundError>() {
        Refusal::not_found("there is nothing at this address")
    } else if error.is::<MethodNotAllowedError>() {
        Refusal::method_not_allowed()
    } else {
        by_status(&error)
    };
    poem::Error::from(refusal).into_response()
}

fn by_status(error: &poem::Error) -> Refusal {
    match error.status() {
        StatusCode::UNAUTHORIZED => Refusal::unauthorized("unauthorized", "sign in first"),
        StatusCode::NOT_FOUND => Refusal::not_found("there is nothing at this address"),
        StatusCode::METHOD_NOT_ALLOWED => Refusal::method_not_allowed(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Refusal::unsupported_media_type(),
        status if status.is_client_error() => Refusal::malformed("the request could not be read"),
        _ => Refusal::internal(&Unexpected(error.to_string())),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unexpected(String);

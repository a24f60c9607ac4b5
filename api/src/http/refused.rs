//! How an operation is refused: one table beside each handler, which the document shows.

use std::marker::PhantomData;

use poem_openapi::ApiResponse;
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use schemas::http::ErrorAnswer;

use super::problem::Problem;
use super::values::Faults;
use crate::refusal::Refusal;

/// The refusals of one operation.
pub(super) trait Refusals: Send + Sync + 'static {
    /// Whether the operation wants a token.
    const TOKEN: bool = true;
    /// Status and when it is answered, beside those of [`COMMON`].
    const TABLE: &'static [(u16, &'static str)];
}

/// Names the refusals of an operation: `refusals!(ViewRoom: 404 "There is no such room.")`.
macro_rules! refusals {
    ($name:ident: $($status:literal $when:literal),* $(,)?) => {
        pub(super) struct $name;
        impl $crate::http::refused::Refusals for $name {
            const TABLE: &'static [(u16, &'static str)] = &[$(($status, $when)),*];
        }
    };
}
pub(super) use refusals;

/// What any operation may answer.
const COMMON: &[(u16, &str)] = &[
    (429, "Too many requests from this address or of this user."),
    (500, "A fault of the server."),
    (503, "A service behind is away; nothing was changed for certain."),
];
const NO_TOKEN: (u16, &str) = (401, "The token is missing, wrong or too old.");
const RETRY_AFTER: &str = "Seconds after which to try again.";

/// A refusal of the operation that `R` stands for.
pub(super) struct Refused<R>(Problem, PhantomData<R>);

impl<R> Refused<R> {
    fn new(problem: Problem) -> Self {
        Self(problem, PhantomData)
    }
}

impl<R> From<Refusal> for Refused<R> {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.into())
    }
}

impl<R> From<Faults> for Refused<R> {
    fn from(faults: Faults) -> Self {
        Self::new(faults.into())
    }
}

impl<R> From<Problem> for Refused<R> {
    fn from(problem: Problem) -> Self {
        Self::new(problem)
    }
}

impl<R> From<Refused<R>> for poem::Error {
    fn from(refused: Refused<R>) -> Self {
        refused.0.into()
    }
}

impl<R: Refusals> ApiResponse for Refused<R> {
    fn meta() -> MetaResponses {
        let token = R::TOKEN.then_some(&NO_TOKEN);
        let mut rows: Vec<_> = token.into_iter().chain(R::TABLE).chain(COMMON).collect();
        rows.sort_by_key(|(status, _)| *status);
        MetaResponses {
            responses: rows.into_iter().map(|(status, when)| response(*status, when)).collect(),
        }
    }

    fn register(registry: &mut Registry) {
        ErrorAnswer::register(registry);
    }
}

fn response(status: u16, when: &'static str) -> MetaResponse {
    let waits = matches!(status, 429 | 503);
    MetaResponse {
        description: when,
        status: Some(status),
        status_range: None,
        content: vec![MetaMediaType {
            content_type: Json::<ErrorAnswer>::CONTENT_TYPE,
            schema: ErrorAnswer::schema_ref(),
        }],
        headers: waits.then(retry_after).into_iter().collect(),
    }
}

fn retry_after() -> MetaHeader {
    MetaHeader {
        name: "RETRY-AFTER".to_owned(),
        description: Some(RETRY_AFTER.to_owned()),
        required: true,
        deprecated: false,
        schema: <u32 as Type>::schema_ref(),
    }
}

//! The argument that makes an operation want a token. Its checker names the caller, then counts
//! the request against the caller's rate.

use std::sync::Arc;

use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer as BearerToken;

use super::problem::Problem;
use super::rate_limit::RateLimits;
use crate::identity::{Identity, Stranger};
use crate::services::Caller;

/// An access token of the Auth service.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", bearer_format = "JWT", rename = "Bearer", checker = "check")]
pub(crate) struct Authorized(pub(crate) Caller);

async fn check(request: &Request, token: BearerToken) -> poem::Result<Caller> {
    let Some(identity) = request.data::<Arc<Identity>>() else {
        return Err(Problem::internal().into());
    };
    let caller = identity.caller(&token.token).await.map_err(Problem::from)?;
    if let Some(limits) = request.data::<Arc<RateLimits>>() {
        limits.check_user(caller.user)?;
    }
    Ok(caller)
}

impl From<Stranger> for Problem {
    fn from(stranger: Stranger) -> Self {
        match stranger {
            Stranger::Refused => Self::unauthorized(stranger.to_string()),
            Stranger::Away => Self::away(stranger.to_string()),
        }
    }
}

//! Who is calling.

use std::sync::Arc;

use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;
use schemas::upstream::User;

use crate::auth::Keys;
use crate::refusal::Refusal;

/// The signed-in person, by the access token of the Auth service.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", bearer_format = "JWT", checker = "check")]
pub(crate) struct Caller(pub(crate) User);

async fn check(request: &Request, bearer: Bearer) -> poem::Result<User> {
    let keys: &Arc<Keys> = request
        .data()
        .ok_or_else(|| poem::Error::from_status(poem::http::StatusCode::INTERNAL_SERVER_ERROR))?;
    let refused = || Refusal::unauthorized("unauthorized", "the access token is not valid");
    Ok(keys.verify(&bearer.token).ok_or_else(refused)?)
}

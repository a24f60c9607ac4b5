//! Who asks: a bearer JWT of the Auth service, checked here against its published keys, so
//! that a request costs no call.
//!
//! [`Authorized`] is the argument that makes an operation want a token. Its checker names the
//! caller, then counts the request against the caller's rate.

mod keys;

use std::sync::Arc;

use clients::{AuthApi, Bearer};
use jsonwebtoken::{Algorithm, Validation};
use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer as BearerToken;
use schemas::ids::UserId;
use schemas::limits::NAME_CHARS_MAX;
use serde::Deserialize;

use crate::http::{Problem, RateLimits};
use crate::services::Caller;
use keys::{KeyRing, NoKey};

/// Longest token that is looked at, in bytes.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// How far the clocks of Auth and of this node may differ, in seconds.
pub const LEEWAY_S: u64 = 30;

/// An access token of the Auth service.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", bearer_format = "JWT", rename = "Bearer", checker = "check")]
pub(crate) struct Authorized(pub(crate) Caller);

async fn check(request: &Request, token: BearerToken) -> poem::Result<Caller> {
    let Some(identity) = request.data::<Arc<Identity>>() else {
        return Err(Problem::internal().into());
    };
    let caller = identity.caller(&token.token).await?;
    if let Some(limits) = request.data::<Arc<RateLimits>>() {
        limits.check_user(caller.user)?;
    }
    Ok(caller)
}

/// What tokens must say.
#[derive(Clone, Debug)]
pub struct IdentityOptions {
    /// `iss` that tokens must carry.
    pub issuer: String,
    /// `aud` that tokens must carry.
    pub audience: String,
}

/// Checks tokens.
pub struct Identity {
    keys: KeyRing,
    options: IdentityOptions,
}

#[derive(Deserialize)]
struct Claims {
    sub: UserId,
    #[serde(default)]
    name: String,
}

impl Identity {
    /// Checks against the keys that `auth` publishes.
    pub fn new(auth: Arc<dyn AuthApi>, options: IdentityOptions) -> Self {
        Self { keys: KeyRing::new(auth), options }
    }

    async fn caller(&self, token: &str) -> Result<Caller, Problem> {
        let refused = || Problem::unauthorized("The token is wrong or too old; sign in again.");
        if token.len() > TOKEN_BYTES_MAX {
            return Err(refused());
        }
        let header = jsonwebtoken::decode_header(token).map_err(|error| {
            tracing::debug!(%error, "token header cannot be read");
            refused()
        })?;
        let kid = header.kid.ok_or_else(refused)?;
        let key = self.keys.find(&kid).await.map_err(|error| match error {
            NoKey::Unknown => refused(),
            NoKey::Away => Problem::away("The Auth service is away for a moment; try again."),
        })?;
        let validation = self.validation(key.algorithm);
        let claims = jsonwebtoken::decode::<Claims>(token, &key.key, &validation);
        let claims = claims.map_err(|error| {
            tracing::debug!(%error, "token is refused");
            refused()
        })?;
        let bearer = Bearer::new(token).map_err(|_bad_token| refused())?;
        let Claims { sub: user, name } = claims.claims;
        Ok(Caller { user, name: shown(&name), bearer })
    }

    /// The key decides the algorithm, never the token.
    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY_S;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.options.issuer]);
        validation.set_audience(&[&self.options.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation
    }
}

/// A name that fits everywhere, whatever the Auth service lets people choose.
fn shown(name: &str) -> String {
    let printable = name.chars().filter(|sign| !sign.is_control());
    let name: String = printable.take(NAME_CHARS_MAX).collect();
    let name = name.trim();
    if name.is_empty() { "?" } else { name }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_to_fit() {
        assert_eq!(shown(" Petr\u{0} "), "Petr");
        assert_eq!(shown(""), "?");
        let long = "ы".repeat(NAME_CHARS_MAX);
        assert_eq!(shown(&long), long);
        assert_eq!(shown(&format!("{long}ы")), long);
    }
}

//! Who asks: a bearer JWT of the Auth service, checked here against its published keys, so
//! that a request costs no call.
//!
//! It knows no HTTP: `http/authorized.rs` makes an operation want a token.

mod keys;

use std::sync::Arc;

use clients::{AuthApi, Bearer};
use jsonwebtoken::{Algorithm, Validation};
use schemas::ids::UserId;
use schemas::limits::NAME_CHARS_MAX;
use serde::Deserialize;

use crate::services::Caller;
use keys::{KeyRing, NoKey};

/// Longest token that is looked at, in bytes.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// How far the clocks of Auth and of this node may differ, in seconds.
pub const LEEWAY_S: u64 = 30;

/// Why nobody is known by a token. `Display` is for people and safe to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stranger {
    /// It proves nothing.
    #[error("The token is wrong or too old; sign in again.")]
    Refused,
    /// It cannot be checked now.
    #[error("The Auth service is away for a moment; try again.")]
    Away,
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

    /// Who this token is of.
    pub(crate) async fn caller(&self, token: &str) -> Result<Caller, Stranger> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Stranger::Refused);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|error| {
            tracing::debug!(%error, "token header cannot be read");
            Stranger::Refused
        })?;
        let kid = header.kid.ok_or(Stranger::Refused)?;
        let key = self.keys.find(&kid).await.map_err(|error| match error {
            NoKey::Unknown => Stranger::Refused,
            NoKey::Away => Stranger::Away,
        })?;
        let validation = self.validation(key.algorithm);
        let claims = jsonwebtoken::decode::<Claims>(token, &key.key, &validation);
        let claims = claims.map_err(|error| {
            tracing::debug!(%error, "token is refused");
            Stranger::Refused
        })?;
        let bearer = Bearer::new(token).map_err(|_bad_token| Stranger::Refused)?;
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

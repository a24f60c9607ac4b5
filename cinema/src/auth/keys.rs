//! The Ed25519 key that signs access tokens. Made at the first start and kept in the database,
//! so that tokens outlive a restart; its public half is published as a JWKS.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use poem_openapi::Object;
use schemas::ids::UserId;
use schemas::upstream::User;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::CinemaError;
use crate::clock::Clock;
use crate::database::Database;

/// How long an access token is good for.
pub(crate) const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_mins(15);
/// Whom access tokens are for.
const AUDIENCE: &str = "movie-together";

/// Signs and verifies access tokens.
pub(crate) struct Keys {
    clock: Clock,
    issuer: String,
    key_id: String,
    public: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    name: String,
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
}

impl Keys {
    /// Reads the key, or makes it at the first start.
    pub(crate) async fn open(
        database: &Database,
        clock: &Clock,
        issuer: &str,
    ) -> Result<Self, CinemaError> {
        let pkcs8 = kept_or_made(database).await?;
        let signing = SigningKey::from_pkcs8_der(&pkcs8).map_err(CinemaError::SigningKey)?;
        let public = BASE64_URL_SAFE_NO_PAD.encode(signing.verifying_key().as_bytes());
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[issuer]);
        // Ends are checked against our own clock in `verify`.
        validation.validate_exp = false;
        Ok(Self {
            clock: clock.clone(),
            issuer: issuer.to_owned(),
            key_id: thumbprint(&public),
            encoding: EncodingKey::from_ed_der(&pkcs8),
            decoding: DecodingKey::from_ed_der(signing.verifying_key().as_bytes()),
            public,
            validation,
        })
    }

    /// An access token that says who its bearer is.
    pub(crate) fn sign(&self, user: &User) -> Result<String, jsonwebtoken::errors::Error> {
        let now = self.clock.now_ms() / 1000;
        let claims = Claims {
            sub: user.id,
            name: user.name.clone(),
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            iat: now,
            exp: now.saturating_add(ACCESS_TOKEN_LIFETIME.as_secs().cast_signed()),
        };
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.encoding)
    }

    /// The bearer of an access token, if it is ours and has not ended.
    pub(crate) fn verify(&self, token: &str) -> Option<User> {
        let claims: Claims =
            jsonwebtoken::decode(token, &self.decoding, &self.validation).ok()?.claims;
        let alive = claims.exp.saturating_mul(1000) > self.clock.now_ms();
        alive.then_some(User { id: claims.sub, name: claims.name })
    }

    /// What others need to verify our tokens.
    pub(crate) fn published(&self) -> JsonWebKeySet {
        JsonWebKeySet {
            keys: vec![JsonWebKey {
                kty: "OKP".to_owned(),
                crv: "Ed25519".to_owned(),
                alg: "EdDSA".to_owned(),
                key_use: "sig".to_owned(),
                kid: self.key_id.clone(),
                x: self.public.clone(),
            }],
        }
    }
}

/// The public keys of access tokens (RFC 7517).
#[derive(Debug, Object)]
pub(crate) struct JsonWebKeySet {
    /// One key.
    keys: Vec<JsonWebKey>,
}

/// A public Ed25519 key (RFC 8037).
#[derive(Debug, Object)]
pub(crate) struct JsonWebKey {
    /// `OKP`.
    kty: String,
    /// `Ed25519`.
    crv: String,
    /// `EdDSA`.
    alg: String,
    /// `sig`.
    #[oai(rename = "use")]
    key_use: String,
    /// The key's RFC 7638 thumbprint, which tokens name in their header.
    kid: String,
    /// The key, in base64url.
    x: String,
}

async fn kept_or_made(database: &Database) -> Result<Vec<u8>, CinemaError> {
    let made = SigningKey::from_bytes(&rand::random());
    let made = made.to_pkcs8_der().map_err(CinemaError::SigningKey)?;
    let mut transaction = database.begin().await?;
    // The key of whoever came first stays.
    sqlx::query("INSERT INTO cinema_signing_key (id, pkcs8) VALUES (1, ?) ON CONFLICT DO NOTHING")
        .bind(made.as_bytes())
        .execute(&mut *transaction)
        .await?;
    let kept = sqlx::query_scalar("SELECT pkcs8 FROM cinema_signing_key WHERE id = 1")
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(kept)
}

fn thumbprint(public: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#);
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

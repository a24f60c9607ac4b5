//! The Auth service's public keys, kept so that it is asked rarely: when a token names a key
//! that is not known, at most once a minute, and when what is kept has grown old.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use clients::{AuthApi, Deadline};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How often an unknown key may make us ask.
const ASK_AGAIN_AFTER: Duration = Duration::from_mins(1);
/// How often a silent Auth service is asked.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// When keys that are known are asked for again, so that a withdrawn one is forgotten.
const FRESH_FOR: Duration = Duration::from_mins(10);
/// How long a request waits for the keys.
const PATIENCE: Duration = Duration::from_secs(3);
/// Most keys of a set that are looked at.
const KEYS_MAX: usize = 32;

/// A public key and the only algorithm it is used with.
pub(super) struct PublicKey {
    pub(super) key: DecodingKey,
    pub(super) algorithm: Algorithm,
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// Auth publishes no such key.
    Unknown,
    /// Auth has not answered yet.
    Away,
}

/// The keys that are known.
pub(super) struct KeyRing {
    auth: Arc<dyn AuthApi>,
    known: RwLock<Known>,
    asking: Mutex<Asked>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Arc<PublicKey>>,
    since: Option<Instant>,
}

/// When Auth was asked last, and whether it answered.
#[derive(Clone, Copy, Default)]
struct Asked(Option<(Instant, bool)>);

impl Asked {
    fn is_due(self, now: Instant) -> bool {
        self.0.is_none_or(|(at, answered)| {
            let pause = if answered { ASK_AGAIN_AFTER } else { RETRY_AFTER };
            now.duration_since(at) >= pause
        })
    }
}

impl KeyRing {
    pub(super) fn new(auth: Arc<dyn AuthApi>) -> Self {
        Self { auth, known: RwLock::default(), asking: Mutex::default() }
    }

    /// The key called `kid`.
    pub(super) async fn find(&self, kid: &str) -> Result<Arc<PublicKey>, NoKey> {
        if let Some(key) = self.kept(kid, true) {
            return Ok(key);
        }
        let mut asked = self.asking.lock().await;
        // Another request may have asked meanwhile.
        if let Some(key) = self.kept(kid, true) {
            return Ok(key);
        }
        if asked.is_due(Instant::now()) {
            let answered = self.ask().await;
            *asked = Asked(Some((Instant::now(), answered)));
        }
        // Old keys are better than none while Auth is away.
        self.kept(kid, false).ok_or_else(|| {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.since.is_some() { NoKey::Unknown } else { NoKey::Away }
        })
    }

    fn kept(&self, kid: &str, fresh: bool) -> Option<Arc<PublicKey>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = known.since.is_some_and(|since| since.elapsed() < FRESH_FOR);
        if fresh && !is_fresh {
            return None;
        }
        known.keys.get(kid).map(Arc::clone)
    }

    async fn ask(&self) -> bool {
        let keys = self.auth.keys(Deadline::after(PATIENCE)).await;
        let keys = match keys {
            Ok(keys) => keys,
            Err(failure) => {
                tracing::warn!(error = &failure as &dyn std::error::Error, "keys cannot be had");
                return false;
            }
        };
        match serde_json::from_str::<JwkSet>(&keys) {
            Ok(set) => {
                let keys = set.keys.iter().take(KEYS_MAX).filter_map(public_key).collect();
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                *known = Known { keys, since: Some(Instant::now()) };
                true
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "keys cannot be read");
                false
            }
        }
    }
}

/// Leaves out keys that are for something else, or that no token of ours is signed with.
fn public_key(jwk: &Jwk) -> Option<(String, Arc<PublicKey>)> {
    let signs = jwk.common.public_key_use.as_ref();
    if signs.is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        return None;
    }
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            Algorithm::EdDSA
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        _ => return None,
    };
    let kid = jwk.common.key_id.clone()?;
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some((kid, Arc::new(PublicKey { key, algorithm })))
}

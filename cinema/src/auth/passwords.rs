//! Passwords, hashed with argon2id.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use super::AuthError;

/// Hashes computed at once. Each takes 19 MiB and a core.
const HASHES_AT_ONCE_MAX: usize = 2;
/// How long a hash may wait for its turn.
const TURN_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    /// Verified against when there is no account, so that the answer takes as long.
    decoy: Arc<str>,
}

impl Passwords {
    pub(crate) async fn new() -> Result<Self, AuthError> {
        let turns = Arc::new(Semaphore::new(HASHES_AT_ONCE_MAX));
        let decoy = hash_in_turn(&turns, "nobody has this password".to_owned()).await?;
        Ok(Self { turns, decoy: decoy.into() })
    }

    /// A PHC string with a salt of its own.
    pub(crate) async fn hash(&self, password: String) -> Result<String, AuthError> {
        hash_in_turn(&self.turns, password).await
    }

    /// Whether the password is the one of the hash. Without a hash it takes as long, and is not.
    pub(crate) async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, AuthError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.to_string());
        let same = in_turn(&self.turns, move || {
            let hash =
                PasswordHash::new(&hash).map_err(|_malformed| password_hash::Error::Crypto)?;
            match Argon2::default().verify_password(password.as_bytes(), &hash) {
                Ok(()) => Ok(true),
                Err(password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await?;
        Ok(known && same)
    }
}

async fn hash_in_turn(turns: &Arc<Semaphore>, password: String) -> Result<String, AuthError> {
    in_turn(turns, move || {
        let hash: PasswordHash = Argon2::default().hash_password(password.as_bytes())?;
        Ok(hash.to_string())
    })
    .await
}

/// Runs on a blocking thread. The turn ends with the work, even if the caller has gone.
async fn in_turn<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> Result<T, password_hash::Error> + Send + 'static,
) -> Result<T, AuthError> {
    let turn = tokio::time::timeout(TURN_TIMEOUT, Arc::clone(turns).acquire_owned())
        .await
        .map_err(|_elapsed| AuthError::Busy)?
        .map_err(|_closed| AuthError::Busy)?;
    tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    })
    .await?
    .map_err(AuthError::Hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_hash_waits_for_its_turn_and_not_for_ever() {
        let turns = Arc::new(Semaphore::new(1));
        let held = Arc::clone(&turns).acquire_owned().await.unwrap();
        let late = in_turn(&turns, || Ok(())).await;
        assert!(matches!(late, Err(AuthError::Busy)), "{late:?}");
        drop(held);
        in_turn(&turns, || Ok(())).await.unwrap();
    }
}

//! The Auth service: accounts, sign-ins, people, friendship.
//!
//! A request comes in by `api`, which reads and checks values and hands them to `accounts`
//! (who exists, passwords), `sessions` (refresh tokens), `friends` or `people`. `keys` signs
//! the access tokens, and the other services let it verify them.

mod accounts;
mod api;
mod error;
mod friends;
mod keys;
mod passwords;
mod people;
mod sessions;

pub(crate) use api::{AuthApi, KeysApi};
pub(crate) use error::AuthError;
pub(crate) use keys::Keys;

use accounts::Accounts;
use friends::Friends;
use passwords::Passwords;
use people::People;
use sessions::Sessions;
use std::sync::Arc;

use crate::CinemaError;
use crate::clock::Clock;
use crate::database::Database;

/// What the Auth service works with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Auth {
    accounts: Accounts,
    friends: Friends,
    people: People,
    keys: Arc<Keys>,
}

impl Auth {
    /// Reads the signing key, or makes it at the first start.
    pub(crate) async fn open(
        database: &Database,
        clock: &Clock,
        issuer: &str,
    ) -> Result<Self, CinemaError> {
        let keys = Arc::new(Keys::open(database, clock, issuer).await?);
        let sessions = Sessions::new(database.clone(), clock.clone(), Arc::clone(&keys));
        let passwords = Passwords::new().await?;
        Ok(Self {
            accounts: Accounts::new(database.clone(), clock.clone(), passwords, sessions),
            friends: Friends::new(database.clone(), clock.clone()),
            people: People::new(database.clone()),
            keys,
        })
    }

    pub(crate) fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }
}

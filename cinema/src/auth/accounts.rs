//! Signing up and logging in.

use schemas::ids::UserId;
use schemas::upstream::{LogIn, SignUp, Tokens, User};
use uuid::Uuid;

use super::AuthError;
use super::passwords::Passwords;
use super::sessions::Sessions;
use crate::clock::Clock;
use crate::database::{Database, folded};

#[derive(Clone)]
pub(crate) struct Accounts {
    database: Database,
    clock: Clock,
    passwords: Passwords,
    pub(super) sessions: Sessions,
}

impl Accounts {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        passwords: Passwords,
        sessions: Sessions,
    ) -> Self {
        Self { database, clock, passwords, sessions }
    }

    /// Makes an account and signs its owner in. Values have been checked.
    pub(crate) async fn sign_up(&self, ask: SignUp) -> Result<Tokens, AuthError> {
        let password_hash = self.passwords.hash(ask.password).await?;
        let user = User { id: UserId(Uuid::new_v4()), name: ask.name.trim().to_owned() };
        let mut transaction = self.database.begin().await?;
        let made = sqlx::query(
            "INSERT INTO cinema_user (id, email, name, name_folded, password_hash, created_at_ms)
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING",
        )
        .bind(user.id.0)
        .bind(address(&ask.email))
        .bind(&user.name)
        .bind(folded(&user.name))
        .bind(password_hash)
        .bind(self.clock.now_ms())
        .execute(&mut *transaction)
        .await?;
        if made.rows_affected() == 0 {
            return Err(AuthError::EmailTaken);
        }
        let tokens = self.sessions.start_within(&mut transaction, &user).await?;
        transaction.commit().await?;
        Ok(tokens)
    }

    /// Signs a person in. An unknown address costs as much time as a wrong password.
    pub(crate) async fn log_in(&self, ask: LogIn) -> Result<Tokens, AuthError> {
        let account: Option<(Uuid, String, String)> =
            sqlx::query_as("SELECT id, name, password_hash FROM cinema_user WHERE email = ?")
                .bind(address(&ask.email))
                .fetch_optional(self.database.reader())
                .await?;
        let (user, hash) = match account {
            Some((id, name, hash)) => (Some(User { id: UserId(id), name }), Some(hash)),
            None => (None, None),
        };
        let same = self.passwords.verify(ask.password, hash).await?;
        let user = user.filter(|_| same).ok_or(AuthError::WrongCredentials)?;
        self.sessions.start(&user).await
    }
}

/// An e-mail address as it is kept: case does not tell people apart.
fn address(email: &str) -> String {
    email.trim().to_lowercase()
}

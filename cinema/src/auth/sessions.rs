//! Refresh tokens: opaque, kept as hashes, good for one use.
//!
//! All tokens that descend from one sign-in are a family. A used token that comes again means
//! that two parties hold it, so the whole family ends and both have to sign in.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use schemas::ids::UserId;
use schemas::upstream::{Tokens, User};
use sha2::{Digest as _, Sha256};
use sqlx::{Sqlite, Transaction};
use uuid::Uuid;

use super::AuthError;
use super::keys::{ACCESS_TOKEN_LIFETIME, Keys};
use crate::clock::{Clock, milliseconds};
use crate::database::Database;

/// How long a refresh token waits to be used.
const REFRESH_TOKEN_LIFETIME: Duration = Duration::from_hours(30 * 24);
/// Sign-ins one person may have at a time; the one that would end first makes room.
const FAMILIES_PER_USER_MAX: u32 = 100;

#[derive(Clone)]
pub(crate) struct Sessions {
    database: Database,
    clock: Clock,
    keys: Arc<Keys>,
}

#[derive(sqlx::FromRow)]
struct Kept {
    family: Uuid,
    user_id: Uuid,
    name: String,
    used: bool,
    expires_at_ms: i64,
}

impl Sessions {
    pub(crate) fn new(database: Database, clock: Clock, keys: Arc<Keys>) -> Self {
        Self { database, clock, keys }
    }

    /// Tokens of a new sign-in.
    pub(crate) async fn start(&self, user: &User) -> Result<Tokens, AuthError> {
        let mut transaction = self.database.begin().await?;
        let tokens = self.start_within(&mut transaction, user).await?;
        transaction.commit().await?;
        Ok(tokens)
    }

    /// As [`Self::start`], as part of a larger write.
    pub(crate) async fn start_within(
        &self,
        transaction: &mut Transaction<'_, Sqlite>,
        user: &User,
    ) -> Result<Tokens, AuthError> {
        self.make_room(transaction, user.id).await?;
        self.issue(transaction, user, Uuid::new_v4()).await
    }

    /// Trades a refresh token in for a new pair.
    pub(crate) async fn refresh(&self, refresh_token: &str) -> Result<Tokens, AuthError> {
        let hash = token_hash(refresh_token);
        let mut transaction = self.database.begin().await?;
        let kept: Option<Kept> = sqlx::query_as(
            "SELECT family, user_id, name, used, expires_at_ms
             FROM cinema_refresh_token JOIN cinema_user ON cinema_user.id = user_id
             WHERE token_hash = ?",
        )
        .bind(hash.as_slice())
        .fetch_optional(&mut *transaction)
        .await?;
        let kept = kept.ok_or(AuthError::RefreshTokenRefused)?;
        if kept.expires_at_ms <= self.clock.now_ms() {
            return Err(AuthError::RefreshTokenRefused);
        }
        if kept.used {
            end_family(&mut transaction, kept.family).await?;
            transaction.commit().await?;
            tracing::warn!(user.id = %kept.user_id, "a used refresh token came again");
            return Err(AuthError::RefreshTokenRefused);
        }
        sqlx::query("UPDATE cinema_refresh_token SET used = 1 WHERE token_hash = ?")
            .bind(hash.as_slice())
            .execute(&mut *transaction)
            .await?;
        let user = User { id: UserId(kept.user_id), name: kept.name };
        let tokens = self.issue(&mut transaction, &user, kept.family).await?;
        transaction.commit().await?;
        Ok(tokens)
    }

    /// Ends the sign-in that a refresh token belongs to; one that is not known has ended.
    pub(crate) async fn end(&self, refresh_token: &str) -> Result<(), AuthError> {
        let mut transaction = self.database.begin().await?;
        let family: Option<Uuid> =
            sqlx::query_scalar("SELECT family FROM cinema_refresh_token WHERE token_hash = ?")
                .bind(token_hash(refresh_token).as_slice())
                .fetch_optional(&mut *transaction)
                .await?;
        if let Some(family) = family {
            end_family(&mut transaction, family).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn issue(
        &self,
        transaction: &mut Transaction<'_, Sqlite>,
        user: &User,
        family: Uuid,
    ) -> Result<Tokens, AuthError> {
        let refresh_token = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let expires_at_ms =
            self.clock.now_ms().saturating_add(milliseconds(REFRESH_TOKEN_LIFETIME));
        sqlx::query(
            "INSERT INTO cinema_refresh_token (token_hash, family, user_id, expires_at_ms)
             VALUES (?, ?, ?, ?)",
        )
        .bind(token_hash(&refresh_token).as_slice())
        .bind(family)
        .bind(user.id.0)
        .bind(expires_at_ms)
        .execute(&mut **transaction)
        .await?;
        Ok(Tokens {
            user_id: user.id,
            access_token: self.keys.sign(user)?,
            refresh_token,
            expires_in: ACCESS_TOKEN_LIFETIME.as_secs(),
        })
    }

    /// Forgets what has expired, and the person's oldest sign-ins above the limit.
    async fn make_room(
        &self,
        transaction: &mut Transaction<'_, Sqlite>,
        user: UserId,
    ) -> Result<(), AuthError> {
        sqlx::query("DELETE FROM cinema_refresh_token WHERE expires_at_ms <= ?")
            .bind(self.clock.now_ms())
            .execute(&mut **transaction)
            .await?;
        sqlx::query(
            "DELETE FROM cinema_refresh_token WHERE family IN (
                 SELECT family FROM cinema_refresh_token WHERE user_id = ?
                 GROUP BY family ORDER BY max(expires_at_ms) DESC LIMIT -1 OFFSET ?)",
        )
        .bind(user.0)
        .bind(FAMILIES_PER_USER_MAX - 1)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

async fn end_family(
    transaction: &mut Transaction<'_, Sqlite>,
    family: Uuid,
) -> Result<(), AuthError> {
    sqlx::query("DELETE FROM cinema_refresh_token WHERE family = ?")
        .bind(family)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

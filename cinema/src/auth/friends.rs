//! Friendship by mutual consent: each asks the other, and then they are friends.

use schemas::ids::UserId;
use schemas::upstream::{FriendStatus, UserPage};
use uuid::Uuid;

use super::AuthError;
use super::error::FRIENDS_MAX;
use super::people::user_page;
use crate::clock::Clock;
use crate::database::Database;
use crate::http::PageAsk;

#[derive(Clone)]
pub(crate) struct Friends {
    database: Database,
    clock: Clock,
}

impl Friends {
    pub(crate) fn new(database: Database, clock: Clock) -> Self {
        Self { database, clock }
    }

    /// Asks for friendship, or consents when the other asked first. Repeating changes nothing.
    pub(crate) async fn ask(&self, me: UserId, other: UserId) -> Result<FriendStatus, AuthError> {
        if me == other {
            return Err(AuthError::OwnFriend);
        }
        let mut transaction = self.database.begin().await?;
        let (other_exists, asked, consented): (bool, i64, bool) = sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM cinema_user WHERE id = ?2),
                    (SELECT count(*) FROM cinema_friend_ask WHERE asker_id = ?1 AND asked_id <> ?2),
                    EXISTS (SELECT 1 FROM cinema_friend_ask WHERE asker_id = ?2 AND asked_id = ?1)",
        )
        .bind(me.0)
        .bind(other.0)
        .fetch_one(&mut *transaction)
        .await?;
        if !other_exists {
            return Err(AuthError::NoSuchUser);
        }
        if asked >= i64::from(FRIENDS_MAX) {
            return Err(AuthError::TooManyFriends);
        }
        sqlx::query(
            "INSERT INTO cinema_friend_ask (asker_id, asked_id, created_at_ms)
             VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(me.0)
        .bind(other.0)
        .bind(self.clock.now_ms())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(if consented { FriendStatus::Friends } else { FriendStatus::Requested })
    }

    /// Ends a friendship, takes a request back, or declines one.
    pub(crate) async fn end(&self, me: UserId, other: UserId) -> Result<(), AuthError> {
        let mut transaction = self.database.begin().await?;
        sqlx::query(
            "DELETE FROM cinema_friend_ask
             WHERE (asker_id, asked_id) IN (VALUES (?1, ?2), (?2, ?1))",
        )
        .bind(me.0)
        .bind(other.0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// A person's friends, by name.
    pub(crate) async fn list(&self, of: UserId, ask: PageAsk) -> Result<UserPage, AuthError> {
        let total: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM cinema_friend_ask mine JOIN cinema_friend_ask theirs
             ON theirs.asker_id = mine.asked_id AND theirs.asked_id = mine.asker_id
             WHERE mine.asker_id = ?",
        )
        .bind(of.0)
        .fetch_one(self.database.reader())
        .await?;
        let rows: Vec<(Uuid, String)> = sqlx::query_as(
            "SELECT person.id, person.name
             FROM cinema_friend_ask mine
             JOIN cinema_friend_ask theirs
               ON theirs.asker_id = mine.asked_id AND theirs.asked_id = mine.asker_id
             JOIN cinema_user person ON person.id = mine.asked_id
             WHERE mine.asker_id = ? ORDER BY person.name_folded, person.id LIMIT ? OFFSET ?",
        )
        .bind(of.0)
        .bind(ask.size)
        .bind(ask.sql_offset())
        .fetch_all(self.database.reader())
        .await?;
        Ok(user_page(rows, total, ask))
    }

    /// People who ask and have no answer yet, the longest waiting first.
    pub(crate) async fn requests(&self, to: UserId, ask: PageAsk) -> Result<UserPage, AuthError> {
        let total: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM cinema_friend_ask theirs WHERE asked_id = ?1 AND NOT EXISTS (
                 SELECT 1 FROM cinema_friend_ask WHERE asker_id = ?1 AND asked_id = theirs.asker_id)",
        )
        .bind(to.0)
        .fetch_one(self.database.reader())
        .await?;
        let rows: Vec<(Uuid, String)> = sqlx::query_as(
            "SELECT person.id, person.name
             FROM cinema_friend_ask theirs JOIN cinema_user person ON person.id = theirs.asker_id
             WHERE theirs.asked_id = ?1 AND NOT EXISTS (
                 SELECT 1 FROM cinema_friend_ask WHERE asker_id = ?1 AND asked_id = theirs.asker_id)
             ORDER BY theirs.created_at_ms, person.id LIMIT ?2 OFFSET ?3",
        )
        .bind(to.0)
        .bind(ask.size)
        .bind(ask.sql_offset())
        .fetch_all(self.database.reader())
        .await?;
        Ok(user_page(rows, total, ask))
    }
}

//! Finding people by id and by name.

use std::collections::HashMap;

use schemas::ids::UserId;
use schemas::upstream::{User, UserPage};
use uuid::Uuid;

use super::AuthError;
use crate::database::{Database, count, folded, id_list};
use crate::http::PageAsk;

#[derive(Clone)]
pub(crate) struct People {
    database: Database,
}

impl People {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// Those who exist, in the order asked for, as one page.
    pub(crate) async fn by_ids(&self, ids: &[UserId]) -> Result<UserPage, AuthError> {
        let rows: Vec<(Uuid, String)> = sqlx::query_as(
            "SELECT id, name FROM cinema_user WHERE id IN (SELECT unhex(value) FROM json_each(?))",
        )
        .bind(id_list(ids.iter().map(|id| id.0)))
        .fetch_all(self.database.reader())
        .await?;
        let mut names: HashMap<Uuid, String> = rows.into_iter().collect();
        let items: Vec<User> = ids
            .iter()
            .filter_map(|id| Some(User { id: *id, name: names.remove(&id.0)? }))
            .collect();
        let size = u32::try_from(items.len()).unwrap_or(u32::MAX);
        Ok(UserPage { total: u64::from(size), items, page: 1, size })
    }

    /// Those whose name contains the text, without regard to case, by name.
    pub(crate) async fn by_name(&self, query: &str, ask: PageAsk) -> Result<UserPage, AuthError> {
        let text = folded(query);
        let total: i64 =
            sqlx::query_scalar("SELECT count(*) FROM cinema_user WHERE instr(name_folded, ?) > 0")
                .bind(&text)
                .fetch_one(self.database.reader())
                .await?;
        let rows: Vec<(Uuid, String)> = sqlx::query_as(
            "SELECT id, name FROM cinema_user WHERE instr(name_folded, ?) > 0
             ORDER BY name_folded, id LIMIT ? OFFSET ?",
        )
        .bind(&text)
        .bind(ask.size)
        .bind(ask.sql_offset())
        .fetch_all(self.database.reader())
        .await?;
        Ok(user_page(rows, total, ask))
    }

    /// One person.
    pub(crate) async fn by_id(&self, id: UserId) -> Result<User, AuthError> {
        let name: Option<String> = sqlx::query_scalar("SELECT name FROM cinema_user WHERE id = ?")
            .bind(id.0)
            .fetch_optional(self.database.reader())
            .await?;
        Ok(User { id, name: name.ok_or(AuthError::NoSuchUser)? })
    }
}

pub(super) fn user_page(rows: Vec<(Uuid, String)>, total: i64, ask: PageAsk) -> UserPage {
    let items = rows.into_iter().map(|(id, name)| User { id: UserId(id), name }).collect();
    UserPage { items, total: count(total), page: ask.page, size: ask.size }
}

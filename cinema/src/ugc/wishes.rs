//! Wishes in the database.

use std::collections::{HashMap, HashSet};

use futures_util::TryStreamExt as _;
use schemas::ids::{MovieId, UserId};
use schemas::upstream::{
    FieldFault, WISHES_PER_USER_MAX, WantedFilm, Wish, WishPage, WishSearchResult,
};
use uuid::Uuid;

use crate::clock::Clock;
use crate::database::{Database, count, id_list};
use crate::http::PageAsk;
use crate::refusal::Refusal;

/// Most pairs of a person and a film that one search may find.
pub(crate) const SEARCH_PAIRS_MAX: usize = 500_000;
/// Length of an id as `hex()` writes it.
const HEX_ID_BYTES: usize = 32;

#[derive(Debug, thiserror::Error)]
pub(crate) enum UgcError {
    #[error("a person may wish for {WISHES_PER_USER_MAX} films")]
    TooManyWishes,
    #[error("these people have more than {SEARCH_PAIRS_MAX} wishes; ask about fewer")]
    TooManyFound,
    #[error("a kept id is damaged")]
    DamagedId,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("the answer could not be encoded")]
    Encode(#[from] serde_json::Error),
}

impl From<UgcError> for Refusal {
    fn from(error: UgcError) -> Self {
        let message = error.to_string();
        match error {
            UgcError::TooManyWishes => Self::conflict("too_many_wishes", &message),
            UgcError::TooManyFound => {
                Self::invalid(vec![FieldFault { field: "user_ids".to_owned(), message }])
            }
            UgcError::DamagedId | UgcError::Database(_) | UgcError::Encode(_) => {
                Self::internal(&error)
            }
        }
    }
}

#[derive(Clone)]
pub(crate) struct Wishes {
    database: Database,
    clock: Clock,
}

impl Wishes {
    pub(crate) fn new(database: Database, clock: Clock) -> Self {
        Self { database, clock }
    }

    /// Adds a wish. Repeating changes nothing.
    pub(crate) async fn add(&self, user: UserId, movie: MovieId) -> Result<(), UgcError> {
        let mut transaction = self.database.begin().await?;
        let others: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM cinema_wish WHERE user_id = ? AND movie_id <> ?",
        )
        .bind(user.0)
        .bind(movie.0)
        .fetch_one(&mut *transaction)
        .await?;
        if others >= i64::from(WISHES_PER_USER_MAX) {
            return Err(UgcError::TooManyWishes);
        }
        sqlx::query(
            "INSERT INTO cinema_wish (user_id, movie_id, created_at_ms)
             VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(user.0)
        .bind(movie.0)
        .bind(self.clock.now_ms())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes a wish back. Repeating changes nothing.
    pub(crate) async fn remove(&self, user: UserId, movie: MovieId) -> Result<(), UgcError> {
        let mut transaction = self.database.begin().await?;
        sqlx::query("DELETE FROM cinema_wish WHERE user_id = ? AND movie_id = ?")
            .bind(user.0)
            .bind(movie.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// A person's wishes, newest first.
    pub(crate) async fn list(&self, user: UserId, ask: PageAsk) -> Result<WishPage, UgcError> {
        let total: i64 = sqlx::query_scalar("SELECT count(*) FROM cinema_wish WHERE user_id = ?")
            .bind(user.0)
            .fetch_one(self.database.reader())
            .await?;
        let movies: Vec<Uuid> = sqlx::query_scalar(
            "SELECT movie_id FROM cinema_wish WHERE user_id = ?
             ORDER BY created_at_ms DESC, movie_id LIMIT ? OFFSET ?",
        )
        .bind(user.0)
        .bind(ask.size)
        .bind(ask.sql_offset())
        .fetch_all(self.database.reader())
        .await?;
        let items = movies.into_iter().map(|id| Wish { movie_id: MovieId(id) }).collect();
        Ok(WishPage { items, total: count(total), page: ask.page, size: ask.size })
    }

    /// Films that at least one of these people wants, most wanted first.
    ///
    /// One row a person comes out of the database, because a row costs more than a wish.
    pub(crate) async fn search(
        &self,
        users: &[UserId],
        among: Option<&[MovieId]>,
    ) -> Result<WishSearchResult, UgcError> {
        let among: Option<HashSet<Uuid>> = among.map(|ids| ids.iter().map(|id| id.0).collect());
        let mut wanted: HashMap<Uuid, Vec<UserId>> = HashMap::new();
        let mut pairs = 0_usize;
        let mut rows = sqlx::query_as::<_, (Uuid, String)>(
            "SELECT user_id, group_concat(hex(movie_id), '') FROM cinema_wish
             WHERE user_id IN (SELECT unhex(value) FROM json_each(?)) GROUP BY user_id",
        )
        .bind(id_list(users.iter().map(|id| id.0)))
        .fetch(self.database.reader());
        while let Some((user, movies)) = rows.try_next().await? {
            for movie in movies.as_bytes().chunks(HEX_ID_BYTES) {
                let movie = Uuid::try_parse_ascii(movie).map_err(|_bad| UgcError::DamagedId)?;
                if among.as_ref().is_none_or(|among| among.contains(&movie)) {
                    wanted.entry(movie).or_default().push(UserId(user));
                    pairs += 1;
                }
            }
            if pairs > SEARCH_PAIRS_MAX {
                return Err(UgcError::TooManyFound);
            }
        }
        Ok(WishSearchResult { items: most_wanted_first(wanted) })
    }
}

fn most_wanted_first(wanted: HashMap<Uuid, Vec<UserId>>) -> Vec<WantedFilm> {
    let mut items: Vec<WantedFilm> = wanted
        .into_iter()
        .map(|(movie, user_ids)| WantedFilm { movie_id: MovieId(movie), user_ids })
        .collect();
    items.sort_unstable_by(|one, other| {
        let by_count = other.user_ids.len().cmp(&one.user_ids.len());
        by_count.then_with(|| one.movie_id.cmp(&other.movie_id))
    });
    items
}

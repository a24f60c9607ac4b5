//! `/ugc/v1`, as HTTP.

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use schemas::ids::{MovieId, UserId};
use schemas::upstream::{BATCH_IDS_MAX, WishPage, WishSearch, WishSearchResult};

use super::Wishes;
use super::wishes::UgcError;
use crate::http::{Caller, EncodedJson, PageAsk};
use crate::refusal::{Faults, Refusal};

#[derive(ApiResponse)]
enum Done {
    /// Done, or there was nothing to do.
    #[oai(status = 204)]
    NoContent,
}

/// Wishes.
pub(crate) struct UgcApi(pub(crate) Wishes);

#[OpenApi(prefix_path = "/ugc/v1")]
impl UgcApi {
    /// What a person wants to watch, newest first.
    #[oai(path = "/users/:id/want-to-watch", method = "get", operation_id = "wishes")]
    async fn wishes(
        &self,
        _caller: Caller,
        /// Whose.
        id: Path<UserId>,
        /// From 1.
        page: Query<Option<u32>>,
        /// 1 to 100; 20 when absent.
        size: Query<Option<u32>>,
    ) -> Result<Json<WishPage>, Refusal> {
        Ok(Json(self.0.list(id.0, PageAsk::new(page.0, size.0)?).await?))
    }

    /// What any of these people want to watch, most wanted first, with who wants it.
    #[oai(path = "/want-to-watch/search", method = "post", operation_id = "search_wishes")]
    async fn search(
        &self,
        _caller: Caller,
        body: Json<WishSearch>,
    ) -> Result<EncodedJson<WishSearchResult>, Refusal> {
        let mut faults = Faults::default();
        let message = || format!("at most {BATCH_IDS_MAX} ids");
        faults.expect(body.user_ids.len() <= BATCH_IDS_MAX, "user_ids", message());
        let movies = body.movie_ids.as_deref();
        faults.expect(
            movies.is_none_or(|movies| movies.len() <= BATCH_IDS_MAX),
            "movie_ids",
            message(),
        );
        faults.finish()?;
        let found = self.0.search(&body.user_ids, movies).await?;
        Ok(EncodedJson::new(&found).map_err(UgcError::from)?)
    }

    /// Adds a film to what the caller wants to watch.
    #[oai(path = "/want-to-watch/:movie_id", method = "put", operation_id = "add_wish")]
    async fn add(
        &self,
        caller: Caller,
        /// Which film.
        movie_id: Path<MovieId>,
    ) -> Result<Done, Refusal> {
        self.0.add(caller.0.id, movie_id.0).await?;
        Ok(Done::NoContent)
    }

    /// Takes a film from what the caller wants to watch.
    #[oai(path = "/want-to-watch/:movie_id", method = "delete", operation_id = "remove_wish")]
    async fn remove(
        &self,
        caller: Caller,
        /// Which film.
        movie_id: Path<MovieId>,
    ) -> Result<Done, Refusal> {
        self.0.remove(caller.0.id, movie_id.0).await?;
        Ok(Done::NoContent)
    }
}

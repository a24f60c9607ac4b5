//! `/movie/v1`, as HTTP.

use std::sync::Arc;

use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use schemas::ids::MovieId;
use schemas::upstream::{Film, FilmPage, QUERY_CHARACTERS_MAX};

use super::Catalogue;
use crate::http::{PageAsk, ids};
use crate::refusal::{Faults, Refusal};

/// Films.
pub(crate) struct MovieApi(pub(crate) Arc<Catalogue>);

#[OpenApi(prefix_path = "/movie/v1")]
impl MovieApi {
    /// Films by id (all in one page, unknown ids left out), or by title.
    #[oai(path = "/films", method = "get", operation_id = "films")]
    async fn films(
        &self,
        /// Up to 1000 ids, separated by commas.
        ids: Query<Option<String>>,
        /// Part of a title, at most 64 characters; case does not matter. Every film without it.
        query: Query<Option<String>>,
        /// From 1.
        page: Query<Option<u32>>,
        /// 1 to 100; 20 when absent.
        size: Query<Option<u32>>,
    ) -> Result<Json<FilmPage>, Refusal> {
        if let Some(list) = ids.0 {
            return Ok(Json(self.0.by_ids(&self::ids(&list)?)));
        }
        let query = query.0.unwrap_or_default();
        let mut faults = Faults::default();
        faults.expect(
            query.trim().chars().count() <= QUERY_CHARACTERS_MAX,
            "query",
            format!("at most {QUERY_CHARACTERS_MAX} characters"),
        );
        faults.finish()?;
        Ok(Json(self.0.search(&query, PageAsk::new(page.0, size.0)?)))
    }

    /// One film.
    #[oai(path = "/films/:id", method = "get", operation_id = "film")]
    async fn film(
        &self,
        /// Which film.
        id: Path<MovieId>,
    ) -> Result<Json<Film>, Refusal> {
        let film = self.0.film(id.0).ok_or_else(|| Refusal::not_found("there is no such film"))?;
        Ok(Json(film.clone()))
    }
}

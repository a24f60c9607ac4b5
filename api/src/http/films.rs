//! Films, who wants to watch them, and matches.

use std::sync::Arc;

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use schemas::http::{MatchPage, MoviePage, MovieView};
use schemas::ids::MovieId;
use schemas::upstream::QUERY_CHARACTERS_MAX;

use super::authorized::Authorized;
use super::refused::{Refused, refusals};
use super::section::Section;
use super::values::{Checked, Page, both, query};
use crate::services::Services;

/// Operations on films.
pub(super) struct FilmsApi {
    pub(super) services: Arc<Services>,
}

refusals!(ListMatches: 422 "A value was refused; `fields` names each.");
refusals!(ListMovies: 422 "A value was refused; `fields` names each.");
refusals!(OneMovie: 404 "There is no such film.", 422 "`movie_id` is no UUID.");

/// Answer of listing matches.
#[derive(ApiResponse)]
enum Matched {
    /// Films that the caller and friends want to watch, most friends first.
    #[oai(status = 200)]
    Matches(Json<MatchPage>),
}

/// Answer of listing films.
#[derive(ApiResponse)]
enum Listed {
    /// Films, each with whether the caller wants it and which friends do.
    #[oai(status = 200)]
    Movies(Json<MoviePage>),
}

/// Answer of viewing a film.
#[derive(ApiResponse)]
enum Viewed {
    /// The film, with whether the caller wants it and which friends do.
    #[oai(status = 200)]
    Movie(Json<MovieView>),
}

/// Answer of a change of wishes.
#[derive(ApiResponse)]
enum Changed {
    /// Done; twice is the same as once.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(prefix_path = "/api/v1", tag = "Section::Films")]
impl FilmsApi {
    /// List matches
    ///
    /// Films that both the caller and friends want to watch, each with those friends.
    #[oai(path = "/matches", method = "get", operation_id = "listMatches")]
    async fn matches(
        &self,
        caller: Authorized,
        /// Number of the page, from 1.
        #[oai(validator(minimum(value = "1")))]
        page: Query<Checked<Option<u32>>>,
        /// Matches a page; 20 unless asked.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        size: Query<Checked<Option<u32>>>,
    ) -> Result<Matched, Refused<ListMatches>> {
        let Page { page, size } = Page::of(page.0, size.0)?;
        let matches = self.services.matches(&caller.0, page, size).await?;
        Ok(Matched::Matches(Json(matches)))
    }

    /// List or find films
    #[oai(path = "/movies", method = "get", operation_id = "listMovies")]
    async fn movies(
        &self,
        caller: Authorized,
        /// Words to look for; every film without them.
        #[oai(validator(max_length = 64))]
        query: Query<Checked<Option<String>>>,
        /// Number of the page, from 1.
        #[oai(validator(minimum(value = "1")))]
        page: Query<Checked<Option<u32>>>,
        /// Films a page; 20 unless asked.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        size: Query<Checked<Option<u32>>>,
    ) -> Result<Listed, Refused<ListMovies>> {
        let query = self::query(query.0, QUERY_CHARACTERS_MAX);
        let (query, Page { page, size }) = both(query, Page::of(page.0, size.0))?;
        let movies = self.services.movies(&caller.0, query, page, size).await?;
        Ok(Listed::Movies(Json(movies)))
    }

    /// View a film
    #[oai(path = "/movies/:movie_id", method = "get", operation_id = "viewMovie")]
    async fn movie(
        &self,
        caller: Authorized,
        /// The film.
        movie_id: Path<Checked<MovieId>>,
    ) -> Result<Viewed, Refused<OneMovie>> {
        let movie = movie_id.0.named("movie_id")?;
        let view = self.services.movie(&caller.0, movie).await?;
        Ok(Viewed::Movie(Json(view)))
    }

    /// Want to watch a film
    #[oai(path = "/want-to-watch/:movie_id", method = "put", operation_id = "wantMovie")]
    async fn want(
        &self,
        caller: Authorized,
        /// The film.
        movie_id: Path<Checked<MovieId>>,
    ) -> Result<Changed, Refused<OneMovie>> {
        let movie = movie_id.0.named("movie_id")?;
        self.services.want(&caller.0, movie).await?;
        Ok(Changed::Done)
    }

    /// No longer want to watch a film
    #[oai(path = "/want-to-watch/:movie_id", method = "delete", operation_id = "unwantMovie")]
    async fn unwant(
        &self,
        caller: Authorized,
        /// The film.
        movie_id: Path<Checked<MovieId>>,
    ) -> Result<Changed, Refused<OneMovie>> {
        let movie = movie_id.0.named("movie_id")?;
        self.services.unwant(&caller.0, movie).await?;
        Ok(Changed::Done)
    }
}

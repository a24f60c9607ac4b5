//! The Movie service: the catalogue.

use async_trait::async_trait;
use schemas::ids::MovieId;
use schemas::upstream::{Film, FilmPage};
use tracing::instrument;

use crate::http::{Call, HttpFactory, Service};
use crate::{BaseUrl, Bearer, Deadline, Failure, batches};

/// What is asked of the Movie service.
#[async_trait]
pub trait MovieApi: Send + Sync {
    /// The film `id`. [`Failure::NotFound`] if there is none.
    async fn film(
        &self,
        caller: Option<&Bearer>,
        id: MovieId,
        deadline: Deadline,
    ) -> Result<Film, Failure>;

    /// Those of `ids` that exist. The order is not promised.
    async fn films(&self, ids: &[MovieId], deadline: Deadline) -> Result<Vec<Film>, Failure>;

    /// Page `page` (from 1), of `size` elements (1 to 100), of the films that `query` finds,
    /// or of all films.
    async fn search(
        &self,
        query: Option<&str>,
        page: u32,
        size: u32,
        deadline: Deadline,
    ) -> Result<FilmPage, Failure>;
}

/// [`MovieApi`] by HTTP.
#[derive(Debug)]
pub struct HttpMovie {
    service: Service,
}

impl HttpMovie {
    /// The Movie service at `base_url`; its paths (`/movie/v1/…`) are appended.
    pub fn new(base_url: BaseUrl, http: &HttpFactory) -> Self {
        Self { service: http.service("movie", base_url) }
    }
}

#[async_trait]
impl MovieApi for HttpMovie {
    #[instrument(name = "clients.movie.film", skip_all, fields(movie.id = %id))]
    async fn film(
        &self,
        caller: Option<&Bearer>,
        id: MovieId,
        deadline: Deadline,
    ) -> Result<Film, Failure> {
        let mut call = Call::get("film", &["movie", "v1", "films", &id.to_string()], deadline);
        if let Some(caller) = caller {
            call = call.caller(caller);
        }
        self.service.json(&call).await
    }

    #[instrument(name = "clients.movie.films", skip_all, fields(movies = ids.len()))]
    async fn films(&self, ids: &[MovieId], deadline: Deadline) -> Result<Vec<Film>, Failure> {
        let call = Call::get("films", &["movie", "v1", "films"], deadline);
        batches::by_ids::<FilmPage, _>(&self.service, &call, ids).await
    }

    #[instrument(name = "clients.movie.search", skip_all, fields(page, size))]
    async fn search(
        &self,
        query: Option<&str>,
        page: u32,
        size: u32,
        deadline: Deadline,
    ) -> Result<FilmPage, Failure> {
        let mut call = Call::get("search", &["movie", "v1", "films"], deadline)
            .query("page", page.to_string())
            .query("size", size.to_string());
        if let Some(query) = query {
            call = call.query("query", query);
        }
        self.service.json(&call).await
    }
}

//! Films as rooms are created for them, kept for a minute: many rooms are for few films, and
//! neither a film's title nor its length changes within an evening.

use std::sync::Arc;
use std::time::Duration;

use clients::{Deadline, Failure, MovieApi};
use moka::future::Cache;
use schemas::ids::MovieId;
use schemas::upstream::Film;

use super::{CALL_PATIENCE, Caller, Refusal};

/// How long a film is believed; one that leaves the catalogue can be put on for so much longer.
const LIFE: Duration = Duration::from_mins(1);
/// Films that are kept.
const KEPT_MAX: u64 = 1_000;

/// Films by their ids.
pub(super) struct KnownFilms {
    movie: Arc<dyn MovieApi>,
    films: Cache<MovieId, Arc<Film>>,
}

impl KnownFilms {
    pub(super) fn new(movie: Arc<dyn MovieApi>) -> Self {
        Self { movie, films: Cache::builder().max_capacity(KEPT_MAX).time_to_live(LIFE).build() }
    }

    /// The film. Only an answer is kept: a refusal may be this caller's alone.
    pub(super) async fn get(&self, caller: &Caller, id: MovieId) -> Result<Arc<Film>, Refusal> {
        if let Some(film) = self.films.get(&id).await {
            return Ok(film);
        }
        let deadline = Deadline::after(CALL_PATIENCE);
        let found = self.movie.film(Some(&caller.bearer), id, deadline).await;
        let film = Arc::new(found.map_err(|failure| match failure {
            Failure::NotFound { .. } => Refusal::NoSuchMovie,
            other => other.into(),
        })?);
        self.films.insert(id, Arc::clone(&film)).await;
        Ok(film)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use clients::Bearer;
    use schemas::ids::UserId;
    use schemas::upstream::FilmPage;
    use uuid::Uuid;

    use super::*;

    /// Has no film at first, and every one from the second question on.
    #[derive(Default)]
    struct Catalogue {
        asked: Mutex<u32>,
    }

    #[async_trait]
    impl MovieApi for Catalogue {
        async fn film(
            &self,
            _: Option<&Bearer>,
            id: MovieId,
            _: Deadline,
        ) -> Result<Film, Failure> {
            let mut asked = self.asked.lock().unwrap();
            *asked += 1;
            if *asked == 1 {
                return Err(Failure::NotFound { service: "movie", operation: "film" });
            }
            let (title, description) = (format!("Film {id}"), String::new());
            let (sources, subtitles) = (Vec::new(), Vec::new());
            let (year, poster, duration_ms) = (None, None, 90_000);
            Ok(Film { id, title, year, description, poster, duration_ms, sources, subtitles })
        }

        async fn films(&self, _: &[MovieId], _: Deadline) -> Result<Vec<Film>, Failure> {
            Ok(Vec::new())
        }

        async fn search(
            &self,
            _: Option<&str>,
            _: u32,
            _: u32,
            _: Deadline,
        ) -> Result<FilmPage, Failure> {
            Err(Failure::NotFound { service: "movie", operation: "search" })
        }
    }

    #[tokio::test]
    async fn a_film_is_asked_for_once_and_a_refusal_again() {
        let catalogue = Arc::new(Catalogue::default());
        let films = KnownFilms::new(Arc::<Catalogue>::clone(&catalogue));
        let (user, bearer) = (UserId(Uuid::from_u128(1)), Bearer::new("token").unwrap());
        let caller = Caller { user, name: "Vasily".to_owned(), bearer };
        let (one, other) = (MovieId(Uuid::from_u128(2)), MovieId(Uuid::from_u128(3)));
        assert!(matches!(films.get(&caller, one).await, Err(Refusal::NoSuchMovie)));
        for _ in 0..3 {
            assert_eq!(films.get(&caller, one).await.unwrap().id, one);
            assert_eq!(films.get(&caller, other).await.unwrap().id, other);
        }
        assert_eq!(*catalogue.asked.lock().unwrap(), 3);
    }
}

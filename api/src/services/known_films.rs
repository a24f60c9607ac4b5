//! Films as rooms are created for them, kept for a minute: many rooms are for few films, and
//! neither a film's title nor its length changes within an evening.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use schemas::ids::MovieId;
use schemas::upstream::Film;

use super::Refusal;

/// How long a film is believed; one that leaves the catalogue can be put on for so much longer.
const LIFE: Duration = Duration::from_mins(1);
/// Films that are kept.
const KEPT_MAX: u64 = 1_000;

/// Films by their ids.
pub(super) struct KnownFilms(Cache<MovieId, Arc<Film>>);

impl KnownFilms {
    pub(super) fn new() -> Self {
        Self(Cache::builder().max_capacity(KEPT_MAX).time_to_live(LIFE).build())
    }

    /// The film, asked for where it is not known. Only an answer is kept: a refusal may be this
    /// caller's alone.
    pub(super) async fn get(
        &self,
        id: MovieId,
        asking: impl Future<Output = Result<Film, Refusal>>,
    ) -> Result<Arc<Film>, Refusal> {
        if let Some(film) = self.0.get(&id).await {
            return Ok(film);
        }
        let film = Arc::new(asking.await?);
        self.0.insert(id, Arc::clone(&film)).await;
        Ok(film)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn a_film_is_asked_for_once_and_a_refusal_again() {
        let (films, asked) = (KnownFilms::new(), Cell::new(0));
        // Has no film at first, and every one from the second question on.
        let ask = |id| {
            let asked = &asked;
            async move {
                asked.set(asked.get() + 1);
                if asked.get() == 1 {
                    return Err(Refusal::NoSuchMovie);
                }
                let (title, description) = (format!("Film {id}"), String::new());
                let (sources, subtitles) = (Vec::new(), Vec::new());
                let (year, poster, duration_ms) = (None, None, 90_000);
                Ok(Film { id, title, year, description, poster, duration_ms, sources, subtitles })
            }
        };
        let (one, other) = (MovieId(Uuid::from_u128(2)), MovieId(Uuid::from_u128(3)));
        assert!(matches!(films.get(one, ask(one)).await, Err(Refusal::NoSuchMovie)));
        for _ in 0..3 {
            assert_eq!(films.get(one, ask(one)).await.unwrap().id, one);
            assert_eq!(films.get(other, ask(other)).await.unwrap().id, other);
        }
        assert_eq!(asked.get(), 3);
    }
}

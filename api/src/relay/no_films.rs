//! For tests of the relay: a catalogue that has no film, or is away.

use async_trait::async_trait;
use clients::{Bearer, Deadline, Failure, MovieApi};
use schemas::ids::MovieId;
use schemas::upstream::{Film, FilmPage};

/// Answers every question with a failure.
pub(super) struct NoFilms {
    pub(super) is_away: bool,
}

impl NoFilms {
    fn failure(&self) -> Failure {
        let (service, operation) = ("movie", "film");
        if self.is_away {
            Failure::TimedOut { service, operation }
        } else {
            Failure::NotFound { service, operation }
        }
    }
}

#[async_trait]
impl MovieApi for NoFilms {
    async fn film(&self, _: Option<&Bearer>, _: MovieId, _: Deadline) -> Result<Film, Failure> {
        Err(self.failure())
    }

    async fn films(&self, _: &[MovieId], _: Deadline) -> Result<Vec<Film>, Failure> {
        Err(self.failure())
    }

    async fn search(
        &self,
        _: Option<&str>,
        _: u32,
        _: u32,
        _: Deadline,
    ) -> Result<FilmPage, Failure> {
        Err(self.failure())
    }
}

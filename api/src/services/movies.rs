//! The catalogue, with what I and my friends think of it, and my wishes.

use std::collections::HashMap;

use clients::{Deadline, Failure};
use schemas::http::{MoviePage, MovieView};
use schemas::ids::{MovieId, UserId};
use schemas::upstream::{Film, User};

use super::{CALL_PATIENCE, Caller, Refusal, Services};

impl Services {
    /// Films whose title matches, or all.
    pub async fn movies(
        &self,
        caller: &Caller,
        query: Option<String>,
        page: u32,
        size: u32,
    ) -> Result<MoviePage, Refusal> {
        let deadline = Deadline::after(CALL_PATIENCE);
        let found = self.movie.search(query.as_deref(), page, size, deadline).await?;
        let items = self.with_opinions(caller, found.items).await?;
        Ok(MoviePage { items, total: found.total, page, size })
    }

    /// One film.
    pub async fn movie(&self, caller: &Caller, movie: MovieId) -> Result<MovieView, Refusal> {
        let film = self.film(caller, movie).await?;
        self.with_opinions(caller, vec![film]).await?.pop().ok_or(Refusal::NoSuchMovie)
    }

    /// The caller wants to watch a film.
    pub async fn want(&self, caller: &Caller, movie: MovieId) -> Result<(), Refusal> {
        self.film(caller, movie).await?;
        self.ugc.want(&caller.bearer, movie, Deadline::after(CALL_PATIENCE)).await?;
        self.people.forget_wishes(caller.user).await;
        Ok(())
    }

    /// The caller does not want to watch a film any more.
    pub async fn unwant(&self, caller: &Caller, movie: MovieId) -> Result<(), Refusal> {
        self.ugc.unwant(&caller.bearer, movie, Deadline::after(CALL_PATIENCE)).await?;
        self.people.forget_wishes(caller.user).await;
        Ok(())
    }

    /// The film, as the catalogue has it.
    pub(super) async fn film(&self, caller: &Caller, movie: MovieId) -> Result<Film, Refusal> {
        let deadline = Deadline::after(CALL_PATIENCE);
        let found = self.movie.film(Some(&caller.bearer), movie, deadline).await;
        found.map_err(|failure| match failure {
            Failure::NotFound { .. } => Refusal::NoSuchMovie,
            other => other.into(),
        })
    }

    async fn with_opinions(
        &self,
        caller: &Caller,
        films: Vec<Film>,
    ) -> Result<Vec<MovieView>, Refusal> {
        let (friends, wishes) = self.people.of(caller).await?;
        let mut wanted_by: HashMap<MovieId, Vec<UserId>> = HashMap::new();
        if !friends.is_empty() && !films.is_empty() {
            let ids: Vec<UserId> = friends.iter().map(|friend| friend.id).collect();
            let movies: Vec<MovieId> = films.iter().map(|film| film.id).collect();
            let deadline = Deadline::after(CALL_PATIENCE);
            let found = self.ugc.search(&caller.bearer, &ids, Some(&movies), deadline).await?;
            wanted_by.extend(found.into_iter().map(|film| (film.movie_id, film.user_ids)));
        }
        let friends: HashMap<UserId, &User> =
            friends.iter().map(|friend| (friend.id, friend)).collect();
        let views = films.into_iter().map(|film| {
            let whose = wanted_by.remove(&film.id).unwrap_or_default();
            let friends = whose.iter().filter_map(|id| friends.get(id).copied().cloned()).collect();
            view(film, &wishes, friends)
        });
        Ok(views.collect())
    }
}

fn view(film: Film, wishes: &[MovieId], friends: Vec<User>) -> MovieView {
    MovieView {
        wanted: wishes.contains(&film.id),
        id: film.id,
        title: film.title,
        year: film.year,
        description: film.description,
        poster: film.poster,
        duration_ms: film.duration_ms,
        sources: film.sources,
        subtitles: film.subtitles,
        friends,
    }
}

//! The UGC service: who wants to watch what.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use async_trait::async_trait;
use schemas::ids::{MovieId, UserId};
use schemas::upstream::{
    BATCH_IDS_MAX, WISHES_PER_USER_MAX, WantedFilm, WishPage, WishSearch, WishSearchResult,
};
use tracing::instrument;

use crate::http::{Call, HttpFactory, Service, json};
use crate::{BaseUrl, Bearer, Deadline, Failure, pages};

/// Most wishes of one person that are looked at; the rest of a longer list is left out.
pub const WISHES_MAX: usize = WISHES_PER_USER_MAX as usize;
/// Longest answer of a wish search: a thousand people with some 800 wishes each.
pub const SEARCH_BYTES_MAX: usize = 32 * 1024 * 1024;

/// What is asked of the UGC service.
#[async_trait]
pub trait UgcApi: Send + Sync {
    /// The films that `user` wants to watch, newest wish first; at most [`WISHES_MAX`].
    async fn wishes(
        &self,
        caller: &Bearer,
        user: UserId,
        deadline: Deadline,
    ) -> Result<Vec<MovieId>, Failure>;

    /// The films (of `movies`, or of all) that at least one of `users` wants, and who wants
    /// each; most wanted first.
    async fn search(
        &self,
        caller: &Bearer,
        users: &[UserId],
        movies: Option<&[MovieId]>,
        deadline: Deadline,
    ) -> Result<Vec<WantedFilm>, Failure>;

    /// Notes that the caller wants to watch `movie`; twice is the same as once.
    async fn want(
        &self,
        caller: &Bearer,
        movie: MovieId,
        deadline: Deadline,
    ) -> Result<(), Failure>;

    /// Forgets that the caller wants to watch `movie`; twice is the same as once.
    async fn unwant(
        &self,
        caller: &Bearer,
        movie: MovieId,
        deadline: Deadline,
    ) -> Result<(), Failure>;
}

/// [`UgcApi`] by HTTP.
#[derive(Debug)]
pub struct HttpUgc {
    service: Service,
}

impl HttpUgc {
    /// The UGC service at `base_url`; its paths (`/ugc/v1/…`) are appended.
    pub fn new(base_url: BaseUrl, http: &HttpFactory) -> Self {
        Self { service: http.service("ugc", base_url) }
    }
}

#[async_trait]
impl UgcApi for HttpUgc {
    #[instrument(name = "clients.ugc.wishes", skip_all, fields(user.id = %user))]
    async fn wishes(
        &self,
        caller: &Bearer,
        user: UserId,
        deadline: Deadline,
    ) -> Result<Vec<MovieId>, Failure> {
        let path = ["ugc", "v1", "users", &user.to_string(), "want-to-watch"];
        let call = Call::get("wishes", &path, deadline).caller(caller);
        let wishes = pages::all::<WishPage>(&self.service, &call, WISHES_MAX).await?;
        Ok(wishes.into_iter().map(|wish| wish.movie_id).collect())
    }

    #[instrument(name = "clients.ugc.search", skip_all, fields(users = users.len()))]
    async fn search(
        &self,
        caller: &Bearer,
        users: &[UserId],
        movies: Option<&[MovieId]>,
        deadline: Deadline,
    ) -> Result<Vec<WantedFilm>, Failure> {
        let path = ["ugc", "v1", "want-to-watch", "search"];
        // A search changes nothing, so it may be sent twice although it is a POST.
        let call = Call::post("search", &path, deadline)
            .idempotent()
            .caller(caller)
            .answer_bytes_max(SEARCH_BYTES_MAX);

        let calls = search_bodies(users, movies).map(|body| call.clone().json(&body)).collect();
        Ok(merge(self.service.call_all(calls, json).await?))
    }

    #[instrument(name = "clients.ugc.want", skip_all, fields(movie.id = %movie))]
    async fn want(
        &self,
        caller: &Bearer,
        movie: MovieId,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        let path = ["ugc", "v1", "want-to-watch", &movie.to_string()];
        let call = Call::put("want", &path, deadline).caller(caller);
        self.service.call(&call, |_| Ok(())).await
    }

    #[instrument(name = "clients.ugc.unwant", skip_all, fields(movie.id = %movie))]
    async fn unwant(
        &self,
        caller: &Bearer,
        movie: MovieId,
        deadline: Deadline,
    ) -> Result<(), Failure> {
        let path = ["ugc", "v1", "want-to-watch", &movie.to_string()];
        let call = Call::delete("unwant", &path, deadline).caller(caller);
        self.service.call(&call, |_| Ok(())).await
    }
}

/// One body for every pair of a batch of people and a batch of films.
fn search_bodies<'a>(
    users: &'a [UserId],
    movies: Option<&'a [MovieId]>,
) -> impl Iterator<Item = WishSearch> + Send + 'a {
    let movie_batches: Vec<Option<Vec<MovieId>>> = match movies {
        None => vec![None],
        Some(movies) => movies.chunks(BATCH_IDS_MAX).map(|batch| Some(batch.to_vec())).collect(),
    };
    users.chunks(BATCH_IDS_MAX).flat_map(move |user_ids| {
        movie_batches
            .clone()
            .into_iter()
            .map(move |movie_ids| WishSearch { user_ids: user_ids.to_vec(), movie_ids })
    })
}

/// Joins the answers film by film. A film's order among equals is that of its first answer.
fn merge(answers: Vec<WishSearchResult>) -> Vec<WantedFilm> {
    let mut films: Vec<WantedFilm> = Vec::new();
    let mut places: HashMap<MovieId, usize> = HashMap::new();
    for film in answers.into_iter().flat_map(|answer| answer.items) {
        match places.entry(film.movie_id) {
            Entry::Occupied(place) => {
                if let Some(known) = films.get_mut(*place.get()) {
                    known.user_ids.extend(film.user_ids);
                }
            }
            Entry::Vacant(place) => {
                place.insert(films.len());
                films.push(film);
            }
        }
    }
    films.sort_by_key(|film| Reverse(film.user_ids.len()));
    films
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn users(count: u128) -> Vec<UserId> {
        (0..count).map(|n| UserId(Uuid::from_u128(n))).collect()
    }

    fn movies(count: u128) -> Vec<MovieId> {
        (0..count).map(|n| MovieId(Uuid::from_u128(n))).collect()
    }

    #[test]
    fn a_search_is_split_one_past_the_limit() {
        let at = BATCH_IDS_MAX as u128;
        assert_eq!(search_bodies(&users(at), None).count(), 1);
        assert_eq!(search_bodies(&users(at + 1), None).count(), 2);
        assert_eq!(search_bodies(&users(at + 1), Some(&movies(at + 1))).count(), 4);
    }

    #[test]
    fn nobody_or_no_film_is_no_search_at_all() {
        assert_eq!(search_bodies(&[], None).count(), 0);
        assert_eq!(search_bodies(&users(1), Some(&[])).count(), 0);
    }

    #[test]
    fn merged_films_stand_most_wanted_first() {
        let (movies, users) = (movies(2), users(3));
        let answer = |movie: usize, who: &[UserId]| WishSearchResult {
            items: vec![WantedFilm { movie_id: movies[movie], user_ids: who.to_vec() }],
        };
        let merged =
            merge(vec![answer(0, &users[..1]), answer(1, &users[..1]), answer(1, &users[1..])]);
        let expected = [
            WantedFilm { movie_id: movies[1], user_ids: users.clone() },
            WantedFilm { movie_id: movies[0], user_ids: users[..1].to_vec() },
        ];
        assert_eq!(merged, expected);
    }
}

//! Films that I and my friends want to watch. Four calls behind it, however many friends:
//! friends and wishes side by side, one search, one batch of films.

use std::cmp::Reverse;
use std::collections::HashMap;

use clients::Deadline;
use schemas::http::{Match, MatchPage};
use schemas::ids::{MovieId, UserId};
use schemas::upstream::{Film, User, WantedFilm};

use super::{CALL_PATIENCE, Caller, Refusal, Services};

impl Services {
    /// Films wanted by the caller and at least one friend, most friends first.
    pub async fn matches(
        &self,
        caller: &Caller,
        page: u32,
        size: u32,
    ) -> Result<MatchPage, Refusal> {
        let mut wanted = self.wanted_by_friends(caller).await?;
        wanted.sort_by_key(|film| (Reverse(film.user_ids.len()), film.movie_id));
        let total = wanted.len() as u64;
        let skipped = usize::try_from(page.saturating_sub(1)).unwrap_or(usize::MAX);
        let size_or_max = usize::try_from(size).unwrap_or(usize::MAX);
        let shown: Vec<WantedFilm> = wanted
            .into_iter()
            .skip(skipped.saturating_mul(size_or_max))
            .take(size_or_max)
            .collect();
        let items = self.with_films(caller, shown).await?;
        Ok(MatchPage { items, total, page, size })
    }

    async fn wanted_by_friends(&self, caller: &Caller) -> Result<Vec<WantedFilm>, Refusal> {
        let (friends, wishes) = self.people.of(caller).await?;
        if friends.is_empty() || wishes.is_empty() {
            return Ok(vec![]);
        }
        let ids: Vec<UserId> = friends.iter().map(|friend| friend.id).collect();
        let deadline = Deadline::after(CALL_PATIENCE);
        Ok(self.ugc.search(&caller.bearer, &ids, Some(wishes.as_slice()), deadline).await?)
    }

    async fn with_films(
        &self,
        caller: &Caller,
        shown: Vec<WantedFilm>,
    ) -> Result<Vec<Match>, Refusal> {
        if shown.is_empty() {
            return Ok(vec![]);
        }
        let ids: Vec<MovieId> = shown.iter().map(|film| film.movie_id).collect();
        let films = self.movie.films(&ids, Deadline::after(CALL_PATIENCE)).await?;
        let mut films: HashMap<MovieId, Film> =
            films.into_iter().map(|film| (film.id, film)).collect();
        let (friends, _) = self.people.of(caller).await?;
        let friends: HashMap<UserId, &User> =
            friends.iter().map(|friend| (friend.id, friend)).collect();
        // A film that left the catalogue is no match any more.
        let matched = shown.into_iter().filter_map(|wanted| {
            let movie = films.remove(&wanted.movie_id)?;
            let whose = wanted.user_ids.iter();
            let friends = whose.filter_map(|id| friends.get(id).copied().cloned()).collect();
            Some(Match { movie, friends })
        });
        Ok(matched.collect())
    }
}

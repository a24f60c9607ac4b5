//! All films, and finding one.

use std::collections::HashMap;
use std::path::PathBuf;

use schemas::ids::MovieId;
use schemas::upstream::{Film, FilmPage};

use super::{library, own_films};
use crate::CinemaError;
use crate::database::folded;
use crate::http::PageAsk;

/// The films in order of their titles.
pub(crate) struct Catalogue {
    films: Vec<Entry>,
    places: HashMap<MovieId, usize>,
}

struct Entry {
    title_folded: String,
    film: Film,
}

impl Catalogue {
    /// The project's own films and those of the folder. Reads the disk.
    pub(crate) async fn open(
        media_dir: Option<PathBuf>,
        public_url: &str,
    ) -> Result<Self, CinemaError> {
        let mut films = own_films::own_films(public_url);
        if let Some(folder) = media_dir {
            let public_url = public_url.to_owned();
            let found = tokio::task::spawn_blocking(move || library::films(&folder, &public_url));
            films.extend(found.await.map_err(CinemaError::Scan)?);
        }
        tracing::info!(films = films.len(), "the catalogue is filled");
        Ok(Self::new(films))
    }

    fn new(films: Vec<Film>) -> Self {
        let mut films: Vec<Entry> = films
            .into_iter()
            .map(|film| Entry { title_folded: folded(&film.title), film })
            .collect();
        films.sort_by(|one, other| {
            (&one.title_folded, one.film.id).cmp(&(&other.title_folded, other.film.id))
        });
        let places =
            films.iter().enumerate().map(|(place, entry)| (entry.film.id, place)).collect();
        Self { films, places }
    }

    pub(crate) fn film(&self, id: MovieId) -> Option<&Film> {
        self.films.get(*self.places.get(&id)?).map(|entry| &entry.film)
    }

    /// Those that exist, in the order asked for, as one page.
    pub(crate) fn by_ids(&self, ids: &[MovieId]) -> FilmPage {
        let items: Vec<Film> = ids.iter().filter_map(|id| self.film(*id)).cloned().collect();
        let size = u32::try_from(items.len()).unwrap_or(u32::MAX);
        FilmPage { total: u64::from(size), items, page: 1, size }
    }

    /// Films whose title contains the text, without regard to case; an empty text finds all.
    pub(crate) fn search(&self, query: &str, ask: PageAsk) -> FilmPage {
        let text = folded(query);
        let found: Vec<&Film> = self
            .films
            .iter()
            .filter(|entry| entry.title_folded.contains(&text))
            .map(|entry| &entry.film)
            .collect();
        let before = usize::try_from(ask.offset()).unwrap_or(usize::MAX);
        let size = usize::try_from(ask.size).unwrap_or(usize::MAX);
        FilmPage {
            total: found.len().try_into().unwrap_or(u64::MAX),
            items: found.into_iter().skip(before).take(size).cloned().collect(),
            page: ask.page,
            size: ask.size,
        }
    }
}

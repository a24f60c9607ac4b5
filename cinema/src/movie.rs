//! The Movie service: a catalogue, and the media themselves.
//!
//! The catalogue is made anew at each start and lives in memory: `own_films` are part of the
//! binary, `library` finds what can be played in the media folder (`length` reads how long it
//! is, `subtitles` finds the texts beside it), `catalogue` finds films among both. `api` answers
//! about films without a token, as `media` serves the files, since a player in a page sends none.
//!
//! To add a film of the project's own: a function in `films/render.sh`, an entry in
//! `own_films`, and its subtitles as `films/<slug>.<language>.vtt`.

mod api;
mod catalogue;
mod film_id;
mod formats;
mod length;
mod library;
mod media;
mod own_films;
mod playlist;
mod ranges;
mod subtitles;

pub(crate) use api::MovieApi;
pub(crate) use catalogue::Catalogue;
pub(crate) use media::media;

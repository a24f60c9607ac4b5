//! The project's own short films, rendered by `films/render.sh` and part of the binary, so
//! that there is something to watch at the first start.

use std::borrow::Cow;

use rust_embed::{EmbeddedFile, RustEmbed};
use schemas::upstream::{Film, Source};

use super::film_id::film_id;
use super::formats::media_type;
use super::{length, subtitles};

/// Where media lie under the public address.
pub(super) const ADDRESS: &str = "/media/films";

#[derive(RustEmbed)]
#[folder = "films/"]
#[exclude = "*.sh"]
struct Files;

struct OwnFilm {
    slug: &'static str,
    title: &'static str,
    description: &'static str,
    media: &'static str,
}

const YEAR: i32 = 2026;

const OWN_FILMS: [OwnFilm; 4] = [
    OwnFilm {
        slug: "aurora",
        title: "Aurora over Nothing",
        description: "Bands of green and violet light drift over a dark sky. A minute and a \
                      half in which nothing happens, slowly.",
        media: "aurora.mp4",
    },
    OwnFilm {
        slug: "seahorse",
        title: "Down Seahorse Valley",
        description: "A minute's descent along the shore of the Mandelbrot set, where every \
                      bay has bays of its own.",
        media: "seahorse.mp4",
    },
    OwnFilm {
        slug: "life",
        title: "A Short History of Life",
        description: "Cells are born, crowd, starve and leave a mark. Conway's rules, from \
                      the first spark to the last glider.",
        media: "life.mp4",
    },
    OwnFilm {
        slug: "interference",
        title: "Two Stones in a Pond",
        description: "Two sources of waves circle one another, and colours gather where the \
                      crests meet. Streamed in pieces (HLS).",
        media: "interference/film.m3u8",
    },
];

/// The films as the catalogue has them. `public_url` has no slash at its end.
pub(super) fn own_films(public_url: &str) -> Vec<Film> {
    let address = |path: &str| format!("{public_url}{ADDRESS}/{path}");
    OWN_FILMS
        .iter()
        .map(|film| Film {
            id: film_id(&format!("own:{}", film.slug)),
            title: film.title.to_owned(),
            year: Some(YEAR),
            description: film.description.to_owned(),
            poster: Some(address(&format!("{}.jpg", film.slug))),
            duration_ms: file(film.media)
                .map_or(0, |file| length::of_bytes(film.media, &file.data)),
            sources: vec![Source {
                url: address(film.media),
                media_type: media_type(film.media).unwrap_or_default().to_owned(),
            }],
            subtitles: subtitles::beside(film.slug, Files::iter(), address),
        })
        .collect()
}

/// A file of the films' folder.
pub(super) fn file(path: &str) -> Option<EmbeddedFile> {
    Files::get(path)
}

/// Its bytes, without a copy: they are part of the binary.
pub(super) fn bytes(file: EmbeddedFile) -> bytes::Bytes {
    match file.data {
        Cow::Borrowed(data) => bytes::Bytes::from_static(data),
        Cow::Owned(data) => bytes::Bytes::from(data),
    }
}

//! Films found in the media folder.
//!
//! Each playable file becomes a film whose id comes from its path, so that wishes outlive a
//! restart. Files that a playlist names are its parts, not films of their own. A poster and
//! subtitles are known by their names (`film.mp4`: `film.jpg`, `film.ru.vtt`). The folder is
//! read at each start; what has gone is gone from the catalogue too.

use std::collections::{HashSet, VecDeque};
use std::path::{Component, Path, PathBuf};

use schemas::upstream::{Film, Source};

use super::film_id::film_id;
use super::formats::{PLAYABLE, extension, media_type};
use super::{length, playlist, subtitles};

/// Where media lie under the public address.
pub(super) const ADDRESS: &str = "/media/library";
/// What is read of the folder at most.
const LIMITS: Limits = Limits { depth: 8, entries: 100_000, films: 10_000 };

const POSTERS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

struct Limits {
    /// Folders within folders that are looked into.
    depth: usize,
    /// Files and folders that are looked at.
    entries: usize,
    /// Files that become films.
    films: usize,
}

/// Reads the folder. Blocks; what cannot be read is left out.
pub(super) fn films(folder: &Path, public_url: &str) -> Vec<Film> {
    films_within(folder, public_url, &LIMITS)
}

fn films_within(folder: &Path, public_url: &str, limits: &Limits) -> Vec<Film> {
    let files = files_within(folder, limits);
    let parts: HashSet<PathBuf> = files
        .iter()
        .filter(|file| extension(file) == "m3u8")
        .flat_map(|file| playlist::parts(folder, file))
        .collect();
    let playable: Vec<&PathBuf> = files
        .iter()
        .filter(|file| PLAYABLE.contains(&extension(file).as_str()) && !parts.contains(*file))
        .collect();
    if playable.len() > limits.films {
        tracing::warn!(
            found = playable.len(),
            limit = limits.films,
            "the media folder has too many films"
        );
    }
    playable
        .into_iter()
        .take(limits.films)
        .filter_map(|file| film(folder, file, &files, public_url))
        .collect()
}

/// The film of a file, with what lies beside it among the sorted `files`.
fn film(folder: &Path, file: &Path, files: &[PathBuf], public_url: &str) -> Option<Film> {
    let path = file.to_str()?;
    let stem = file.with_extension("");
    let (title, year) = title_and_year(file.file_stem()?.to_str()?);
    let address = |path: &str| format!("{public_url}{ADDRESS}/{}", encoded(path));
    let poster = POSTERS
        .iter()
        .map(|extension| file.with_extension(extension))
        .find(|picture| files.binary_search(picture).is_ok());
    Some(Film {
        id: film_id(&format!("library:{path}")),
        title,
        year,
        description: String::new(),
        poster: poster.and_then(|picture| picture.to_str().map(address)),
        duration_ms: length::of_file(folder, file),
        sources: vec![Source { url: address(path), media_type: media_type(path)?.to_owned() }],
        subtitles: subtitles::beside(stem.to_str()?, names_from(files, &stem), address),
    })
}

/// Paths from the first on that may begin with this stem and a dot, as long as they do.
fn names_from<'a>(files: &'a [PathBuf], stem: &Path) -> impl Iterator<Item = &'a str> {
    let mut start = stem.as_os_str().to_owned();
    start.push(".");
    let first = files.partition_point(|file| file.as_path() < Path::new(&start));
    files
        .iter()
        .skip(first)
        .map_while(move |file| {
            file.as_os_str()
                .as_encoded_bytes()
                .starts_with(start.as_encoded_bytes())
                .then_some(file)
        })
        .filter_map(|file| file.to_str())
}

/// Paths of files relative to the folder, in order. Hidden ones and links are left out, so
/// that the walk neither leaves the folder nor goes round in it.
fn files_within(folder: &Path, limits: &Limits) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut seen = 0_usize;
    let mut folders = VecDeque::from([(PathBuf::new(), 0_usize)]);
    while let Some((inner, depth)) = folders.pop_front() {
        let entries = match std::fs::read_dir(folder.join(&inner)) {
            Ok(entries) => entries,
            Err(error) => {
                tracing::warn!(%error, folder = %inner.display(), "a media folder cannot be read");
                continue;
            }
        };
        for entry in entries.filter_map(Result::ok) {
            seen += 1;
            if seen > limits.entries {
                tracing::warn!(limit = limits.entries, "the media folder has too many files");
                files.sort();
                return files;
            }
            let path = inner.join(entry.file_name());
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            match entry.file_type() {
                Ok(kind) if kind.is_file() && !hidden => files.push(path),
                Ok(kind) if kind.is_dir() && !hidden && depth < limits.depth => {
                    folders.push_back((path, depth + 1));
                }
                Ok(_) | Err(_) => {}
            }
        }
    }
    files.sort();
    files
}

/// A path below the folder without `..` and the like, its links followed; none if it leads out.
pub(super) fn inside(folder: &Path, path: &Path) -> Option<PathBuf> {
    let plain = path.components().all(|part| match part {
        Component::Normal(name) => !name.as_encoded_bytes().starts_with(b"."),
        Component::CurDir | Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
            false
        }
    });
    let folder = folder.canonicalize().ok()?;
    let found = plain.then(|| folder.join(path).canonicalize().ok())??;
    found.starts_with(&folder).then_some(found)
}

/// `Solaris.(1972)` is Solaris of 1972; dots and underscores stand for spaces.
fn title_and_year(stem: &str) -> (String, Option<i32>) {
    let spaced: String =
        stem.chars().map(|c| if matches!(c, '_' | '.') { ' ' } else { c }).collect();
    let words = || spaced.split_whitespace();
    let (title, year) = match words().next_back().and_then(year_in_brackets) {
        Some(year) => (words().rev().skip(1).collect::<Vec<_>>(), Some(year)),
        None => (words().rev().collect(), None),
    };
    if title.is_empty() {
        return (stem.to_owned(), year);
    }
    (title.into_iter().rev().collect::<Vec<_>>().join(" "), year)
}

fn year_in_brackets(word: &str) -> Option<i32> {
    let year = word.strip_prefix('(')?.strip_suffix(')')?;
    if year.len() == 4 { year.parse().ok() } else { None }
}

/// A path as it stands in an address.
fn encoded(path: &str) -> String {
    use std::fmt::Write as _;
    path.bytes().fold(String::with_capacity(path.len()), |mut address, byte| {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(address, "%{byte:02X}").unwrap_or_default();
        }
        address
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_years_come_from_names() {
        let cases = [
            ("Solaris.(1972)", "Solaris", Some(1972)),
            ("Ирония_судьбы", "Ирония судьбы", None),
            ("2001 A Space Odyssey (1968)", "2001 A Space Odyssey", Some(1968)),
            ("(1968)", "(1968)", Some(1968)),
            ("Movie (draft)", "Movie (draft)", None),
        ];
        for (stem, title, year) in cases {
            assert_eq!(title_and_year(stem), (title.to_owned(), year), "{stem}");
        }
    }

    #[test]
    fn the_walk_has_limits() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.mp4", "b.mp4", "c.mp4"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let count = |entries, films| {
            let limits = Limits { depth: 0, entries, films };
            films_within(folder.path(), "", &limits).len()
        };
        assert_eq!(count(3, 3), 3);
        assert_eq!(count(2, 3), 2);
        assert_eq!(count(3, 2), 2);
    }

    #[test]
    fn addresses_are_encoded() {
        assert_eq!(encoded("a b/ё?.mp4"), "a%20b/%D1%91%3F.mp4");
    }
}

//! The catalogue with the project's own films.

use poem::http::StatusCode;
use schemas::upstream::{BATCH_IDS_MAX, Film, FilmPage};
use uuid::Uuid;

use crate::support::{PUBLIC_URL, Stage};

async fn all(stage: &Stage) -> FilmPage {
    stage.get("/movie/v1/films", None).await.json()
}

fn titles(page: &FilmPage) -> Vec<&str> {
    page.items.iter().map(|film| film.title.as_str()).collect()
}

#[tokio::test]
async fn the_first_start_has_films_that_can_be_played() {
    let stage = Stage::new().await;
    let page = all(&stage).await;
    assert_eq!(
        titles(&page),
        [
            "A Short History of Life",
            "Aurora over Nothing",
            "Down Seahorse Valley",
            "Two Stones in a Pond"
        ]
    );
    assert_eq!((page.total, page.page, page.size), (4, 1, 20));
    for film in page.items {
        assert!((60_000..=180_000).contains(&film.duration_ms), "{film:?}");
        assert!(film.year.is_some() && !film.description.is_empty(), "{film:?}");
        let [source] = film.sources.as_slice() else { panic!("{film:?}") };
        for (url, kind) in [
            (source.url.as_str(), source.media_type.as_str()),
            (film.poster.as_deref().unwrap(), "image/jpeg"),
        ] {
            let path = url.strip_prefix(PUBLIC_URL).unwrap();
            let answer = stage.get(path, None).await;
            assert_eq!(answer.status, StatusCode::OK, "{url}");
            assert_eq!(answer.header("content-type"), kind);
            assert!(!answer.bytes.is_empty());
        }
    }
}

#[tokio::test]
async fn the_own_films_have_subtitles_in_english_and_russian() {
    let stage = Stage::new().await;
    for film in all(&stage).await.items {
        let named: Vec<_> = film
            .subtitles
            .iter()
            .map(|subtitles| (subtitles.language.as_str(), subtitles.label.as_str()))
            .collect();
        assert_eq!(named, [("en", "English"), ("ru", "Русский")], "{}", film.title);
        for subtitles in &film.subtitles {
            let path = subtitles.url.strip_prefix(PUBLIC_URL).unwrap();
            let answer = stage.get(path, None).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(answer.header("content-type"), "text/vtt; charset=utf-8");
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            let cues = cues(str::from_utf8(&answer.bytes).unwrap());
            assert!(cues.len() > 5, "{path}");
            assert!(cues.is_sorted(), "{path}: {cues:?}");
            assert!(cues.iter().all(|(start, end)| start < end && *end <= film.duration_ms));
        }
    }
}

/// Start and end of each cue of a `WebVTT` file, in milliseconds.
fn cues(text: &str) -> Vec<(u64, u64)> {
    assert!(text.starts_with("WEBVTT\n\n"), "{text}");
    let time = |time: &str| {
        let (minutes, seconds) = time.split_once(':').unwrap();
        let milliseconds: u64 = seconds.replace('.', "").parse().unwrap();
        minutes.parse::<u64>().unwrap() * 60_000 + milliseconds
    };
    let times = text.lines().filter_map(|line| line.split_once(" --> "));
    times.map(|(start, end)| (time(start), time(end))).collect()
}

#[tokio::test]
async fn all_pieces_of_the_hls_film_are_served() {
    let stage = Stage::new().await;
    let page: FilmPage = stage.get("/movie/v1/films?query=stones", None).await.json();
    let source = &page.items[0].sources[0];
    assert_eq!(source.media_type, "application/vnd.apple.mpegurl");
    let path = source.url.strip_prefix(PUBLIC_URL).unwrap();
    let playlist = String::from_utf8(stage.get(path, None).await.bytes).unwrap();
    let folder = path.rsplit_once('/').unwrap().0;
    let pieces: Vec<&str> = playlist.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(pieces.len() > 1);
    for piece in pieces.into_iter().chain(["init.mp4"]) {
        let answer = stage.get(&format!("{folder}/{piece}"), None).await;
        assert_eq!(answer.status, StatusCode::OK, "{piece}");
    }
}

#[tokio::test]
async fn films_are_found_by_id() {
    let stage = Stage::new().await;
    let films = all(&stage).await.items;
    let film: Film = stage.get(&format!("/movie/v1/films/{}", films[1].id), None).await.json();
    assert_eq!(film, films[1]);
    let path = format!("/movie/v1/films?ids={},{},{}", films[2].id, Uuid::new_v4(), films[0].id);
    let page: FilmPage = stage.get(&path, None).await.json();
    assert_eq!((page.total, page.items), (2, vec![films[2].clone(), films[0].clone()]));

    let unknown = stage.get(&format!("/movie/v1/films/{}", Uuid::new_v4()), None).await;
    unknown.assert_refused(StatusCode::NOT_FOUND, "not_found");
    let malformed = stage.get("/movie/v1/films/one", None).await;
    malformed.assert_refused(StatusCode::BAD_REQUEST, "malformed");
}

#[tokio::test]
async fn films_are_found_by_title_in_pages() {
    let stage = Stage::new().await;
    let page: FilmPage = stage.get("/movie/v1/films?query=%20AURORA%20", None).await.json();
    assert_eq!(titles(&page), ["Aurora over Nothing"]);
    let page: FilmPage = stage.get("/movie/v1/films?query=o&size=1&page=2", None).await.json();
    assert_eq!((titles(&page), page.total), (vec!["Aurora over Nothing"], 4));
    let page: FilmPage = stage.get("/movie/v1/films?query=nothing%20else", None).await.json();
    assert_eq!((page.items, page.total), (vec![], 0));
}

#[tokio::test]
async fn batches_and_queries_have_limits() {
    let stage = Stage::new().await;
    let ids = |count: usize| vec![Uuid::nil().to_string(); count].join(",");
    let most = stage.get(&format!("/movie/v1/films?ids={}", ids(BATCH_IDS_MAX)), None).await;
    assert_eq!(most.json::<FilmPage>().total, 0);
    let long = "й".repeat(64);
    let good = stage.get(&format!("/movie/v1/films?query={long}"), None).await;
    assert_eq!(good.status, StatusCode::OK);
    for (path, field) in [
        (format!("/movie/v1/films?ids={}", ids(BATCH_IDS_MAX + 1)), "ids"),
        (format!("/movie/v1/films?query={long}й"), "query"),
        ("/movie/v1/films?size=101".to_owned(), "size"),
        ("/movie/v1/films?page=0".to_owned(), "page"),
    ] {
        let answer = stage.get(&path, None).await;
        let fields = answer.assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        assert_eq!(fields, [field]);
    }
}

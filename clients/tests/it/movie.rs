//! The Movie client: one film, many films, a search.

use clients::{Failure, HttpMovie, MovieApi};
use serde_json::json;
use wiremock::matchers::{header, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{TOKEN, ample, base, bearer, factory, film_json, movie, page_json, requests};

#[tokio::test]
async fn a_film_is_found_or_not() {
    let server = MockServer::start().await;
    Mock::given(path(format!("/movie/v1/films/{}", movie(1))))
        .respond_with(ResponseTemplate::new(200).set_body_json(film_json(1)))
        .mount(&server)
        .await;
    let films = HttpMovie::new(base(&server), &factory());
    let film = films.film(None, movie(1), ample()).await.unwrap();
    assert_eq!((film.id, film.title.as_str()), (movie(1), "film 1"));
    assert_eq!(film.sources[0].media_type, "video/mp4");
    assert_eq!(film.subtitles, []);
    assert!(matches!(
        films.film(None, movie(2), ample()).await.unwrap_err(),
        Failure::NotFound { service: "movie", operation: "film" }
    ));
}

#[tokio::test]
async fn subtitles_come_along_where_the_service_knows_them() {
    let server = MockServer::start().await;
    let known = json!([{ "url": "http://host/film.ru.vtt", "language": "ru", "label": "Русский" }]);
    for (number, subtitles) in [(1, known), (2, json!(null))] {
        let mut film = film_json(number);
        film["subtitles"] = subtitles;
        Mock::given(path(format!("/movie/v1/films/{}", movie(number))))
            .respond_with(ResponseTemplate::new(200).set_body_json(film))
            .mount(&server)
            .await;
    }
    let films = HttpMovie::new(base(&server), &factory());
    assert_eq!(films.film(None, movie(2), ample()).await.unwrap().subtitles, []);
    let film = films.film(None, movie(1), ample()).await.unwrap();
    let [subtitles] = film.subtitles.as_slice() else { panic!("{film:?}") };
    assert_eq!((subtitles.language.as_str(), subtitles.label.as_str()), ("ru", "Русский"));
    assert_eq!(subtitles.url, "http://host/film.ru.vtt");
}

#[tokio::test]
async fn the_callers_token_goes_along_where_there_is_one() {
    let server = MockServer::start().await;
    Mock::given(header("authorization", format!("Bearer {TOKEN}").as_str()))
        .respond_with(ResponseTemplate::new(200).set_body_json(film_json(1)))
        .mount(&server)
        .await;
    let films = HttpMovie::new(base(&server), &factory());
    assert!(films.film(Some(&bearer()), movie(1), ample()).await.is_ok());
    assert!(films.film(None, movie(1), ample()).await.is_err());
}

#[tokio::test]
async fn films_are_asked_for_in_batches() {
    let server = MockServer::start().await;
    let page = page_json(&[film_json(1)], 1, 1, 100);
    Mock::given(path("/movie/v1/films"))
        .and(query_param("size", "100"))
        .respond_with(ResponseTemplate::new(200).set_body_json(page))
        .mount(&server)
        .await;
    let films = HttpMovie::new(base(&server), &factory());
    let ids: Vec<_> = (0..101).map(movie).collect();
    assert_eq!(films.films(&ids[..100], ample()).await.unwrap().len(), 1);
    assert_eq!(requests(&server).await, 1);
    assert_eq!(films.films(&ids, ample()).await.unwrap().len(), 2);
    assert_eq!(requests(&server).await, 3);
}

#[tokio::test]
async fn a_search_passes_on_what_was_asked() {
    let server = MockServer::start().await;
    let page = |number| ResponseTemplate::new(200).set_body_json(page_json(&[], 0, number, 20));
    Mock::given(path("/movie/v1/films"))
        .and(query_param("query", "a & b=c"))
        .and(query_param("page", "2"))
        .and(query_param("size", "20"))
        .respond_with(page(2))
        .mount(&server)
        .await;
    Mock::given(query_param_is_missing("query")).respond_with(page(1)).mount(&server).await;
    let films = HttpMovie::new(base(&server), &factory());
    assert_eq!(films.search(Some("a & b=c"), 2, 20, ample()).await.unwrap().page, 2);
    assert_eq!(films.search(None, 1, 20, ample()).await.unwrap().page, 1);
}

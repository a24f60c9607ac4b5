//! The UGC client: wishes, searches, wanting and no longer wanting.

use clients::{AnswerFault, Failure, HttpUgc, SEARCH_BYTES_MAX, UgcApi, WISHES_MAX};
use schemas::ids::UserId;
use schemas::upstream::{BATCH_IDS_MAX, WantedFilm, WishSearch};
use serde_json::json;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::{
    TOKEN, always, ample, base, bearer, factory, in_turn, movie, page_json, requests, user,
};

#[tokio::test]
async fn all_wishes_are_read() {
    let server = MockServer::start().await;
    let wishes = |request: &Request| {
        let is_first = request.url.query_pairs().any(|(key, value)| key == "page" && value == "1");
        let (page, numbers) = if is_first { (1, 0..100) } else { (2, 100..130) };
        let items: Vec<_> = numbers.map(|n| json!({ "movie_id": movie(n) })).collect();
        ResponseTemplate::new(200).set_body_json(page_json(&items, 130, page, 100))
    };
    Mock::given(path(format!("/ugc/v1/users/{}/want-to-watch", user(7))))
        .respond_with(wishes)
        .mount(&server)
        .await;
    let ugc = HttpUgc::new(base(&server), &factory());
    let wishes = ugc.wishes(&bearer(), user(7), ample()).await.unwrap();
    assert_eq!(wishes, (0..130).map(movie).collect::<Vec<_>>());
}

#[tokio::test]
async fn wishes_are_read_up_to_their_limit() {
    let items: Vec<_> = (0..100).map(|n| json!({ "movie_id": movie(n) })).collect();
    for total in [WISHES_MAX, WISHES_MAX + 1] {
        let page = page_json(&items, total, 1, 100);
        let server = always(ResponseTemplate::new(200).set_body_json(page)).await;
        let ugc = HttpUgc::new(base(&server), &factory());
        let wishes = ugc.wishes(&bearer(), user(7), ample()).await.unwrap();
        assert_eq!((wishes.len(), requests(&server).await), (WISHES_MAX, WISHES_MAX / 100));
    }
}

/// Answers that each of the people asked about wants film 1, and the first also film 2.
fn wanted(request: &Request) -> ResponseTemplate {
    let body: WishSearch = request.body_json().unwrap();
    assert!(body.user_ids.len() <= BATCH_IDS_MAX);
    let second = json!({ "movie_id": movie(2), "user_ids": [body.user_ids[0]] });
    let first = json!({ "movie_id": movie(1), "user_ids": body.user_ids });
    ResponseTemplate::new(200).set_body_json(json!({ "items": [first, second] }))
}

#[tokio::test]
async fn a_search_for_many_is_split_and_merged() {
    let people: Vec<UserId> = (0..=BATCH_IDS_MAX).map(user).collect();
    for (count, calls) in [(1, 1), (BATCH_IDS_MAX, 1), (BATCH_IDS_MAX + 1, 2)] {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/ugc/v1/want-to-watch/search"))
            .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
            .respond_with(wanted)
            .mount(&server)
            .await;
        let ugc = HttpUgc::new(base(&server), &factory());
        let people = &people[..count];
        let films = ugc.search(&bearer(), people, None, ample()).await.unwrap();

        let firsts = people.iter().step_by(BATCH_IDS_MAX).copied().collect();
        let expected = [
            WantedFilm { movie_id: movie(1), user_ids: people.to_vec() },
            WantedFilm { movie_id: movie(2), user_ids: firsts },
        ];
        assert_eq!(films, expected);
        assert_eq!(requests(&server).await, calls);
    }
}

#[tokio::test]
async fn a_search_among_films_names_them_and_one_among_none_is_not_sent() {
    let server = always(ResponseTemplate::new(200).set_body_json(json!({ "items": [] }))).await;
    let ugc = HttpUgc::new(base(&server), &factory());
    assert!(ugc.search(&bearer(), &[user(1)], Some(&[]), ample()).await.unwrap().is_empty());
    assert!(ugc.search(&bearer(), &[], None, ample()).await.unwrap().is_empty());
    assert_eq!(requests(&server).await, 0);

    ugc.search(&bearer(), &[user(1)], Some(&[movie(3)]), ample()).await.unwrap();
    let body: WishSearch = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(body.movie_ids, Some(vec![movie(3)]));
}

#[tokio::test]
async fn a_search_is_tried_again_although_it_is_a_post() {
    let fine = ResponseTemplate::new(200).set_body_json(json!({ "items": [] }));
    let server = in_turn([ResponseTemplate::new(503), fine]).await;
    let ugc = HttpUgc::new(base(&server), &factory());
    assert!(ugc.search(&bearer(), &[user(1)], None, ample()).await.is_ok());
}

#[tokio::test]
async fn a_searchs_answer_has_a_limit() {
    let body = |bytes: usize| {
        let mut body = br#"{"items":[]}"#.to_vec();
        body.resize(bytes, b' ');
        ResponseTemplate::new(200).set_body_bytes(body)
    };
    let at = always(body(SEARCH_BYTES_MAX)).await;
    let ugc = HttpUgc::new(base(&at), &factory());
    assert!(ugc.search(&bearer(), &[user(1)], None, ample()).await.is_ok());

    let past = always(body(SEARCH_BYTES_MAX + 1)).await;
    let ugc = HttpUgc::new(base(&past), &factory());
    assert!(matches!(
        ugc.search(&bearer(), &[user(1)], None, ample()).await.unwrap_err(),
        Failure::BadAnswer { source: AnswerFault::TooLong { bytes_max: SEARCH_BYTES_MAX }, .. }
    ));
}

#[tokio::test]
async fn wanting_and_no_longer_wanting() {
    let server = MockServer::start().await;
    for verb in ["PUT", "DELETE"] {
        Mock::given(method(verb))
            .and(path(format!("/ugc/v1/want-to-watch/{}", movie(3))))
            .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
            .respond_with(ResponseTemplate::new(204))
            .expect(1)
            .mount(&server)
            .await;
    }
    let ugc = HttpUgc::new(base(&server), &factory());
    ugc.want(&bearer(), movie(3), ample()).await.unwrap();
    ugc.unwant(&bearer(), movie(3), ample()).await.unwrap();
}

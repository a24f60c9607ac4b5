//! The Auth client: paging, batches, keys.

use std::sync::Arc;

use clients::{AnswerFault, AuthApi, FRIENDS_MAX, Failure, HttpAuth, PARALLEL_CALLS_MAX};
use serde_json::json;
use tokio::sync::Barrier;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::{
    RawServer, TOKEN, always, ample, base, bearer, factory, page_json, raw_json, requests, user,
    user_json,
};

/// Answers like a list of `total` people.
fn people(total: usize) -> impl Fn(&Request) -> ResponseTemplate {
    move |request| {
        let number = |name: &str| {
            let mut pairs = request.url.query_pairs();
            pairs.find(|(key, _)| key == name).unwrap().1.parse::<usize>().unwrap()
        };
        let (page, size) = (number("page"), number("size"));
        let items: Vec<_> = ((page - 1) * size..(page * size).min(total)).map(user_json).collect();
        ResponseTemplate::new(200).set_body_json(page_json(&items, total, page, size))
    }
}

async fn friends_of(total: usize) -> (Vec<schemas::upstream::User>, usize) {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(format!("/auth/v1/users/{}/friends", user(7))))
        .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
        .respond_with(people(total))
        .mount(&server)
        .await;
    let auth = HttpAuth::new(base(&server), &factory());
    let friends = auth.friends(&bearer(), user(7), ample()).await.unwrap();
    (friends, requests(&server).await)
}

#[tokio::test]
async fn all_pages_of_friends_are_read_in_order() {
    for (total, calls) in [(0, 1), (1, 1), (100, 1), (101, 2), (350, 4)] {
        let (friends, requests) = friends_of(total).await;
        let ids: Vec<_> = friends.iter().map(|friend| friend.id).collect();
        assert_eq!(ids, (0..total).map(user).collect::<Vec<_>>());
        assert_eq!(requests, calls, "{total}");
    }
}

#[tokio::test]
async fn friends_are_read_up_to_their_limit() {
    for total in [FRIENDS_MAX, FRIENDS_MAX + 1] {
        let (friends, requests) = friends_of(total).await;
        assert_eq!((friends.len(), requests), (FRIENDS_MAX, FRIENDS_MAX / 100));
    }
}

/// The later pages are held back until all of them have been asked for.
#[tokio::test]
async fn later_pages_are_asked_for_at_once() {
    let pages = PARALLEL_CALLS_MAX + 1;
    let barrier = Arc::new(Barrier::new(PARALLEL_CALLS_MAX));
    let server = RawServer::start(move |line| {
        let barrier = Arc::clone(&barrier);
        async move {
            let page = if line.contains("page=1&") { 1 } else { 2 };
            if page > 1 {
                barrier.wait().await;
            }
            raw_json(&page_json(&[user_json(page)], pages * 100, page, 100))
        }
    })
    .await;
    let auth = HttpAuth::new(server.base_url.clone(), &factory());
    let friends = auth.friends(&bearer(), user(7), ample()).await.unwrap();
    assert_eq!((friends.len(), server.connections()), (pages, pages));
}

#[tokio::test]
async fn a_list_paged_otherwise_than_asked_is_a_bad_answer() {
    let page = page_json(&[user_json(1)], 300, 1, 20);
    let server = always(ResponseTemplate::new(200).set_body_json(page)).await;
    let auth = HttpAuth::new(base(&server), &factory());
    let failure = auth.friends(&bearer(), user(7), ample()).await.unwrap_err();
    assert!(matches!(failure, Failure::BadAnswer { source: AnswerFault::PageSize, .. }));
}

#[tokio::test]
async fn users_are_asked_for_in_batches() {
    let server = MockServer::start().await;
    let echo = |request: &Request| {
        let mut pairs = request.url.query_pairs();
        let ids = pairs.find(|(key, _)| key == "ids").unwrap().1.into_owned();
        let items: Vec<_> =
            ids.split(',').map(|id| json!({ "id": id, "name": "somebody" })).collect();
        ResponseTemplate::new(200).set_body_json(page_json(&items, items.len(), 1, 100))
    };
    Mock::given(path("/auth/v1/users")).respond_with(echo).mount(&server).await;
    let auth = HttpAuth::new(base(&server), &factory());

    let ids: Vec<_> = (0..201).map(user).collect();
    for (count, calls) in [(0, 0), (100, 1), (101, 2), (201, 3)] {
        let before = requests(&server).await;
        let users = auth.users(&bearer(), &ids[..count], ample()).await.unwrap();
        let found: Vec<_> = users.iter().map(|user| user.id).collect();
        assert_eq!(found, ids[..count]);
        assert_eq!(requests(&server).await - before, calls);
    }
    for request in server.received_requests().await.unwrap() {
        assert!(request.url.as_str().len() < 8 * 1024);
    }
}

#[tokio::test]
async fn keys_come_as_the_service_wrote_them() {
    let server = MockServer::start().await;
    let keys = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"abc"}]}"#;
    Mock::given(path("/auth/.well-known/jwks.json"))
        .respond_with(ResponseTemplate::new(200).set_body_string(keys))
        .mount(&server)
        .await;
    let auth = HttpAuth::new(base(&server), &factory());
    assert_eq!(auth.keys(ample()).await.unwrap(), keys);
}

#[tokio::test]
async fn what_is_no_key_set_is_a_bad_answer() {
    for body in ["{}", "<html>", r#"{"keys":1}"#] {
        let server = always(ResponseTemplate::new(200).set_body_string(body)).await;
        let failure = HttpAuth::new(base(&server), &factory()).keys(ample()).await.unwrap_err();
        assert!(matches!(failure, Failure::BadAnswer { .. }), "{body}");
    }
}

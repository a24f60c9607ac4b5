//! Want-to-watch lists.

use std::time::Duration;

use poem::http::{Method, StatusCode};
use schemas::ids::MovieId;
use schemas::upstream::{BATCH_IDS_MAX, Tokens, WantedFilm, WishPage, WishSearchResult};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::Stage;

const SEARCH: &str = "/ugc/v1/want-to-watch/search";

async fn put(stage: &Stage, me: &Tokens, movie: MovieId) -> StatusCode {
    let path = format!("/ugc/v1/want-to-watch/{movie}");
    stage.call(Method::PUT, &path, Some(me)).await.status
}

async fn wishes(stage: &Stage, me: &Tokens, of: &Tokens) -> Vec<MovieId> {
    let path = format!("/ugc/v1/users/{}/want-to-watch", of.user_id);
    let page: WishPage = stage.get(&path, Some(me)).await.json();
    page.items.into_iter().map(|wish| wish.movie_id).collect()
}

async fn search(stage: &Stage, me: &Tokens, body: Value) -> Vec<WantedFilm> {
    let answer = stage.post(SEARCH, Some(me), &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json::<WishSearchResult>().items
}

fn movies<const COUNT: usize>() -> [MovieId; COUNT] {
    std::array::from_fn(|_| MovieId(Uuid::new_v4()))
}

#[tokio::test]
async fn wishes_are_added_and_taken_back() {
    let stage = Stage::new().await;
    let (me, other) = (stage.sign_up("Me").await, stage.sign_up("Other").await);
    let [first, second] = movies();
    for _ in 0..2 {
        assert_eq!(put(&stage, &me, first).await, StatusCode::NO_CONTENT);
    }
    stage.clock.advance(Duration::from_secs(1));
    assert_eq!(put(&stage, &me, second).await, StatusCode::NO_CONTENT);
    assert_eq!(wishes(&stage, &other, &me).await, [second, first]);
    assert!(wishes(&stage, &me, &other).await.is_empty());

    for _ in 0..2 {
        let path = format!("/ugc/v1/want-to-watch/{second}");
        let answer = stage.call(Method::DELETE, &path, Some(&me)).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(wishes(&stage, &me, &me).await, [first]);
}

#[tokio::test]
async fn wishes_come_in_pages() {
    let stage = Stage::new().await;
    let me = stage.sign_up("Me").await;
    for movie in movies::<3>() {
        put(&stage, &me, movie).await;
    }
    let path = format!("/ugc/v1/users/{}/want-to-watch?size=2&page=2", me.user_id);
    let page: WishPage = stage.get(&path, Some(&me)).await.json();
    assert_eq!((page.items.len(), page.total, page.page, page.size), (1, 3, 2, 2));
}

#[tokio::test]
async fn a_search_finds_who_wants_what_most_wanted_first() {
    let stage = Stage::new().await;
    let (one, two, three) =
        (stage.sign_up("One").await, stage.sign_up("Two").await, stage.sign_up("Three").await);
    let [popular, rare, foreign] = movies();
    put(&stage, &one, popular).await;
    put(&stage, &one, rare).await;
    put(&stage, &two, popular).await;
    put(&stage, &three, foreign).await;

    let users = json!([one.user_id, two.user_id, Uuid::new_v4()]);
    let found = search(&stage, &three, json!({"user_ids": users})).await;
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].movie_id, popular);
    let mut wanting = found[0].user_ids.clone();
    wanting.sort();
    let mut expected = [one.user_id, two.user_id];
    expected.sort();
    assert_eq!(wanting, expected);
    assert_eq!(found[1], WantedFilm { movie_id: rare, user_ids: vec![one.user_id] });

    let among = json!({"user_ids": users, "movie_ids": [rare, foreign]});
    let found = search(&stage, &three, among).await;
    assert_eq!(found, [WantedFilm { movie_id: rare, user_ids: vec![one.user_id] }]);
    assert!(search(&stage, &one, json!({"user_ids": []})).await.is_empty());
    assert!(search(&stage, &one, json!({"user_ids": users, "movie_ids": []})).await.is_empty());
}

#[tokio::test]
async fn a_search_names_1000_people_and_films_and_no_more() {
    let stage = Stage::new().await;
    let me = stage.sign_up("Me").await;
    let ids = |count: usize| (0..count).map(|_| Uuid::new_v4()).collect::<Vec<_>>();
    let most = json!({"user_ids": ids(BATCH_IDS_MAX), "movie_ids": ids(BATCH_IDS_MAX)});
    assert!(search(&stage, &me, most).await.is_empty());
    let more = json!({"user_ids": ids(BATCH_IDS_MAX + 1), "movie_ids": ids(BATCH_IDS_MAX + 1)});
    let answer = stage.post(SEARCH, Some(&me), &more).await;
    let fields = answer.assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(fields, ["user_ids", "movie_ids"]);
}

#[tokio::test]
async fn a_person_has_10000_wishes_and_a_search_finds_500000() {
    let stage = Stage::new().await;
    let me = stage.sign_up("Me").await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", stage.database_path().display()))
        .await
        .unwrap();
    let fill = |user: Uuid, count: u32| {
        sqlx::query(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
             INSERT INTO cinema_wish SELECT ?1, randomblob(16), 0 FROM n",
        )
        .bind(user)
        .bind(count)
    };
    fill(me.user_id.0, 9_999).execute(&pool).await.unwrap();
    let [last, past] = movies();
    assert_eq!(put(&stage, &me, last).await, StatusCode::NO_CONTENT);
    let path = format!("/ugc/v1/want-to-watch/{past}");
    let answer = stage.call(Method::PUT, &path, Some(&me)).await;
    answer.assert_refused(StatusCode::CONFLICT, "too_many_wishes");
    assert_eq!(put(&stage, &me, last).await, StatusCode::NO_CONTENT);

    let mut users = vec![me.user_id.0];
    for _ in 0..49 {
        let user = Uuid::new_v4();
        fill(user, 10_000).execute(&pool).await.unwrap();
        users.push(user);
    }
    assert_eq!(search(&stage, &me, json!({"user_ids": users})).await.len(), 500_000);
    let one_more = Uuid::new_v4();
    fill(one_more, 1).execute(&pool).await.unwrap();
    users.push(one_more);
    let answer = stage.post(SEARCH, Some(&me), &json!({"user_ids": users})).await;
    let fields = answer.assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(fields, ["user_ids"]);
}

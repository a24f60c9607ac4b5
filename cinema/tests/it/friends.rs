//! Friendship by mutual consent.

use poem::http::{Method, StatusCode};
use schemas::upstream::{FriendStatus, Friendship, Tokens, UserPage};
use serde_json::json;
use uuid::Uuid;

use crate::support::Stage;

async fn ask(stage: &Stage, me: &Tokens, other: &Tokens) -> FriendStatus {
    let path = format!("/auth/v1/friends/{}", other.user_id);
    let answer = stage.call(Method::POST, &path, Some(me)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json::<Friendship>().status
}

async fn end(stage: &Stage, me: &Tokens, other: &Tokens) {
    let path = format!("/auth/v1/friends/{}", other.user_id);
    let answer = stage.call(Method::DELETE, &path, Some(me)).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
}

async fn friends(stage: &Stage, me: &Tokens) -> UserPage {
    stage.get(&format!("/auth/v1/users/{}/friends", me.user_id), Some(me)).await.json()
}

async fn requests(stage: &Stage, me: &Tokens) -> UserPage {
    stage.get("/auth/v1/friend-requests", Some(me)).await.json()
}

fn names(page: &UserPage) -> Vec<&str> {
    page.items.iter().map(|user| user.name.as_str()).collect()
}

#[tokio::test]
async fn friendship_needs_both() {
    let stage = Stage::new().await;
    let (vasily, petr) = (stage.sign_up("Vasily").await, stage.sign_up("Petr").await);

    for _ in 0..2 {
        assert_eq!(ask(&stage, &vasily, &petr).await, FriendStatus::Requested);
    }
    assert_eq!(names(&requests(&stage, &petr).await), ["Vasily"]);
    assert_eq!(requests(&stage, &vasily).await.total, 0);
    assert_eq!(friends(&stage, &vasily).await.total, 0);

    assert_eq!(ask(&stage, &petr, &vasily).await, FriendStatus::Friends);
    assert_eq!(ask(&stage, &vasily, &petr).await, FriendStatus::Friends);
    assert_eq!(names(&friends(&stage, &vasily).await), ["Petr"]);
    assert_eq!(names(&friends(&stage, &petr).await), ["Vasily"]);
    assert_eq!(requests(&stage, &petr).await.total, 0);
}

#[tokio::test]
async fn either_ends_a_friendship_or_a_request() {
    let stage = Stage::new().await;
    let (vasily, petr) = (stage.sign_up("Vasily").await, stage.sign_up("Petr").await);

    ask(&stage, &vasily, &petr).await;
    end(&stage, &vasily, &petr).await;
    assert_eq!(requests(&stage, &petr).await.total, 0);

    ask(&stage, &vasily, &petr).await;
    end(&stage, &petr, &vasily).await;
    assert_eq!(requests(&stage, &petr).await.total, 0);
    assert_eq!(ask(&stage, &petr, &vasily).await, FriendStatus::Requested);

    ask(&stage, &vasily, &petr).await;
    end(&stage, &vasily, &petr).await;
    assert_eq!(friends(&stage, &petr).await.total, 0);
    end(&stage, &vasily, &petr).await;
}

#[tokio::test]
async fn nobody_befriends_themselves_or_a_stranger() {
    let stage = Stage::new().await;
    let vasily = stage.sign_up("Vasily").await;
    let own = format!("/auth/v1/friends/{}", vasily.user_id);
    let answer = stage.call(Method::POST, &own, Some(&vasily)).await;
    let fields = answer.assert_refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(fields, ["id"]);
    let stranger = format!("/auth/v1/friends/{}", Uuid::new_v4());
    let answer = stage.call(Method::POST, &stranger, Some(&vasily)).await;
    answer.assert_refused(StatusCode::NOT_FOUND, "not_found");
}

#[tokio::test]
async fn the_friends_of_others_are_not_shown() {
    let stage = Stage::new().await;
    let (vasily, petr) = (stage.sign_up("Vasily").await, stage.sign_up("Petr").await);
    let path = format!("/auth/v1/users/{}/friends", petr.user_id);
    let answer = stage.get(&path, Some(&vasily)).await;
    answer.assert_refused(StatusCode::FORBIDDEN, "forbidden");
}

#[tokio::test]
async fn friends_come_by_name_in_pages() {
    let stage = Stage::new().await;
    let me = stage.sign_up("Me").await;
    for name in ["Борис", "алла", "Вера"] {
        let other = stage.sign_up(name).await;
        ask(&stage, &me, &other).await;
        ask(&stage, &other, &me).await;
    }
    let path = format!("/auth/v1/users/{}/friends", me.user_id);
    let first: UserPage = stage.get(&format!("{path}?size=2"), Some(&me)).await.json();
    assert_eq!(
        (names(&first), first.total, first.page, first.size),
        (vec!["алла", "Борис"], 3, 1, 2)
    );
    let second: UserPage = stage.get(&format!("{path}?size=2&page=2"), Some(&me)).await.json();
    assert_eq!((names(&second), second.total, second.page), (vec!["Вера"], 3, 2));
    let far: UserPage = stage.get(&format!("{path}?page={}", u32::MAX), Some(&me)).await.json();
    assert_eq!((names(&far), far.total), (Vec::new(), 3));
}

#[tokio::test]
async fn a_person_asks_5000_people_and_no_more() {
    let stage = Stage::new().await;
    let me = stage.sign_up("Me").await;
    let other = stage.sign_up("Other").await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", stage.database_path().display()))
        .await
        .unwrap();
    let insert = |count: i64| {
        sqlx::query(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
             INSERT INTO cinema_friend_ask SELECT ?1, id, 0 FROM
             (SELECT randomblob(16) AS id FROM n)",
        )
        .bind(me.user_id.0)
        .bind(count)
    };
    let mut connection = pool.acquire().await.unwrap();
    sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut *connection).await.unwrap();
    insert(4_999).execute(&mut *connection).await.unwrap();
    assert_eq!(ask(&stage, &me, &other).await, FriendStatus::Requested);
    assert_eq!(ask(&stage, &me, &other).await, FriendStatus::Requested);
    let last = stage.sign_up("Last").await;
    let path = format!("/auth/v1/friends/{}", last.user_id);
    let answer = stage.post(&path, Some(&me), &json!({})).await;
    answer.assert_refused(StatusCode::CONFLICT, "too_many_friends");
}

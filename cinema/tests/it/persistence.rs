//! What outlives a restart, and what is in the file.

use poem::http::{Method, StatusCode};
use schemas::upstream::{Tokens, WishPage};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{PASSWORD, Stage};

#[tokio::test]
async fn keys_people_tokens_and_wishes_outlive_a_restart() {
    let stage = Stage::new().await;
    let tokens = stage.sign_up_as("v@example.org", "Vasily").await;
    let keys: Value = stage.get("/auth/.well-known/jwks.json", None).await.json();
    let path = format!("/ugc/v1/want-to-watch/{}", Uuid::new_v4());
    stage.call(Method::PUT, &path, Some(&tokens)).await;

    let stage = stage.reopened().await;
    assert_eq!(stage.get("/auth/.well-known/jwks.json", None).await.json::<Value>(), keys);
    assert_eq!(stage.get("/auth/v1/users/me", Some(&tokens)).await.status, StatusCode::OK);
    let path = format!("/ugc/v1/users/{}/want-to-watch", tokens.user_id);
    assert_eq!(stage.get(&path, Some(&tokens)).await.json::<WishPage>().total, 1);
    assert_eq!(stage.log_in("v@example.org", PASSWORD).await.status, StatusCode::OK);
    let body = json!({"refresh_token": tokens.refresh_token});
    assert_eq!(stage.post("/auth/v1/refresh", None, &body).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_file_is_shared_politely() {
    let stage = Stage::new().await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", stage.database_path().display()))
        .await
        .unwrap();
    let foreign: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE name NOT LIKE '%cinema\\_%' ESCAPE '\\'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(foreign.is_empty(), "{foreign:?}");
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&pool).await.unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn no_secret_is_kept_as_it_is() {
    let stage = Stage::new().await;
    let tokens: Tokens = stage.sign_up("Vasily").await;
    let folder = stage.database_path().parent().unwrap().to_path_buf();
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in [PASSWORD, &tokens.refresh_token, &tokens.access_token] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a secret stands in the file");
        }
    }
}

#[tokio::test]
async fn writers_of_two_processes_wait_for_one_another() {
    let stage = Stage::new().await;
    let options = cinema::CinemaOptions::new(stage.database_path(), crate::support::PUBLIC_URL);
    let second = cinema::Cinema::open(options).await.unwrap();
    let tokens = stage.sign_up("Vasily").await;
    let other = poem::test::TestClient::new(second.route());
    let both = (0..50).map(|number| {
        let (stage, other, tokens) = (&stage, &other, &tokens);
        async move {
            let path = format!("/ugc/v1/want-to-watch/{}", Uuid::new_v4());
            if number % 2 == 0 {
                stage.call(Method::PUT, &path, Some(tokens)).await.status
            } else {
                let bearer = format!("Bearer {}", tokens.access_token);
                other.put(&path).header("authorization", bearer).send().await.0.status()
            }
        }
    });
    for status in futures_util::future::join_all(both).await {
        assert_eq!(status, StatusCode::NO_CONTENT);
    }
}

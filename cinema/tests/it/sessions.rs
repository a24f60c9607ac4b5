//! Access and refresh tokens over their lives.

use std::time::Duration;

use poem::http::StatusCode;
use schemas::upstream::Tokens;
use serde_json::json;

use crate::support::{Answer, PASSWORD, Stage};

async fn refresh(stage: &Stage, token: &str) -> Answer {
    stage.post("/auth/v1/refresh", None, &json!({"refresh_token": token})).await
}

async fn refreshed(stage: &Stage, token: &str) -> Tokens {
    let answer = refresh(stage, token).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn refresh_tokens_rotate() {
    let stage = Stage::new().await;
    let first = stage.sign_up("Vasily").await;
    let second = refreshed(&stage, &first.refresh_token).await;
    assert_eq!(second.user_id, first.user_id);
    assert_ne!(second.refresh_token, first.refresh_token);
    let third = refreshed(&stage, &second.refresh_token).await;
    assert_eq!(stage.get("/auth/v1/users/me", Some(&third)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_used_refresh_token_ends_its_family_and_no_other() {
    let stage = Stage::new().await;
    let first = stage.sign_up_as("v@example.org", "Vasily").await;
    let elsewhere: Tokens = stage.log_in("v@example.org", PASSWORD).await.json();
    let second = refreshed(&stage, &first.refresh_token).await;

    let reuse = refresh(&stage, &first.refresh_token).await;
    reuse.assert_refused(StatusCode::UNAUTHORIZED, "invalid_refresh_token");
    let heir = refresh(&stage, &second.refresh_token).await;
    heir.assert_refused(StatusCode::UNAUTHORIZED, "invalid_refresh_token");

    refreshed(&stage, &elsewhere.refresh_token).await;
}

#[tokio::test]
async fn of_two_refreshes_at_once_one_is_refused() {
    let stage = Stage::new().await;
    let first = stage.sign_up("Vasily").await;
    let (one, other) =
        tokio::join!(refresh(&stage, &first.refresh_token), refresh(&stage, &first.refresh_token));
    let mut statuses = [one.status, other.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::UNAUTHORIZED]);
}

#[tokio::test]
async fn logging_out_ends_the_sign_in() {
    let stage = Stage::new().await;
    let first = stage.sign_up("Vasily").await;
    let second = refreshed(&stage, &first.refresh_token).await;
    let body = json!({"refresh_token": second.refresh_token});
    for _ in 0..2 {
        let answer = stage.post("/auth/v1/logout", None, &body).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
    }
    let answer = refresh(&stage, &second.refresh_token).await;
    answer.assert_refused(StatusCode::UNAUTHORIZED, "invalid_refresh_token");
}

#[tokio::test]
async fn unknown_refresh_tokens_are_refused() {
    let stage = Stage::new().await;
    for token in ["", "nonsense", &"a".repeat(10_000)] {
        let answer = refresh(&stage, token).await;
        answer.assert_refused(StatusCode::UNAUTHORIZED, "invalid_refresh_token");
    }
}

#[tokio::test]
async fn tokens_end_with_time() {
    let stage = Stage::new().await;
    let tokens = stage.sign_up("Vasily").await;
    stage.clock.advance(Duration::from_mins(14));
    assert_eq!(stage.get("/auth/v1/users/me", Some(&tokens)).await.status, StatusCode::OK);
    stage.clock.advance(Duration::from_mins(1));
    let answer = stage.get("/auth/v1/users/me", Some(&tokens)).await;
    answer.assert_refused(StatusCode::UNAUTHORIZED, "unauthorized");

    let tokens = refreshed(&stage, &tokens.refresh_token).await;
    stage.clock.advance(Duration::from_hours(30 * 24));
    let answer = refresh(&stage, &tokens.refresh_token).await;
    answer.assert_refused(StatusCode::UNAUTHORIZED, "invalid_refresh_token");
}

#[tokio::test]
async fn the_oldest_sign_in_makes_room_past_the_limit() {
    let stage = Stage::new().await;
    let oldest = stage.sign_up_as("v@example.org", "Vasily").await;
    stage.clock.advance(Duration::from_secs(1));
    let mut latest: Vec<Tokens> = Vec::new();
    for _ in 0..99 {
        latest.push(stage.log_in("v@example.org", PASSWORD).await.json());
    }
    let oldest = refreshed(&stage, &oldest.refresh_token).await;
    stage.clock.advance(Duration::from_secs(1));
    let second = latest.remove(0);
    let second = refreshed(&stage, &second.refresh_token).await;
    for tokens in &mut latest {
        *tokens = refreshed(&stage, &tokens.refresh_token).await;
    }
    stage.clock.advance(Duration::from_secs(1));
    let newest: Tokens = stage.log_in("v@example.org", PASSWORD).await.json();

    let answer = refresh(&stage, &oldest.refresh_token).await;
    answer.assert_refused(StatusCode::UNAUTHORIZED, "invalid_refresh_token");
    refreshed(&stage, &second.refresh_token).await;
    refreshed(&stage, &newest.refresh_token).await;
}

#[tokio::test]
async fn tokens_of_others_and_damaged_ones_are_refused() {
    let stage = Stage::new().await;
    let elsewhere = Stage::new().await;
    let foreign = elsewhere.sign_up("Mallory").await;
    let mut damaged = stage.sign_up("Vasily").await;
    damaged.access_token.pop();
    let mut none = foreign.clone();
    none.access_token = String::new();
    for tokens in [foreign, damaged, none] {
        for path in [
            "/auth/v1/users/me",
            "/ugc/v1/users/00000000-0000-4000-8000-000000000000/want-to-watch",
        ] {
            let answer = stage.get(path, Some(&tokens)).await;
            answer.assert_refused(StatusCode::UNAUTHORIZED, "unauthorized");
        }
    }
    let answer = stage.get("/auth/v1/users/me", None).await;
    answer.assert_refused(StatusCode::UNAUTHORIZED, "unauthorized");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

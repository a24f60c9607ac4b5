//! Sizes of bodies and tries to sign in, at their limits and past them.

use std::num::NonZeroU32;

use cinema::{BODY_BYTES_MAX, SignInLimit, UGC_BODY_BYTES_MAX};
use poem::http::StatusCode;
use serde_json::json;

use crate::support::{Answer, Stage};

async fn post(stage: &Stage, path: &str, bytes: usize) -> Answer {
    let request = stage.client.post(path).content_type("application/json");
    Answer::of(request.body(" ".repeat(bytes))).await
}

#[tokio::test]
async fn bodies_have_a_size() {
    let stage = Stage::new().await;
    let search = "/ugc/v1/want-to-watch/search";
    let tokens = stage.sign_up("Me").await;
    for (path, bytes_max) in [("/auth/v1/login", BODY_BYTES_MAX), (search, UGC_BODY_BYTES_MAX)] {
        for announced in [true, false] {
            let send = async |bytes: usize| {
                let length = bytes.to_string();
                let request = stage
                    .client
                    .post(path)
                    .content_type("application/json")
                    .header("authorization", format!("Bearer {}", tokens.access_token))
                    .body(" ".repeat(bytes));
                let headed =
                    if announced { request.header("content-length", length) } else { request };
                Answer::of(headed).await
            };
            send(bytes_max).await.assert_refused(StatusCode::BAD_REQUEST, "malformed");
            send(bytes_max + 1).await.assert_refused(StatusCode::PAYLOAD_TOO_LARGE, "too_large");
        }
    }
}

#[tokio::test]
async fn tries_to_sign_in_are_counted_by_address() {
    let burst = NonZeroU32::new(3).unwrap();
    let limit = SignInLimit { burst, per_second: NonZeroU32::MIN };
    let stage = Stage::with(|options| options.sign_in_limit = limit).await;
    // Three kinds of tries share one allowance; an unreadable body spends of it too.
    post(&stage, "/auth/v1/signup", 1).await.assert_refused(StatusCode::BAD_REQUEST, "malformed");
    post(&stage, "/auth/v1/login", 1).await.assert_refused(StatusCode::BAD_REQUEST, "malformed");
    let refresh = json!({"refresh_token": "x"});
    let answer = stage.post("/auth/v1/refresh", None, &refresh).await;
    answer.assert_refused(StatusCode::UNAUTHORIZED, "invalid_refresh_token");
    for path in ["/auth/v1/signup", "/auth/v1/login", "/auth/v1/refresh"] {
        let answer = stage
            .client
            .post(path)
            .header("x-forwarded-for", "198.51.100.7")
            .header("x-real-ip", "198.51.100.7")
            .body_json(&refresh);
        let answer = Answer::of(answer).await;
        answer.assert_refused(StatusCode::TOO_MANY_REQUESTS, "too_many_requests");
        let seconds: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=2).contains(&seconds), "{seconds}");
    }
    assert_eq!(stage.get("/movie/v1/films", None).await.status, StatusCode::OK);
    let logout = stage.post("/auth/v1/logout", None, &refresh).await;
    assert_eq!(logout.status, StatusCode::NO_CONTENT);
}

//! Requests that cannot be read, and addresses that are not there.

use poem::http::{Method, StatusCode};

use crate::support::{Answer, Stage};

#[tokio::test]
async fn bodies_that_cannot_be_read_are_malformed() {
    let stage = Stage::new().await;
    let bodies = [
        "",
        "null",
        "[]",
        "{",
        "{\"email\": 1}",
        "{\"email\": \"a@b\", \"password\": null, \"name\": \"n\"}",
        "\u{0}",
    ];
    for body in bodies {
        let request = stage.client.post("/auth/v1/signup").content_type("application/json");
        let answer = Answer::of(request.body(body)).await;
        answer.assert_refused(StatusCode::BAD_REQUEST, "malformed");
    }
    let request = stage.client.post("/auth/v1/login").content_type("application/json");
    let deep = Answer::of(request.body("[".repeat(60_000))).await;
    deep.assert_refused(StatusCode::BAD_REQUEST, "malformed");
}

#[tokio::test]
async fn bodies_that_are_not_json_are_refused() {
    let stage = Stage::new().await;
    let request = stage.client.post("/auth/v1/login").content_type("text/plain").body("{}");
    let answer = Answer::of(request).await;
    answer.assert_refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type");
    let answer = Answer::of(stage.client.post("/auth/v1/login").body("{}")).await;
    answer.assert_refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type");
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_refused() {
    let stage = Stage::new().await;
    let missing =
        ["/auth/v1/none", "/auth/", "/ugc/v2/x", "/movie/v1", "/media/none", "/media/films"];
    for path in missing {
        stage.get(path, None).await.assert_refused(StatusCode::NOT_FOUND, "not_found");
    }
    for (method, path) in [
        (Method::GET, "/auth/v1/signup"),
        (Method::PATCH, "/auth/v1/users/me"),
        (Method::POST, "/movie/v1/films"),
        (Method::DELETE, "/media/films/life.mp4"),
    ] {
        let answer = stage.call(method, path, None).await;
        answer.assert_refused(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
    }
}

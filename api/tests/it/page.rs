//! The page, and what browsers are told about every answer.

use reqwest::Method;

use crate::server::{Server, answer};

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = Server::start().await;
    for path in ["/", "/api/v1/rooms", "/i/abcdefgh", "/health/live", "/nothing"] {
        let answer = server.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
    assert_eq!(server.get("/api/v1/rooms").await.header("cache-control"), "no-store");
    server.stop().await;
}

#[tokio::test]
async fn the_page_answers_navigations_and_nothing_else() {
    let server = Server::start().await;
    let navigate = async |path: &str| {
        answer(server.request(Method::GET, path).header("accept", "text/html")).await
    };
    let home = server.get("/").await;
    for path in ["/room/0195b3c8-0000-7000-8000-000000000000", "/film/5", "/matches"] {
        let page = navigate(path).await;
        assert_eq!((page.status, &page.text), (home.status, &home.text), "{path}");
    }
    server.get("/assets/gone.js").await.assert_refused(404, "not_found");
    server.get("/../Cargo.toml").await.assert_refused(404, "not_found");
    let post = answer(server.request(Method::POST, "/")).await;
    post.assert_refused(405, "method_not_allowed");
    server.stop().await;
}

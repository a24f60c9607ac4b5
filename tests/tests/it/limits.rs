//! Limits of bodies, names and rates, seen from outside.

use end_to_end::{Answer, Server};
use reqwest::Method;
use serde_json::json;

/// Longest body of a call.
const BODY_BYTES_MAX: usize = 16 * 1024;

#[tokio::test]
async fn a_body_has_up_to_16_kib() {
    let server = Server::start().await;
    let vasily = server.sign_up("Vasily").await;
    let body = |bytes: usize| {
        let shell = json!({"padding": ""}).to_string();
        json!({"padding": "a".repeat(bytes - shell.len())}).to_string()
    };
    let send = async |bytes: usize| {
        let request = vasily.request(Method::POST, "/api/v1/room/").body(body(bytes));
        Answer::of(request.header("content-type", "application/json")).await
    };
    send(BODY_BYTES_MAX).await.refused(422, "invalid");
    send(BODY_BYTES_MAX + 1).await.refused(413, "too_large");
}

#[tokio::test]
async fn names_and_titles_have_their_lengths() {
    let server = Server::start().await;
    let sign_up = async |name: String, number: u32| {
        let email = format!("{number}@cinema.test");
        let body = json!({"email": email, "password": "correct horse", "name": name});
        Answer::of(server.http().post(server.address() + "/auth/v1/signup").json(&body)).await
    };
    assert_eq!(sign_up("ж".repeat(64), 1).await.status, 201);
    assert_eq!(sign_up("ж".into(), 2).await.status, 201);
    for (name, number) in [("ж".repeat(65), 3), (String::new(), 4), ("  ".into(), 5)] {
        let answer = sign_up(name, number).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.refused_fields(), ["name"]);
    }
    let long_named = server.sign_up(&"ж".repeat(64)).await;
    let movie_id = long_named.some_film().await;
    let create = async |title: &str| {
        long_named.post("/api/v1/room/", &json!({"movie_id": movie_id, "title": title})).await
    };
    for title in ["", "   ", &"ж".repeat(301)] {
        let answer = create(title).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.refused_fields(), ["title"]);
    }
    assert_eq!(create(&"ж".repeat(300)).await.status, 201);
}

#[tokio::test]
async fn a_user_who_asks_too_often_is_told_when_to_ask_again() {
    let server = Server::with(&[("USER_RATE", "1"), ("USER_BURST", "5")]).await;
    let (vasily, petr) = (server.sign_up("Vasily").await, server.sign_up("Petr").await);
    for _ in 0..5 {
        vasily.get("/api/v1/rooms").await.ok();
    }
    let limited = vasily.get("/api/v1/rooms").await;
    limited.refused(429, "too_many_requests");
    assert_eq!(limited.header("retry-after"), "1");
    petr.get("/api/v1/rooms").await.ok();
    end_to_end::until("Vasily may ask again", async || {
        (vasily.get("/api/v1/rooms").await.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_address_that_asks_too_often_is_told_when_to_ask_again() {
    let server = Server::with(&[("ADDRESS_RATE", "1"), ("ADDRESS_BURST", "5")]).await;
    for _ in 0..5 {
        server.get("/i/nosuchcode").await.refused(404, "no_such_invite");
    }
    let limited = server.get("/i/nosuchcode").await;
    limited.refused(429, "too_many_requests");
    assert_eq!(limited.header("retry-after"), "1");
    assert_eq!(server.get("/health/live").await.status, 200);
}

#[tokio::test]
async fn nothing_secret_is_ever_logged() {
    let scene = crate::scene::Scene::set_with(&[("RUST_LOG", "debug")], json!({})).await;
    let crate::scene::Scene { server, room, mut petr, vasily: _vasily } = scene;
    petr.chat("a very private remark").await;
    let opening = petr.person.ticket(room, None).await;
    petr.person.open(&opening.url).await.unwrap();
    let logged = server.logged();
    assert!(logged.contains("debug") || logged.contains("DEBUG"), "nothing is logged at all");
    for secret in ["a very private remark", "correct horse", &petr.person.token, &opening.ticket] {
        assert!(!logged.contains(secret), "{secret} is logged");
    }
}

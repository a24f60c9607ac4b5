//! Every refusal that needs no room: its status, its code, its fields.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::server::{Server, answer};

#[tokio::test]
async fn the_framework_s_refusals_look_like_ours() {
    let server = Server::start().await;
    let token = server.sign_up("petr").await;
    let room = format!("/api/v1/room/{}", Uuid::new_v4());

    server.get(&room).await.assert_refused(401, "unauthorized");
    assert_eq!(server.get(&room).await.header("www-authenticate"), "Bearer");
    server.get("/api/v1/nothing").await.assert_refused(404, "not_found");
    let answer_of = server.call(&token, Method::PATCH, &room).await;
    answer_of.assert_refused(405, "method_not_allowed");
    server.call("no.such.token", Method::GET, &room).await.assert_refused(401, "unauthorized");
    server.call(&token, Method::GET, &room).await.assert_refused(404, "no_such_room");
    server.stop().await;
}

#[tokio::test]
async fn bodies_are_told_apart_by_what_is_wrong_with_them() {
    let server = Server::start().await;
    let token = server.sign_up("petr").await;
    let send = async |kind: &'static str, body: &'static str| {
        let request = server.request(Method::POST, "/api/v1/room/").bearer_auth(&token);
        answer(request.header("content-type", kind).body(body)).await
    };
    send("application/json", "{").await.assert_refused(400, "malformed");
    send("application/json", "[]").await.assert_refused(400, "malformed");
    send("application/json", "").await.assert_refused(400, "malformed");
    send("text/plain", "{}").await.assert_refused(415, "unsupported_media_type");
    let request = server.request(Method::POST, "/api/v1/room/").bearer_auth(&token);
    answer(request).await.assert_refused(415, "unsupported_media_type");
    let wrong = send("application/json", r#"{"title": "", "control": "nobody"}"#).await;
    wrong.assert_refused(422, "invalid");
    assert_eq!(wrong.refused_fields(), ["movie_id", "title", "control"]);
    let unknown = json!({"movie_id": Uuid::new_v4()});
    let unknown = server.post(&token, "/api/v1/room/", unknown).await;
    unknown.assert_refused(404, "no_such_movie");
    server.stop().await;
}

#[tokio::test]
async fn every_refused_parameter_is_named() {
    let server = Server::start().await;
    let token = server.sign_up("petr").await;
    let long_query = format!("/api/v1/movies?query={}", "a".repeat(65));
    let long_search = format!("/api/v1/room/5/messages?query={}", "a".repeat(101));
    for (path, fields) in [
        ("/api/v1/room/5", vec!["room_id"]),
        ("/api/v1/movies/5", vec!["movie_id"]),
        ("/api/v1/rooms?page=0&size=101", vec!["page", "size"]),
        ("/api/v1/matches?page=x&size=0", vec!["page", "size"]),
        (long_query.as_str(), vec!["query"]),
        ("/api/v1/room/5/messages?before=-1&limit=0", vec!["room_id", "before", "limit"]),
        ("/api/v1/room/5/messages?limit=101", vec!["room_id", "limit"]),
        (long_search.as_str(), vec!["room_id", "query"]),
    ] {
        let answer = server.call(&token, Method::GET, path).await;
        answer.assert_refused(422, "invalid");
        assert_eq!(answer.refused_fields(), fields, "{path}");
    }
    let path = "/api/v1/room/5/ticket";
    let answer = server.post(&token, path, json!({"session": 5})).await;
    assert_eq!(answer.refused_fields(), ["room_id", "session"]);
    for path in ["/api/v1/rooms?page=1&size=100", "/api/v1/matches", "/api/v1/movies?size=1"] {
        let answer = server.call(&token, Method::GET, path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    server.stop().await;
}

#[tokio::test]
async fn tokens_come_before_values() {
    let server = Server::start().await;
    let create = server.request(Method::POST, "/api/v1/room/").json(&json!({"title": 5}));
    answer(create).await.assert_refused(401, "unauthorized");
    server.get("/api/v1/room/5").await.assert_refused(401, "unauthorized");
    server.stop().await;
}

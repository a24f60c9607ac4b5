//! The room resource, and what is measured of it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::server::Server;

#[tokio::test]
async fn a_room_is_created_joined_read_and_closed() {
    let server = Server::start().await;
    let (vasily, petr) = (server.sign_up("vasily").await, server.sign_up("petr").await);
    let film = server.film(&vasily).await;
    let body = json!({"movie_id": film, "title": " Friday "});
    let created = server.post(&vasily, "/api/v1/room/", body.clone()).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let room = created.json()["room_id"].as_str().unwrap().to_owned();
    let at = |path: &str| format!("/api/v1/room/{room}{path}");
    assert_eq!(created.header("location"), at(""));
    // Without the slash it is the same address.
    let again = server.post(&vasily, "/api/v1/room", body).await;
    again.assert_refused(409, "room_exists");

    let viewed = server.call(&petr, Method::GET, &at("")).await.json();
    assert_eq!(viewed["status"], "open");
    assert_eq!(viewed["movie"]["title"], "Friday");
    server.call(&petr, Method::GET, &at("/messages")).await.assert_refused(403, "not_member");
    let joined = server.call(&petr, Method::GET, &at("/join")).await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    let joined = joined.json();
    assert!(joined["ws_url"].as_str().unwrap().starts_with("ws://localhost:"));
    server.call(&petr, Method::GET, &at("/join")).await.assert_refused(409, "already_member");
    let session = json!({"session": joined["session"]});
    let ticket = server.post(&petr, &at("/ticket"), session).await.json();
    assert_eq!(ticket["session"], joined["session"]);

    let history = server.call(&petr, Method::GET, &at("/messages?limit=1")).await.json();
    assert_eq!(history["items"][0]["event"], "member_joined");
    assert_eq!(history["has_more"], true);
    let mine = server.call(&petr, Method::GET, "/api/v1/rooms").await.json();
    assert_eq!(mine["items"][0]["id"], Value::String(room.clone()));
    assert_eq!(server.call(&petr, Method::POST, &at("/invite")).await.status, 201);
    server.call(&petr, Method::POST, &at("/close")).await.assert_refused(403, "not_owner");
    assert_eq!(server.call(&petr, Method::POST, &at("/disconnect")).await.status, 200);
    let gone = server.call(&petr, Method::POST, &at("/disconnect")).await;
    gone.assert_refused(404, "not_in_room");
    assert_eq!(server.call(&vasily, Method::POST, &at("/close")).await.status, 200);
    server.call(&petr, Method::GET, &at("/join")).await.assert_refused(410, "closed");
    server.stop().await;
}

#[tokio::test]
async fn wishes_change_what_is_shown() {
    let server = Server::start().await;
    let token = server.sign_up("petr").await;
    let film = server.film(&token).await;
    let (wish, view) = (format!("/api/v1/want-to-watch/{film}"), format!("/api/v1/movies/{film}"));
    for (method, wanted) in [(Method::PUT, true), (Method::DELETE, false)] {
        let changed = server.call(&token, method, &wish).await;
        assert_eq!((changed.status.as_u16(), changed.text.as_str()), (204, ""));
        let viewed = server.call(&token, Method::GET, &view).await.json();
        assert_eq!(viewed["wanted"], wanted);
    }
    server.stop().await;
}

#[tokio::test]
async fn metrics_name_routes_and_nobody() {
    let server = Server::start().await;
    let token = server.sign_up("petr").await;
    let room = uuid::Uuid::new_v4().to_string();
    let path = format!("/api/v1/room/{room}");
    server.call(&token, Method::GET, &path).await.assert_refused(404, "no_such_room");
    server.get("/").await;
    let metrics = server.get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
    let counted = r#"http_requests_total{method="GET",route="/api/v1/room/{id}",status="404"}"#;
    assert!(metrics.text.contains(counted), "{}", metrics.text);
    let timed = r#"http_request_duration_seconds_bucket{method="GET",route="/api/v1/room/{id}""#;
    assert!(metrics.text.contains(timed), "{}", metrics.text);
    assert!(!metrics.text.contains(&room));
    assert!(!metrics.text.contains(r#"route="""#), "{}", metrics.text);
    assert_eq!(server.get("/health/ready").await.json()["success"], true);
    server.stop().await;
}

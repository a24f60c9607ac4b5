//! What is refused before a socket opens, and what its opening looks like.

use reqwest::Method;
use serde_json::Value;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, Request, Response};
use uuid::Uuid;

use crate::server::Server;

const PROTOCOL: &str = "movie-together.v1";

fn request(url: &str, headers: &[(&'static str, &str)]) -> Request<()> {
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
    request
}

async fn refused(url: &str, headers: &[(&'static str, &str)]) -> (u16, String) {
    match connect_async(request(url, headers)).await {
        Err(Error::Http(response)) => code(&response),
        other => panic!("not refused: {other:?}"),
    }
}

fn code(response: &Response<Option<Vec<u8>>>) -> (u16, String) {
    let body = response.body().as_deref().unwrap_or_default();
    let body: Value = serde_json::from_slice(body).unwrap();
    let code = body["code"].as_str().unwrap().to_owned();
    (response.status().as_u16(), code)
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn refusals_come_before_the_upgrade() {
    let server = Server::start().await;
    let path = format!("/api/v1/room/{}/ws", Uuid::new_v4());
    let url = server.socket_url(&path);
    let protocol = ("sec-websocket-protocol", PROTOCOL);

    assert_eq!(refused(&url, &[protocol]).await, is(401, "unauthorized"));
    let evil = ("origin", "https://evil.test");
    assert_eq!(refused(&url, &[protocol, evil]).await, is(403, "origin"));
    let garbled = format!("{url}?ticket=x");
    assert_eq!(refused(&garbled, &[protocol]).await.0, 401);
    let other = ("sec-websocket-protocol", "chat, mqtt");
    assert_eq!(refused(&garbled, &[other]).await, is(400, "subprotocol"));
    let half = format!("{url}?ticket=x&epoch=e");
    assert_eq!(refused(&half, &[protocol]).await, is(422, "invalid"));
    let number = format!("{url}?ticket=x&epoch=e&since=-1");
    assert_eq!(refused(&number, &[protocol]).await, is(422, "invalid"));
    let no_room = server.socket_url("/api/v1/room/5/ws?ticket=x");
    assert_eq!(refused(&no_room, &[protocol]).await, is(422, "invalid"));
    let plain = server.get(&format!("{path}?ticket=x")).await;
    plain.assert_refused(426, "upgrade_required");
    assert_eq!(plain.header("upgrade"), "websocket");
    server.stop().await;
}

#[tokio::test]
async fn a_ticket_opens_a_socket_of_our_protocol() {
    let server = Server::start().await;
    let (vasily, petr) = (server.sign_up("vasily").await, server.sign_up("petr").await);
    let (room, _link) = server.create_room(&vasily).await;
    let join = format!("/api/v1/room/{room}/join");
    let joined = server.call(&petr, Method::GET, &join).await.json();
    let url = joined["ws_url"].as_str().unwrap();
    let own_page = ("origin", server.public_url());
    let opening = request(url, &[("sec-websocket-protocol", PROTOCOL), own_page]);
    let (socket, response) = connect_async(opening).await.unwrap();
    assert_eq!(response.status(), 101);
    let protocol = response.headers().get("sec-websocket-protocol").unwrap();
    assert_eq!(protocol, PROTOCOL);
    drop(socket);
    server.stop().await;
}

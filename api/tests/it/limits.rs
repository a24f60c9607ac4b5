//! Bodies, rates and connections, at their limits and one past them.

use std::sync::atomic::{AtomicU8, Ordering};

use api::http::BODY_BYTES_MAX;
use reqwest::{Body, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::{Answer, Server, answer};

/// Requests after which a limit of one a second has surely been met.
const TRIES_MAX: usize = 200;

/// A body of exactly so many bytes that is JSON and has only one fault.
fn body_of(bytes: usize) -> String {
    let shell = r#"{"padding":""}"#;
    format!(r#"{{"padding":"{}"}}"#, "a".repeat(bytes - shell.len()))
}

async fn create_with(server: &Server, token: &str, body: Body) -> Answer {
    let request = server.request(Method::POST, "/api/v1/room/").bearer_auth(token);
    answer(request.header("content-type", "application/json").body(body)).await
}

fn chunked(text: String) -> Body {
    let chunks: Vec<_> = text.into_bytes().chunks(1000).map(<[u8]>::to_vec).collect();
    let chunks = chunks.into_iter().map(Ok::<_, std::io::Error>);
    Body::wrap_stream(futures_util::stream::iter(chunks))
}

#[tokio::test]
async fn bodies_are_limited_whether_or_not_they_say_their_length() {
    let server = Server::start().await;
    let token = server.sign_up("petr").await;
    let fits = body_of(BODY_BYTES_MAX);
    let too_large = body_of(BODY_BYTES_MAX + 1);
    for body in [Body::from(fits.clone()), chunked(fits)] {
        let answer = create_with(&server, &token, body).await;
        answer.assert_refused(422, "invalid");
        assert_eq!(answer.refused_fields(), ["movie_id"]);
    }
    for body in [Body::from(too_large.clone()), chunked(too_large)] {
        create_with(&server, &token, body).await.assert_refused(413, "too_large");
    }
    server.stop().await;
}

/// Asks until it is refused, because a slow machine earns another request each second.
async fn until_refused(ask: impl AsyncFn() -> Answer) -> Answer {
    for _ in 0..TRIES_MAX {
        let answer = ask().await;
        if answer.status == 429 {
            return answer;
        }
    }
    panic!("{TRIES_MAX} requests passed");
}

#[tokio::test]
async fn an_address_has_its_rate() {
    let server = Server::with(&["--address-burst", "3", "--address-rate", "1"]).await;
    for _ in 0..3 {
        server.get("/api/v1/rooms").await.assert_refused(401, "unauthorized");
    }
    let one_more = until_refused(async || server.get("/i/abcdefgh").await).await;
    one_more.assert_refused(429, "too_many_requests");
    assert_eq!(one_more.header("retry-after"), "1");
    // What the embedded cinema and the operator are asked is counted elsewhere.
    assert_eq!(server.get("/health/live").await.status, 200);
    assert_eq!(server.get("/auth/.well-known/jwks.json").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_user_has_a_rate_of_their_own() {
    let server = Server::with(&["--user-burst", "2", "--user-rate", "1"]).await;
    let (petr, anna) = (server.sign_up("petr").await, server.sign_up("anna").await);
    let ask = async |token: &str| server.call(token, Method::GET, "/api/v1/rooms").await;
    for _ in 0..2 {
        assert_eq!(ask(&petr).await.status, 200);
    }
    let one_more = until_refused(async || ask(&petr).await).await;
    one_more.assert_refused(429, "too_many_requests");
    assert_eq!(one_more.header("retry-after"), "1");
    assert_eq!(ask(&anna).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn forwarded_addresses_are_believed_only_of_proxies() {
    let limits = ["--address-burst", "1", "--address-rate", "1"].as_slice();
    let plain = Server::with(limits).await;
    let proxies = ["--trusted-proxies", "127.0.0.0/8"];
    let behind = Server::with(&[limits, proxies.as_slice()].concat()).await;
    let ask = async |server: &Server, from: &str| {
        let request = server.request(Method::GET, "/api/v1/rooms");
        answer(request.header("x-forwarded-for", from)).await
    };
    for from in ["1.1.1.1", "2.2.2.2", "3.3.3.3"] {
        ask(&behind, from).await.assert_refused(401, "unauthorized");
    }
    until_refused(async || ask(&behind, "4.4.4.4, 2.2.2.2").await).await;
    ask(&behind, "4.4.4.4").await.assert_refused(401, "unauthorized");
    // Another address each time does not help whoever is no proxy.
    let last = AtomicU8::new(0);
    until_refused(async || {
        let last = last.fetch_add(1, Ordering::Relaxed);
        ask(&plain, &format!("5.5.5.{last}")).await
    })
    .await;
    plain.stop().await;
    behind.stop().await;
}

#[tokio::test]
async fn one_connection_too_many_is_told_so() {
    let server = Server::with(&["--connections-max", "1"]).await;
    let address = server.url("").replace("http://", "");
    let ask = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut first = TcpStream::connect(&address).await.unwrap();
    first.write_all(ask).await.unwrap();
    let mut start = [0; 12];
    first.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
    let mut second = TcpStream::connect(&address).await.unwrap();
    second.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 503");
    drop(first);
    server.stop().await;
}

//! What the tests share: options that do not dawdle, servers, and the bodies they answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clients::http::{BreakerPolicy, Call, RetryPolicy, Service};
use clients::{BaseUrl, Bearer, Deadline, HttpFactory, HttpOptions};
use schemas::ids::{MovieId, UserId};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const TOKEN: &str = "the.callers.token";

/// Retries without pauses worth waiting for; a circuit that no test opens by accident; and
/// attempts that a busy machine does not end early.
pub(crate) fn options() -> HttpOptions {
    HttpOptions {
        attempt_timeout: Duration::from_mins(1),
        retry: RetryPolicy {
            pause_base: Duration::from_millis(1),
            pause_max: Duration::from_millis(1),
            ..RetryPolicy::default()
        },
        breaker: BreakerPolicy { failures_max: 1_000, ..BreakerPolicy::default() },
        ..HttpOptions::default()
    }
}

pub(crate) fn factory() -> HttpFactory {
    HttpFactory::new(options()).unwrap()
}

pub(crate) fn base(server: &MockServer) -> BaseUrl {
    server.uri().parse().unwrap()
}

pub(crate) fn bearer() -> Bearer {
    Bearer::new(TOKEN).unwrap()
}

/// Longer than any test takes.
pub(crate) fn ample() -> Deadline {
    Deadline::after(Duration::from_mins(1))
}

pub(crate) fn user(n: usize) -> UserId {
    UserId(Uuid::from_u128(n as u128))
}

pub(crate) fn movie(n: usize) -> MovieId {
    MovieId(Uuid::from_u128(n as u128))
}

pub(crate) fn user_json(n: usize) -> Value {
    json!({ "id": user(n), "name": format!("user {n}") })
}

pub(crate) fn film_json(n: usize) -> Value {
    json!({
        "id": movie(n), "title": format!("film {n}"), "year": 1999, "description": "",
        "poster": null, "duration_ms": 60_000,
        "sources": [{ "url": "http://host/film.mp4", "type": "video/mp4" }],
    })
}

pub(crate) fn page_json(items: &[Value], total: usize, page: usize, size: usize) -> Value {
    json!({ "items": items, "total": total, "page": page, "size": size })
}

/// A server that answers everything with `answer`.
pub(crate) async fn always(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// A server that answers with `answers` one after the other.
pub(crate) async fn in_turn(answers: impl IntoIterator<Item = ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    for answer in answers {
        Mock::given(any()).respond_with(answer).up_to_n_times(1).mount(&server).await;
    }
    server
}

pub(crate) async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

/// A service of no particular kind, to try the rules that all calls share.
pub(crate) fn service(server: &MockServer, options: HttpOptions) -> Service {
    HttpFactory::new(options).unwrap().service("probe", base(server))
}

pub(crate) fn get(deadline: Deadline) -> Call {
    Call::get("look", &["thing"], deadline)
}

/// A server by hand, for what a well-behaved one never does. `answer` gets the request's
/// first line and gives the bytes to answer; then the connection ends.
pub(crate) struct RawServer {
    pub(crate) base_url: BaseUrl,
    connections: Arc<AtomicUsize>,
}

impl RawServer {
    pub(crate) async fn start<Answer>(
        answer: impl Fn(String) -> Answer + Clone + Send + 'static,
    ) -> Self
    where
        Answer: Future<Output = Vec<u8>> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                let answer = answer.clone();
                tokio::spawn(async move {
                    let line = first_line(&mut stream).await;
                    // A client that has seen enough hangs up first.
                    drop(stream.write_all(&answer(line).await).await);
                });
            }
        });
        Self { base_url, connections }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn first_line(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned()
}

/// An answer with `body` of JSON, for [`RawServer`].
pub(crate) fn raw_json(body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}

//! Check-ins, seen by a local endpoint that speaks Sentry's envelope protocol.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;
use storage::clock::{Clock, SystemClock};

use crate::binary::{DEADLINE, etl};
use crate::world::{Place, World};

/// An endpoint that keeps the items of every envelope it is sent.
struct Endpoint {
    dsn: String,
    items: Receiver<(String, Value)>,
}

impl Endpoint {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let dsn = format!("http://key@{}/42", listener.local_addr().unwrap());
        let (sender, items) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let sender = sender.clone();
                std::thread::spawn(move || {
                    let mut stream = BufReader::new(stream.unwrap());
                    while let Some((path, body)) = request(&mut stream) {
                        assert_eq!(path, "/api/42/envelope/");
                        for item in items_of(&body) {
                            sender.send(item).ok();
                        }
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                        stream.get_mut().write_all(answer).unwrap();
                    }
                });
            }
        });
        Self { dsn, items }
    }

    /// The next item of a type, whatever comes between.
    fn next(&self, kind: &str) -> Value {
        loop {
            let (found, item) = self.items.recv_timeout(DEADLINE).expect("an item");
            if found == kind {
                return item;
            }
        }
    }
}

/// Path and body of the next request on a connection.
fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    stream.read_line(&mut head).ok().filter(|read| *read > 0)?;
    let path = head.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((path, body))
}

/// Type and content of each item: a header line and a content line, after the envelope's own.
fn items_of(body: &[u8]) -> Vec<(String, Value)> {
    let text = String::from_utf8_lossy(body);
    let lines: Vec<&str> = text.lines().skip(1).collect();
    let items = lines.chunks_exact(2).map(|item| {
        let header: Value = serde_json::from_str(item[0]).unwrap();
        let content = serde_json::from_str(item[1]).unwrap_or(Value::Null);
        (header["type"].as_str().unwrap().to_owned(), content)
    });
    items.collect()
}

#[tokio::test]
async fn a_good_pass_checks_in_and_out() {
    let endpoint = Endpoint::new();
    let world = World::at(Place::File, SystemClock.now_ms()).await;
    let mut command = etl(world.directory());
    let output = command.arg("--once").env("SENTRY_DSN", &endpoint.dsn).output().unwrap();
    assert!(output.status.success(), "{output:?}");

    let (begin, end) = (endpoint.next("check_in"), endpoint.next("check_in"));
    assert_eq!(begin["status"], "in_progress");
    assert_eq!(begin["monitor_slug"], "movie-together-etl");
    assert_eq!(end["status"], "ok");
    assert_eq!(end["check_in_id"], begin["check_in_id"]);
    assert!(end["duration"].as_f64().is_some());
    assert_eq!(end["monitor_config"], Value::Null);
}

#[tokio::test]
async fn a_failed_pass_checks_out_with_an_error_and_says_why() {
    let endpoint = Endpoint::new();
    let world = World::at(Place::File, SystemClock.now_ms()).await;
    let room = world.open_room(0).await;
    world.close(&room).await;
    world.storage.log.truncate(0, 1).await.unwrap();
    let mut command = etl(world.directory());
    let output = command.arg("--once").env("SENTRY_DSN", &endpoint.dsn).output().unwrap();
    assert_eq!(output.status.code(), Some(1));

    assert_eq!(endpoint.next("check_in")["status"], "in_progress");
    assert_eq!(endpoint.next("check_in")["status"], "error");
    let event = endpoint.next("event");
    assert!(event["message"].as_str().unwrap().contains("beginning"), "{event}");
}

#[tokio::test]
async fn on_a_schedule_the_monitor_learns_it() {
    let endpoint = Endpoint::new();
    let world = World::at(Place::File, SystemClock.now_ms()).await;
    let mut command = etl(world.directory());
    command.env("SENTRY_DSN", &endpoint.dsn).env("ETL_SCHEDULE", "*/1 * * * * *");
    let mut child = command.spawn().unwrap();
    let begin = endpoint.next("check_in");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(begin["monitor_config"]["schedule"]["type"], "crontab");
    assert_eq!(begin["monitor_config"]["schedule"]["value"], "* * * * *");
    assert_eq!(begin["monitor_config"]["timezone"], "UTC");
}

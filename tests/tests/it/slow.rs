//! Someone who reads too slowly is cut; nobody else notices.

use std::time::Duration;

use end_to_end::{PATIENCE, Tab, socket_request};
use futures_util::StreamExt;
use serde_json::json;
use socket2::SockRef;
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::http::Request;

use crate::scene::{Scene, assert_agree};

/// As little as the kernel will take, so that the server feels it soon.
const RECEIVE_BUFFER_BYTES: usize = 4096;
const SEGMENT_BYTES: u32 = 536;
/// Pause of the slow reader after each frame: a seventh of what the others say.
const READ_PAUSE: Duration = Duration::from_millis(100);
/// Longest text; eight thousand bytes of it.
const TEXT_CHARS: usize = 2000;
const SPEAKERS: usize = 8;
const SPEAK_PAUSE: Duration = Duration::from_millis(120);

/// Reads a frame at a time with pauses; the code it was closed with, and the last seq.
async fn read_slowly(request: Request<()>) -> (Option<u16>, u64) {
    let socket = TcpSocket::new_v4().unwrap();
    let options = SockRef::from(&socket);
    options.set_recv_buffer_size(RECEIVE_BUFFER_BYTES).unwrap();
    options.set_tcp_mss(SEGMENT_BYTES).unwrap();
    let port = request.uri().port_u16().unwrap();
    let stream = socket.connect(([127, 0, 0, 1], port).into()).await.unwrap();
    let (mut socket, _) = client_async(request, stream).await.unwrap();
    let mut seq = 0;
    let mut pace = interval(READ_PAUSE);
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => {
                let frame: serde_json::Value = serde_json::from_str(&text).unwrap();
                seq = frame["seq"].as_u64().unwrap_or(seq);
                pace.tick().await;
            }
            Message::Close(frame) => return (frame.map(|frame| frame.code.into()), seq),
            _ => {}
        }
    }
    (None, seq)
}

/// Says long things until told to stop.
pub(crate) async fn speak(mut tab: Tab, stop: watch::Receiver<bool>) -> Tab {
    let mut pace = interval(SPEAK_PAUSE);
    let text = "🎬".repeat(TEXT_CHARS);
    while !*stop.borrow() {
        pace.tick().await;
        tab.surely_says(&text).await;
    }
    tab
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_is_cut_and_resumes_and_the_others_never_notice() {
    // What the slow one has yet to read may take longer than the usual grace.
    let scene = Scene::set_with(&[("SESSION_GRACE", "60s")], json!({})).await;
    let room = scene.room;
    let anna = scene.server.sign_up("Anna").await;
    let mut annas = anna.join(room).await;
    let session = annas.session;
    let since = annas.history().seq();
    let epoch = annas.history().epoch.clone();
    let opening = anna.ticket(room, Some(session)).await;
    let request = socket_request(&annas.resuming(&opening), scene.server.public_url());
    let slow = tokio::spawn(timeout(PATIENCE, read_slowly(request)));
    annas.socket.closed_with(1000).await;

    let (stop, stopped) = watch::channel(false);
    let mut speaking = JoinSet::new();
    for number in 1..SPEAKERS {
        let person = if number % 2 == 0 { &scene.vasily.person } else { &scene.petr.person };
        speaking.spawn(speak(person.open_tab(room).await, stopped.clone()));
    }
    speaking.spawn(speak(scene.vasily, stopped));
    let (code, last) = slow.await.unwrap().expect("the slow reader is never cut");
    stop.send(true).unwrap();
    let mut others = speaking.join_all().await;
    assert_eq!(code, Some(4008));
    assert!(last > since, "it heard something");
    let cut = scene.server.metric("relay_ends_total{reason=\"slow\"}").await;
    assert!((cut - 1.0).abs() < f64::EPSILON, "{cut} were cut");

    let expected = others.iter_mut().map(|tab| tab.history().seq()).max().unwrap();
    let (first, rest) = others.split_first_mut().unwrap();
    first.event(expected).await;
    assert_eq!((first.history().welcomes, first.history().resumes), (1, 0));
    for tab in rest {
        tab.event(expected).await;
        assert_eq!((tab.history().welcomes, tab.history().resumes), (1, 0));
        assert_agree(first, tab);
    }
    // Reading at full speed, it gets the rest, or the whole if that is too much to send again.
    let opening = anna.ticket(room, Some(session)).await;
    let url = format!("{}&epoch={epoch}&since={last}", opening.url);
    let mut socket = anna.open(&url).await.unwrap();
    let first = socket.frame("the room as it is now", |frame| {
        frame["type"] == "resume" || frame["type"] == "welcome"
    });
    assert!(first.await["seq"].as_u64().unwrap() >= expected);
    socket.send(&json!({"type": "ping", "t": 1})).await;
    socket.frame_of("pong").await;
}

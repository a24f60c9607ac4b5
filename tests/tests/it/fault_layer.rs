//! The line that misbehaves on order does so, and only so; and what it does to one reader
//! nobody else feels.

use std::fs;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use end_to_end::fault_layer::{Direction, FaultLayer, Line};
use end_to_end::{PATIENCE, Socket, socket_request, until};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::scene::{Scene, assert_agree};
use crate::slow::speak;

/// More than all buffers on the way hold, so that a line that stands still is felt.
const MUCH_BYTES: usize = 16 * 1024 * 1024;

/// A server that says its name, and then whatever it hears.
async fn echo(name: u8) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                stream.write_u8(name).await.unwrap();
                let (mut reader, mut writer) = stream.split();
                // A line that breaks is what some tests want.
                drop(tokio::io::copy(&mut reader, &mut writer).await);
                drop(writer.shutdown().await);
            });
        }
    });
    address
}

/// A connection through the layer, and the name of the server it led to.
async fn through(layer: &FaultLayer) -> (TcpStream, u8) {
    let mut stream = TcpStream::connect(layer.address()).await.unwrap();
    let name = timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap();
    (stream, name)
}

fn numbered(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from(place * 31 % 251).unwrap()).collect()
}

/// Sends bytes and reads them back.
async fn there_and_back(stream: &mut TcpStream, bytes: &[u8]) -> Vec<u8> {
    let (mut reader, mut writer) = stream.split();
    let mut back = vec![0; bytes.len()];
    let both = async { tokio::try_join!(writer.write_all(bytes), reader.read_exact(&mut back)) };
    timeout(PATIENCE, both).await.unwrap().unwrap();
    back
}

#[tokio::test]
async fn what_is_late_arrives_whole_and_in_order() {
    let layer = FaultLayer::before(vec![echo(1).await]).await.unwrap();
    let (mut stream, _) = through(&layer).await;
    let delay = Duration::from_millis(30);
    layer.set(Direction::ToServer, Line::delayed(delay, Duration::ZERO));
    layer.set(Direction::ToClient, Line::delayed(delay, Duration::from_millis(20)));
    let began = Instant::now();
    let bytes = numbered(200_000);
    assert_eq!(there_and_back(&mut stream, &bytes).await, bytes);
    assert!(began.elapsed() >= delay + Duration::from_millis(10), "it came too soon");
}

#[tokio::test]
async fn a_narrow_line_takes_its_time() {
    let layer = FaultLayer::before(vec![echo(1).await]).await.unwrap();
    let (mut stream, _) = through(&layer).await;
    let bytes = numbered(20_000);
    layer.set(Direction::ToClient, Line::slow(NonZeroU32::new(100_000).unwrap()));
    let began = Instant::now();
    assert_eq!(there_and_back(&mut stream, &bytes).await, bytes);
    assert!(began.elapsed() >= Duration::from_millis(100), "it came too soon");
}

#[tokio::test]
async fn a_stalled_line_holds_the_sender_and_loses_nothing() {
    let layer = FaultLayer::before(vec![echo(1).await]).await.unwrap();
    let (stream, _) = through(&layer).await;
    layer.set(Direction::ToServer, Line::stalled());
    let bytes = numbered(MUCH_BYTES);
    let (mut reader, mut writer) = stream.into_split();
    let sent = bytes.clone();
    let sending = tokio::spawn(async move { writer.write_all(&sent).await });
    let mut back = vec![0; 1];
    let heard = timeout(Duration::from_millis(300), reader.read(&mut back)).await;
    assert!(heard.is_err(), "something passed");
    assert!(!sending.is_finished(), "the sender felt nothing");
    layer.heal();
    let mut back = vec![0; MUCH_BYTES];
    timeout(PATIENCE, reader.read_exact(&mut back)).await.unwrap().unwrap();
    sending.await.unwrap().unwrap();
    assert!(back == bytes);
}

#[tokio::test]
async fn a_cut_breaks_what_there_is_and_nothing_later() {
    let layer = FaultLayer::before(vec![echo(1).await]).await.unwrap();
    let (mut stream, _) = through(&layer).await;
    layer.cut();
    let broken = timeout(PATIENCE, stream.read_u8()).await.unwrap().unwrap_err();
    assert_eq!(broken.kind(), std::io::ErrorKind::ConnectionReset);
    let (mut stream, _) = through(&layer).await;
    assert_eq!(there_and_back(&mut stream, b"hello").await, b"hello");
}

#[tokio::test]
async fn a_goodbye_passes() {
    let layer = FaultLayer::before(vec![echo(1).await]).await.unwrap();
    let (mut stream, _) = through(&layer).await;
    stream.write_all(b"the last words").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut back = vec![];
    timeout(PATIENCE, stream.read_to_end(&mut back)).await.unwrap().unwrap();
    assert_eq!(back, b"the last words");
}

#[tokio::test]
async fn connections_are_shared_among_those_who_accept() {
    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = dead.local_addr().unwrap();
    drop(dead);
    let layer = FaultLayer::before(vec![echo(1).await, nobody, echo(2).await]).await.unwrap();
    let mut names = vec![];
    for _ in 0..9 {
        names.push(through(&layer).await.1);
    }
    assert!(names.contains(&1) && names.contains(&2), "{names:?}");

    let layer = FaultLayer::before(vec![nobody]).await.unwrap();
    let mut stream = TcpStream::connect(layer.address()).await.unwrap();
    assert!(timeout(PATIENCE, stream.read_u8()).await.unwrap().is_err());
}

const SPEAKERS: usize = 8;
/// What a server may grow by, whatever waits for whom.
const GROWTH_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Bytes of memory of a process that are its own.
fn resident_bytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kib * 1024
}

fn seq_of(frames: &[Value]) -> u64 {
    frames.iter().filter_map(|frame| frame["seq"].as_u64()).max().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_stands_still_is_cut_and_resumes_and_nobody_else_waits() {
    // What lies on the way may take longer than the usual grace.
    let scene = Scene::set_with(&[("SESSION_GRACE", "60s")], json!({})).await;
    let address = scene.server.address();
    let upstream: SocketAddr = address.strip_prefix("http://").unwrap().parse().unwrap();
    let layer = FaultLayer::before(vec![upstream]).await.unwrap();
    let around = layer.address().port().to_string();

    let (room, anna) = (scene.room, scene.server.sign_up("Anna").await);
    let opening = anna.join_only(room).await;
    let url = opening.url.replacen(&upstream.port().to_string(), &around, 1);
    let request = socket_request(&url, scene.server.public_url());
    let mut still = Socket::open(request).await.unwrap();
    let welcome = still.frame_of("welcome").await;
    layer.set(Direction::ToClient, Line::stalled());
    let heard_before = still.frames(0).len();
    let resident_before = resident_bytes(scene.server.pid());

    let (stop, stopped) = watch::channel(false);
    let mut speaking = JoinSet::new();
    for number in 1..SPEAKERS {
        let person = if number % 2 == 0 { &scene.vasily.person } else { &scene.petr.person };
        speaking.spawn(speak(person.open_tab(room).await, stopped.clone()));
    }
    speaking.spawn(speak(scene.vasily, stopped));
    until("the one who stands still is cut", async || {
        let cut = scene.server.metric("relay_ends_total{reason=\"slow\"}").await;
        (cut > 0.0).then_some(())
    })
    .await;
    let heard = still.frames(0).len();
    assert!(heard <= heard_before + SPEAKERS, "it was not standing still");
    stop.send(true).unwrap();
    let mut others = speaking.join_all().await;
    layer.heal();
    if let Some((code, _)) = still.ended().await {
        assert_eq!(code, 4008);
    }
    let grown = resident_bytes(scene.server.pid()).saturating_sub(resident_before);
    assert!(grown < GROWTH_MAX_BYTES, "the server grew by {grown} bytes");

    let last = others.iter_mut().map(|tab| tab.history().seq()).max().unwrap();
    others.push(scene.petr);
    let (first, rest) = others.split_first_mut().unwrap();
    first.event(last).await;
    for tab in rest {
        tab.event(last).await;
        assert_eq!((tab.history().welcomes, tab.history().resumes), (1, 0));
        assert_agree(first, tab);
    }
    // It goes on where it stood still, or afresh where that is too much to send again.
    let since = seq_of(&still.frames(0));
    assert!(since < last, "it heard everything and was cut all the same");
    let opening = anna.ticket(room, Some(opening.session)).await;
    let epoch = welcome["epoch"].as_str().unwrap();
    let url = format!("{}&epoch={epoch}&since={since}", opening.url);
    let mut socket = anna.open(&url).await.unwrap();
    let begun = socket.frame("the rest or the whole", |frame| {
        frame["type"] == "resume" || frame["type"] == "welcome"
    });
    let begun = begun.await;
    assert!(begun["seq"].as_u64().unwrap() >= last);
    if begun["type"] == "resume" {
        assert_eq!(begun["events"][0]["seq"], since + 1);
    }
}

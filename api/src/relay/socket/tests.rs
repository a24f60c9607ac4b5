//! A real client on the other side of a pipe, and bytes by hand where none would send them.

use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::io::{DuplexStream, duplex};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tungstenite::protocol::frame::Frame as WireFrame;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};
use tungstenite::protocol::{CloseFrame, Role};

use super::*;

/// Bytes that the pipe holds.
const PIPE_BYTES: usize = 1024 * 1024;

async fn pair() -> (WebSocketStream<DuplexStream>, WebSocket<DuplexStream>) {
    let (near, far) = duplex(PIPE_BYTES);
    let client = WebSocketStream::from_raw_socket(near, Role::Client, None).await;
    (client, WebSocket::new(far))
}

/// What a server reads of these frames, each as a client would mask it, given in pieces.
fn read(frames: Vec<WireFrame>, piece_bytes: usize) -> Vec<Incoming> {
    let mut bytes = Vec::new();
    for mut frame in frames {
        frame.header_mut().mask = Some([1, 2, 3, 4]);
        frame.format(&mut bytes).unwrap();
    }
    let mut reading = Reading::default();
    let mut messages = Vec::new();
    for piece in bytes.chunks(piece_bytes) {
        reading.add(piece);
        while let Some(message) = reading.next_message() {
            messages.push(message);
        }
    }
    assert_eq!(reading.kept_bytes(), 0);
    messages
}

fn part(text: &str, kind: Data, is_final: bool) -> WireFrame {
    WireFrame::message(text.to_owned(), OpCode::Data(kind), is_final)
}

fn text(text: &str) -> Incoming {
    Incoming::Text(text.to_owned())
}

#[tokio::test]
async fn a_client_and_the_server_understand_each_other() {
    let (mut client, mut socket) = pair().await;
    let long = "длинный".repeat(2_000);
    for said in ["", "hello", &long[..280], &long] {
        client.send(Message::text(said)).await.unwrap();
        assert_eq!(socket.read().await, text(said));
        socket.write(&[Frame::text(said.to_owned()).unwrap()]).await.unwrap();
        assert_eq!(client.next().await.unwrap().unwrap(), Message::text(said));
    }
    let both = [Frame::text("one").unwrap(), Frame::ping(vec![7]).unwrap()];
    socket.write(&both).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text("one"));
    assert_eq!(client.next().await.unwrap().unwrap(), Message::Ping(vec![7].into()));
    client.flush().await.unwrap();
    assert_eq!(socket.read().await, Incoming::Pong(vec![7]));
    client.send(Message::Ping(vec![8].into())).await.unwrap();
    assert_eq!(socket.read().await, Incoming::Ping(vec![8]));
    socket.write(&[Frame::pong(vec![8]).unwrap()]).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), Message::Pong(vec![8].into()));
}

#[tokio::test]
async fn both_sides_say_goodbye() {
    let (mut client, mut socket) = pair().await;
    socket.write(&[Frame::close(4008, "too slow").unwrap()]).await.unwrap();
    let goodbye = CloseFrame { code: 4008.into(), reason: "too slow".into() };
    assert_eq!(client.next().await.unwrap().unwrap(), Message::Close(Some(goodbye)));
    client.flush().await.unwrap();
    assert_eq!(socket.read().await, Incoming::Close);
    drop(socket);
    assert!(client.next().await.is_none());
}

#[tokio::test]
async fn a_write_that_was_given_up_does_not_tear_the_next() {
    let (near, far) = duplex(16);
    let mut client = WebSocketStream::from_raw_socket(near, Role::Client, None).await;
    let mut socket = WebSocket::new(far);
    let long = "x".repeat(1_000);
    let frames = [Frame::text(long.clone()).unwrap(), Frame::text("last").unwrap()];
    assert!(socket.write(&frames).now_or_never().is_none());
    let telling = tokio::spawn(async move {
        socket.write(&[Frame::close(4008, "too slow").unwrap()]).await.unwrap();
        socket
    });
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text(long));
    assert_eq!(client.next().await.unwrap().unwrap(), Message::text("last"));
    let goodbye = CloseFrame { code: 4008.into(), reason: "too slow".into() };
    assert_eq!(client.next().await.unwrap().unwrap(), Message::Close(Some(goodbye)));
    assert!(telling.await.unwrap().unsent.is_empty());
}

#[tokio::test]
async fn a_connection_that_ends_without_a_word_is_closed() {
    let (client, mut socket) = pair().await;
    drop(client);
    assert_eq!(socket.read().await, Incoming::Close);
}

#[test]
fn messages_are_the_same_however_they_arrive() {
    let all = || {
        vec![
            part("one", Data::Text, true),
            part("tw", Data::Text, false),
            WireFrame::ping("between".to_owned()),
            part("o", Data::Continue, true),
            part(&"x".repeat(30_000), Data::Text, true),
            WireFrame::close(None),
        ]
    };
    let expected = [
        text("one"),
        Incoming::Ping(b"between".to_vec()),
        text("two"),
        text(&"x".repeat(30_000)),
        Incoming::Close,
    ];
    for piece_bytes in [1, 2, 7, 4096, PIPE_BYTES] {
        assert_eq!(read(all(), piece_bytes), expected);
    }
}

#[test]
fn what_no_client_may_send_is_unfit() {
    let mut reserved = part("x", Data::Text, true);
    reserved.header_mut().rsv1 = true;
    let mut split_ping = WireFrame::ping("x".to_owned());
    split_ping.header_mut().is_final = false;
    let mut unknown = part("x", Data::Text, true);
    unknown.header_mut().opcode = OpCode::Control(Control::Reserved(0xb));
    let long = "x".repeat(schemas::limits::FRAME_BYTES_MAX * 4);
    for frames in [
        vec![part("binary", Data::Binary, true)],
        vec![part("nothing begun", Data::Continue, true)],
        vec![part("begun", Data::Text, false), part("twice", Data::Text, true)],
        vec![part(&format!("{long}x"), Data::Text, true)],
        vec![part(&long, Data::Text, false), part("x", Data::Continue, true)],
        vec![WireFrame::message(vec![0xff], OpCode::Data(Data::Text), true)],
        vec![WireFrame::ping("x".repeat(126))],
        vec![reserved],
        vec![split_ping],
        vec![unknown],
    ] {
        let after = [frames, vec![part("x", Data::Text, true)]].concat();
        assert_eq!(read(after, PIPE_BYTES), [Incoming::Unfit]);
    }
    assert_eq!(read(vec![part(&long, Data::Text, true)], PIPE_BYTES), [text(&long)]);
}

#[tokio::test]
async fn after_what_is_unfit_nothing_is_read_but_the_end() {
    let (mut client, mut socket) = pair().await;
    let many = "x".repeat(schemas::limits::FRAME_BYTES_MAX * 5);
    client.send(Message::text(many)).await.unwrap();
    assert_eq!(socket.read().await, Incoming::Unfit);
    drop(client);
    assert_eq!(socket.read().await, Incoming::Close);
}

#[test]
fn a_frame_without_a_mask_is_unfit() {
    let mut bytes = Vec::new();
    part("x", Data::Text, true).format(&mut bytes).unwrap();
    let mut reading = Reading::default();
    reading.add(&bytes);
    assert_eq!(reading.next_message(), Some(Incoming::Unfit));
}

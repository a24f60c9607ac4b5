//! Frames that cannot be read, frames that are too many, and frames that are not logged.

use end_to_end::Socket;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::scene::Scene;

/// Largest frame of a client, in bytes.
const FRAME_BYTES_MAX: usize = 16 * 1024;
/// Frames at once after which a socket is closed.
const FRAMES_BURST: usize = 80;
/// Commands at once after which they are refused.
const COMMANDS_BURST: u64 = 20;

async fn error_after(socket: &mut Socket, text: &str) -> (String, String) {
    let errors = |socket: &Socket| -> Vec<Value> {
        socket.frames(0).into_iter().filter(|frame| frame["type"] == "error").collect()
    };
    let before = errors(socket).len();
    socket.send_text(text.to_owned()).await;
    loop {
        if let Some(error) = errors(socket).get(before) {
            let text = |field: &str| error[field].as_str().unwrap().to_owned();
            return (text("code"), text("message"));
        }
        assert!(socket.end().is_none(), "{text} ended it: {:?}", socket.end());
        socket.news().await;
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_and_the_socket_stays() {
    let mut scene = Scene::set().await;
    let petr = &mut scene.petr;
    for text in ["", "hello", "{", "[]", "null", "{}", r#"{"type":5}"#] {
        assert_eq!(error_after(&mut petr.socket, text).await.0, "malformed", "{text}");
    }
    for text in [r#"{"type":"applause"}"#, r#"{"type":"member_left"}"#, r#"{"type":"room_closed"}"#]
    {
        assert_eq!(error_after(&mut petr.socket, text).await.0, "unknown_type", "{text}");
    }
    for (text, field) in [
        (r#"{"type":"chat","text":"hello"}"#, "client_seq"),
        (r#"{"type":"chat","text":"hello","client_seq":0}"#, "client_seq"),
        (r#"{"type":"ping"}"#, "t"),
        (r#"{"type":"status","paused":true,"buffering":false}"#, "position_ms"),
    ] {
        let (code, message) = error_after(&mut petr.socket, text).await;
        assert_eq!(code, "invalid", "{text}");
        assert!(message.starts_with(&format!("{field}: ")), "{message}");
    }
    petr.chat("none of this broke anything").await;
}

#[tokio::test]
async fn a_wrong_value_of_a_command_is_rejected_by_its_number_and_names_its_field() {
    let mut scene = Scene::set().await;
    let long = "a".repeat(2001);
    for (command, field) in [
        (json!({"type": "chat"}), "text"),
        (json!({"type": "chat", "text": "  "}), "text"),
        (json!({"type": "chat", "text": long}), "text"),
        (json!({"type": "chat", "text": "hi", "reply_to": "me"}), "reply_to"),
        (json!({"type": "play"}), "position_ms"),
        (json!({"type": "seek", "position_ms": -1}), "position_ms"),
        (json!({"type": "pause", "position_ms": "0"}), "position_ms"),
        (json!({"type": "rate", "position_ms": 0, "rate": 2.01}), "rate"),
        (json!({"type": "rate", "position_ms": 0, "rate": 0.24}), "rate"),
        (json!({"type": "movie_changed", "movie_id": 5}), "movie_id"),
        (json!({"type": "hold", "reason": "a".repeat(65)}), "reason"),
        (json!({"type": "redact"}), "seq"),
    ] {
        let client_seq = scene.petr.send(command.clone()).await;
        let (code, message) = scene.petr.answer(client_seq).await.unwrap_err();
        assert_eq!(code, "invalid", "{command}");
        assert!(message.starts_with(&format!("{field}: ")), "{command}: {message}");
    }
    // A number whose command was refused may be used again.
    let longest = "a".repeat(2000);
    let seq = scene.petr.chat(&longest).await;
    assert_eq!(seq, 3);
}

#[tokio::test]
async fn a_frame_has_up_to_16_kib() {
    let mut scene = Scene::set().await;
    let frame = |bytes: usize| {
        let shell = json!({"type": "typing", "padding": ""}).to_string();
        json!({"type": "typing", "padding": "a".repeat(bytes - shell.len())}).to_string()
    };
    let largest = frame(FRAME_BYTES_MAX);
    assert_eq!(largest.len(), FRAME_BYTES_MAX);
    scene.petr.socket.send_text(largest).await;
    scene.vasily.socket.frame_of("typing").await;
    let (code, _) = error_after(&mut scene.petr.socket, &frame(FRAME_BYTES_MAX + 1)).await;
    assert_eq!(code, "too_large");
    scene.petr.chat("a little too much is forgiven").await;
    // What is far too much is not even read.
    scene.petr.socket.send_text(frame(FRAME_BYTES_MAX * 5)).await;
    scene.petr.socket.closed_with(1009).await;
    scene.vasily.chat("nobody else noticed").await;
}

#[tokio::test]
async fn a_frame_is_text() {
    let mut scene = Scene::set().await;
    let bytes = Message::binary(br#"{"type":"typing"}"#.to_vec());
    scene.petr.socket.send_message(bytes).await;
    scene.petr.socket.closed_with(1009).await;
}

#[tokio::test]
async fn commands_beyond_the_burst_are_refused_and_the_socket_stays() {
    let mut scene = Scene::set().await;
    let mut numbers = vec![];
    for number in 0..COMMANDS_BURST * 2 {
        numbers.push(scene.petr.send(json!({"type": "chat", "text": format!("{number}")})).await);
    }
    let mut refused = 0;
    for number in numbers {
        match scene.petr.answer(number).await {
            Ok(_) => {}
            Err((code, _)) => {
                assert_eq!(code, "too_many");
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "forty at once are twice the burst");
    let accepted = scene.petr.history().texts().len() as u64;
    assert!(accepted >= COMMANDS_BURST, "only {accepted} were accepted");
    assert_eq!(accepted + refused, COMMANDS_BURST * 2);
    scene.petr.surely_says("a moment later").await;
}

#[tokio::test]
async fn too_many_frames_end_the_socket_and_it_may_come_back() {
    let mut scene = Scene::set().await;
    for number in 0..FRAMES_BURST * 10 {
        // The end may come at any of them.
        if !scene.petr.socket.send(&json!({"type": "ping", "t": number})).await {
            break;
        }
    }
    scene.petr.socket.closed_with(4029).await;
    scene.petr.reconnect().await;
    assert_eq!(scene.petr.history().resumes, 1);
    let seq = scene.petr.chat("calm again").await;
    scene.vasily.event(seq).await;
}

#[tokio::test]
async fn ping_tells_the_logs_time() {
    let mut scene = Scene::set().await;
    scene.petr.socket.send(&json!({"type": "ping", "t": 12345})).await;
    let pong = scene.petr.socket.frame_of("pong").await;
    assert_eq!(pong["t"], 12345, "as it was sent");
    let seq = scene.petr.chat("and now?").await;
    let at_ms = scene.petr.event(seq).await.at_ms;
    let server_time = pong["server_time"].as_i64().unwrap();
    let joined_at_ms = scene.petr.event(2).await.at_ms;
    assert!((joined_at_ms..=at_ms).contains(&server_time), "{server_time}");
}

#[tokio::test]
async fn typing_and_status_go_to_the_others_at_most_once_a_second() {
    let mut scene = Scene::set().await;
    let mut second = scene.petr.person.open_tab(scene.room).await;
    let status = json!({
        "type": "status", "position_ms": 1500, "paused": false, "buffering": true, "drift_ms": -12.5,
    });
    for _ in 0..10 {
        scene.petr.socket.send(&json!({"type": "typing"})).await;
        scene.petr.socket.send(&status).await;
    }
    let petr = scene.petr.person.id;
    let typing = scene.vasily.socket.frame_of("typing").await;
    assert_eq!(typing, json!({"type": "typing", "user": petr}));
    let told = scene.vasily.socket.frame_of("status").await;
    let mut expected = status.clone();
    expected["user"] = json!(petr);
    assert_eq!(told, expected);
    // What comes after them comes in order, so no second one is on its way.
    let seq = scene.petr.chat("done typing").await;
    scene.vasily.event(seq).await;
    for tab in [&mut scene.vasily, &mut scene.petr, &mut second] {
        tab.event(seq).await;
        let heard =
            |kind: &str| tab.socket.frames(0).iter().filter(|frame| frame["type"] == kind).count();
        let expected = usize::from(tab.person.id != petr);
        assert_eq!((heard("typing"), heard("status")), (expected, expected));
    }
    // A second later it is news again, and none of it was logged.
    end_to_end::until("typing is passed on again", async || {
        scene.petr.socket.send(&json!({"type": "typing"})).await;
        let frames = scene.vasily.socket.frames(0);
        (frames.iter().filter(|frame| frame["type"] == "typing").count() >= 2).then_some(())
    })
    .await;
    assert_eq!(scene.vasily.history().kinds(), ["room_created", "member_joined", "chat"]);
}

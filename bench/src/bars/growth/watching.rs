//! What the page of somebody who only watches says by itself.

use std::time::Duration;

use schemas::frame::Status;
use serde_json::{Value, json};
use tokio::time::interval;
use tokio_tungstenite::tungstenite::Message;

use crate::Result;
use crate::line::Mouth;

/// Pause between two statuses of a page; see `web/src/room/watching.svelte.ts`.
const STATUS_PAUSE: Duration = Duration::from_secs(5);
/// A page asks for the time as often as it says every second status; see `web/src/sync/clock.ts`.
const STATUSES_A_PING: u32 = 2;
/// How often each says its status while it is measured.
const ROUNDS: u32 = 2;

pub(super) fn method() -> String {
    let ping = STATUS_PAUSE * STATUSES_A_PING;
    format!(
        "Watching: everyone then says for {} what a page says by itself, a `status` every {}, \
         which the server passes on to the other members, and a `ping` every {}.",
        humantime::format_duration(STATUS_PAUSE * ROUNDS),
        humantime::format_duration(STATUS_PAUSE),
        humantime::format_duration(ping),
    )
}

/// Lets everyone's page speak, each in its turn.
pub(super) async fn watch(mouths: &mut [Mouth]) -> Result<()> {
    let mut turns = interval(STATUS_PAUSE / u32::try_from(mouths.len())?);
    for round in 0..ROUNDS {
        for mouth in &mut *mouths {
            turns.tick().await;
            mouth.send(status()?).await?;
            if round.is_multiple_of(STATUSES_A_PING) {
                mouth.send(frame(&json!({"type": "ping", "t": round}))).await?;
            }
        }
    }
    Ok(())
}

fn status() -> Result<Message> {
    let status = Status { position_ms: 1_234_567, paused: false, buffering: false, drift_ms: 3.25 };
    let mut value = serde_json::to_value(status)?;
    if let Value::Object(fields) = &mut value {
        fields.insert("type".to_owned(), json!("status"));
    }
    Ok(frame(&value))
}

fn frame(value: &Value) -> Message {
    Message::text(value.to_string())
}

#[cfg(test)]
mod tests {
    use schemas::frame::ClientFrame;

    use super::*;

    #[test]
    fn the_server_understands_what_a_page_says() {
        let text = status().unwrap().into_text().unwrap();
        assert!(matches!(ClientFrame::parse(&text), Ok(ClientFrame::Status(_))));
    }
}

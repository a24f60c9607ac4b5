//! One connection, from its first frame to its end.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rand::RngExt;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::{Instant, interval, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Session, Tab};
use crate::checker::ActKind;
use crate::faults::counts::count;
use crate::socket::socket_request;

/// A socket that has not opened by then is given up.
const OPEN_WAIT_MAX: Duration = Duration::from_secs(5);
/// Pause between two pings.
const PING_PAUSE: Duration = Duration::from_secs(2);
/// Nothing heard for this long: the line is dead.
const SILENCE_MAX: Duration = Duration::from_secs(6);
/// How often, a wish, a tab breaks its line without a goodbye, or leaves the room.
const BREAKS: f64 = 0.01;
const LEAVES: f64 = 0.002;
/// How long verdicts may follow the end of the room.
const LAST_WORDS: Duration = Duration::from_secs(3);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Why a connection ended.
pub(super) enum Ended {
    /// The tab saw the end of the room.
    Over,
    /// The room was over before.
    TooLate,
    /// The line broke; whether anything was heard.
    Broken { heard: bool },
    /// The room is over, and nobody said so.
    GaveUp,
}

/// What a tab looks at in a frame.
#[derive(Deserialize)]
struct Frame {
    r#type: String,
    #[serde(default)]
    seq: u64,
    #[serde(default)]
    client_seq: u64,
    #[serde(default)]
    epoch: String,
    #[serde(default)]
    event: String,
    you: Option<You>,
    #[serde(default)]
    events: Vec<EventHead>,
    #[serde(default)]
    messages: Vec<EventHead>,
}

#[derive(Deserialize)]
struct You {
    client_seq: u64,
}

#[derive(Deserialize)]
struct EventHead {
    event: String,
}

impl Tab {
    pub(super) async fn live(&mut self, url: &str) -> Ended {
        let position = self.now.as_ref().and_then(|now| Some((now.epoch.clone(), now.seq?)));
        let url = match position {
            Some((epoch, seq)) => format!("{url}&epoch={epoch}&since={seq}"),
            None => url.to_owned(),
        };
        let request = socket_request(&url, &self.stage.public_url);
        let opened = timeout(OPEN_WAIT_MAX, connect_async(request)).await;
        let Ok(Ok((mut socket, _))) = opened else { return Ended::Broken { heard: false } };
        self.connected();
        let mut first = true;
        let mut ping = interval(PING_PAUSE);
        let mut heard_at = Instant::now();
        let mut wish_at = self.next_wish();
        loop {
            let Some(now) = &mut self.now else { return Ended::Broken { heard: !first } };
            let (free, due) = (!first && now.outbox.is_free(), now.outbox.due());
            let due = due.filter(|_| !first).unwrap_or_else(far_away);
            tokio::select! {
                message = socket.next() => {
                    heard_at = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => {
                            first = false;
                            if !self.hear(text.as_str()) {
                                return Ended::Broken { heard: true };
                            }
                        }
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        _ => return self.ended(!first),
                    }
                    if self.saw_the_end() {
                        return self.last_words(socket).await;
                    }
                }
                () = sleep_until(wish_at), if free => {
                    wish_at = self.next_wish();
                    let is_restless = self.stage.load.is_restless;
                    if is_restless && self.dice.random_bool(BREAKS) {
                        return Ended::Broken { heard: true };
                    }
                    if is_restless && self.dice.random_bool(LEAVES) {
                        self.leave().await;
                    }
                    self.wish();
                }
                () = sleep_until(due) => {
                    if !self.send(&mut socket).await {
                        return Ended::Broken { heard: true };
                    }
                }
                _ = ping.tick() => {
                    let text = json!({"type": "ping", "t": 1}).to_string();
                    let sent = timeout(SILENCE_MAX, socket.send(Message::text(text))).await;
                    if heard_at.elapsed() > SILENCE_MAX || !matches!(sent, Ok(Ok(()))) {
                        return Ended::Broken { heard: !first };
                    }
                }
            }
        }
    }

    fn saw_the_end(&self) -> bool {
        self.now.as_ref().is_some_and(|now| now.saw_the_end)
    }

    fn ended(&self, heard: bool) -> Ended {
        if self.saw_the_end() { Ended::Over } else { Ended::Broken { heard } }
    }

    /// Verdicts may still be on their way.
    async fn last_words(&mut self, mut socket: Socket) -> Ended {
        let listening = async {
            while let Some(Ok(message)) = socket.next().await {
                if let Message::Text(text) = message {
                    self.hear(text.as_str());
                }
            }
        };
        // Whoever is not told goodbye in time goes without.
        drop(timeout(LAST_WORDS, listening).await);
        if let Some(now) = &mut self.now {
            now.client.stayed = true;
        }
        Ended::Over
    }

    fn wish(&mut self) {
        let Some(now) = &mut self.now else { return };
        let text = format!("{} {}", now.client.session, now.client.sent.len());
        let sent = now.outbox.wish(&mut self.dice, text);
        now.client.sent.push(sent);
        count(&self.stage.counts.sends);
    }

    async fn send(&mut self, socket: &mut Socket) -> bool {
        let due = self.now.as_mut().and_then(|now| now.outbox.take_due());
        let Some((frame, again)) = due else { return true };
        if again {
            count(&self.stage.counts.resends);
        }
        matches!(timeout(SILENCE_MAX, socket.send(Message::text(frame))).await, Ok(Ok(())))
    }

    /// Leaves the room; the tab comes back as someone new.
    async fn leave(&mut self) {
        let path = format!("/room/{}/disconnect", self.room);
        let answer = self.account.post(&path, &json!({})).await;
        self.acted(ActKind::Leave, answer.map_or(0, |answer| answer.status));
    }

    /// Takes a frame in; false where a page would come back for what it missed.
    fn hear(&mut self, text: &str) -> bool {
        let Some(now) = &mut self.now else { return false };
        now.hear(text.to_owned());
        let Ok(frame) = serde_json::from_str::<Frame>(text) else { return false };
        let counts = &self.stage.counts;
        match frame.r#type.as_str() {
            "welcome" | "resume" => now.begin(&frame),
            "event" => return now.go_on(&frame),
            "ack" => {
                if let Some(waited) = now.outbox.judged(frame.client_seq) {
                    counts.acked_after(waited);
                }
            }
            "reject" if now.outbox.judged(frame.client_seq).is_some() => count(&counts.rejected),
            "unknown" => {
                count(&counts.unknown);
                now.outbox.unknown(frame.client_seq);
            }
            _ => {}
        }
        true
    }
}

const ROOM_CLOSED: &str = "room_closed";

impl Session {
    fn begin(&mut self, frame: &Frame) {
        self.epoch.clone_from(&frame.epoch);
        self.seq = Some(frame.seq);
        self.outbox.connected(frame.you.as_ref().map_or(0, |you| you.client_seq));
        let heads = frame.events.iter().chain(&frame.messages);
        self.saw_the_end |= heads.last().is_some_and(|head| head.event == ROOM_CLOSED);
    }

    fn go_on(&mut self, frame: &Frame) -> bool {
        let is_next = self.seq.is_some_and(|seq| frame.seq == seq + 1);
        self.seq = Some(frame.seq);
        self.saw_the_end |= frame.event == ROOM_CLOSED;
        is_next
    }
}

fn far_away() -> Instant {
    Instant::now() + Duration::from_hours(1)
}

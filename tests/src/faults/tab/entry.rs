//! The way in: a ticket, becoming a member where needed; and what is read afterwards by those
//! who came too late.

use std::time::Duration;

use rand::RngExt;
use schemas::ids::SessionId;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::Tab;
use crate::answer::Answer;
use crate::checker::{Act, ActKind, Answered};

/// How often a tab asks another node than the one it is sent to, which must cost speed only.
const ASTRAY_SHARE: f64 = 0.3;
/// Tries to read a page of the past.
const READ_TRIES_MAX: u32 = 60;
const READ_PAUSE: Duration = Duration::from_millis(500);

/// What came of it.
pub(super) enum Entered {
    /// The address of the socket.
    As(String),
    /// The room is closed.
    TooLate,
    /// Nobody answered, or asked for patience.
    Away,
}

impl Tab {
    pub(super) async fn enter(&mut self) -> Entered {
        if !self.is_member {
            return self.join().await;
        }
        let session = self.now.as_ref().map(|now| now.client.session);
        let body = json!({"session": session});
        let path = format!("/room/{}/ticket", self.room);
        let Some(answer) = self.account.post(&path, &body).await else { return Entered::Away };
        match answer.status {
            200 => self.opening(&answer),
            403 => {
                // Away for too long: someone new comes.
                self.forget();
                self.is_member = false;
                Entered::Away
            }
            410 => Entered::TooLate,
            _ => Entered::Away,
        }
    }

    async fn join(&mut self) -> Entered {
        let answer = self.account.get(&format!("/room/{}/join", self.room)).await;
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        self.is_member = matches!(status, 200 | 409);
        self.acted(ActKind::Join, status);
        match (status, answer) {
            (200, Some(answer)) => self.opening(&answer),
            (410, _) => Entered::TooLate,
            _ => Entered::Away,
        }
    }

    pub(super) fn acted(&mut self, kind: ActKind, status: u16) {
        let (user, room, answered) = (self.account.id, self.room, answered(status));
        self.acts.push(Act { user, room, kind, answered });
    }

    fn opening(&mut self, answer: &Answer) -> Entered {
        let answer = answer.json();
        let session = answer["session"].as_str().and_then(|id| id.parse::<SessionId>().ok());
        let (Some(session), Some(url)) = (session, answer["ws_url"].as_str()) else {
            return Entered::Away;
        };
        self.goes_on_as(session);
        Entered::As(self.astray(url.to_owned()))
    }

    /// Any node serves any room.
    fn astray(&mut self, url: String) -> String {
        if !self.dice.random_bool(ASTRAY_SHARE) {
            return url;
        }
        let other = self.stage.nodes[self.dice.random_range(0..self.stage.nodes.len())];
        match url.split_once("/api/") {
            Some((_, path)) => format!("ws://{other}/api/{path}"),
            None => url,
        }
    }

    /// The room was closed behind this tab's back: the rest is read page by page.
    pub(super) async fn read_the_rest(&mut self) {
        let Some(seq) = self.now.as_ref().and_then(|now| now.seq) else { return };
        let mut events: Vec<Value> = vec![];
        let mut before = String::new();
        for _ in 0..READ_TRIES_MAX {
            let path = format!("/room/{}/messages?limit=100{before}", self.room);
            let answer = self.account.get(&path).await.filter(|answer| answer.status == 200);
            let Some(answer) = answer else {
                sleep(READ_PAUSE).await;
                continue;
            };
            let page = answer.json();
            let items = page["items"].as_array().cloned().unwrap_or_default();
            events.extend(items.into_iter().filter(|event| event["seq"].as_u64() > Some(seq)));
            let oldest = events.last().and_then(|event| event["seq"].as_u64());
            if oldest.is_none_or(|oldest| oldest <= seq + 1) || page["has_more"] != true {
                events.reverse();
                if let Some(now) = &mut self.now {
                    now.hear(json!({"type": "history", "events": events}).to_string());
                    now.client.stayed = true;
                }
                return;
            }
            before = format!("&before={}", oldest.unwrap_or_default());
        }
    }
}

/// What a status says of an act.
pub(in crate::faults) fn answered(status: u16) -> Answered {
    match status {
        200..300 => Answered::Done,
        400..500 => Answered::Refused,
        _ => Answered::Unknown,
    }
}

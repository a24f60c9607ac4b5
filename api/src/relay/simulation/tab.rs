//! One tab of a member: it gets a ticket from some node, connects to some node, says this and
//! that, loses its line, comes back elsewhere, and repeats what it heard nothing of. Whatever
//! no tab may ever see ends the evening.

use std::collections::BTreeMap;
use std::time::Duration;

use schemas::ids::{SessionId, UserId};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::diary::{Diary, Stay, Verdict};
use super::node::Node;
use super::socket::{Heard, TabEnd, connect};
use super::town::{Place, Town};
use super::truth::{STOP_EXCUSES_MS, ensure};
use crate::refusal::Refusal;
use crate::relay::room::Position;
use crate::relay::socket::Incoming;

/// Commands of one connection; a node refuses more of them at once, by the clock on the wall.
const COMMANDS_MAX: usize = 18;
/// Commands that may be unresolved before a tab says anything new.
const UNRESOLVED_MAX: usize = 5;
/// How long a call may take before a tab tries another node.
const CALL_PATIENCE: Duration = Duration::from_secs(6);
/// How long a tab listens to silence before it tries another node.
const SILENCE_MAX: Duration = Duration::from_secs(20);

pub(super) struct Tab {
    town: Town,
    place: Place,
    diary: Diary,
    position: Option<Position>,
    last_client_seq: u64,
    /// Commands without a verdict, as they were sent.
    unresolved: BTreeMap<u64, String>,
}

/// One connection while it lasts.
struct Visit {
    end: TabEnd,
    node: Node,
    sent: usize,
    /// Commands to be sent again: the log did not answer.
    again: Vec<u64>,
}

impl Tab {
    pub(super) fn new(town: Town, place: Place, user: UserId) -> Self {
        let session = SessionId(town.world.dice().id());
        let diary = Diary {
            user,
            session,
            seen: BTreeMap::new(),
            welcomes: vec![],
            verdicts: BTreeMap::new(),
            stays: vec![],
            unresolved: 0,
            was_closed: false,
        };
        Self { town, place, diary, position: None, last_client_seq: 0, unresolved: BTreeMap::new() }
    }

    /// Lives until the evening ends and every command is resolved, or the room is closed.
    pub(super) async fn run(mut self) -> Result<Diary, String> {
        while !self.is_done() {
            // A call that takes too long is given up, as a page does.
            let visit = timeout(CALL_PATIENCE, self.visit()).await;
            match visit {
                Ok(Ok(visit)) => self.stay(visit).await?,
                Ok(Err(Refusal::Closed)) => self.diary.was_closed = true,
                Ok(Err(Refusal::NoSuchRoom(room))) => return Err(format!("{room} is not there")),
                Ok(Err(Refusal::NotYourSession)) => return Err("whose session is it".to_owned()),
                Ok(Err(_)) | Err(_) => {}
            }
            let pause_s = if self.town.world.dice().chance(0.1) { 25 } else { 4 };
            let pause = self.town.world.dice().within(100..=pause_s * 1000);
            sleep(Duration::from_millis(pause)).await;
        }
        self.diary.unresolved = self.unresolved.len();
        Ok(self.diary)
    }

    fn is_done(&self) -> bool {
        self.diary.was_closed || (self.town.is_ending() && self.unresolved.is_empty())
    }

    async fn visit(&self) -> Result<Visit, Refusal> {
        let Diary { user, session, .. } = self.diary;
        let asked = self.town.any_node();
        let ticket = asked.enter(self.place.room, user, session).await?;
        let node = if self.town.world.dice().chance(0.5) { asked } else { self.town.any_node() };
        let admission = node.relay.admit(ticket, self.position.clone()).await?;
        let (end, node_end) = connect(&node.process);
        let relay = node.relay.clone();
        tokio::spawn(async move { relay.serve(admission, node_end).await });
        Ok(Visit { end, node, sent: 0, again: vec![] })
    }

    async fn stay(&mut self, mut visit: Visit) -> Result<(), String> {
        let Ok(Some(first)) = timeout(SILENCE_MAX, visit.end.greeting()).await else {
            return Ok(());
        };
        self.greeted(&first)?;
        let from_ms = self.town.world.now_ms();
        let all: Vec<u64> = self.unresolved.keys().copied().collect();
        for client_seq in all {
            self.send_again(&mut visit, client_seq).await;
        }
        let talked = self.talk(&mut visit).await;
        let until_ms = self.town.world.now_ms();
        self.diary.stays.push(Stay { from_ms, until_ms, node: visit.node });
        talked
    }

    /// The first frame: everything, or exactly what was missed.
    fn greeted(&mut self, text: &str) -> Result<(), String> {
        let frame: Value = serde_json::from_str(text).unwrap();
        let seq = frame["seq"].as_u64().unwrap();
        let epoch = frame["epoch"].as_str().unwrap().to_owned();
        let (events, before) = match (frame["type"].as_str(), &self.position) {
            (Some("welcome"), None) => {
                let (playback, members) = (frame["playback"].clone(), frame["members"].clone());
                self.diary.welcomes.push((seq, playback, members));
                let messages = frame["messages"].as_array().unwrap();
                (messages, seq - messages.len() as u64)
            }
            (Some("resume"), Some(position)) => {
                (frame["events"].as_array().unwrap(), position.since)
            }
            (kind, position) => return Err(format!("{kind:?} for {position:?}")),
        };
        self.position = Some(Position { epoch, since: before });
        for event in events {
            self.see(event)?;
        }
        ensure(self.since() == seq, || format!("greeted at {seq} with {text}"))
    }

    fn since(&self) -> u64 {
        self.position.as_ref().map_or(0, |position| position.since)
    }

    fn see(&mut self, event: &Value) -> Result<(), String> {
        let seq = event["seq"].as_u64().unwrap();
        let last = self.since();
        ensure(seq == last + 1, || format!("{} saw {seq} after {last}", self.diary.session))?;
        self.position.as_mut().unwrap().since = seq;
        let again = self.diary.seen.insert(seq, event.clone());
        ensure(again.is_none_or(|first| first == *event), || format!("{event} was another once"))
    }

    /// Acts and listens until somebody has had enough.
    async fn talk(&mut self, visit: &mut Visit) -> Result<(), String> {
        let world = self.town.world.clone();
        let dice = world.dice();
        let stays_ms = if dice.chance(0.3) { 60_000 } else { 8000 };
        let until = Instant::now() + Duration::from_millis(dice.within(100..=stays_ms));
        let mut act_at = Instant::now();
        loop {
            if self.is_done() || visit.sent >= COMMANDS_MAX || Instant::now() >= until {
                return Ok(());
            }
            tokio::select! {
                biased;
                () = visit.node.process.died() => return Ok(()),
                message = visit.end.hears() => match message {
                    Some(Heard::Text(text)) => self.hear(visit, &text)?,
                    Some(Heard::Ping(payload)) => visit.end.pong(payload).await,
                    Some(Heard::Close(code, reason)) => {
                        return self.dismissed(visit, code, &reason);
                    }
                    None => return Ok(()),
                },
                () = sleep_until(act_at.min(until)) => {
                    self.act(visit).await;
                    act_at = Instant::now() + Duration::from_millis(dice.within(50..=2500));
                }
            }
        }
    }

    fn dismissed(&mut self, visit: &Visit, code: u16, reason: &str) -> Result<(), String> {
        let now_ms = self.town.world.now_ms();
        match code {
            1000 | 4000 | 4009 => Ok(()),
            // Its own writes stood still.
            4008 if visit.node.was_stopped(now_ms - STOP_EXCUSES_MS, now_ms) => Ok(()),
            4410 => {
                self.diary.was_closed = true;
                Ok(())
            }
            _ => Err(format!("{} was closed with {code}: {reason}", self.diary.session)),
        }
    }

    fn hear(&mut self, visit: &mut Visit, text: &str) -> Result<(), String> {
        let frame: Value = serde_json::from_str(text).unwrap();
        let client_seq = frame["client_seq"].as_u64();
        match (frame["type"].as_str(), client_seq) {
            (Some("event"), _) => self.see(&frame),
            (Some("ack"), Some(client_seq)) => {
                let seq = frame["seq"].as_u64().unwrap();
                self.resolve(client_seq, Verdict::Acked(seq))
            }
            (Some("reject"), Some(_)) if frame["code"] == "too_many" => Err(text.to_owned()),
            (Some("reject"), Some(client_seq)) => self.resolve(client_seq, Verdict::Rejected),
            (Some("unknown"), Some(client_seq)) => {
                visit.again.push(client_seq);
                Ok(())
            }
            (Some("typing" | "status" | "pong"), _) => Ok(()),
            _ => Err(format!("nobody expects {text}")),
        }
    }

    fn resolve(&mut self, client_seq: u64, verdict: Verdict) -> Result<(), String> {
        self.unresolved.remove(&client_seq);
        let first = self.diary.verdicts.insert(client_seq, verdict);
        ensure(first.is_none_or(|first| first == verdict), || {
            format!("{} heard {verdict:?} of {client_seq} after {first:?}", self.diary.session)
        })
    }

    async fn act(&mut self, visit: &mut Visit) {
        let world = self.town.world.clone();
        let dice = world.dice();
        if let Some(client_seq) = visit.again.pop() {
            return self.send_again(visit, client_seq).await;
        }
        if self.town.is_ending() {
            return;
        }
        match dice.within(0..=99) {
            0..=9 => {
                let typing = Incoming::Text(json!({"type": "typing"}).to_string());
                visit.end.to_node.send(typing).await.ok();
            }
            10..=12 => {
                let leaving = visit.node.leave(self.place.room, self.diary.user);
                timeout(CALL_PATIENCE, leaving).await.ok();
            }
            _ if self.unresolved.len() < UNRESOLVED_MAX => {
                self.last_client_seq += 1;
                let client_seq = self.last_client_seq;
                let command = self.command(client_seq);
                self.unresolved.insert(client_seq, command);
                self.send_again(visit, client_seq).await;
            }
            _ => {}
        }
    }

    fn command(&self, client_seq: u64) -> String {
        let dice = self.town.world.dice();
        let position_ms = dice.within(0..=600_000);
        let command = match dice.within(0..=9) {
            0 => json!({"type": "play", "position_ms": position_ms}),
            1 => json!({"type": "pause", "position_ms": position_ms}),
            2 => json!({"type": "seek", "position_ms": position_ms}),
            3 => json!({"type": "hold", "reason": "buffering"}),
            4 => json!({"type": "release"}),
            _ => json!({"type": "chat", "text": format!("{client_seq} of {}", self.diary.session)}),
        };
        let mut command = command;
        command["client_seq"] = json!(client_seq);
        command.to_string()
    }

    async fn send_again(&self, visit: &mut Visit, client_seq: u64) {
        if let Some(command) = self.unresolved.get(&client_seq) {
            visit.sent += 1;
            // A broken line is noticed by listening.
            visit.end.to_node.send(Incoming::Text(command.clone())).await.ok();
        }
    }
}

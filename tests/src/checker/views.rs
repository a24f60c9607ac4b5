//! What each client saw of its room: dense, in one order, true, and all of it.

use schemas::event::Event;
use serde::Deserialize;

use super::evidence::{Client, Evidence};
use super::finding::{Fault, Report};
use super::truth::{RoomTruth, Truth};

/// What every frame has.
#[derive(Deserialize)]
struct Kind {
    r#type: String,
}

#[derive(Deserialize)]
struct Welcome {
    epoch: String,
    seq: u64,
    messages: Vec<Event>,
}

#[derive(Deserialize)]
struct Resume {
    epoch: String,
    seq: u64,
    events: Vec<Event>,
}

/// What a client that came too late read over HTTP; no frame, but kept among them.
#[derive(Deserialize)]
struct History {
    events: Vec<Event>,
}

pub(super) fn check(evidence: &Evidence, truth: &Truth, report: &mut Report) {
    for client in &evidence.clients {
        let room = truth.rooms.get(&client.room);
        let mut view = View { client, room, epoch: &evidence.epoch, seq: None, report };
        for heard in &client.heard {
            view.hear(heard.connection, &heard.frame);
        }
        view.end();
    }
}

/// What one client knows so far.
struct View<'a> {
    client: &'a Client,
    room: Option<&'a RoomTruth>,
    epoch: &'a str,
    /// Number of the last event; none before the first welcome.
    seq: Option<u64>,
    report: &'a mut Report,
}

impl View<'_> {
    fn hear(&mut self, connection: u32, text: &str) {
        if let Err(error) = self.read(connection, text) {
            self.find(Fault::Unreadable, connection, &format!("{error}: {text}"));
        }
    }

    fn read(&mut self, connection: u32, text: &str) -> Result<(), serde_json::Error> {
        match serde_json::from_str::<Kind>(text)?.r#type.as_str() {
            "event" => self.event(connection, &serde_json::from_str(text)?),
            "welcome" => self.begin(connection, &serde_json::from_str(text)?),
            "resume" => self.go_on(connection, &serde_json::from_str(text)?),
            "history" => {
                for event in &serde_json::from_str::<History>(text)?.events {
                    self.event(connection, event);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn same_epoch(&mut self, connection: u32, epoch: &str) {
        if epoch != self.epoch {
            self.find(Fault::Phantom, connection, &format!("of the epoch {epoch}"));
        }
    }

    /// A welcome may leave out the past, but never takes back what was seen.
    fn begin(&mut self, connection: u32, welcome: &Welcome) {
        self.same_epoch(connection, &welcome.epoch);
        if let Some(seen) = self.seq.filter(|seen| *seen > welcome.seq) {
            let what = format!("welcomed at {} after {seen}", welcome.seq);
            self.find(Fault::StepBack, connection, &what);
        }
        let first = welcome.messages.first().map_or(welcome.seq + 1, |event| event.seq);
        self.seq = first.checked_sub(1);
        self.events(connection, &welcome.messages, welcome.seq);
    }

    fn go_on(&mut self, connection: u32, resume: &Resume) {
        self.same_epoch(connection, &resume.epoch);
        self.events(connection, &resume.events, resume.seq);
    }

    fn events(&mut self, connection: u32, events: &[Event], last_seq: u64) {
        for event in events {
            self.event(connection, event);
        }
        if self.seq != Some(last_seq) {
            let what = format!("told to be at {last_seq}, with events up to {:?}", self.seq);
            self.find(Fault::Gap, connection, &what);
            self.seq = Some(last_seq);
        }
    }

    fn event(&mut self, connection: u32, event: &Event) {
        self.is_true(connection, event);
        let Some(seq) = self.seq else {
            return self.find(Fault::Gap, connection, &format!("event {} unbidden", event.seq));
        };
        if event.seq <= seq {
            let what = format!("event {} again, after {seq}", event.seq);
            self.find(Fault::Doubled, connection, &what);
        } else {
            if event.seq > seq + 1 {
                let what = format!("event {} after {seq}", event.seq);
                self.find(Fault::Gap, connection, &what);
            }
            self.seq = Some(event.seq);
        }
    }

    fn is_true(&mut self, connection: u32, event: &Event) {
        let is_it = |said: &Event| said == event;
        let told = self.room.and_then(|room| room.at(event.seq));
        if told.is_some_and(|told| is_it(&told.live) || is_it(&told.kept)) {
            return;
        }
        let elsewhere = self.room.into_iter().flat_map(|room| &room.told).find(|told| {
            let same = Event { seq: told.live.seq, ..event.clone() };
            told.live == same || told.kept == same
        });
        if let Some(told) = elsewhere {
            let what = format!("event {} stands at {} in the log", event.seq, told.live.seq);
            self.find(Fault::Swapped, connection, &what);
        } else {
            self.find(Fault::Phantom, connection, &format!("not in the log: {event:?}"));
        }
    }

    fn end(&mut self) {
        let last = self.room.map_or(0, RoomTruth::seq);
        if self.client.stayed && self.seq.unwrap_or(0) < last {
            let what = format!("stayed, and saw only {:?} of {last} events", self.seq);
            self.find(Fault::Lost, 0, &what);
        }
    }

    fn find(&mut self, fault: Fault, connection: u32, what: &str) {
        let Client { room, session, .. } = self.client;
        let what = format!("room {room}, session {session}, connection {connection}: {what}");
        self.report.find(fault, what);
    }
}

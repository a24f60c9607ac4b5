//! What one tab knows of a room, from the frames it heard. It follows the rules that any
//! client follows, and panics where a client would have to mistrust the server.

use std::collections::{BTreeMap, HashMap};

use schemas::event::Event;
use schemas::ids::UserId;
use schemas::playback::Playback;
use schemas::record::Entry;
use serde_json::Value;

/// A tab's knowledge.
#[derive(Default)]
pub struct History {
    /// Incarnation of the log.
    pub epoch: String,
    /// Every event, dense.
    pub events: Vec<Event>,
    /// What the player should show.
    pub playback: Option<Playback>,
    /// Name and presence of everyone.
    pub members: BTreeMap<UserId, (String, bool)>,
    /// How often it began afresh, and how often it went on where it was.
    pub welcomes: u32,
    /// See `welcomes`.
    pub resumes: u32,
    /// The last welcome.
    pub welcome: Value,
    /// Seq by number of the command.
    pub acks: HashMap<u64, u64>,
    /// Code and text by number of the command.
    pub rejects: HashMap<u64, (String, String)>,
    /// How often the log did not answer, by number of the command.
    pub unknowns: HashMap<u64, u32>,
}

impl History {
    /// Number of the last event.
    pub fn seq(&self) -> u64 {
        self.events.last().map_or(0, |event| event.seq)
    }

    /// An event by its number.
    pub fn event(&self, seq: u64) -> Option<&Event> {
        self.events.iter().find(|event| event.seq == seq)
    }

    /// Every message that stands: seq, author, text.
    pub fn texts(&self) -> Vec<(u64, UserId, String)> {
        let messages = self.events.iter().filter_map(|event| match &event.entry {
            Entry::Chat(chat) if !chat.redacted => {
                Some((event.seq, event.user?, chat.text.clone()))
            }
            _ => None,
        });
        messages.collect()
    }

    /// The kinds of all events, in order.
    pub fn kinds(&self) -> Vec<&str> {
        self.events.iter().map(|event| event.entry.kind()).collect()
    }

    pub(crate) fn hear(&mut self, frame: &Value) {
        let number = || frame["client_seq"].as_u64().expect("a number");
        match frame["type"].as_str().expect("a type") {
            "welcome" => self.begin(frame),
            "resume" => self.go_on(frame),
            "event" => self.append(read(frame)),
            "ack" => {
                let seq = frame["seq"].as_u64().expect("a seq");
                let earlier = self.acks.insert(number(), seq);
                assert!(earlier.is_none_or(|earlier| earlier == seq), "two seqs: {frame}");
                assert!(self.seq() >= seq, "acked before it was seen: {frame}");
            }
            "reject" => {
                assert!(!self.acks.contains_key(&number()), "acked, then rejected: {frame}");
                let text = |field: &str| frame[field].as_str().expect("a text").to_owned();
                self.rejects.insert(number(), (text("code"), text("message")));
            }
            "unknown" => *self.unknowns.entry(number()).or_default() += 1,
            _ => {}
        }
    }

    fn begin(&mut self, frame: &Value) {
        self.welcomes += 1;
        self.welcome = frame.clone();
        frame["epoch"].as_str().expect("an epoch").clone_into(&mut self.epoch);
        self.events = frame["messages"].as_array().expect("events").iter().map(read).collect();
        assert!(self.events.is_sorted_by(|one, next| one.seq + 1 == next.seq), "{frame}");
        assert_eq!(frame["seq"].as_u64(), Some(self.seq()), "{frame}");
        let begins = self.events.first().map_or(0, |event| event.seq);
        assert_eq!(frame["has_more"].as_bool(), Some(begins > 1), "{frame}");
        self.playback = serde_json::from_value(frame["playback"].clone()).expect("a playback");
        let members = frame["members"].as_array().expect("members").iter();
        self.members = members
            .map(|member| {
                let user = member["user_id"].as_str().and_then(|id| id.parse().ok());
                let name = member["name"].as_str().expect("a name").to_owned();
                (user.expect("an id"), (name, member["present"] == true))
            })
            .collect();
    }

    fn go_on(&mut self, frame: &Value) {
        self.resumes += 1;
        assert_eq!(frame["epoch"], self.epoch.as_str());
        for event in frame["events"].as_array().expect("events") {
            self.append(read(event));
        }
        assert_eq!(frame["seq"].as_u64(), Some(self.seq()), "{frame}");
    }

    fn append(&mut self, event: Event) {
        assert_eq!(event.seq, self.seq() + 1, "an event is lost or doubled: {event:?}");
        let last_at_ms = self.events.last().map_or(i64::MIN, |last| last.at_ms);
        assert!(event.at_ms >= last_at_ms, "time went back: {event:?}");
        if event.playback.is_some() {
            self.playback = event.playback.as_deref().cloned();
        }
        match (&event.entry, event.user) {
            (Entry::MemberJoined(body), Some(user)) => {
                self.members.insert(user, (body.name.clone(), true));
            }
            (Entry::MemberLeft(_), Some(user)) => {
                if let Some((_, present)) = self.members.get_mut(&user) {
                    *present = false;
                }
            }
            (Entry::Redacted(body), _) => self.take_back(body.seq),
            _ => {}
        }
        self.events.push(event);
    }

    fn take_back(&mut self, seq: u64) {
        let message = self.events.iter_mut().find(|event| event.seq == seq);
        if let Some(Entry::Chat(chat)) = message.map(|event| &mut event.entry) {
            chat.text.clear();
            chat.redacted = true;
        }
    }
}

fn read(frame: &Value) -> Event {
    assert_eq!(frame["type"], "event");
    serde_json::from_value(frame.clone()).unwrap_or_else(|error| panic!("{error}: {frame}"))
}

//! An accepted record, as members see it: numbered, dated, with the playback it led to.

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::ids::UserId;
use crate::playback::Playback;
use crate::record::{Entry, entry_from_parts};

/// One event of a room. On the wire: `{type: "event", seq, at, user, event, body, playback?}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Dense number in the room, from 1.
    pub seq: u64,
    /// The log's time of the record, in ms since 1970; never before the event before it.
    pub at_ms: i64,
    /// Who did it.
    pub user: Option<UserId>,
    /// What happened.
    pub entry: Entry,
    /// The playback after it, where it changed.
    pub playback: Option<Box<Playback>>,
}

impl Event {
    /// The event without what these people said and are called; none if it tells neither.
    /// Who did what and when stays, under the id alone.
    pub fn erased(&self, people: &BTreeSet<UserId>) -> Option<Self> {
        let mut erased = self.clone();
        if self.user.is_some_and(|user| people.contains(&user)) {
            erased.entry.erase();
        }
        let holds = erased.playback.iter_mut().flat_map(|playback| &mut playback.holds);
        for hold in holds.filter(|hold| people.contains(&hold.user)) {
            hold.reason.clear();
        }
        (erased != *self).then_some(erased)
    }

    /// The event without its text; none unless it is a message that still has one.
    pub fn without_message(&self) -> Option<Self> {
        let mut erased = self.clone();
        if matches!(erased.entry, Entry::Chat(_)) {
            erased.entry.erase();
        }
        (erased != *self).then_some(erased)
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            r#type: &'static str,
            seq: u64,
            at: i64,
            user: Option<UserId>,
            event: &'a str,
            body: &'a Entry,
            #[serde(skip_serializing_if = "Option::is_none")]
            playback: Option<&'a Playback>,
        }
        Wire {
            r#type: "event",
            seq: self.seq,
            at: self.at_ms,
            user: self.user,
            event: self.entry.kind(),
            body: &self.entry,
            playback: self.playback.as_deref(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            seq: u64,
            at: i64,
            user: Option<UserId>,
            event: String,
            body: Box<RawValue>,
            #[serde(default)]
            playback: Option<Box<Playback>>,
        }
        let wire = Wire::deserialize(deserializer)?;
        Ok(Self {
            seq: wire.seq,
            at_ms: wire.at,
            user: wire.user,
            entry: entry_from_parts(&wire.event, &wire.body).map_err(D::Error::custom)?,
            playback: wire.playback,
        })
    }
}

impl JsonSchema for Event {
    fn schema_name() -> Cow<'static, str> {
        "Event".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let user = generator.subschema_for::<Option<UserId>>();
        let playback = generator.subschema_for::<Playback>();
        let entries = Entry::schemas(generator);
        let known: Vec<&str> = entries.iter().map(|(kind, _)| *kind).collect();
        let later = (
            "of a later version",
            json_schema!({"type": "string", "not": {"enum": known}}),
            json_schema!(true),
        );
        let kinds =
            entries.into_iter().map(|(kind, body)| (kind, json_schema!({"const": kind}), body));
        let events = kinds.chain([later]).map(|(title, event, body)| {
            json_schema!({
                "title": title,
                "type": "object",
                "properties": {
                    "type": {"const": "event"},
                    "seq": {"type": "integer", "minimum": 1},
                    "at": {"type": "integer"},
                    "user": user,
                    "event": event,
                    "body": body,
                    "playback": playback,
                },
                "required": ["type", "seq", "at", "user", "event", "body"],
            })
        });
        json_schema!({
            "description": "An accepted record: numbered, dated (ms since 1970), with the playback it led to.",
            "oneOf": events.collect::<Vec<Schema>>(),
        })
    }
}

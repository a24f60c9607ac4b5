//! One entry of the log, as it is written and read back.
//!
//! To add a record type: add its struct to `record/body.rs` and one line in `entries!`, decide in
//! `fold.rs` when it is accepted, and run `make gen`.

mod body;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

pub use self::body::{
    Chat, CloseReason, Control, Empty, HoldAsked, LeaveReason, MemberJoined, MemberLeft,
    MovieChanged, Play, Position, Rate, Redacted, RoomClosed, RoomCreated,
};
pub(crate) use self::body::{millis, millis_schema};
use crate::ids::{RoomId, SessionId, UserId};

/// Version that this code writes.
pub const RECORD_VERSION: u32 = 1;

/// A record whose type or version this code does not know: kept, numbered, ignored.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Its type; with `.v2` and so on where the version is another.
    pub kind: String,
    /// Its body, byte for byte.
    pub body: Box<RawValue>,
}

impl Unknown {
    /// Keeps a body that every reader of the history will be able to show.
    fn new(kind: String, body: &RawValue) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<serde_json::Value>(body.get())?;
        let body = body.to_owned();
        Ok(Self { kind, body })
    }

    /// The same without its body, whose words this code cannot tell from the rest. The type is
    /// renamed, so that no later version looks for what is gone.
    fn erased(&self) -> Self {
        let kind = self.kind.strip_suffix(ERASED_SUFFIX).unwrap_or(&self.kind);
        Self { kind: format!("{kind}{ERASED_SUFFIX}"), body: RawValue::NULL.to_owned() }
    }
}

/// Ends the type of an unknown record whose body was erased.
const ERASED_SUFFIX: &str = ".erased";

impl PartialEq for Unknown {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.body.get() == other.body.get()
    }
}

macro_rules! entries {
    ($($(#[$doc:meta])* $variant:ident($body:ty) = $kind:literal,)*) => {
        /// What a record says.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Entry {
            $($(#[$doc])* $variant($body),)*
            /// A type of a later version.
            Unknown(Unknown),
        }

        impl Entry {
            /// The record's type on the wire.
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $kind,)*
                    Self::Unknown(unknown) => &unknown.kind,
                }
            }

            fn decode(kind: &str, body: &RawValue) -> Result<Self, serde_json::Error> {
                match kind {
                    $($kind => serde_json::from_str(body.get()).map(Self::$variant),)*
                    _ => Unknown::new(kind.to_owned(), body).map(Self::Unknown),
                }
            }

            /// Name and body schema of every type, for the generated documents.
            pub fn schemas(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
                vec![$(($kind, generator.subschema_for::<$body>()),)*]
            }
        }

        /// The body alone, as it stands under `body`.
        impl Serialize for Entry {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(body) => body.serialize(serializer),)*
                    Self::Unknown(unknown) => unknown.body.serialize(serializer),
                }
            }
        }
    };
}

entries! {
    /// First record of every room.
    RoomCreated(Box<RoomCreated>) = "room_created",
    /// Someone became a member.
    MemberJoined(MemberJoined) = "member_joined",
    /// A member left.
    MemberLeft(MemberLeft) = "member_left",
    /// A line of chat.
    Chat(Chat) = "chat",
    /// Start the film.
    Play(Play) = "play",
    /// Stop the film.
    Pause(Position) = "pause",
    /// Jump.
    Seek(Position) = "seek",
    /// Change the speed.
    Rate(Rate) = "rate",
    /// Put on another film.
    MovieChanged(MovieChanged) = "movie_changed",
    /// Wait for a member.
    Hold(HoldAsked) = "hold",
    /// No need to wait any longer.
    Release(Empty) = "release",
    /// The film is over.
    Ended(Empty) = "ended",
    /// A message was taken back.
    Redacted(Redacted) = "redacted",
    /// Last record that counts.
    RoomClosed(RoomClosed) = "room_closed",
}

impl Entry {
    /// Blanks what somebody said and is called.
    pub(crate) fn erase(&mut self) {
        match self {
            Self::RoomCreated(body) => body.owner_name.clear(),
            Self::MemberJoined(body) => body.name.clear(),
            Self::Chat(body) => {
                body.text.clear();
                body.redacted = true;
            }
            Self::Hold(body) => body.reason.clear(),
            Self::Unknown(unknown) => *unknown = unknown.erased(),
            Self::MemberLeft(_)
            | Self::Play(_)
            | Self::Pause(_)
            | Self::Seek(_)
            | Self::Rate(_)
            | Self::MovieChanged(_)
            | Self::Release(_)
            | Self::Ended(_)
            | Self::Redacted(_)
            | Self::RoomClosed(_) => {}
        }
    }
}

/// One entry of the log: what was asked, by whom, in which room.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The room; also the record's key in the log.
    pub room: RoomId,
    /// Who asked; none for what a node does by itself.
    pub user: Option<UserId>,
    /// From which tab.
    pub session: Option<SessionId>,
    /// The tab's own number of this command.
    pub client_seq: Option<u64>,
    /// What was asked.
    pub entry: Entry,
}

/// Bytes that are no record; they go to the archive's quarantine and move nothing.
#[derive(Debug, thiserror::Error)]
#[error("not a record")]
pub struct Undecodable(#[from] serde_json::Error);

impl Record {
    /// What a node says of its own accord, such as a member's leave.
    pub fn of_node(room: RoomId, user: Option<UserId>, entry: Entry) -> Self {
        Self { room, user, session: None, client_seq: None, entry }
    }

    /// Reads a record; types and versions of the future are kept as [`Unknown`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Undecodable> {
        let wire: WireRecord<'_> = serde_json::from_slice(bytes)?;
        let entry = if wire.v == RECORD_VERSION {
            Entry::decode(&wire.kind, wire.body)?
        } else {
            // Another version's `chat` must never be read as ours, in the archive either.
            Entry::Unknown(Unknown::new(format!("{}.v{}", wire.kind, wire.v), wire.body)?)
        };
        Ok(Self {
            room: wire.room,
            user: wire.user,
            session: wire.session,
            client_seq: wire.client_seq,
            entry,
        })
    }

    /// The bytes that the log stores.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            v: u32,
            room: RoomId,
            r#type: &'a str,
            user: Option<UserId>,
            session: Option<SessionId>,
            client_seq: Option<u64>,
            body: &'a Entry,
        }
        serde_json::to_vec(&Wire {
            v: RECORD_VERSION,
            room: self.room,
            r#type: self.entry.kind(),
            user: self.user,
            session: self.session,
            client_seq: self.client_seq,
            body: &self.entry,
        })
    }
}

#[derive(Deserialize)]
struct WireRecord<'a> {
    v: u32,
    room: RoomId,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    user: Option<UserId>,
    #[serde(default)]
    session: Option<SessionId>,
    #[serde(default)]
    client_seq: Option<u64>,
    #[serde(borrow)]
    body: &'a RawValue,
}

impl JsonSchema for Record {
    fn schema_name() -> Cow<'static, str> {
        "Record".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (room, user, session) = (
            generator.subschema_for::<RoomId>(),
            generator.subschema_for::<Option<UserId>>(),
            generator.subschema_for::<Option<SessionId>>(),
        );
        let client_seq = generator.subschema_for::<Option<u64>>();
        let kinds = Entry::schemas(generator).into_iter().map(|(kind, body)| {
            json_schema!({
                "title": kind,
                "type": "object",
                "properties": {
                    "v": {"const": RECORD_VERSION},
                    "room": room,
                    "type": {"const": kind},
                    "user": user,
                    "session": session,
                    "client_seq": client_seq,
                    "body": body,
                },
                "required": ["v", "room", "type", "body"],
            })
        });
        json_schema!({
            "description": "One entry of the log. Readers keep types and versions they do not know.",
            "oneOf": kinds.collect::<Vec<Schema>>(),
        })
    }
}

/// Reads an entry that stands as `(kind, body)`, as events do.
pub(crate) fn entry_from_parts(kind: &str, body: &RawValue) -> Result<Entry, serde_json::Error> {
    Entry::decode(kind, body)
}

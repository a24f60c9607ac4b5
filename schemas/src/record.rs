//! One entry of the log, as it is written and read back.
//!
//! To add a record type: add its body struct and one line in `entries!`, decide in
//! `fold.rs` when it is accepted, and run `make gen`.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::ids::{MovieId, RoomId, SessionId, UserId};

/// Version that this code writes.
pub const RECORD_VERSION: u32 = 1;

/// Who may use the player controls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
#[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// Every member.
    #[default]
    Everyone,
    /// Only the owner.
    Owner,
}

/// Why a member left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// Asked to.
    Left,
    /// The last session ended and did not come back, or a ticket ran out unused.
    Gone,
    /// Was put out.
    Removed,
}

/// Why a room was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The owner closed it.
    Owner,
    /// The film ended and nobody went on.
    Ended,
    /// Nobody was present for long.
    Empty,
    /// The room reached its greatest age.
    TooOld,
}

/// Body of `room_created`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoomCreated {
    /// Who owns the room; its first member.
    pub owner: UserId,
    /// The owner's name.
    #[serde(default)]
    pub owner_name: String,
    /// The film.
    pub movie_id: MovieId,
    /// Its title.
    pub title: String,
    /// Its length; 0 where unknown.
    #[serde(deserialize_with = "millis")]
    pub duration_ms: i64,
    /// Who may control the player.
    #[serde(default)]
    pub control: Control,
}

/// Body of `member_joined`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MemberJoined {
    /// Name to show.
    pub name: String,
}

/// Body of `member_left`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MemberLeft {
    /// Why.
    pub reason: LeaveReason,
}

/// Body of `chat`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Chat {
    /// 1 to 2000 characters after trimming; empty once redacted.
    pub text: String,
    /// Seq of the message this answers.
    #[serde(default)]
    pub reply_to: Option<u64>,
    /// The author or the owner took it back; only ever set by the fold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
}

/// Body of `play`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Play {
    /// Where to start.
    #[serde(deserialize_with = "millis")]
    pub position_ms: i64,
    /// How long after the record's time everyone starts, so that all start together.
    #[serde(deserialize_with = "millis")]
    pub lead_ms: i64,
}

/// Body of `pause` and `seek`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// The frame to show.
    #[serde(deserialize_with = "millis")]
    pub position_ms: i64,
}

/// Body of `rate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// 0.25 to 2.0.
    pub rate: f64,
    /// Where the sender's player was.
    #[serde(deserialize_with = "millis")]
    pub position_ms: i64,
}

/// Body of `movie_changed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MovieChanged {
    /// The next film.
    pub movie_id: MovieId,
    /// Its title.
    pub title: String,
    /// Its length; 0 where unknown.
    #[serde(deserialize_with = "millis")]
    pub duration_ms: i64,
}

/// Body of `hold`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HoldAsked {
    /// Why the room should wait, such as `buffering`.
    #[serde(default)]
    pub reason: String,
    /// When the wait ends at the latest; set by the node, at most 15 s ahead.
    pub until_ms: i64,
}

/// A body without fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Empty {}

/// Body of `redacted`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Redacted {
    /// Seq of the message taken back.
    pub seq: u64,
}

/// Body of `room_closed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoomClosed {
    /// Why.
    pub reason: CloseReason,
}

/// A record whose type or version this code does not know: kept, numbered, ignored.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Its type.
    pub kind: String,
    /// Its body, byte for byte.
    pub body: Box<RawValue>,
}

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
                    _ => Ok(Self::Unknown(Unknown { kind: kind.to_owned(), body: body.to_owned() })),
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
    RoomCreated(RoomCreated) = "room_created",
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
        Self {
            room,
            user,
            session: None,
            client_seq: None,
            entry,
        }
    }

    /// Reads a record; types and versions of the future are kept as [`Unknown`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Undecodable> {
        let wire: WireRecord<'_> = serde_json::from_slice(bytes)?;
        let entry = if wire.v == RECORD_VERSION {
            Entry::decode(&wire.kind, wire.body)?
        } else {
            Entry::Unknown(Unknown {
                kind: wire.kind.into_owned(),
                body: wire.body.to_owned(),
            })
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
    kind: std::borrow::Cow<'a, str>,
    #[serde(default)]
    user: Option<UserId>,
    #[serde(default)]
    session: Option<SessionId>,
    #[serde(default)]
    client_seq: Option<u64>,
    #[serde(borrow)]
    body: &'a RawValue,
}

/// Reads an entry that stands as `(kind, body)`, as events do.
pub(crate) fn entry_from_parts(kind: &str, body: &RawValue) -> Result<Entry, serde_json::Error> {
    Entry::decode(kind, body)
}

/// Milliseconds as any client writes them: a player's clock is a fraction, ours is whole.
pub(crate) fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let value = f64::deserialize(deserializer)?;
    #[expect(clippy::cast_precision_loss, reason = "the limit is far below 2^53")]
    let max = crate::limits::POSITION_MS_MAX as f64;
    if value.is_finite() && (0.0..=max).contains(&value) {
        #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
        return Ok(value.round() as i64);
    }
    Err(D::Error::custom(format!(
        "must be from 0 to {max} milliseconds"
    )))
}

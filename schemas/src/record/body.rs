//! What stands under a record's `body`, a struct for each type.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::ids::{MovieId, UserId};
use crate::limits::{POSITION_MS_MAX, RATE_MAX, RATE_MIN, TITLE_CHARS_MAX};
use crate::upstream::Film;

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
    /// Was put out by the owner, for good.
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
    #[schemars(schema_with = "millis_schema")]
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
    #[schemars(schema_with = "millis_schema")]
    pub position_ms: i64,
    /// How long after the record's time everyone starts, so that all start together.
    #[serde(deserialize_with = "millis")]
    #[schemars(schema_with = "millis_schema")]
    pub lead_ms: i64,
}

/// Body of `pause` and `seek`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// The frame to show.
    #[serde(deserialize_with = "millis")]
    #[schemars(schema_with = "millis_schema")]
    pub position_ms: i64,
}

/// Body of `rate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// 0.25 to 2.0.
    #[schemars(range(min = RATE_MIN, max = RATE_MAX))]
    pub rate: f64,
    /// Where the sender's player was.
    #[serde(deserialize_with = "millis")]
    #[schemars(schema_with = "millis_schema")]
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
    #[schemars(schema_with = "millis_schema")]
    pub duration_ms: i64,
}

impl MovieChanged {
    /// What a record says of a film, whatever the catalogue says of it: a title that fits, and
    /// a length beyond all films as unknown. Anything else would be void, or no record at all.
    pub fn to(film: &Film) -> Self {
        let title: String = film.title.trim().chars().take(TITLE_CHARS_MAX).collect();
        let duration_ms = i64::try_from(film.duration_ms).ok();
        Self {
            movie_id: film.id,
            title: if title.is_empty() { film.id.to_string() } else { title },
            duration_ms: duration_ms.filter(|ms| *ms <= POSITION_MS_MAX).unwrap_or(0),
        }
    }
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

/// Milliseconds as any client writes them: a player's clock is a fraction, ours is whole.
pub(crate) fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let value = f64::deserialize(deserializer)?;
    #[expect(clippy::cast_precision_loss, reason = "the limit is far below 2^53")]
    let max = POSITION_MS_MAX as f64;
    if value.is_finite() && (0.0..=max).contains(&value) {
        #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
        return Ok(value.round() as i64);
    }
    Err(D::Error::custom(format!("must be from 0 to {max} milliseconds")))
}

/// What [`millis`] reads, and what is written in its place.
pub(crate) fn millis_schema(generator: &mut SchemaGenerator) -> Schema {
    let read = generator.contract().is_deserialize();
    let kind = if read { "number" } else { "integer" };
    json_schema!({"type": kind, "minimum": 0, "maximum": POSITION_MS_MAX})
}

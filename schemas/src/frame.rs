//! What travels over a room's WebSocket: one JSON object a text frame.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::event::Event;
use crate::http::RoomView;
use crate::ids::{MovieId, SessionId, UserId};
use crate::limits::{CHAT_CHARS_MAX, RATE_MAX, RATE_MIN, REASON_CHARS_MAX};
use crate::playback::Playback;
use crate::record::{Position, Rate, Redacted, millis, millis_schema};
use crate::reject::RejectCode;

/// Subprotocol that client and server agree on.
pub const SUBPROTOCOL: &str = "movie-together.v1";

/// How much of an unknown type an error repeats.
const KIND_CHARS_SHOWN: usize = 32;

/// A frame from a client.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientFrame {
    /// Something to be logged.
    Command(Command),
    /// The person is typing.
    Typing,
    /// How the person's player does.
    Status(Status),
    /// A question for the log's time.
    Ping {
        /// Any number; comes back in the `pong` as it was written.
        t: Number,
    },
}

/// A numbered wish of a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Command {
    /// Above every number this session used before.
    #[schemars(range(min = 1))]
    pub client_seq: u64,
    /// What is wished.
    #[serde(flatten)]
    pub action: Action,
}

/// What a client says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// 1 to 2000 characters after trimming.
    pub text: String,
    /// Seq of the message this answers.
    #[serde(default)]
    pub reply_to: Option<u64>,
}

/// Another film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MovieChosen {
    /// Which.
    pub movie_id: MovieId,
}

/// A wish that the room waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaitWanted {
    /// Why; at most 64 characters.
    #[serde(default)]
    pub reason: String,
}

/// What a client can wish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Action {
    /// Say something.
    Chat(Said),
    /// Start the film for everyone.
    Play(Position),
    /// Stop the film for everyone, at the frame where the sender stopped.
    Pause(Position),
    /// Jump, everyone.
    Seek(Position),
    /// Change the speed for everyone.
    Rate(Rate),
    /// Put on another film.
    MovieChanged(MovieChosen),
    /// Ask the room to wait.
    Hold(WaitWanted),
    /// No need to wait any longer.
    Release,
    /// The sender's player reached the end of the film.
    Ended,
    /// Take a message back.
    Redact(Redacted),
}

/// How a player does; never logged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// Where the player is, in ms.
    #[serde(deserialize_with = "millis")]
    #[schemars(schema_with = "millis_schema")]
    pub position_ms: i64,
    /// Whether it stands still.
    pub paused: bool,
    /// Whether it waits for data.
    pub buffering: bool,
    /// How far it is ahead (+) or behind (−) the room, in ms.
    #[serde(default)]
    pub drift_ms: f64,
}

/// Why a frame could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FrameError {
    /// `malformed`, `unknown_type` or `invalid`.
    pub code: &'static str,
    /// What is wrong, naming the field.
    pub message: String,
    /// The command's number, where it could be read: then the answer is a `reject`.
    pub client_seq: Option<u64>,
}

impl ClientFrame {
    /// Reads a frame and checks every value's limits.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| refused("malformed", format!("not JSON: {error}"), None))?;
        let client_seq = value.get("client_seq").and_then(Value::as_u64);
        let Some(kind) = value.get("type").and_then(Value::as_str) else {
            return Err(refused("malformed", "type: a text is required".to_owned(), client_seq));
        };
        match kind {
            "typing" => Ok(Self::Typing),
            "ping" => match value.get("t") {
                Some(Value::Number(t)) => Ok(Self::Ping { t: t.clone() }),
                _ => Err(refused("invalid", "t: a number is required".to_owned(), None)),
            },
            "status" => read(&value).map(Self::Status),
            _ => {
                let action = Action::read(kind, &value)?;
                let Some(client_seq) = client_seq.filter(|number| *number > 0) else {
                    let text = "client_seq: a whole number above 0 is required".to_owned();
                    return Err(refused("invalid", text, None));
                };
                action.check().map_err(|text| refused("invalid", text, Some(client_seq)))?;
                Ok(Self::Command(Command { client_seq, action }))
            }
        }
    }
}

impl JsonSchema for ClientFrame {
    fn schema_name() -> Cow<'static, str> {
        "ClientFrame".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let status = generator.subschema_for::<Status>();
        json_schema!({
            "description": "A frame from a client: one JSON object a text frame.",
            "oneOf": [
                generator.subschema_for::<Command>(),
                {
                    "title": "typing",
                    "type": "object",
                    "properties": {"type": {"const": "typing"}},
                    "required": ["type"],
                },
                {
                    "title": "status",
                    "type": "object",
                    "properties": {"type": {"const": "status"}},
                    "required": ["type"],
                    "allOf": [status],
                },
                {
                    "title": "ping",
                    "type": "object",
                    "properties": {"type": {"const": "ping"}, "t": {"type": "number"}},
                    "required": ["type", "t"],
                },
            ],
        })
    }
}

impl Action {
    /// One struct at a time, because a tagged enum would forget which field was wrong.
    fn read(kind: &str, value: &Value) -> Result<Self, FrameError> {
        Ok(match kind {
            "chat" => Self::Chat(read(value)?),
            "play" => Self::Play(read(value)?),
            "pause" => Self::Pause(read(value)?),
            "seek" => Self::Seek(read(value)?),
            "rate" => Self::Rate(read(value)?),
            "movie_changed" => Self::MovieChanged(read(value)?),
            "hold" => Self::Hold(read(value)?),
            "release" => Self::Release,
            "ended" => Self::Ended,
            "redact" => Self::Redact(read(value)?),
            _ => {
                let shown: String = kind.chars().take(KIND_CHARS_SHOWN).collect();
                let text = format!("type: `{shown}` is not known");
                let client_seq = value.get("client_seq").and_then(Value::as_u64);
                return Err(refused("unknown_type", text, client_seq));
            }
        })
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Self::Chat(said) => {
                let length = said.text.trim().chars().count();
                if (1..=CHAT_CHARS_MAX).contains(&length) {
                    Ok(())
                } else {
                    Err(format!("text: must have 1 to {CHAT_CHARS_MAX} characters"))
                }
            }
            Self::Rate(body) if !(RATE_MIN..=RATE_MAX).contains(&body.rate) => {
                Err(format!("rate: must be from {RATE_MIN} to {RATE_MAX}"))
            }
            Self::Hold(wait) if wait.reason.chars().count() > REASON_CHARS_MAX => {
                Err(format!("reason: must have at most {REASON_CHARS_MAX} characters"))
            }
            _ => Ok(()),
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, FrameError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner().to_string();
        let text = match cause.strip_prefix("missing field `") {
            Some(absent) => format!("{}: is required", absent.trim_end_matches('`')),
            None if path == "." => cause,
            None => format!("{path}: {cause}"),
        };
        refused("invalid", text, value.get("client_seq").and_then(Value::as_u64))
    })
}

fn refused(code: &'static str, message: String, client_seq: Option<u64>) -> FrameError {
    FrameError { code, message, client_seq }
}

/// A member, as the welcome lists them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberView {
    /// Who.
    pub user_id: UserId,
    /// Name to show.
    pub name: String,
    /// Member now; false for those who left, whose names the history still needs.
    pub present: bool,
}

/// The client's own place in the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct You {
    /// Who the ticket says this is.
    pub user_id: UserId,
    /// Name to show.
    pub name: String,
    /// This tab's identity.
    pub session: SessionId,
    /// The last number accepted from this session; go on above it.
    pub client_seq: u64,
}

/// A frame from the server. Events are encoded by themselves: see [`Event`].
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame<'a> {
    /// First frame of a fresh connection.
    Welcome {
        /// Incarnation of the log.
        epoch: &'a str,
        /// Number of the last event.
        seq: u64,
        /// The log's time, in ms since 1970.
        server_time: i64,
        /// The client's own place.
        you: You,
        /// The room.
        room: &'a RoomView,
        /// What the player should show.
        playback: &'a Playback,
        /// Everyone who is or was a member.
        members: Vec<MemberView>,
        /// The last events, oldest first.
        messages: &'a [Event],
        /// Whether older events can be had by HTTP.
        has_more: bool,
    },
    /// First frame of a connection that continues an earlier one.
    Resume {
        /// Incarnation of the log.
        epoch: &'a str,
        /// Number of the last event.
        seq: u64,
        /// The log's time, in ms since 1970.
        server_time: i64,
        /// Exactly what was missed, oldest first.
        events: &'a [Event],
    },
    /// A command of this client was accepted.
    Ack {
        /// The client's number.
        client_seq: u64,
        /// The event's number.
        seq: u64,
    },
    /// A command of this client will never appear.
    Reject {
        /// The client's number.
        client_seq: u64,
        /// Why, for programs.
        code: RejectCode,
        /// Why, for people.
        message: String,
    },
    /// The log did not answer; resend the same number.
    Unknown {
        /// The client's number.
        client_seq: u64,
    },
    /// Someone is typing.
    Typing {
        /// Who.
        user: UserId,
    },
    /// How someone's player does.
    Status {
        /// Who.
        user: UserId,
        /// How.
        #[serde(flatten)]
        status: Status,
    },
    /// Answer to a `ping`.
    Pong {
        /// The client's number.
        t: Number,
        /// The log's time, in ms since 1970.
        server_time: i64,
    },
    /// A frame could not be read; the connection stays.
    Error {
        /// `malformed`, `unknown_type` or `invalid`.
        code: &'a str,
        /// What is wrong.
        message: String,
    },
}

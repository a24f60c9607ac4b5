//! Why a command is refused: a stable word for programs and a text for people.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A refusal by the fold or by the node before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RejectCode {
    /// A value is outside its limits.
    Invalid,
    /// The room is closed.
    Closed,
    /// The sender is not a member.
    NotMember,
    /// The sender may not do this.
    NotAllowed,
    /// More commands than a session may send in a time.
    TooMany,
    /// The number was used before, by a command that was not accepted.
    Duplicate,
    /// The person is a member already.
    AlreadyMember,
    /// The owner put the person out.
    Removed,
    /// The room exists already.
    AlreadyCreated,
    /// The room has no first record.
    NotCreated,
    /// The room has as many members as it may.
    RoomFull,
    /// The room has as many events as it may.
    RoomTooLong,
    /// No message stands at that seq.
    NoSuchMessage,
    /// The catalogue has no such film.
    NoSuchMovie,
    /// The room does not wait for the sender.
    NotHeld,
    /// The room has waited for the sender long enough.
    HeldTooOften,
    /// Rooms of this size wait for nobody.
    TooManyToHold,
    /// The film is not near its end.
    NotNearEnd,
    /// The film has ended already.
    AlreadyEnded,
}

impl RejectCode {
    /// What to tell a person.
    pub fn message(self) -> &'static str {
        match self {
            Self::Invalid => "A value is outside its limits.",
            Self::Closed => "The room is closed.",
            Self::NotMember => "You are not in this room.",
            Self::NotAllowed => "Only the owner of the room may do this.",
            Self::TooMany => "Too fast; wait a moment.",
            Self::Duplicate => "This number was used before.",
            Self::AlreadyMember => "You are in this room already.",
            Self::Removed => "The owner has removed you from this room.",
            Self::AlreadyCreated => "The room exists already.",
            Self::NotCreated => "The room does not exist.",
            Self::RoomFull => "The room is full.",
            Self::RoomTooLong => "The room has reached its greatest length.",
            Self::NoSuchMessage => "There is no such message.",
            Self::NoSuchMovie => "There is no such film.",
            Self::NotHeld => "The room is not waiting for you.",
            Self::HeldTooOften => "The room has waited for you long enough.",
            Self::TooManyToHold => "There are too many people here to wait for one.",
            Self::NotNearEnd => "The film is not near its end.",
            Self::AlreadyEnded => "The film has ended already.",
        }
    }
}

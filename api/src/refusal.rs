//! Every way in which a use case says no. `Display` is for people and safe to show.

use clients::Failure;
use schemas::ids::{RoomId, UserId};
use schemas::reject::RejectCode;
use storage::archive::ArchiveError;
use storage::log::{AppendError, BoxError, ReadError};
use storage::rooms::RoomsError;

/// When to try again if a service behind is away and said nothing itself, in seconds.
const RETRY_AFTER_S: u32 = 2;

/// Why a call was refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No room has this id.
    #[error("Room \"{0}\" does not exist!")]
    NoSuchRoom(RoomId),
    /// The catalogue has no such film.
    #[error("This film does not exist!")]
    NoSuchMovie,
    /// The room has no event of this seq.
    #[error("This message does not exist!")]
    NoSuchMessage,
    /// The event of this seq is no line of chat.
    #[error("This is not a message!")]
    NotAMessage,
    /// Only its author and the room's owner may do this.
    #[error("This message belongs to someone else!")]
    NotYourMessage,
    /// No invite has this code.
    #[error("This link leads nowhere!")]
    NoSuchInvite,
    /// One open room an owner.
    #[error("Room for user \"{user}\" already exist!")]
    RoomExists {
        /// The owner.
        user: UserId,
    },
    /// Joining twice.
    #[error("Room user \"{user}\" already exist!")]
    AlreadyMember {
        /// The member.
        user: UserId,
    },
    /// Leaving a room one is not in.
    #[error("User \"{user}\" does not exist in the room \"{room}\"!")]
    NotInRoom {
        /// The caller.
        user: UserId,
        /// The room.
        room: RoomId,
    },
    /// Only members may do this.
    #[error("You are not a member of this room!")]
    NotMember,
    /// The owner put the caller out.
    #[error("The owner has removed you from this room!")]
    Removed,
    /// Owners close their rooms; they are not put out of them.
    #[error("The owner of the room cannot be removed!")]
    OwnerStays,
    /// Only the owner may do this.
    #[error("Only the owner of the room may do this!")]
    NotOwner,
    /// The session is another person's.
    #[error("This session belongs to someone else!")]
    NotYourSession,
    /// As many members as may be.
    #[error("The room is full!")]
    RoomFull,
    /// As many tabs as may be.
    #[error("You have too many sessions in this room!")]
    TooManySessions,
    /// As many links as may be.
    #[error("The room has too many links!")]
    TooManyInvites,
    /// The room is over.
    #[error("The room is closed!")]
    Closed,
    /// A value is outside its limits.
    #[error("{field}: {message}")]
    Invalid {
        /// Which value.
        field: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// The ticket is not ours, not for this room, or too old.
    #[error("The ticket is not valid; ask for a new one.")]
    BadTicket,
    /// A service behind does not know the caller.
    #[error("Sign in first!")]
    Unauthorized,
    /// A service behind does not let the caller.
    #[error("You may not do this!")]
    Forbidden,
    /// A service behind is away.
    #[error("The service is away for a moment; try again.")]
    Away {
        /// Which, for the log and the metrics.
        service: &'static str,
        /// When to try again, in seconds.
        retry_after_s: u32,
    },
    /// A fault of ours.
    #[error("Something went wrong.")]
    Internal(#[source] BoxError),
}

impl Refusal {
    /// HTTP status of the refusal.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unauthorized | Self::BadTicket => 401,
            Self::NotMember
            | Self::Removed
            | Self::NotOwner
            | Self::NotYourSession
            | Self::NotYourMessage
            | Self::Forbidden => 403,
            Self::NoSuchRoom(_)
            | Self::NoSuchMovie
            | Self::NoSuchMessage
            | Self::NoSuchInvite
            | Self::NotInRoom { .. } => 404,
            Self::RoomExists { .. }
            | Self::AlreadyMember { .. }
            | Self::NotAMessage
            | Self::OwnerStays
            | Self::RoomFull
            | Self::TooManySessions
            | Self::TooManyInvites => 409,
            Self::Closed => 410,
            Self::Invalid { .. } => 422,
            Self::Internal(_) => 500,
            Self::Away { .. } => 503,
        }
    }

    /// Stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchRoom(_) => "no_such_room",
            Self::NoSuchMovie => "no_such_movie",
            Self::NoSuchMessage => "no_such_message",
            Self::NotAMessage => "not_a_message",
            Self::NotYourMessage => "not_your_message",
            Self::NoSuchInvite => "no_such_invite",
            Self::RoomExists { .. } => "room_exists",
            Self::AlreadyMember { .. } => "already_member",
            Self::NotInRoom { .. } => "not_in_room",
            Self::NotMember => "not_member",
            Self::Removed => "removed",
            Self::OwnerStays => "owner_stays",
            Self::NotOwner => "not_owner",
            Self::NotYourSession => "not_your_session",
            Self::RoomFull => "room_full",
            Self::TooManySessions => "too_many_sessions",
            Self::TooManyInvites => "too_many_invites",
            Self::Closed => "closed",
            Self::Invalid { .. } => "invalid",
            Self::Unauthorized => "unauthorized",
            Self::BadTicket => "bad_ticket",
            Self::Forbidden => "forbidden",
            Self::Away { .. } => "away",
            Self::Internal(_) => "internal",
        }
    }

    pub(crate) fn away(service: &'static str) -> Self {
        Self::Away { service, retry_after_s: RETRY_AFTER_S }
    }

    /// What the fold's verdict means to a caller of the API.
    pub(crate) fn of_verdict(code: RejectCode, user: UserId, room: RoomId) -> Self {
        match code {
            RejectCode::Closed => Self::Closed,
            RejectCode::AlreadyMember => Self::AlreadyMember { user },
            RejectCode::NotMember => Self::NotInRoom { user, room },
            RejectCode::Removed => Self::Removed,
            RejectCode::NotAllowed => Self::NotOwner,
            RejectCode::RoomFull | RejectCode::RoomTooLong => Self::RoomFull,
            RejectCode::NotCreated => Self::NoSuchRoom(room),
            RejectCode::NoSuchMessage => Self::NoSuchMessage,
            other => Self::Internal(format!("unexpected verdict {other:?}").into()),
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::from(&failure)
    }
}

impl From<&Failure> for Refusal {
    fn from(failure: &Failure) -> Self {
        tracing::warn!(error = failure as &dyn std::error::Error, "a service behind failed");
        match failure {
            Failure::Refused { status: 401, .. } => Self::Unauthorized,
            Failure::Refused { status: 403, .. } => Self::Forbidden,
            Failure::TimedOut { .. } | Failure::Away { .. } | Failure::NotFound { .. } => {
                let seconds = failure.retry_after().map_or(RETRY_AFTER_S, |pause| {
                    u32::try_from(pause.as_secs()).unwrap_or(u32::MAX).max(1)
                });
                Self::Away { service: failure.service(), retry_after_s: seconds }
            }
            Failure::Refused { .. } | Failure::BadAnswer { .. } => {
                Self::Internal(failure.to_string().into())
            }
        }
    }
}

impl From<RoomsError> for Refusal {
    fn from(error: RoomsError) -> Self {
        tracing::warn!(error = &error as &dyn std::error::Error, "room rows failed");
        Self::away("rooms")
    }
}

impl From<AppendError> for Refusal {
    fn from(error: AppendError) -> Self {
        tracing::warn!(error = &error as &dyn std::error::Error, "append failed");
        Self::away("log")
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        tracing::warn!(error = &error as &dyn std::error::Error, "log read failed");
        Self::away("log")
    }
}

impl From<ArchiveError> for Refusal {
    fn from(error: ArchiveError) -> Self {
        tracing::warn!(error = &error as &dyn std::error::Error, "archive failed");
        Self::away("archive")
    }
}

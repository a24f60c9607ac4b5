//! The port of the room rows: which rooms there are, where their records lie, and how far
//! each is on its way from creation to the archive. What happens *in* a room is the log's.
//! What the nodes tell each other of their sessions stands in [`sessions`], and what in passing
//! in [`whispers`].

pub mod sessions;
pub mod whispers;

use std::ops::Range;

use async_trait::async_trait;
use schemas::http::RoomStatus;
use schemas::ids::{MovieId, RoomId, UserId};
use schemas::record::{CloseReason, Control};

use self::sessions::Sessions;
use self::whispers::Whispers;
use crate::log::BoxError;

/// A room's row. Status moves one way only: creating → open → closed → archived, or
/// creating → aborted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomRow {
    /// The room.
    pub id: RoomId,
    /// Whose room it is; at most one `creating` or `open` room an owner.
    pub owner: UserId,
    /// The owner's name at creation.
    pub owner_name: String,
    /// The film it was created for.
    pub movie_id: MovieId,
    /// The title it was created with.
    pub title: String,
    /// The film's length; 0 where unknown.
    pub duration_ms: i64,
    /// Who may control the player.
    pub control: Control,
    /// Where it stands.
    pub status: RoomStatus,
    /// The partition its records are in; never changes.
    pub partition: u32,
    /// The log incarnation its records are in.
    pub epoch: String,
    /// Offset of `room_created`, once known.
    pub first_offset: Option<u64>,
    /// Offset of `room_closed`, once known.
    pub close_offset: Option<u64>,
    /// Why it was closed, once it is.
    pub close_reason: Option<CloseReason>,
    /// In ms since 1970.
    pub created_at_ms: i64,
    /// When it closed, in ms since 1970.
    pub closed_at_ms: Option<i64>,
}

/// One short link to a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Where it leads.
    pub room: RoomId,
    /// 1, 2, 3 … within the room.
    pub number: u32,
    /// SHA-256 of the code; the code itself is not kept.
    pub code_hash: [u8; 32],
    /// The link of an outside shortener, if one answered.
    pub outside_link: Option<String>,
}

/// A page of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomRows {
    /// Newest first.
    pub rows: Vec<RoomRow>,
    /// Rows in the whole list.
    pub total: u64,
}

/// Why a row was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum RoomsError {
    /// The owner has a room that is creating or open.
    #[error("the owner has an open room already")]
    OwnerHasRoom,
    /// The invite's number or code is taken; try another.
    #[error("the invite is taken")]
    InviteTaken,
    /// The rows cannot be reached.
    #[error("the room rows are away")]
    Away(#[source] BoxError),
}

/// The room rows. Every change of status is conditional and repeatable: `true` if this call
/// changed the row, `false` if it was there or beyond already.
#[async_trait]
pub trait Rooms: Sessions + Whispers {
    /// Adds a row as `creating`, whatever status it names. A room that its owner has already
    /// stays as it is, while it is creating or open; an id that is another owner's is refused.
    async fn create(&self, row: &RoomRow) -> Result<(), RoomsError>;
    /// The row of a room.
    async fn get(&self, room: RoomId) -> Result<Option<RoomRow>, RoomsError>;

    /// What creating a room ends with, all of it or nothing: `creating` → `open` with the offset
    /// of its first record, its owner among the members, and its first invite. What is there
    /// already, because somebody repaired the row meanwhile, stays.
    async fn open(&self, room: RoomId, opened: &Opened) -> Result<bool, RoomsError>;
    /// `creating` → `open`, with the offset of its first record.
    async fn mark_open(&self, room: RoomId, first_offset: u64) -> Result<bool, RoomsError>;
    /// `creating` or `open` → `closed`. `first_offset` repairs a row that lags its log.
    async fn mark_closed(&self, room: RoomId, closed: &Closed) -> Result<bool, RoomsError>;
    /// `closed` → `archived`.
    async fn mark_archived(&self, room: RoomId) -> Result<bool, RoomsError>;
    /// `creating` → `aborted`.
    async fn mark_aborted(&self, room: RoomId) -> Result<bool, RoomsError>;

    /// Rows of partitions whose records may still be needed: all but archived and aborted.
    async fn unarchived_in(&self, partitions: Range<u32>) -> Result<Vec<RoomRow>, RoomsError>;

    /// Remembers that a person became a member; known already is fine.
    async fn add_member(&self, room: RoomId, user: UserId, at_ms: i64) -> Result<(), RoomsError>;
    /// Rooms a person was ever a member of, newest first; `page` counts from 1. Aborted and
    /// creating rooms are left out.
    async fn rooms_of(&self, user: UserId, page: u32, size: u32) -> Result<RoomRows, RoomsError>;

    /// Adds an invite.
    async fn add_invite(&self, invite: &Invite) -> Result<(), RoomsError>;
    /// The room's invite with the highest number.
    async fn last_invite(&self, room: RoomId) -> Result<Option<Invite>, RoomsError>;
    /// The invite of a code.
    async fn invite(&self, code_hash: &[u8; 32]) -> Result<Option<Invite>, RoomsError>;

    /// Blanks the name of an owner in every row; answers how many had it.
    async fn forget_owner(&self, owner: UserId) -> Result<u64, RoomsError>;

    /// Whether the rows can be read.
    async fn ping(&self) -> Result<(), RoomsError>;
}

/// What is known of a room once it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Offset of `room_created`.
    pub first_offset: u64,
    /// The log's time of `room_created`.
    pub at_ms: i64,
    /// Its first member.
    pub owner: UserId,
    /// Its first invite.
    pub invite: Invite,
}

/// What is known of a room once it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Offset of `room_created`.
    pub first_offset: u64,
    /// Offset of `room_closed`.
    pub close_offset: u64,
    /// Why.
    pub reason: CloseReason,
    /// The log's time of `room_closed`.
    pub at_ms: i64,
}

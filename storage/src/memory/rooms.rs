//! The room rows in memory.

use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;
use schemas::http::RoomStatus;
use schemas::ids::{RoomId, UserId};

use super::attendance::Attendance;
use super::{Lie, Lost, Process, Shared, Store};
use crate::rooms::whispers::{Whispered, Whispers, Within};
use crate::rooms::{Closed, Invite, Opened, RoomRow, RoomRows, Rooms, RoomsError};

/// What the rows hold.
#[derive(Default)]
pub(super) struct Content {
    rows: BTreeMap<RoomId, RoomRow>,
    members: BTreeMap<UserId, BTreeMap<RoomId, i64>>,
    invites: Vec<Invite>,
    pub(super) attendance: Attendance,
    whispers: Within,
}

/// The rows as one process sees them.
pub(super) struct MemoryRooms(pub(super) Process);

/// Where the rows lie.
pub(super) const STORE: fn(&Shared) -> &Store<Content> = |world| &world.rooms;

impl MemoryRooms {
    /// Changes a row if its status is one of these; answers whether it did.
    async fn mark(
        &self,
        name: &'static str,
        room: RoomId,
        from: &'static [RoomStatus],
        change: impl FnOnce(&mut RoomRow) + Send + 'static,
    ) -> Result<bool, RoomsError> {
        let forgets = self.0.world().lies(Lie::MarkForgotten);
        let marking = self.0.call(name, STORE, move |rooms| {
            let row = rooms.rows.get_mut(&room).filter(|row| from.contains(&row.status));
            let changes = row.is_some();
            if let Some(row) = row.filter(|_| !forgets) {
                change(row);
            }
            changes
        });
        Ok(marking.await?)
    }
}

#[async_trait]
impl Whispers for MemoryRooms {
    async fn whisper(&self, words: &str) -> Result<(), RoomsError> {
        let words = words.to_owned();
        Ok(self.0.call("whisper", STORE, move |rooms| rooms.whispers.whisper(words)).await?)
    }

    async fn listen(&self) -> Result<Whispered, RoomsError> {
        Ok(self.0.call("listen", STORE, |rooms| rooms.whispers.listen()).await?)
    }
}

#[async_trait]
impl Rooms for MemoryRooms {
    async fn create(&self, row: &RoomRow) -> Result<(), RoomsError> {
        let row = row.clone();
        self.0.call("create", STORE, move |rooms| rooms.create(row)).await?
    }

    async fn get(&self, room: RoomId) -> Result<Option<RoomRow>, RoomsError> {
        Ok(self.0.call("get", STORE, move |rooms| rooms.row(room).cloned()).await?)
    }

    async fn open(&self, room: RoomId, opened: &Opened) -> Result<bool, RoomsError> {
        let forgets = self.0.world().lies(Lie::MarkForgotten);
        let opened = opened.clone();
        let opening = self.0.call("open", STORE, move |rooms| {
            let creating =
                rooms.rows.get_mut(&room).filter(|row| row.status == RoomStatus::Creating);
            let changes = creating.is_some();
            if let Some(row) = creating.filter(|_| !forgets) {
                row.status = RoomStatus::Open;
                row.first_offset = Some(opened.first_offset);
            }
            rooms.add_member(room, opened.owner, opened.at_ms);
            // An invite that is there already stays.
            rooms.add_invite(opened.invite).ok();
            changes
        });
        Ok(opening.await?)
    }

    async fn mark_open(&self, room: RoomId, first_offset: u64) -> Result<bool, RoomsError> {
        self.mark("mark_open", room, &[RoomStatus::Creating], move |row| {
            row.status = RoomStatus::Open;
            row.first_offset = Some(first_offset);
        })
        .await
    }

    async fn mark_closed(&self, room: RoomId, closed: &Closed) -> Result<bool, RoomsError> {
        let closed = *closed;
        self.mark("mark_closed", room, &[RoomStatus::Creating, RoomStatus::Open], move |row| {
            row.status = RoomStatus::Closed;
            row.first_offset = Some(closed.first_offset);
            row.close_offset = Some(closed.close_offset);
            row.close_reason = Some(closed.reason);
            row.closed_at_ms = Some(closed.at_ms);
        })
        .await
    }

    async fn mark_archived(&self, room: RoomId) -> Result<bool, RoomsError> {
        self.mark("mark_archived", room, &[RoomStatus::Closed], |row| {
            row.status = RoomStatus::Archived;
        })
        .await
    }

    async fn mark_aborted(&self, room: RoomId) -> Result<bool, RoomsError> {
        self.mark("mark_aborted", room, &[RoomStatus::Creating], |row| {
            row.status = RoomStatus::Aborted;
        })
        .await
    }

    async fn unarchived_in(&self, partitions: Range<u32>) -> Result<Vec<RoomRow>, RoomsError> {
        let unarchived = self.0.call("unarchived_in", STORE, move |rooms| {
            let needed = |row: &&RoomRow| {
                partitions.contains(&row.partition)
                    && !matches!(row.status, RoomStatus::Archived | RoomStatus::Aborted)
            };
            rooms.rows.values().filter(needed).cloned().collect()
        });
        Ok(unarchived.await?)
    }

    async fn add_member(&self, room: RoomId, user: UserId, at_ms: i64) -> Result<(), RoomsError> {
        let adding = self.0.call("add_member", STORE, move |rooms| {
            rooms.add_member(room, user, at_ms);
        });
        Ok(adding.await?)
    }

    async fn rooms_of(&self, user: UserId, page: u32, size: u32) -> Result<RoomRows, RoomsError> {
        Ok(self.0.call("rooms_of", STORE, move |rooms| rooms.rooms_of(user, page, size)).await?)
    }

    async fn add_invite(&self, invite: &Invite) -> Result<(), RoomsError> {
        let invite = invite.clone();
        self.0.call("add_invite", STORE, move |rooms| rooms.add_invite(invite)).await?
    }

    async fn last_invite(&self, room: RoomId) -> Result<Option<Invite>, RoomsError> {
        let last = self.0.call("last_invite", STORE, move |rooms| {
            let of_room = rooms.invites.iter().filter(|invite| invite.room == room);
            of_room.max_by_key(|invite| invite.number).cloned()
        });
        Ok(last.await?)
    }

    async fn invite(&self, code_hash: &[u8; 32]) -> Result<Option<Invite>, RoomsError> {
        let code_hash = *code_hash;
        let found = self.0.call("invite", STORE, move |rooms| {
            rooms.invites.iter().find(|invite| invite.code_hash == code_hash).cloned()
        });
        Ok(found.await?)
    }

    async fn forget_owner(&self, owner: UserId) -> Result<u64, RoomsError> {
        let forgetting = self.0.call("forget_owner", STORE, move |rooms| {
            let is_named = |row: &&mut RoomRow| row.owner == owner && !row.owner_name.is_empty();
            let named = rooms.rows.values_mut().filter(is_named);
            named.map(|row| row.owner_name.clear()).count() as u64
        });
        Ok(forgetting.await?)
    }

    async fn ping(&self) -> Result<(), RoomsError> {
        Ok(self.0.call("ping", STORE, |_| ()).await?)
    }
}

impl Content {
    pub(super) fn row(&self, room: RoomId) -> Option<&RoomRow> {
        self.rows.get(&room)
    }

    fn live_of(&self, owner: UserId) -> Option<&RoomRow> {
        let is_live =
            |row: &&RoomRow| matches!(row.status, RoomStatus::Creating | RoomStatus::Open);
        self.rows.values().filter(is_live).find(|row| row.owner == owner)
    }

    fn create(&mut self, row: RoomRow) -> Result<(), RoomsError> {
        match self.live_of(row.owner) {
            Some(live) if live.id == row.id => return Ok(()),
            Some(_) => return Err(RoomsError::OwnerHasRoom),
            None if self.rows.contains_key(&row.id) => {
                return Err(RoomsError::Away(IdTaken.into()));
            }
            None => {}
        }
        let status = RoomStatus::Creating;
        self.rows.insert(row.id, RoomRow { status, ..row });
        Ok(())
    }

    fn rooms_of(&self, user: UserId, page: u32, size: u32) -> RoomRows {
        let rooms = self.members.get(&user).into_iter().flat_map(BTreeMap::keys);
        let mut rows: Vec<RoomRow> = rooms
            .filter_map(|room| self.rows.get(room))
            .filter(|row| !matches!(row.status, RoomStatus::Creating | RoomStatus::Aborted))
            .cloned()
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.created_at_ms, row.id)));
        let total = rows.len() as u64;
        let skipped = page.saturating_sub(1) as usize * size as usize;
        let rows = rows.into_iter().skip(skipped).take(size as usize).collect();
        RoomRows { rows, total }
    }

    fn add_member(&mut self, room: RoomId, user: UserId, at_ms: i64) {
        self.members.entry(user).or_default().entry(room).or_insert(at_ms);
    }

    fn add_invite(&mut self, invite: Invite) -> Result<(), RoomsError> {
        let is_taken = |other: &Invite| {
            (other.room, other.number) == (invite.room, invite.number)
                || other.code_hash == invite.code_hash
        };
        if self.invites.iter().any(is_taken) {
            return Err(RoomsError::InviteTaken);
        }
        self.invites.push(invite);
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the room's id is taken")]
struct IdTaken;

impl From<Lost> for RoomsError {
    fn from(lost: Lost) -> Self {
        Self::Away(lost.into())
    }
}

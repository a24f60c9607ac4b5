//! The room rows in SQLite. What must be unique is unique in the tables.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use schemas::ids::{MovieId, RoomId, UserId};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row, Sqlite, query, query_scalar};

use crate::clock::Clock;
use crate::rooms::whispers::{Whispered, Whispers, Within};
use crate::rooms::{Closed, Invite, Opened, RoomRow, RoomRows, Rooms, RoomsError};
use crate::sqlite::Database;
use crate::words::{from_word, to_column, to_hash, to_word};

type Query = query::Query<'static, Sqlite, SqliteArguments>;

/// The room rows in a SQLite file.
#[derive(Clone)]
pub struct SqliteRooms {
    pub(super) database: Arc<Database>,
    pub(super) clock: Arc<dyn Clock>,
    whispers: Within,
}

impl SqliteRooms {
    /// The room rows in this file; leases and absences are judged by this clock.
    pub fn new(database: Arc<Database>, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock, whispers: Within::default() }
    }

    /// Runs one statement and answers whether it changed anything.
    async fn write(&self, statement: Query) -> Result<bool, sqlx::Error> {
        Ok(self.write_rows(statement).await? > 0)
    }

    async fn write_rows(&self, statement: Query) -> Result<u64, sqlx::Error> {
        Ok(statement.execute(self.database.writer()).await?.rows_affected())
    }

    async fn row(&self, statement: Query) -> Result<Option<RoomRow>, RoomsError> {
        let row = statement.fetch_optional(self.database.reader()).await?;
        Ok(row.as_ref().map(room_row).transpose()?)
    }

    async fn rows(&self, statement: Query) -> Result<Vec<RoomRow>, RoomsError> {
        let rows = statement.fetch_all(self.database.reader()).await?;
        Ok(rows.iter().map(room_row).collect::<Result<_, _>>()?)
    }
}

/// The one node on a file has nobody to tell but itself.
#[async_trait]
impl Whispers for SqliteRooms {
    async fn whisper(&self, words: &str) -> Result<(), RoomsError> {
        self.whispers.whisper(words.to_owned());
        Ok(())
    }

    async fn listen(&self) -> Result<Whispered, RoomsError> {
        Ok(self.whispers.listen())
    }
}

#[async_trait]
impl Rooms for SqliteRooms {
    async fn create(&self, row: &RoomRow) -> Result<(), RoomsError> {
        let insert = query(
            "INSERT INTO movie_together_room (id, owner, owner_name, movie_id, title, duration_ms,
                 control, status, log_partition, epoch, created_at_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, 'creating', ?, ?, ?)
             ON CONFLICT (owner) WHERE status IN ('creating', 'open') DO NOTHING",
        )
        .bind(row.id.0)
        .bind(row.owner.0)
        .bind(row.owner_name.clone())
        .bind(row.movie_id.0)
        .bind(row.title.clone())
        .bind(row.duration_ms)
        .bind(to_word(row.control)?)
        .bind(row.partition)
        .bind(row.epoch.clone())
        .bind(row.created_at_ms);
        let is_there = self.write(insert).await?
            || self.get(row.id).await?.is_some_and(|there| there.owner == row.owner);
        if is_there { Ok(()) } else { Err(RoomsError::OwnerHasRoom) }
    }

    async fn get(&self, room: RoomId) -> Result<Option<RoomRow>, RoomsError> {
        self.row(query("SELECT * FROM movie_together_room WHERE id = ?").bind(room.0)).await
    }

    async fn open(&self, room: RoomId, opened: &Opened) -> Result<bool, RoomsError> {
        let mut transaction = self.database.begin().await?;
        let update = to_open(room, opened.first_offset);
        let done = update.execute(&mut *transaction).await?;
        new_member(room, opened.owner, opened.at_ms).execute(&mut *transaction).await?;
        new_invite(&opened.invite).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    async fn mark_open(&self, room: RoomId, first_offset: u64) -> Result<bool, RoomsError> {
        Ok(self.write(to_open(room, first_offset)).await?)
    }

    async fn mark_closed(&self, room: RoomId, closed: &Closed) -> Result<bool, RoomsError> {
        let update = query(
            "UPDATE movie_together_room
             SET status = 'closed', first_offset = ?, close_offset = ?, close_reason = ?,
                 closed_at_ms = ?
             WHERE id = ? AND status IN ('creating', 'open')",
        )
        .bind(to_column(closed.first_offset))
        .bind(to_column(closed.close_offset))
        .bind(to_word(closed.reason)?)
        .bind(closed.at_ms)
        .bind(room.0);
        Ok(self.write(update).await?)
    }

    async fn mark_archived(&self, room: RoomId) -> Result<bool, RoomsError> {
        let update = query(
            "UPDATE movie_together_room SET status = 'archived'
             WHERE id = ? AND status = 'closed'",
        );
        Ok(self.write(update.bind(room.0)).await?)
    }

    async fn mark_aborted(&self, room: RoomId) -> Result<bool, RoomsError> {
        let update = query(
            "UPDATE movie_together_room SET status = 'aborted'
             WHERE id = ? AND status = 'creating'",
        );
        Ok(self.write(update.bind(room.0)).await?)
    }

    async fn unarchived_in(&self, partitions: Range<u32>) -> Result<Vec<RoomRow>, RoomsError> {
        let select = query(
            "SELECT * FROM movie_together_room
             WHERE log_partition >= ? AND log_partition < ?
               AND status IN ('creating', 'open', 'closed')",
        );
        self.rows(select.bind(partitions.start).bind(partitions.end)).await
    }

    async fn add_member(&self, room: RoomId, user: UserId, at_ms: i64) -> Result<(), RoomsError> {
        self.write(new_member(room, user, at_ms)).await?;
        Ok(())
    }

    async fn rooms_of(&self, user: UserId, page: u32, size: u32) -> Result<RoomRows, RoomsError> {
        let total: u64 = query_scalar(
            "SELECT count(*) FROM movie_together_room_user AS member
             JOIN movie_together_room AS room ON room.id = member.room
             WHERE member.user_id = ? AND room.status IN ('open', 'closed', 'archived')",
        )
        .bind(user.0)
        .fetch_one(self.database.reader())
        .await?;
        let select = query(
            "SELECT room.* FROM movie_together_room_user AS member
             JOIN movie_together_room AS room ON room.id = member.room
             WHERE member.user_id = ? AND room.status IN ('open', 'closed', 'archived')
             ORDER BY room.created_at_ms DESC, room.id DESC
             LIMIT ? OFFSET ?",
        )
        .bind(user.0)
        .bind(size)
        .bind(i64::from(page.saturating_sub(1)) * i64::from(size));
        let rows = self.rows(select).await?;
        Ok(RoomRows { rows, total })
    }

    async fn add_invite(&self, invite: &Invite) -> Result<(), RoomsError> {
        if self.write(new_invite(invite)).await? { Ok(()) } else { Err(RoomsError::InviteTaken) }
    }

    async fn last_invite(&self, room: RoomId) -> Result<Option<Invite>, RoomsError> {
        let row = query(
            "SELECT * FROM movie_together_invite WHERE room = ? ORDER BY number DESC LIMIT 1",
        )
        .bind(room.0)
        .fetch_optional(self.database.reader())
        .await?;
        Ok(row.as_ref().map(invite_row).transpose()?)
    }

    async fn invite(&self, code_hash: &[u8; 32]) -> Result<Option<Invite>, RoomsError> {
        let row = query("SELECT * FROM movie_together_invite WHERE code_hash = ?")
            .bind(code_hash.to_vec())
            .fetch_optional(self.database.reader())
            .await?;
        Ok(row.as_ref().map(invite_row).transpose()?)
    }

    async fn forget_owner(&self, owner: UserId) -> Result<u64, RoomsError> {
        let update = query(
            "UPDATE movie_together_room SET owner_name = '' WHERE owner = ? AND owner_name <> ''",
        );
        Ok(self.write_rows(update.bind(owner.0)).await?)
    }

    async fn ping(&self) -> Result<(), RoomsError> {
        query("SELECT 1 FROM movie_together_room LIMIT 1")
            .fetch_optional(self.database.reader())
            .await?;
        Ok(())
    }
}

impl From<sqlx::Error> for RoomsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Away(error.into())
    }
}

fn to_open(room: RoomId, first_offset: u64) -> Query {
    let update = query(
        "UPDATE movie_together_room SET status = 'open', first_offset = ?
         WHERE id = ? AND status = 'creating'",
    );
    update.bind(to_column(first_offset)).bind(room.0)
}

fn new_member(room: RoomId, user: UserId, at_ms: i64) -> Query {
    let insert = query(
        "INSERT INTO movie_together_room_user (user_id, room, joined_at_ms) VALUES (?, ?, ?)
         ON CONFLICT (user_id, room) DO NOTHING",
    );
    insert.bind(user.0).bind(room.0).bind(at_ms)
}

fn new_invite(invite: &Invite) -> Query {
    let insert = query(
        "INSERT INTO movie_together_invite (room, number, code_hash, outside_link)
         VALUES (?, ?, ?, ?)
         ON CONFLICT DO NOTHING",
    );
    insert
        .bind(invite.room.0)
        .bind(invite.number)
        .bind(invite.code_hash.to_vec())
        .bind(invite.outside_link.clone())
}

fn room_row(row: &SqliteRow) -> Result<RoomRow, sqlx::Error> {
    Ok(RoomRow {
        id: RoomId(row.try_get("id")?),
        owner: UserId(row.try_get("owner")?),
        owner_name: row.try_get("owner_name")?,
        movie_id: MovieId(row.try_get("movie_id")?),
        title: row.try_get("title")?,
        duration_ms: row.try_get("duration_ms")?,
        control: from_word(row.try_get("control")?)?,
        status: from_word(row.try_get("status")?)?,
        partition: row.try_get("log_partition")?,
        epoch: row.try_get("epoch")?,
        first_offset: row.try_get("first_offset")?,
        close_offset: row.try_get("close_offset")?,
        close_reason: row
            .try_get::<Option<String>, _>("close_reason")?
            .map(from_word)
            .transpose()?,
        created_at_ms: row.try_get("created_at_ms")?,
        closed_at_ms: row.try_get("closed_at_ms")?,
    })
}

fn invite_row(row: &SqliteRow) -> Result<Invite, sqlx::Error> {
    Ok(Invite {
        room: RoomId(row.try_get("room")?),
        number: row.try_get("number")?,
        code_hash: to_hash(row.try_get("code_hash")?)?,
        outside_link: row.try_get("outside_link")?,
    })
}

//! The room rows.

use std::ops::Range;

use async_trait::async_trait;
use schemas::ids::{MovieId, RoomId, UserId};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::PostgresRooms;
use super::statement::Statement;
use crate::rooms::{Closed, Invite, Opened, RoomRow, RoomRows, Rooms, RoomsError};
use crate::words::{from_column, from_word, to_column, to_hash, to_word};

impl PostgresRooms {
    /// Whether the statement changed anything.
    async fn write(&self, statement: Statement) -> Result<bool, RoomsError> {
        Ok(self.server.call(statement).await?.count > 0)
    }

    async fn row(&self, statement: Statement) -> Result<Option<RoomRow>, RoomsError> {
        let answer = self.server.call(statement).await?;
        Ok(answer.rows.first().map(room_row).transpose()?)
    }

    async fn rows(&self, statement: Statement) -> Result<Vec<RoomRow>, RoomsError> {
        let answer = self.server.call(statement).await?;
        Ok(answer.rows.iter().map(room_row).collect::<Result<_, _>>()?)
    }

    async fn invite_of(&self, statement: Statement) -> Result<Option<Invite>, RoomsError> {
        let answer = self.server.call(statement).await?;
        Ok(answer.rows.first().map(invite_row).transpose()?)
    }
}

#[async_trait]
impl Rooms for PostgresRooms {
    async fn create(&self, row: &RoomRow) -> Result<(), RoomsError> {
        let insert = Statement::repeatable(
            "WITH created AS (
                 INSERT INTO movie_together_room (id, owner, owner_name, movie_id, title,
                     duration_ms, control, status, log_partition, epoch, created_at_ms)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 'creating', $8, $9, $10)
                 ON CONFLICT (owner) WHERE status IN ('creating', 'open') DO NOTHING
                 RETURNING id
             )
             SELECT id FROM created
             UNION ALL SELECT id FROM movie_together_room WHERE id = $1 AND owner = $2",
        )
        .bind(row.id.0)
        .bind(row.owner.0)
        .bind(row.owner_name.clone())
        .bind(row.movie_id.0)
        .bind(row.title.clone())
        .bind(row.duration_ms)
        .bind(to_word(row.control)?)
        .bind(i64::from(row.partition))
        .bind(row.epoch.clone())
        .bind(row.created_at_ms);
        if self.write(insert).await? { Ok(()) } else { Err(RoomsError::OwnerHasRoom) }
    }

    async fn get(&self, room: RoomId) -> Result<Option<RoomRow>, RoomsError> {
        let select = Statement::repeatable("SELECT * FROM movie_together_room WHERE id = $1");
        self.row(select.bind(room.0)).await
    }

    async fn open(&self, room: RoomId, opened: &Opened) -> Result<bool, RoomsError> {
        // One statement: one way to the server and one commit.
        let write = Statement::repeatable(
            "WITH opened AS (
                 UPDATE movie_together_room SET status = 'open', first_offset = $1
                 WHERE id = $2 AND status = 'creating' RETURNING id
             ), member AS (
                 INSERT INTO movie_together_room_user (user_id, room, joined_at_ms)
                 VALUES ($3, $2, $4) ON CONFLICT (user_id, room) DO NOTHING
             ), invite AS (
                 INSERT INTO movie_together_invite (room, number, code_hash, outside_link)
                 VALUES ($2, $5, $6, $7) ON CONFLICT DO NOTHING
             )
             SELECT id FROM opened",
        )
        .bind(to_column(opened.first_offset))
        .bind(room.0)
        .bind(opened.owner.0)
        .bind(opened.at_ms)
        .bind(i64::from(opened.invite.number))
        .bind(opened.invite.code_hash.to_vec())
        .bind(opened.invite.outside_link.clone());
        self.write(write).await
    }

    async fn mark_open(&self, room: RoomId, first_offset: u64) -> Result<bool, RoomsError> {
        let update = Statement::repeatable(
            "UPDATE movie_together_room SET status = 'open', first_offset = $1
             WHERE id = $2 AND status = 'creating'",
        );
        self.write(update.bind(to_column(first_offset)).bind(room.0)).await
    }

    async fn mark_closed(&self, room: RoomId, closed: &Closed) -> Result<bool, RoomsError> {
        let update = Statement::repeatable(
            "UPDATE movie_together_room
             SET status = 'closed', first_offset = $1, close_offset = $2, close_reason = $3,
                 closed_at_ms = $4
             WHERE id = $5 AND status IN ('creating', 'open')",
        )
        .bind(to_column(closed.first_offset))
        .bind(to_column(closed.close_offset))
        .bind(to_word(closed.reason)?)
        .bind(closed.at_ms)
        .bind(room.0);
        self.write(update).await
    }

    async fn mark_archived(&self, room: RoomId) -> Result<bool, RoomsError> {
        let update = Statement::repeatable(
            "UPDATE movie_together_room SET status = 'archived'
             WHERE id = $1 AND status = 'closed'",
        );
        self.write(update.bind(room.0)).await
    }

    async fn mark_aborted(&self, room: RoomId) -> Result<bool, RoomsError> {
        let update = Statement::repeatable(
            "UPDATE movie_together_room SET status = 'aborted'
             WHERE id = $1 AND status = 'creating'",
        );
        self.write(update.bind(room.0)).await
    }

    async fn unarchived_in(&self, partitions: Range<u32>) -> Result<Vec<RoomRow>, RoomsError> {
        let select = Statement::repeatable(
            "SELECT * FROM movie_together_room
             WHERE log_partition >= $1 AND log_partition < $2
               AND status IN ('creating', 'open', 'closed')",
        );
        let select = select.bind(i64::from(partitions.start)).bind(i64::from(partitions.end));
        self.rows(select).await
    }

    async fn add_member(&self, room: RoomId, user: UserId, at_ms: i64) -> Result<(), RoomsError> {
        let insert = Statement::repeatable(
            "INSERT INTO movie_together_room_user (user_id, room, joined_at_ms)
             VALUES ($1, $2, $3)
             ON CONFLICT (user_id, room) DO NOTHING",
        );
        self.write(insert.bind(user.0).bind(room.0).bind(at_ms)).await?;
        Ok(())
    }

    async fn rooms_of(&self, user: UserId, page: u32, size: u32) -> Result<RoomRows, RoomsError> {
        let count = Statement::repeatable(
            "SELECT count(*) FROM movie_together_room_user AS member
             JOIN movie_together_room AS room ON room.id = member.room
             WHERE member.user_id = $1 AND room.status IN ('open', 'closed', 'archived')",
        );
        let answer = self.server.call(count.bind(user.0)).await?;
        let total = answer.rows.first().map_or(Ok(0), |row| row.try_get(0))?;
        let select = Statement::repeatable(
            "SELECT room.* FROM movie_together_room_user AS member
             JOIN movie_together_room AS room ON room.id = member.room
             WHERE member.user_id = $1 AND room.status IN ('open', 'closed', 'archived')
             ORDER BY room.created_at_ms DESC, room.id DESC
             LIMIT $2 OFFSET $3",
        )
        .bind(user.0)
        .bind(i64::from(size))
        .bind(i64::from(page.saturating_sub(1)) * i64::from(size));
        Ok(RoomRows { rows: self.rows(select).await?, total: from_column(total)? })
    }

    async fn add_invite(&self, invite: &Invite) -> Result<(), RoomsError> {
        let insert = Statement::once(
            "INSERT INTO movie_together_invite (room, number, code_hash, outside_link)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        )
        .bind(invite.room.0)
        .bind(i64::from(invite.number))
        .bind(invite.code_hash.to_vec())
        .bind(invite.outside_link.clone());
        if self.write(insert).await? { Ok(()) } else { Err(RoomsError::InviteTaken) }
    }

    async fn last_invite(&self, room: RoomId) -> Result<Option<Invite>, RoomsError> {
        let select = Statement::repeatable(
            "SELECT * FROM movie_together_invite WHERE room = $1 ORDER BY number DESC LIMIT 1",
        );
        self.invite_of(select.bind(room.0)).await
    }

    async fn invite(&self, code_hash: &[u8; 32]) -> Result<Option<Invite>, RoomsError> {
        let select =
            Statement::repeatable("SELECT * FROM movie_together_invite WHERE code_hash = $1");
        self.invite_of(select.bind(code_hash.to_vec())).await
    }

    async fn forget_owner(&self, owner: UserId) -> Result<u64, RoomsError> {
        let update = Statement::repeatable(
            "UPDATE movie_together_room SET owner_name = ''
             WHERE owner = $1 AND owner_name <> ''",
        );
        Ok(self.server.call(update.bind(owner.0)).await?.count)
    }

    async fn ping(&self) -> Result<(), RoomsError> {
        let select = Statement::repeatable("SELECT FROM movie_together_room LIMIT 1");
        self.server.call(select).await?;
        Ok(())
    }
}

fn room_row(row: &PgRow) -> Result<RoomRow, sqlx::Error> {
    Ok(RoomRow {
        id: RoomId(row.try_get("id")?),
        owner: UserId(row.try_get("owner")?),
        owner_name: row.try_get("owner_name")?,
        movie_id: MovieId(row.try_get("movie_id")?),
        title: row.try_get("title")?,
        duration_ms: row.try_get("duration_ms")?,
        control: from_word(row.try_get("control")?)?,
        status: from_word(row.try_get("status")?)?,
        partition: from_column(row.try_get("log_partition")?)?,
        epoch: row.try_get("epoch")?,
        first_offset: offset(row, "first_offset")?,
        close_offset: offset(row, "close_offset")?,
        close_reason: row
            .try_get::<Option<String>, _>("close_reason")?
            .map(from_word)
            .transpose()?,
        created_at_ms: row.try_get("created_at_ms")?,
        closed_at_ms: row.try_get("closed_at_ms")?,
    })
}

fn offset(row: &PgRow, column: &str) -> Result<Option<u64>, sqlx::Error> {
    row.try_get::<Option<i64>, _>(column)?.map(from_column).transpose()
}

fn invite_row(row: &PgRow) -> Result<Invite, sqlx::Error> {
    Ok(Invite {
        room: RoomId(row.try_get("room")?),
        number: from_column(row.try_get("number")?)?,
        code_hash: to_hash(row.try_get("code_hash")?)?,
        outside_link: row.try_get("outside_link")?,
    })
}

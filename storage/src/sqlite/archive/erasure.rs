//! Who is to be forgotten, and the forgetting.

use std::collections::BTreeSet;

use schemas::event::Event;
use schemas::ids::{RoomId, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query, query_scalar};

use super::TRANSACTION_ROWS_MAX;
use crate::archive::ArchiveError;
use crate::sqlite::Database;
use crate::words::to_column;

/// Where an event lies in its room.
pub(super) struct Place {
    epoch: String,
    offset: u64,
}

impl Place {
    pub(super) fn of(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self { epoch: row.try_get("epoch")?, offset: row.try_get("log_offset")? })
    }
}

/// What one transaction of [`erase`] did.
pub(super) struct Chunk {
    /// Events that it blanked.
    pub(super) erased: u64,
    /// Where to go on; none at the end of the room.
    pub(super) last: Option<Place>,
}

/// Remembers a person; answers whether that is new.
pub(super) async fn remember(
    database: &Database,
    user: UserId,
    at_ms: i64,
) -> Result<bool, ArchiveError> {
    let mut transaction = database.begin().await?;
    let done = query(
        "INSERT INTO movie_together_archive_erasure (user, at_ms) VALUES (?, ?)
         ON CONFLICT (user) DO NOTHING",
    )
    .bind(user.0)
    .bind(at_ms)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// Those who are remembered.
pub(super) async fn remembered(
    database: &Database,
    users: &[UserId],
) -> Result<BTreeSet<UserId>, ArchiveError> {
    let mut remembered = BTreeSet::new();
    for user in users {
        let is_remembered: bool = query_scalar(
            "SELECT EXISTS (SELECT 1 FROM movie_together_archive_erasure WHERE user = ?)",
        )
        .bind(user.0)
        .fetch_one(database.reader())
        .await?;
        if is_remembered {
            remembered.insert(*user);
        }
    }
    Ok(remembered)
}

/// Rooms with an event of a person.
pub(super) async fn rooms_with(
    database: &Database,
    user: UserId,
) -> Result<Vec<RoomId>, ArchiveError> {
    let rooms = query_scalar(
        "SELECT DISTINCT room FROM movie_together_archive_event WHERE person = ? ORDER BY room",
    )
    .bind(user.to_string())
    .fetch_all(database.reader())
    .await?;
    Ok(rooms.into_iter().map(RoomId).collect())
}

/// Blanks the next events of a room in one transaction.
pub(super) async fn erase(
    database: &Database,
    room: RoomId,
    people: &BTreeSet<UserId>,
    after: Option<&Place>,
) -> Result<Chunk, ArchiveError> {
    let mut transaction = database.begin().await?;
    let rows = query(
        "SELECT epoch, log_offset, event FROM movie_together_archive_event
         WHERE room = ? AND (epoch, log_offset) > (?, ?) ORDER BY epoch, log_offset LIMIT ?",
    )
    .bind(room.0)
    .bind(after.map_or("", |place| &place.epoch))
    .bind(after.map_or(-1, |place| to_column(place.offset)))
    .bind(to_column(TRANSACTION_ROWS_MAX as u64))
    .fetch_all(&mut *transaction)
    .await?;
    let mut chunk = Chunk { erased: 0, last: None };
    for row in &rows {
        let place = Place::of(row)?;
        let event: Event = serde_json::from_str(row.try_get("event")?)?;
        if let Some(erased) = event.erased(people) {
            put_erased(&mut transaction, room, &place, &erased).await?;
            chunk.erased += 1;
        }
        chunk.last = Some(place);
    }
    transaction.commit().await?;
    if rows.len() < TRANSACTION_ROWS_MAX {
        chunk.last = None;
    }
    Ok(chunk)
}

/// Puts the blanked event in place of the other; the hash stays.
pub(super) async fn put_erased(
    connection: &mut SqliteConnection,
    room: RoomId,
    place: &Place,
    erased: &Event,
) -> Result<(), ArchiveError> {
    query(
        "UPDATE movie_together_archive_event SET event = ?, erased = 1
         WHERE room = ? AND epoch = ? AND log_offset = ?",
    )
    .bind(serde_json::to_string(erased)?)
    .bind(room.0)
    .bind(&place.epoch)
    .bind(to_column(place.offset))
    .execute(connection)
    .await?;
    Ok(())
}

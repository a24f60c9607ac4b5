//! Single messages to be forgotten, and the forgetting.

use std::collections::BTreeSet;

use schemas::event::Event;
use schemas::ids::RoomId;
use sqlx::{Row, SqliteConnection, query, query_scalar};

use super::erasure::{Place, put_erased};
use crate::archive::ArchiveError;
use crate::sqlite::Database;
use crate::words::to_column;

/// Remembers a message and blanks it if it is there, in one transaction.
pub(super) async fn erase(database: &Database, room: RoomId, seq: u64) -> Result<(), ArchiveError> {
    let mut transaction = database.begin().await?;
    query(
        "INSERT INTO movie_together_archive_message_erasure (room, seq) VALUES (?, ?)
         ON CONFLICT (room, seq) DO NOTHING",
    )
    .bind(room.0)
    .bind(to_column(seq))
    .execute(&mut *transaction)
    .await?;
    blank_erased(&mut transaction, room).await?;
    transaction.commit().await?;
    Ok(())
}

/// The messages of a room that are remembered.
pub(super) async fn erased_of(
    database: &Database,
    room: RoomId,
) -> Result<BTreeSet<u64>, ArchiveError> {
    let seqs: Vec<u64> =
        query_scalar("SELECT seq FROM movie_together_archive_message_erasure WHERE room = ?")
            .bind(room.0)
            .fetch_all(database.reader())
            .await?;
    Ok(seqs.into_iter().collect())
}

/// Blanks those of a room's remembered messages that are there.
pub(super) async fn blank_erased(
    connection: &mut SqliteConnection,
    room: RoomId,
) -> Result<(), ArchiveError> {
    let rows = query(
        "SELECT event.epoch, event.log_offset, event.event
         FROM movie_together_archive_message_erasure AS message
         JOIN movie_together_archive_event AS event
           ON event.room = message.room AND event.seq = message.seq
         WHERE message.room = ? AND event.erased = 0",
    )
    .bind(room.0)
    .fetch_all(&mut *connection)
    .await?;
    for row in &rows {
        let event: Event = serde_json::from_str(row.try_get("event")?)?;
        if let Some(erased) = event.without_message() {
            put_erased(connection, room, &Place::of(row)?, &erased).await?;
        }
    }
    Ok(())
}

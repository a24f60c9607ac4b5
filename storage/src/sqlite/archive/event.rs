//! Events at rest.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use schemas::archive::{ArchivedEvent, Hash, HashChain, hash_of};
use schemas::event::Event;
use schemas::ids::RoomId;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query, query_scalar};

use super::message;
use crate::archive::{ArchiveError, EventPage};
use crate::sqlite::Database;
use crate::words::{to_column, to_hash};

/// Inserts events in one transaction; answers how many were new.
pub(super) async fn insert(
    database: &Database,
    events: &[ArchivedEvent],
) -> Result<u64, ArchiveError> {
    let mut transaction = database.begin().await?;
    let mut new = 0;
    for event in events {
        new += u64::from(insert_event(&mut transaction, event).await?);
    }
    let rooms: BTreeSet<RoomId> = events.iter().map(|event| event.room).collect();
    for room in rooms {
        message::blank_erased(&mut transaction, room).await?;
    }
    transaction.commit().await?;
    Ok(new)
}

/// Reads one room back.
pub(super) async fn chain_of(database: &Database, room: RoomId) -> Result<HashChain, ArchiveError> {
    let mut rows = query(
        "SELECT seq, count(*) AS copies, min(event) AS event, erased, hash
         FROM movie_together_archive_event WHERE room = ? GROUP BY seq ORDER BY seq",
    )
    .bind(room.0)
    .fetch(database.reader());
    let mut chain = HashChain::default();
    while let Some(row) = rows.try_next().await? {
        let copies: u64 = row.try_get("copies")?;
        let seq: u64 = row.try_get("seq")?;
        if copies != 1 || seq != chain.count + 1 {
            break;
        }
        chain.add(&hash_at_rest(&row)?);
    }
    Ok(chain)
}

/// Events with `seq < before`, newest first.
pub(super) async fn page(
    database: &Database,
    room: RoomId,
    before: Option<u64>,
    limit: usize,
) -> Result<EventPage, ArchiveError> {
    let one_more = to_column(limit as u64).saturating_add(1);
    let rows: Vec<String> = query_scalar(
        "SELECT event FROM movie_together_archive_event
         WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
    )
    .bind(room.0)
    .bind(before.map_or(i64::MAX, to_column))
    .bind(one_more)
    .fetch_all(database.reader())
    .await?;
    let events = rows
        .iter()
        .take(limit)
        .map(|text| serde_json::from_str(text))
        .collect::<Result<Vec<Event>, _>>()?;
    Ok(EventPage { events, has_more: rows.len() > limit })
}

/// Inserts an event unless it is there; answers whether it was new.
async fn insert_event(
    connection: &mut SqliteConnection,
    archived: &ArchivedEvent,
) -> Result<bool, ArchiveError> {
    let inserted = query(
        "INSERT INTO movie_together_archive_event (room, epoch, log_offset, seq, hash, event)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, epoch, log_offset) DO NOTHING",
    )
    .bind(archived.room.0)
    .bind(&*archived.epoch)
    .bind(to_column(archived.offset))
    .bind(to_column(archived.event().seq))
    .bind(archived.hash().as_slice())
    .bind(archived.text())
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if inserted == 1 {
        return Ok(true);
    }
    let there: Vec<u8> = query_scalar(
        "SELECT hash FROM movie_together_archive_event
         WHERE room = ? AND epoch = ? AND log_offset = ?",
    )
    .bind(archived.room.0)
    .bind(&*archived.epoch)
    .bind(to_column(archived.offset))
    .fetch_one(&mut *connection)
    .await?;
    if there == archived.hash() {
        return Ok(false);
    }
    Err(ArchiveError::Conflict { room: archived.room, offset: archived.offset })
}

/// The hash of the text at rest, or what was kept of it.
fn hash_at_rest(row: &SqliteRow) -> Result<Hash, sqlx::Error> {
    if row.try_get("erased")? {
        return to_hash(row.try_get("hash")?);
    }
    Ok(hash_of(row.try_get("event")?))
}

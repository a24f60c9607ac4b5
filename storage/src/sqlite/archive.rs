//! The archive in SQLite: an event rests as its JSON text beside the hash of that text.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use schemas::archive::{ArchivedEvent, Hash, HashChain, Quarantined, Seal};
use schemas::event::Event;
use schemas::ids::{RoomId, UserId};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query, query_scalar};

use crate::archive::{Archive, ArchiveError, EventPage, same_proof};
use crate::sqlite::Database;
use crate::sqlite::words::{from_word, to_column, to_hash, to_word};

/// Most events of one transaction, so that the API is never kept from the file for long.
const INSERT_EVENTS_MAX: usize = 200;
/// Pause between two such transactions: SQLite's lock has no queue, and whoever takes it again
/// at once starves the process that polls for it.
const INSERT_PAUSE: Duration = Duration::from_millis(2);

/// The archive in a SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteArchive {
    database: Arc<Database>,
}

impl SqliteArchive {
    /// The archive in this file.
    pub fn new(database: Arc<Database>) -> Self {
        Self { database }
    }

    async fn insert_chunk(&self, events: &[ArchivedEvent]) -> Result<u64, ArchiveError> {
        let mut transaction = self.database.begin().await?;
        let mut new = 0;
        for event in events {
            new += u64::from(insert_event(&mut transaction, event).await?);
        }
        transaction.commit().await?;
        Ok(new)
    }

    async fn may_read(&self, room: RoomId, reader: UserId) -> Result<bool, sqlx::Error> {
        query_scalar(
            "SELECT EXISTS (
                 SELECT 1 FROM movie_together_archive_seal AS seal, json_each(seal.members) AS member
                 WHERE seal.room = ? AND member.value = ?)",
        )
        .bind(room.0)
        .bind(reader.to_string())
        .fetch_one(self.database.reader())
        .await
    }
}

#[async_trait]
impl Archive for SqliteArchive {
    async fn insert(&self, events: &[ArchivedEvent]) -> Result<u64, ArchiveError> {
        let mut new = 0;
        for (number, chunk) in events.chunks(INSERT_EVENTS_MAX).enumerate() {
            if number > 0 {
                tokio::time::sleep(INSERT_PAUSE).await;
            }
            new += self.insert_chunk(chunk).await?;
        }
        Ok(new)
    }

    async fn read_back(&self, room: RoomId) -> Result<HashChain, ArchiveError> {
        let mut rows = query(
            "SELECT seq, count(*) AS copies, min(event) AS event
             FROM movie_together_archive_event WHERE room = ? GROUP BY seq ORDER BY seq",
        )
        .bind(room.0)
        .fetch(self.database.reader());
        let mut chain = HashChain::default();
        while let Some(row) = rows.try_next().await? {
            let copies: u64 = row.try_get("copies")?;
            let seq: u64 = row.try_get("seq")?;
            if copies != 1 || seq != chain.count + 1 {
                break;
            }
            chain.add(&hash_of(row.try_get("event")?));
        }
        Ok(chain)
    }

    async fn seal(&self, seal: &Seal) -> Result<bool, ArchiveError> {
        let mut transaction = self.database.begin().await?;
        let inserted = query(
            "INSERT INTO movie_together_archive_seal (room, epoch, log_partition, count,
                 first_offset, close_offset, hash, sealed_at_ms, members)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (room) DO NOTHING",
        )
        .bind(seal.room.0)
        .bind(&seal.epoch)
        .bind(seal.partition)
        .bind(to_column(seal.count))
        .bind(to_column(seal.first_offset))
        .bind(to_column(seal.close_offset))
        .bind(seal.hash.as_slice())
        .bind(seal.sealed_at_ms)
        .bind(serde_json::to_string(&seal.members).map_err(away)?)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        transaction.commit().await?;
        if inserted == 1 {
            return Ok(true);
        }
        match self.seal_of(seal.room).await? {
            Some(first) if same_proof(&first, seal) => Ok(false),
            _ => Err(ArchiveError::SealConflict { room: seal.room }),
        }
    }

    async fn seal_of(&self, room: RoomId) -> Result<Option<Seal>, ArchiveError> {
        let row = query("SELECT * FROM movie_together_archive_seal WHERE room = ?")
            .bind(room.0)
            .fetch_optional(self.database.reader())
            .await?;
        Ok(row.as_ref().map(seal_row).transpose()?)
    }

    async fn events(
        &self,
        room: RoomId,
        reader: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<EventPage>, ArchiveError> {
        if !self.may_read(room, reader).await? {
            return Ok(None);
        }
        let one_more = to_column(limit as u64).saturating_add(1);
        let rows: Vec<String> = query_scalar(
            "SELECT event FROM movie_together_archive_event
             WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
        )
        .bind(room.0)
        .bind(before.map_or(i64::MAX, to_column))
        .bind(one_more)
        .fetch_all(self.database.reader())
        .await?;
        let events = rows
            .iter()
            .take(limit)
            .map(|text| serde_json::from_str(text))
            .collect::<Result<Vec<Event>, _>>()
            .map_err(away)?;
        Ok(Some(EventPage { events, has_more: rows.len() > limit }))
    }

    async fn quarantine(&self, quarantined: &Quarantined) -> Result<(), ArchiveError> {
        let mut transaction = self.database.begin().await?;
        query(
            "INSERT INTO movie_together_archive_quarantine
                 (log_partition, log_offset, epoch, at_ms, reason, raw)
             VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (log_partition, log_offset, epoch) DO NOTHING",
        )
        .bind(quarantined.partition)
        .bind(to_column(quarantined.offset))
        .bind(&quarantined.epoch)
        .bind(quarantined.at_ms)
        .bind(to_word(quarantined.reason)?)
        .bind(&quarantined.raw)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    async fn quarantined(
        &self,
        partition: u32,
        limit: usize,
    ) -> Result<Vec<Quarantined>, ArchiveError> {
        let rows = query(
            "SELECT * FROM movie_together_archive_quarantine
             WHERE log_partition = ? ORDER BY log_offset, epoch LIMIT ?",
        )
        .bind(partition)
        .bind(to_column(limit as u64))
        .fetch_all(self.database.reader())
        .await?;
        Ok(rows.iter().map(quarantined_row).collect::<Result<_, _>>()?)
    }
}

impl From<sqlx::Error> for ArchiveError {
    fn from(error: sqlx::Error) -> Self {
        Self::Away(error.into())
    }
}

fn away(error: serde_json::Error) -> ArchiveError {
    ArchiveError::Away(error.into())
}

/// Inserts an event unless it is there; answers whether it was new.
async fn insert_event(
    connection: &mut SqliteConnection,
    archived: &ArchivedEvent,
) -> Result<bool, ArchiveError> {
    let text = serde_json::to_string(&archived.event).map_err(away)?;
    let hash = hash_of(&text);
    let inserted = query(
        "INSERT INTO movie_together_archive_event (room, epoch, log_offset, seq, hash, event)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (room, epoch, log_offset) DO NOTHING",
    )
    .bind(archived.room.0)
    .bind(&archived.epoch)
    .bind(to_column(archived.offset))
    .bind(to_column(archived.event.seq))
    .bind(hash.as_slice())
    .bind(text)
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
    .bind(&archived.epoch)
    .bind(to_column(archived.offset))
    .fetch_one(&mut *connection)
    .await?;
    if there == hash {
        return Ok(false);
    }
    Err(ArchiveError::Conflict { room: archived.room, offset: archived.offset })
}

/// The same as [`ArchivedEvent::hash`], of the text at rest.
fn hash_of(event: &str) -> Hash {
    Sha256::digest(event).into()
}

fn seal_row(row: &SqliteRow) -> Result<Seal, sqlx::Error> {
    let members: &str = row.try_get("members")?;
    Ok(Seal {
        room: RoomId(row.try_get("room")?),
        epoch: row.try_get("epoch")?,
        partition: row.try_get("log_partition")?,
        count: row.try_get("count")?,
        first_offset: row.try_get("first_offset")?,
        close_offset: row.try_get("close_offset")?,
        hash: to_hash(row.try_get("hash")?)?,
        sealed_at_ms: row.try_get("sealed_at_ms")?,
        members: serde_json::from_str(members)
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
    })
}

fn quarantined_row(row: &SqliteRow) -> Result<Quarantined, sqlx::Error> {
    Ok(Quarantined {
        epoch: row.try_get("epoch")?,
        partition: row.try_get("log_partition")?,
        offset: row.try_get("log_offset")?,
        at_ms: row.try_get("at_ms")?,
        reason: from_word(row.try_get("reason")?)?,
        raw: row.try_get("raw")?,
    })
}

//! Seals: who they are of, and who may read because of them.

use schemas::archive::Seal;
use schemas::ids::{RoomId, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, query, query_scalar};

use crate::archive::{ArchiveError, same_proof};
use crate::sqlite::Database;
use crate::words::{to_column, to_hash};

pub(super) async fn seal(database: &Database, seal: &Seal) -> Result<bool, ArchiveError> {
    let mut transaction = database.begin().await?;
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
    .bind(serde_json::to_string(&seal.members)?)
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    transaction.commit().await?;
    if inserted == 1 {
        return Ok(true);
    }
    match seal_of(database, seal.room).await? {
        Some(first) if same_proof(&first, seal) => Ok(false),
        _ => Err(ArchiveError::SealConflict { room: seal.room }),
    }
}

pub(super) async fn seal_of(
    database: &Database,
    room: RoomId,
) -> Result<Option<Seal>, ArchiveError> {
    let row = query("SELECT * FROM movie_together_archive_seal WHERE room = ?")
        .bind(room.0)
        .fetch_optional(database.reader())
        .await?;
    Ok(row.as_ref().map(seal_row).transpose()?)
}

pub(super) async fn may_read(
    database: &Database,
    room: RoomId,
    reader: UserId,
) -> Result<bool, sqlx::Error> {
    query_scalar(
        "SELECT EXISTS (
             SELECT 1 FROM movie_together_archive_seal AS seal, json_each(seal.members) AS member
             WHERE seal.room = ? AND member.value = ?)",
    )
    .bind(room.0)
    .bind(reader.to_string())
    .fetch_one(database.reader())
    .await
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

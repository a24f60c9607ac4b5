//! Bytes of the log that belong to no room.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use schemas::archive::Quarantined;
use schemas::ids::UserId;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, query};

use crate::archive::ArchiveError;
use crate::sqlite::Database;
use crate::words::{from_word, to_column, to_word};

/// Sets bytes aside in one transaction.
pub(super) async fn insert(
    database: &Database,
    quarantined: &[Quarantined],
) -> Result<(), ArchiveError> {
    let mut transaction = database.begin().await?;
    for bytes in quarantined {
        query(
            "INSERT INTO movie_together_archive_quarantine
                 (log_partition, log_offset, epoch, at_ms, reason, raw)
             VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (log_partition, log_offset, epoch) DO NOTHING",
        )
        .bind(bytes.partition)
        .bind(to_column(bytes.offset))
        .bind(&bytes.epoch)
        .bind(bytes.at_ms)
        .bind(to_word(bytes.reason)?)
        .bind(&bytes.raw)
        .execute(&mut *transaction)
        .await?;
    }
    Ok(transaction.commit().await?)
}

/// Finds what people said in all that was set aside, blanked.
pub(super) async fn erased(
    database: &Database,
    people: &BTreeSet<UserId>,
) -> Result<Vec<Quarantined>, ArchiveError> {
    let mut rows =
        query("SELECT * FROM movie_together_archive_quarantine").fetch(database.reader());
    let mut erased = vec![];
    while let Some(row) = rows.try_next().await? {
        erased.extend(quarantined_row(&row)?.erased(people)?);
    }
    Ok(erased)
}

/// Puts blanked records in place of the others in one transaction. A record is one person's, so
/// that two erasures at once never meet in a row.
pub(super) async fn put_erased(
    database: &Database,
    erased: &[Quarantined],
) -> Result<(), ArchiveError> {
    let mut transaction = database.begin().await?;
    for bytes in erased {
        query(
            "UPDATE movie_together_archive_quarantine SET raw = ?
             WHERE log_partition = ? AND log_offset = ? AND epoch = ?",
        )
        .bind(&bytes.raw)
        .bind(bytes.partition)
        .bind(to_column(bytes.offset))
        .bind(&bytes.epoch)
        .execute(&mut *transaction)
        .await?;
    }
    Ok(transaction.commit().await?)
}

/// What lies in a partition, in offset order.
pub(super) async fn list(
    database: &Database,
    partition: u32,
    limit: usize,
) -> Result<Vec<Quarantined>, ArchiveError> {
    let rows = query(
        "SELECT * FROM movie_together_archive_quarantine
         WHERE log_partition = ? ORDER BY log_offset, epoch LIMIT ?",
    )
    .bind(partition)
    .bind(to_column(limit as u64))
    .fetch_all(database.reader())
    .await?;
    Ok(rows.iter().map(quarantined_row).collect::<Result<_, _>>()?)
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

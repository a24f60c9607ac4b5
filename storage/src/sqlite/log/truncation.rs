//! Deletes records in small steps: first the low watermark rises, which is the truncation,
//! then the file is cleared behind it. A step that never came is made up for by the next call.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{query, query_scalar};

use super::NoSuchPartition;
use crate::log::ReadError;
use crate::sqlite::Database;
use crate::words::to_column;

/// Most records of one transaction, so that appends never wait for long.
const DELETE_RECORDS_MAX: u32 = 500;
/// Pause between two such transactions, for the API in its own process.
const DELETE_PAUSE: Duration = Duration::from_millis(2);

pub(super) async fn truncate(
    database: &Arc<Database>,
    partition: u32,
    before: u64,
) -> Result<(), ReadError> {
    let low = raise_low(database, partition, before).await?;
    while delete_some(database, partition, low).await? {
        tokio::time::sleep(DELETE_PAUSE).await;
    }
    Ok(())
}

async fn raise_low(database: &Database, partition: u32, before: u64) -> Result<i64, ReadError> {
    let mut transaction = database.begin().await?;
    let low: Option<i64> = query_scalar(
        "UPDATE movie_together_log_partition SET low = max(low, min(high, ?))
         WHERE log_partition = ? RETURNING low",
    )
    .bind(to_column(before))
    .bind(partition)
    .fetch_optional(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(low.ok_or(NoSuchPartition(partition))?)
}

/// Deletes the oldest records and gives their pages back; answers whether there may be more.
async fn delete_some(database: &Database, partition: u32, low: i64) -> Result<bool, sqlx::Error> {
    let mut transaction = database.begin().await?;
    let deleted = query(
        "DELETE FROM movie_together_log_record
         WHERE log_partition = ?1 AND log_offset < ?2 AND log_offset < ?3 +
             (SELECT min(log_offset) FROM movie_together_log_record WHERE log_partition = ?1)",
    )
    .bind(partition)
    .bind(low)
    .bind(DELETE_RECORDS_MAX)
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    query("PRAGMA incremental_vacuum(1000)").execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(deleted == u64::from(DELETE_RECORDS_MAX))
}

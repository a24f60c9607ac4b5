//! Bytes of the log that belong to no room.

use mongodb::Collection;
use mongodb::bson::{Binary, DateTime, doc};
use schemas::archive::{QuarantineReason, Quarantined};
use serde::{Deserialize, Serialize};

use super::event::next;
use super::write::{batches, insert_absent, written};
use super::{from_number, key, malformed, to_number, within};
use crate::archive::ArchiveError;

/// Bytes that were set aside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct QuarantineDocument {
    #[serde(rename = "_id")]
    id: Binary,
    epoch: String,
    partition: i64,
    offset: i64,
    at: DateTime,
    reason: QuarantineReason,
    raw: Binary,
}

/// Sets bytes aside. The same place of the log always holds the same bytes.
pub(super) async fn insert(
    collection: &Collection<QuarantineDocument>,
    quarantined: &[Quarantined],
) -> Result<(), ArchiveError> {
    let documents: Vec<_> = quarantined.iter().map(document).collect();
    for batch in batches(&documents, |document| document.raw.bytes.len()) {
        insert_absent(collection, || written(batch)).await?;
    }
    Ok(())
}

/// What lies in a partition, in offset order.
pub(super) async fn list(
    collection: &Collection<QuarantineDocument>,
    partition: u32,
    limit: usize,
) -> Result<Vec<Quarantined>, ArchiveError> {
    // To a server, a limit of zero is none.
    if limit == 0 {
        return Ok(vec![]);
    }
    let finding = collection
        .find(doc! { "_id": key::range_of_partition(partition) })
        .sort(doc! { "_id": 1 })
        .limit(to_number(limit as u64));
    let mut found = within(finding).await?;
    let mut quarantined = vec![];
    while let Some(document) = next(&mut found).await? {
        quarantined.push(quarantined_from(document)?);
    }
    Ok(quarantined)
}

fn document(quarantined: &Quarantined) -> QuarantineDocument {
    QuarantineDocument {
        id: key::of_quarantined(quarantined),
        epoch: quarantined.epoch.clone(),
        partition: quarantined.partition.into(),
        offset: to_number(quarantined.offset),
        at: DateTime::from_millis(quarantined.at_ms),
        reason: quarantined.reason,
        raw: key::binary(&[&quarantined.raw]),
    }
}

fn quarantined_from(document: QuarantineDocument) -> Result<Quarantined, ArchiveError> {
    Ok(Quarantined {
        epoch: document.epoch,
        partition: document.partition.try_into().or(Err(malformed("no partition")))?,
        offset: from_number(document.offset)?,
        at_ms: document.at.timestamp_millis(),
        reason: document.reason,
        raw: document.raw.bytes,
    })
}

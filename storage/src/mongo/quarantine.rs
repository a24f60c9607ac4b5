//! Bytes of the log that belong to no room.

use std::collections::BTreeSet;

use mongodb::Collection;
use mongodb::bson::{Binary, DateTime, doc};
use schemas::archive::{QuarantineReason, Quarantined};
use schemas::ids::UserId;
use serde::{Deserialize, Serialize};

use super::erasure::{ErasureDocument, remembered};
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

/// Blanks those of these bytes that are records of people who are remembered as erased.
pub(super) async fn blank_remembered(
    collection: &Collection<QuarantineDocument>,
    erasures: &Collection<ErasureDocument>,
    quarantined: &[Quarantined],
) -> Result<(), ArchiveError> {
    let users: BTreeSet<UserId> = quarantined.iter().filter_map(Quarantined::user).collect();
    let users: Vec<UserId> = users.into_iter().collect();
    let people = remembered(erasures, &users).await?;
    for bytes in quarantined {
        blank(collection, bytes, &people).await?;
    }
    Ok(())
}

/// Blanks what people said in all that was set aside; answers how many records this changed.
pub(super) async fn erase(
    collection: &Collection<QuarantineDocument>,
    people: &BTreeSet<UserId>,
) -> Result<u64, ArchiveError> {
    let mut found = within(collection.find(doc! {})).await?;
    let mut erased = 0;
    while let Some(document) = next(&mut found).await? {
        erased += u64::from(blank(collection, &quarantined_from(document)?, people).await?);
    }
    Ok(erased)
}

/// Answers whether there was something to blank. A record is one person's, so that two
/// erasures at once never meet in a document.
async fn blank(
    collection: &Collection<QuarantineDocument>,
    bytes: &Quarantined,
    people: &BTreeSet<UserId>,
) -> Result<bool, ArchiveError> {
    let Some(erased) = bytes.erased(people)? else { return Ok(false) };
    let raw = doc! { "$set": { "raw": key::binary(&[&erased.raw]) } };
    within(collection.update_one(doc! { "_id": key::of_quarantined(bytes) }, raw)).await?;
    Ok(true)
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

//! Seals.

use mongodb::Collection;
use mongodb::bson::{Binary, DateTime, Uuid, doc};
use schemas::archive::Seal;
use schemas::ids::{RoomId, UserId};
use serde::{Deserialize, Serialize};

use super::event::to_hash;
use super::write::{insert_absent, written};
use super::{from_number, key, malformed, to_number, within};
use crate::archive::{ArchiveError, same_proof};

/// The proof that a room is whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SealDocument {
    /// The room, as text.
    #[serde(rename = "_id")]
    id: String,
    epoch: String,
    partition: i64,
    count: i64,
    first_offset: i64,
    close_offset: i64,
    hash: Binary,
    sealed_at: DateTime,
    members: Vec<Uuid>,
}

/// Seals a room; answers whether this call did.
pub(super) async fn seal(
    collection: &Collection<SealDocument>,
    seal: &Seal,
) -> Result<bool, ArchiveError> {
    let new = document(seal);
    if insert_absent(collection, || written(&[&new])).await?.is_empty() {
        return Ok(true);
    }
    match seal_of(collection, seal.room).await? {
        Some(first) if same_proof(&first, seal) => Ok(false),
        Some(_) => Err(ArchiveError::SealConflict { room: seal.room }),
        None => Err(malformed("a seal that a majority does not have yet")),
    }
}

/// The seal of a room.
pub(super) async fn seal_of(
    collection: &Collection<SealDocument>,
    room: RoomId,
) -> Result<Option<Seal>, ArchiveError> {
    let found = within(collection.find_one(doc! { "_id": room.to_string() })).await?;
    found.map(|document| seal_from(room, document)).transpose()
}

fn document(seal: &Seal) -> SealDocument {
    SealDocument {
        id: seal.room.to_string(),
        epoch: seal.epoch.clone(),
        partition: seal.partition.into(),
        count: to_number(seal.count),
        first_offset: to_number(seal.first_offset),
        close_offset: to_number(seal.close_offset),
        hash: key::binary(&[&seal.hash]),
        sealed_at: DateTime::from_millis(seal.sealed_at_ms),
        members: seal.members.iter().map(|member| key::uuid(member.0)).collect(),
    }
}

fn seal_from(room: RoomId, document: SealDocument) -> Result<Seal, ArchiveError> {
    let members = document.members.into_iter();
    Ok(Seal {
        room,
        epoch: document.epoch,
        partition: document.partition.try_into().or(Err(malformed("no partition")))?,
        count: from_number(document.count)?,
        first_offset: from_number(document.first_offset)?,
        close_offset: from_number(document.close_offset)?,
        hash: to_hash(&document.hash)?,
        sealed_at_ms: document.sealed_at.timestamp_millis(),
        members: members.map(|member| UserId(uuid::Uuid::from_bytes(member.bytes()))).collect(),
    })
}

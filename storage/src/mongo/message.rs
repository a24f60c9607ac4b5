//! Single messages to be forgotten, and the forgetting.

use std::collections::BTreeSet;

use mongodb::bson::{RawDocumentBuf, doc};
use mongodb::{Collection, Database};
use schemas::event::Event;
use schemas::ids::RoomId;
use serde::{Deserialize, Serialize};

use super::erasure::blank;
use super::event::next;
use super::write::{insert_absent, written};
use super::{from_number, key, malformed, to_number, within};
use crate::archive::ArchiveError;

/// Most rooms asked for at once.
const ROOMS_MAX: usize = 1000;

/// The messages of a room that are to be forgotten.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MessageErasureDocument {
    /// The room, as text.
    #[serde(rename = "_id")]
    id: String,
    seqs: Vec<i64>,
}

/// Remembers a message of a room.
pub(super) async fn remember(
    collection: &Collection<MessageErasureDocument>,
    room: RoomId,
    seq: u64,
) -> Result<(), ArchiveError> {
    let id = room.to_string();
    let first = MessageErasureDocument { id: id.clone(), seqs: vec![] };
    insert_absent(collection, || written(&[&first])).await?;
    let adding = doc! { "$addToSet": { "seqs": to_number(seq) } };
    let added = within(collection.update_one(doc! { "_id": id }, adding)).await?;
    if added.matched_count == 0 {
        return Err(malformed("a room that was there and is gone"));
    }
    Ok(())
}

/// The messages of a room that are remembered.
pub(super) async fn remembered(
    collection: &Collection<MessageErasureDocument>,
    room: RoomId,
) -> Result<BTreeSet<u64>, ArchiveError> {
    let found = within(collection.find_one(doc! { "_id": room.to_string() })).await?;
    let seqs = found.map(|erasure| erasure.seqs).unwrap_or_default();
    seqs.into_iter().map(from_number).collect()
}

/// Blanks those of the rooms' remembered messages that are there.
pub(super) async fn blank_remembered(
    database: &Database,
    collection: &Collection<MessageErasureDocument>,
    events: &Collection<RawDocumentBuf>,
    rooms: &BTreeSet<RoomId>,
) -> Result<(), ArchiveError> {
    let rooms: Vec<String> = rooms.iter().map(RoomId::to_string).collect();
    for rooms in rooms.chunks(ROOMS_MAX) {
        let mut found = within(collection.find(doc! { "_id": { "$in": rooms } })).await?;
        while let Some(erasure) = next(&mut found).await? {
            let room = erasure.id.parse().or(Err(malformed("no room id")))?;
            let messages = doc! {
                "_id": key::range_of_room(room),
                "seq": { "$in": erasure.seqs },
                "erased": false,
            };
            blank(database, events, &messages, Event::without_message).await?;
        }
    }
    Ok(())
}

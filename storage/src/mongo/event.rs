//! Events at rest: inserting, reading back, paging.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::bson::{Binary, DateTime, Uuid, doc};
use mongodb::options::ReadConcern;
use mongodb::{Collection, Cursor};
use schemas::archive::{ArchivedEvent, Hash, HashChain, Seal};
use schemas::ids::RoomId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::write::{batches, insert_absent};
use super::{from_number, key, malformed, to_number, within};
use crate::archive::{ArchiveError, EventPage};

/// Rooms read back at a time, each by a question of its own: one for many ranges takes a server
/// several times as long, since it asks of each document in which of them it lies.
const ROOMS_AT_ONCE: usize = 4;
/// Most events in one answer, for fewer ways there and back than by default.
const READ_BACK_BATCH_EVENTS: u32 = 2000;

/// An event at rest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct EventDocument {
    #[serde(rename = "_id")]
    id: Binary,
    room: Uuid,
    epoch: String,
    offset: i64,
    seq: i64,
    at: DateTime,
    user: Option<Uuid>,
    r#type: String,
    /// Of the text as it was inserted.
    hash: Binary,
    /// The JSON text, byte for byte.
    event: String,
    /// Whether `event` is not what it was any more.
    erased: bool,
}

/// The part of it that proves.
#[derive(Debug, Deserialize)]
struct EventProof {
    seq: i64,
    hash: Binary,
    event: String,
    erased: bool,
}

/// The part of it that tells whether a repeat is one.
#[derive(Debug, Deserialize)]
struct EventHash {
    #[serde(rename = "_id")]
    id: Binary,
    hash: Binary,
}

/// The part of it that is read.
#[derive(Debug, Deserialize)]
struct EventText {
    event: String,
}

/// Inserts events; answers how many were new.
pub(super) async fn insert(
    collection: &Collection<EventDocument>,
    events: &[ArchivedEvent],
) -> Result<u64, ArchiveError> {
    let documents = events.iter().map(document).collect::<Result<Vec<_>, _>>()?;
    let mut new = 0;
    for batch in batches(&documents, |document| document.event.len()) {
        let duplicates = insert_absent(collection, batch).await?;
        new += batch.len() - duplicates.len();
        let duplicates: Vec<_> = duplicates.into_iter().filter_map(|at| batch.get(at)).collect();
        for same in duplicates.chunks(super::write::INSERT_DOCUMENTS_MAX) {
            compare(collection, same).await?;
        }
    }
    Ok(new as u64)
}

/// Reads rooms back, in the order given.
pub(super) async fn read_back(
    collection: &Collection<EventDocument>,
    rooms: &[RoomId],
) -> Result<Vec<HashChain>, ArchiveError> {
    let proofs = collection.clone_with_type::<EventProof>();
    // Listed first: a stream of lazily made futures would not be known to be `Send`.
    let reading: Vec<_> = rooms.iter().map(|room| read_room_back(&proofs, *room)).collect();
    stream::iter(reading).buffered(ROOMS_AT_ONCE).try_collect().await
}

async fn read_room_back(
    proofs: &Collection<EventProof>,
    room: RoomId,
) -> Result<HashChain, ArchiveError> {
    let finding = proofs
        .find(doc! { "_id": key::range_of_room(room) })
        .projection(doc! { "seq": 1, "hash": 1, "event": 1, "erased": 1 })
        .batch_size(READ_BACK_BATCH_EVENTS);
    let mut found = within(finding).await?;
    let mut links = vec![];
    while let Some(event) = next(&mut found).await? {
        links.push((from_number(event.seq)?, hash_at_rest(&event)?));
    }
    Ok(chain(links))
}

/// Events of a sealed room with `seq < before`, newest first.
pub(super) async fn page(
    collection: &Collection<EventDocument>,
    seal: &Seal,
    before: Option<u64>,
    limit: usize,
) -> Result<EventPage, ArchiveError> {
    let one_more = to_number(limit as u64).saturating_add(1);
    let mut filter = doc! { "_id": key::range_of_epoch(seal.room, &seal.epoch) };
    if let Some(before) = before {
        filter.insert("seq", doc! { "$lt": to_number(before) });
    }
    let texts = collection.clone_with_type::<EventText>();
    // In the log's order, which within an epoch is that of the seqs.
    let finding =
        texts.find(filter).projection(doc! { "event": 1 }).sort(doc! { "_id": -1 }).limit(one_more);
    let mut found = within(finding).await?;
    let mut events = vec![];
    while let Some(text) = next(&mut found).await? {
        if events.len() == limit {
            return Ok(EventPage { events, has_more: true });
        }
        events.push(serde_json::from_str(&text.event)?);
    }
    Ok(EventPage { events, has_more: false })
}

/// The next document of a cursor.
pub(super) async fn next<T: DeserializeOwned + Send>(
    found: &mut Cursor<T>,
) -> Result<Option<T>, ArchiveError> {
    Ok(within(found.try_next()).await?)
}

/// A hash from its field.
pub(super) fn to_hash(field: &Binary) -> Result<Hash, ArchiveError> {
    field.bytes.as_slice().try_into().or(Err(malformed("a hash of another length")))
}

/// An id from its field.
pub(super) fn room_id(field: Uuid) -> RoomId {
    RoomId(uuid::Uuid::from_bytes(field.bytes()))
}

/// Tells the first of these, which are there already, that has another content there. Asked
/// without waiting for a majority, which may not have yet what another pass has just written.
async fn compare(
    collection: &Collection<EventDocument>,
    documents: &[&EventDocument],
) -> Result<(), ArchiveError> {
    let hashes = collection.clone_with_type::<EventHash>();
    let ids: Vec<&Binary> = documents.iter().map(|document| &document.id).collect();
    let finding = hashes
        .find(doc! { "_id": { "$in": ids } })
        .projection(doc! { "hash": 1 })
        .read_concern(ReadConcern::local());
    let mut found = within(finding).await?;
    let mut there = BTreeMap::new();
    while let Some(EventHash { id, hash }) = next(&mut found).await? {
        there.insert(id.bytes, hash);
    }
    for document in documents {
        match there.get(&document.id.bytes) {
            Some(hash) if *hash == document.hash => {}
            Some(_) => {
                let (room, offset) = (room_id(document.room), from_number(document.offset)?);
                return Err(ArchiveError::Conflict { room, offset });
            }
            None => return Err(malformed("a key that was there and is gone")),
        }
    }
    Ok(())
}

fn document(archived: &ArchivedEvent) -> Result<EventDocument, ArchiveError> {
    let text = serde_json::to_string(&archived.event)?;
    Ok(EventDocument {
        id: key::of_event(archived.room, &archived.epoch, archived.offset),
        room: key::uuid(archived.room.0),
        epoch: archived.epoch.clone(),
        offset: to_number(archived.offset),
        seq: to_number(archived.event.seq),
        at: DateTime::from_millis(archived.event.at_ms),
        user: archived.event.user.map(|user| key::uuid(user.0)),
        r#type: archived.event.entry.kind().to_owned(),
        hash: key::binary(&[&hash_of(&text)]),
        event: text,
        erased: false,
    })
}

/// Links of a room, up to the first gap or double.
fn chain(mut links: Vec<(u64, Hash)>) -> HashChain {
    links.sort_unstable();
    let mut chain = HashChain::default();
    for copies in links.chunk_by(|one, other| one.0 == other.0) {
        match copies {
            [(seq, hash)] if *seq == chain.count + 1 => chain.add(hash),
            _ => break,
        }
    }
    chain
}

/// The same as [`ArchivedEvent::hash`], of the text at rest.
fn hash_of(text: &str) -> Hash {
    Sha256::digest(text).into()
}

/// The hash of the text at rest, or what was kept of it.
fn hash_at_rest(event: &EventProof) -> Result<Hash, ArchiveError> {
    if event.erased { to_hash(&event.hash) } else { Ok(hash_of(&event.event)) }
}

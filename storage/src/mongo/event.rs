//! Events at rest: inserting, reading back, paging.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{
    Binary, DateTime, RawBinaryRef, RawBsonRef, RawDocument, RawDocumentBuf, cstr, doc,
};
use mongodb::options::ReadConcern;
use mongodb::{Collection, Cursor};
use schemas::archive::{ArchivedEvent, Hash, HashChain, Seal, hash_of};
use schemas::ids::RoomId;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::write::{batches, insert_absent};
use super::{key, malformed, to_number, within};
use crate::archive::{ArchiveError, EventPage};

/// Rooms read back at a time, each by a question of its own: one for many ranges takes a server
/// several times as long, since it asks of each document in which of them it lies.
const ROOMS_AT_ONCE: usize = 2;
/// Most events in one answer, for fewer ways there and back than by default.
const READ_BACK_BATCH_EVENTS: u32 = 2000;

/// What the fields of an event take beside its text, an epoch of a UUID included.
const DOCUMENT_BYTES_BESIDE_TEXT: usize = 320;

/// The part of an event that tells whether a repeat is one.
#[derive(Debug, Deserialize)]
struct EventHash {
    #[serde(rename = "_id")]
    id: Binary,
    hash: Binary,
}

/// The part of an event that is read.
#[derive(Debug, Deserialize)]
struct EventText {
    event: String,
}

/// Inserts events; answers how many were new.
pub(super) async fn insert(
    collection: &Collection<RawDocumentBuf>,
    events: &[ArchivedEvent],
) -> Result<u64, ArchiveError> {
    let mut new = 0;
    for batch in batches(events, |event| event.text().len()) {
        let duplicates = insert_absent(collection, || batch.iter().map(document).collect()).await?;
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
    collection: &Collection<RawDocumentBuf>,
    rooms: &[RoomId],
) -> Result<Vec<HashChain>, ArchiveError> {
    // Listed first: a stream of lazily made futures would not be known to be `Send`.
    let reading: Vec<_> = rooms.iter().map(|room| read_room_back(collection, *room)).collect();
    stream::iter(reading).buffered(ROOMS_AT_ONCE).try_collect().await
}

async fn read_room_back(
    collection: &Collection<RawDocumentBuf>,
    room: RoomId,
) -> Result<HashChain, ArchiveError> {
    let finding = collection
        .find(doc! { "_id": key::range_of_room(room) })
        .projection(doc! { "_id": 0, "seq": 1, "hash": 1, "event": 1, "erased": 1 })
        .batch_size(READ_BACK_BATCH_EVENTS);
    let mut found = within(finding.batch()).await?;
    let mut links = vec![];
    while let Some(batch) = within(found.try_next()).await? {
        for event in batch.doc_slices()? {
            let event = event.ok().and_then(RawBsonRef::as_document);
            links.push(event.and_then(link).ok_or(malformed("an event without its fields"))?);
        }
    }
    Ok(chain(links))
}

/// Events of a sealed room with `seq < before`, newest first.
pub(super) async fn page(
    collection: &Collection<RawDocumentBuf>,
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

/// Tells the first of these, which are there already, that has another content there. Asked
/// without waiting for a majority, which may not have yet what another pass has just written.
async fn compare(
    collection: &Collection<RawDocumentBuf>,
    events: &[&ArchivedEvent],
) -> Result<(), ArchiveError> {
    let hashes = collection.clone_with_type::<EventHash>();
    let keys = events.iter().map(|event| key::of_event(event.room, &event.epoch, event.offset));
    let keys: Vec<Binary> = keys.collect();
    let finding = hashes
        .find(doc! { "_id": { "$in": &keys } })
        .projection(doc! { "hash": 1 })
        .read_concern(ReadConcern::local());
    let mut found = within(finding).await?;
    let mut there = BTreeMap::new();
    while let Some(EventHash { id, hash }) = next(&mut found).await? {
        there.insert(id.bytes, hash);
    }
    for (event, key) in events.iter().zip(&keys) {
        match there.get(&key.bytes) {
            Some(hash) if hash.bytes == event.hash() => {}
            Some(_) => {
                return Err(ArchiveError::Conflict { room: event.room, offset: event.offset });
            }
            None => return Err(malformed("a key that was there and is gone")),
        }
    }
    Ok(())
}

/// An event at rest, written as bytes at once, since every event of a pass comes by here.
fn document(archived: &ArchivedEvent) -> Result<RawDocumentBuf, ArchiveError> {
    let event = archived.event();
    let binary = |bytes| RawBinaryRef { subtype: BinarySubtype::Generic, bytes };
    let uuid = |bytes| RawBinaryRef { subtype: BinarySubtype::Uuid, bytes };
    let key = key::of_event(archived.room, &archived.epoch, archived.offset);
    let mut document = with_capacity(archived.text().len() + DOCUMENT_BYTES_BESIDE_TEXT)?;
    document.append(cstr!("_id"), binary(&key.bytes));
    document.append(cstr!("room"), uuid(archived.room.0.as_bytes()));
    document.append(cstr!("epoch"), &*archived.epoch);
    document.append(cstr!("offset"), to_number(archived.offset));
    document.append(cstr!("seq"), to_number(event.seq));
    document.append(cstr!("at"), DateTime::from_millis(event.at_ms));
    match &event.user {
        Some(user) => document.append(cstr!("user"), uuid(user.0.as_bytes())),
        None => document.append(cstr!("user"), RawBsonRef::Null),
    }
    document.append(cstr!("type"), event.entry.kind());
    // Of the text as it was inserted.
    document.append(cstr!("hash"), binary(archived.hash()));
    document.append(cstr!("event"), archived.text());
    // Whether `event` is not what it was any more.
    document.append(cstr!("erased"), false);
    Ok(document)
}

/// An empty document that does not move while it grows.
fn with_capacity(bytes: usize) -> Result<RawDocumentBuf, ArchiveError> {
    let mut empty = Vec::with_capacity(bytes);
    empty.extend_from_slice(RawDocumentBuf::new().as_bytes());
    RawDocumentBuf::from_bytes(empty).or(Err(malformed("an empty document")))
}

/// The seq and the hash of an event that is read back: of the text at rest, or what was kept
/// of it.
fn link(event: &RawDocument) -> Option<(u64, Hash)> {
    let (mut seq, mut kept, mut text, mut erased) = (None, None, None, None);
    for field in event {
        match field.ok()? {
            (name, value) if name == "seq" => seq = value.as_i64(),
            (name, value) if name == "hash" => kept = value.as_binary(),
            (name, value) if name == "event" => text = value.as_str(),
            (name, value) if name == "erased" => erased = value.as_bool(),
            _ => {}
        }
    }
    let hash = if erased? { kept?.bytes.try_into().ok()? } else { hash_of(text?) };
    Some((seq?.try_into().ok()?, hash))
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

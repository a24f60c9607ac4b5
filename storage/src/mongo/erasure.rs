//! Who is to be forgotten, and the forgetting.

use std::collections::BTreeSet;

use mongodb::bson::{Binary, DateTime, Document, RawDocumentBuf, doc};
use mongodb::{Collection, Database};
use schemas::event::Event;
use schemas::ids::{RoomId, UserId};
use serde::{Deserialize, Serialize};

use super::connect::write_concern;
use super::event::next;
use super::write::{insert_absent, written};
use super::{key, malformed, within};
use crate::archive::ArchiveError;

/// Most operations of one `update` command; FerretDB 1 never answers one of 100.
const UPDATE_OPERATIONS_MAX: usize = 50;
/// Most people asked for at once.
const PEOPLE_MAX: usize = 1000;
/// How often a room is gone through because somebody else erased in it at the same time.
const ROUNDS_MAX: usize = 5;

/// A person to be forgotten.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ErasureDocument {
    /// The user, as text.
    #[serde(rename = "_id")]
    id: String,
    at: DateTime,
}

/// The part of an event that is erased.
#[derive(Debug, Deserialize)]
struct EventText {
    #[serde(rename = "_id")]
    id: Binary,
    event: String,
}

/// What one `update` command did.
#[derive(Debug, Deserialize)]
struct Updated {
    /// Documents that were as they were read.
    n: i64,
    #[serde(default, rename = "writeErrors")]
    write_errors: Vec<Document>,
    #[serde(default, rename = "writeConcernError")]
    write_concern_error: Option<Document>,
}

/// Remembers a person; answers whether that is new.
pub(super) async fn remember(
    collection: &Collection<ErasureDocument>,
    user: UserId,
    at_ms: i64,
) -> Result<bool, ArchiveError> {
    let erasure = ErasureDocument { id: user.to_string(), at: DateTime::from_millis(at_ms) };
    Ok(insert_absent(collection, || written(&[&erasure])).await?.is_empty())
}

/// Those who are remembered.
pub(super) async fn remembered(
    collection: &Collection<ErasureDocument>,
    users: &[UserId],
) -> Result<BTreeSet<UserId>, ArchiveError> {
    let mut remembered = BTreeSet::new();
    for users in users.chunks(PEOPLE_MAX) {
        let ids: Vec<String> = users.iter().map(UserId::to_string).collect();
        let mut found = within(collection.find(doc! { "_id": { "$in": ids } })).await?;
        while let Some(erasure) = next(&mut found).await? {
            remembered.insert(erasure.id.parse().or(Err(malformed("no user id")))?);
        }
    }
    Ok(remembered)
}

/// Blanks what people said in a room; answers how many events this changed.
pub(super) async fn erase(
    database: &Database,
    events: &Collection<RawDocumentBuf>,
    room: RoomId,
    people: &BTreeSet<UserId>,
) -> Result<u64, ArchiveError> {
    let of_room = doc! { "_id": key::range_of_room(room) };
    blank(database, events, &of_room, |event| event.erased(people)).await
}

/// Puts what `blanked` makes of the events that are found in their place; answers how many
/// events this changed.
pub(super) async fn blank(
    database: &Database,
    events: &Collection<RawDocumentBuf>,
    filter: &Document,
    blanked: impl Fn(&Event) -> Option<Event> + Send + Sync,
) -> Result<u64, ArchiveError> {
    let mut erased = 0;
    for _ in 0..ROUNDS_MAX {
        let round = blank_once(database, events, filter, &blanked).await?;
        erased += round.erased;
        if round.missed == 0 {
            return Ok(erased);
        }
    }
    Err(malformed("an event that changes whenever it is erased"))
}

/// What one round through a room did.
#[derive(Default)]
struct Round {
    erased: u64,
    /// Events that changed between reading and writing.
    missed: u64,
}

async fn blank_once(
    database: &Database,
    events: &Collection<RawDocumentBuf>,
    filter: &Document,
    blanked: &(impl Fn(&Event) -> Option<Event> + Send + Sync),
) -> Result<Round, ArchiveError> {
    let texts = events.clone_with_type::<EventText>();
    let finding = texts.find(filter.clone()).projection(doc! { "event": 1 });
    let mut found = within(finding).await?;
    let mut round = Round::default();
    let mut updates = vec![];
    while let Some(text) = next(&mut found).await? {
        updates.extend(update_of(text, blanked)?);
        if updates.len() == UPDATE_OPERATIONS_MAX {
            round.add(database, events, std::mem::take(&mut updates)).await?;
        }
    }
    if !updates.is_empty() {
        round.add(database, events, updates).await?;
    }
    Ok(round)
}

impl Round {
    /// Runs one `update` command.
    async fn add(
        &mut self,
        database: &Database,
        events: &Collection<RawDocumentBuf>,
        updates: Vec<Document>,
    ) -> Result<(), ArchiveError> {
        let asked = updates.len() as u64;
        let command = doc! {
            "update": events.name(),
            "updates": updates,
            "ordered": false,
            "writeConcern": mongodb::bson::serialize_to_bson(&write_concern())
                .map_err(mongodb::error::Error::from)?,
        };
        let reply = within(database.run_command(command)).await?;
        let reply: Updated =
            mongodb::bson::deserialize_from_document(reply).map_err(mongodb::error::Error::from)?;
        if !reply.write_errors.is_empty() || reply.write_concern_error.is_some() {
            return Err(malformed("an event that could not be erased"));
        }
        let done = super::from_number(reply.n)?;
        self.erased += done;
        self.missed += asked.saturating_sub(done);
        Ok(())
    }
}

/// Puts the blanked text in place of the one that was read, and of no other: two erasures at
/// once must not undo each other. The hash stays.
fn update_of(
    text: EventText,
    blanked: impl Fn(&Event) -> Option<Event>,
) -> Result<Option<Document>, ArchiveError> {
    let event: Event = serde_json::from_str(&text.event)?;
    let Some(erased) = blanked(&event) else {
        return Ok(None);
    };
    let erased = serde_json::to_string(&erased)?;
    Ok(Some(doc! {
        "q": { "_id": text.id, "event": text.event },
        "u": { "$set": { "event": erased, "erased": true } },
    }))
}

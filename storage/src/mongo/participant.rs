//! Who did something in which room, so that a person's rooms are found without an index over
//! all events, which would cost more than the events themselves.

use std::collections::BTreeSet;

use mongodb::Collection;
use mongodb::bson::{Binary, doc};
use schemas::archive::ArchivedEvent;
use schemas::ids::{RoomId, UserId};
use serde::{Deserialize, Serialize};

use super::event::next;
use super::write::{insert_absent, written};
use super::{key, malformed, within};
use crate::archive::ArchiveError;

/// Somebody did something in a room.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ParticipantDocument {
    #[serde(rename = "_id")]
    id: Binary,
}

/// Writes down whose events these are. Comes before the events, so that none is ever there
/// without it.
pub(super) async fn insert(
    collection: &Collection<ParticipantDocument>,
    events: &[ArchivedEvent],
) -> Result<(), ArchiveError> {
    let seen: BTreeSet<(UserId, RoomId)> = events
        .iter()
        .filter_map(|archived| Some((archived.event().user?, archived.room)))
        .collect();
    let documents: Vec<_> = seen
        .into_iter()
        .map(|(user, room)| ParticipantDocument { id: key::of_participant(user, room) })
        .collect();
    for batch in documents.chunks(super::write::INSERT_DOCUMENTS_MAX) {
        insert_absent(collection, || written(batch)).await?;
    }
    Ok(())
}

/// Rooms with an event of a person.
pub(super) async fn rooms_with(
    collection: &Collection<ParticipantDocument>,
    user: UserId,
) -> Result<Vec<RoomId>, ArchiveError> {
    let mut found = within(collection.find(doc! { "_id": key::range_of_user(user) })).await?;
    let mut rooms = vec![];
    while let Some(participant) = next(&mut found).await? {
        rooms.push(key::room_of_participant(&participant.id).ok_or(malformed("no room id"))?);
    }
    Ok(rooms)
}

//! The archive in MongoDB, or in a server that speaks its protocol.
//!
//! | collection | `_id` | one document |
//! |---|---|---|
//! | `movie_together_event` | room, epoch and offset as fixed-width bytes | an event: its JSON text, the hash of what it was, fields to ask by |
//! | `movie_together_participant` | user and room as fixed-width bytes | somebody with an event in a room |
//! | `movie_together_seal` | the room, as text | the proof that a room is whole, and who may read it |
//! | `movie_together_quarantine` | partition, offset and epoch as fixed-width bytes | bytes that belong to no room |
//! | `movie_together_erasure` | the user, as text | since when a person is to be forgotten |
//! | `movie_together_message_erasure` | the room, as text | which of its messages are to be forgotten |
//!
//! A room's events are one range of `_id` in the log's order ([`key`]), and a person's rooms are
//! one range of another, so nothing needs a second index. Documents are inserted, never replaced: a
//! duplicate key means "there already", and is compared by hash. Writes wait for a majority and
//! its journal, reads are of the primary and of what a majority has: what was read back cannot
//! be rolled back. The URL may set times and pool sizes, but not these.
//!
//! What is used is what MongoDB 4.4 and later and FerretDB both do: unordered `insert`, `find`
//! by ranges and `$in`, `update` of fields. No transactions, no upserts, no pipelines. FerretDB 1 hangs on an `update` of 100 or more operations ([`erasure`] stays at
//! 50), does not update atomically, and scans a collection for whatever is not asked by a text
//! `_id` alone, which is why seals and erasures have one; it serves for tests, not for an
//! archive that grows.
//!
//! To add a field: add it to its document with a serde default; documents are never rewritten.

mod connect;
mod erasure;
mod event;
mod key;
mod message;
mod participant;
mod quarantine;
mod seal;
mod write;

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use mongodb::bson::{RawDocumentBuf, doc};
use mongodb::{Collection, Database};
use schemas::archive::{ArchivedEvent, HashChain, Quarantined, Seal};
use schemas::ids::{RoomId, UserId};

use self::erasure::ErasureDocument;
use self::message::MessageErasureDocument;
use self::participant::ParticipantDocument;
use self::quarantine::QuarantineDocument;
use self::seal::SealDocument;
use crate::archive::{Archive, ArchiveError, EventPage};

pub use self::connect::MongoOpenError;

/// Longest wait for the answer to one command. The driver itself would wait for a server that
/// stands still for ever.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);

/// The archive in a database of a MongoDB server.
#[derive(Clone, Debug)]
pub struct MongoArchive {
    database: Database,
    events: Collection<RawDocumentBuf>,
    participants: Collection<ParticipantDocument>,
    seals: Collection<SealDocument>,
    quarantine: Collection<QuarantineDocument>,
    erasures: Collection<ErasureDocument>,
    message_erasures: Collection<MessageErasureDocument>,
}

#[async_trait]
impl Archive for MongoArchive {
    async fn insert(&self, events: &[ArchivedEvent]) -> Result<u64, ArchiveError> {
        participant::insert(&self.participants, events).await?;
        let new = event::insert(&self.events, events).await?;
        self.blank_messages(&events.iter().map(|event| event.room).collect()).await?;
        Ok(new)
    }

    async fn read_back(&self, rooms: &[RoomId]) -> Result<Vec<HashChain>, ArchiveError> {
        event::read_back(&self.events, rooms).await
    }

    async fn seal(&self, seal: &Seal) -> Result<bool, ArchiveError> {
        seal::seal(&self.seals, seal).await
    }

    async fn seal_of(&self, room: RoomId) -> Result<Option<Seal>, ArchiveError> {
        seal::seal_of(&self.seals, room).await
    }

    async fn events(
        &self,
        room: RoomId,
        reader: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<EventPage>, ArchiveError> {
        let seal = self.seal_of(room).await?;
        match seal.filter(|seal| seal.members.contains(&reader)) {
            Some(seal) => event::page(&self.events, &seal, before, limit).await.map(Some),
            None => Ok(None),
        }
    }

    async fn quarantine(&self, quarantined: &[Quarantined]) -> Result<(), ArchiveError> {
        quarantine::insert(&self.quarantine, quarantined).await?;
        quarantine::blank_remembered(&self.quarantine, &self.erasures, quarantined).await
    }

    async fn quarantined(
        &self,
        partition: u32,
        limit: usize,
    ) -> Result<Vec<Quarantined>, ArchiveError> {
        quarantine::list(&self.quarantine, partition, limit).await
    }

    async fn remember_erasure(&self, user: UserId, at_ms: i64) -> Result<bool, ArchiveError> {
        erasure::remember(&self.erasures, user, at_ms).await
    }

    async fn erased_among(&self, users: &[UserId]) -> Result<BTreeSet<UserId>, ArchiveError> {
        erasure::remembered(&self.erasures, users).await
    }

    async fn rooms_with(&self, user: UserId) -> Result<Vec<RoomId>, ArchiveError> {
        participant::rooms_with(&self.participants, user).await
    }

    async fn erase_in(&self, room: RoomId, people: &BTreeSet<UserId>) -> Result<u64, ArchiveError> {
        erasure::erase(&self.database, &self.events, room, people).await
    }

    async fn erase_in_quarantine(&self, people: &BTreeSet<UserId>) -> Result<u64, ArchiveError> {
        quarantine::erase(&self.quarantine, people).await
    }

    async fn erase_message(&self, room: RoomId, seq: u64) -> Result<(), ArchiveError> {
        message::remember(&self.message_erasures, room, seq).await?;
        self.blank_messages(&BTreeSet::from([room])).await
    }

    async fn erased_messages(&self, room: RoomId) -> Result<BTreeSet<u64>, ArchiveError> {
        message::remembered(&self.message_erasures, room).await
    }

    async fn ping(&self) -> Result<(), ArchiveError> {
        within(self.database.run_command(doc! { "ping": 1 })).await?;
        Ok(())
    }
}

impl MongoArchive {
    async fn blank_messages(&self, rooms: &BTreeSet<RoomId>) -> Result<(), ArchiveError> {
        let (database, erasures) = (&self.database, &self.message_erasures);
        message::blank_remembered(database, erasures, &self.events, rooms).await
    }
}

impl From<mongodb::error::Error> for ArchiveError {
    fn from(error: mongodb::error::Error) -> Self {
        Self::Away(error.into())
    }
}

/// Waits for an answer, but not for ever. A command that is given up may still be carried out;
/// all of them can be repeated.
async fn within<T>(
    command: impl IntoFuture<Output = mongodb::error::Result<T>>,
) -> mongodb::error::Result<T> {
    match tokio::time::timeout(COMMAND_TIMEOUT, command.into_future()).await {
        Ok(answer) => answer,
        Err(elapsed) => Err(std::io::Error::from(elapsed).into()),
    }
}

/// A document that holds what this code never writes.
fn malformed(what: &'static str) -> ArchiveError {
    ArchiveError::Away(format!("a document of the archive has {what}").into())
}

/// A number as BSON stores it; what lies beyond its range is further than anything stored.
fn to_number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number from BSON.
fn from_number(number: i64) -> Result<u64, ArchiveError> {
    number.try_into().or(Err(malformed("a negative number")))
}

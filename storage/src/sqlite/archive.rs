//! The archive in SQLite: an event rests as its JSON text beside the hash of what it was when
//! it was archived, which is that of the text unless the event was erased.

mod erasure;
mod event;
mod message;
mod quarantine;
mod seal;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use schemas::archive::{ArchivedEvent, HashChain, Quarantined, Seal};
use schemas::ids::{RoomId, UserId};
use sqlx::query_scalar;

use crate::archive::{Archive, ArchiveError, EventPage};
use crate::sqlite::Database;

/// Most rows of one transaction, so that the API is never kept from the file for long.
const TRANSACTION_ROWS_MAX: usize = 200;
/// Pause between two such transactions: SQLite's lock has no queue, and whoever takes it again
/// at once starves the process that polls for it.
const TRANSACTION_PAUSE: Duration = Duration::from_millis(2);

/// The archive in a SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteArchive {
    database: Arc<Database>,
}

impl SqliteArchive {
    /// The archive in this file.
    pub fn new(database: Arc<Database>) -> Self {
        Self { database }
    }

    /// Puts records of the quarantine, blanked, in place of what they were.
    async fn put_erased(&self, erased: &[Quarantined]) -> Result<(), ArchiveError> {
        for (number, chunk) in erased.chunks(TRANSACTION_ROWS_MAX).enumerate() {
            pause_before(number).await;
            quarantine::put_erased(&self.database, chunk).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Archive for SqliteArchive {
    async fn insert(&self, events: &[ArchivedEvent]) -> Result<u64, ArchiveError> {
        let mut new = 0;
        for (number, chunk) in events.chunks(TRANSACTION_ROWS_MAX).enumerate() {
            pause_before(number).await;
            new += event::insert(&self.database, chunk).await?;
        }
        Ok(new)
    }

    async fn read_back(&self, rooms: &[RoomId]) -> Result<Vec<HashChain>, ArchiveError> {
        let mut chains = Vec::with_capacity(rooms.len());
        for room in rooms {
            chains.push(event::chain_of(&self.database, *room).await?);
        }
        Ok(chains)
    }

    async fn seal(&self, seal: &Seal) -> Result<bool, ArchiveError> {
        seal::seal(&self.database, seal).await
    }

    async fn seal_of(&self, room: RoomId) -> Result<Option<Seal>, ArchiveError> {
        seal::seal_of(&self.database, room).await
    }

    async fn events(
        &self,
        room: RoomId,
        reader: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<EventPage>, ArchiveError> {
        if !seal::may_read(&self.database, room, reader).await? {
            return Ok(None);
        }
        Ok(Some(event::page(&self.database, room, before, limit).await?))
    }

    async fn quarantine(&self, quarantined: &[Quarantined]) -> Result<(), ArchiveError> {
        for (number, chunk) in quarantined.chunks(TRANSACTION_ROWS_MAX).enumerate() {
            pause_before(number).await;
            quarantine::insert(&self.database, chunk).await?;
        }
        let users: BTreeSet<UserId> = quarantined.iter().filter_map(Quarantined::user).collect();
        let people = self.erased_among(&users.into_iter().collect::<Vec<_>>()).await?;
        let erased = quarantined.iter().filter_map(|bytes| bytes.erased(&people).transpose());
        self.put_erased(&erased.collect::<Result<Vec<_>, _>>()?).await
    }

    async fn quarantined(
        &self,
        partition: u32,
        limit: usize,
    ) -> Result<Vec<Quarantined>, ArchiveError> {
        quarantine::list(&self.database, partition, limit).await
    }

    async fn remember_erasure(&self, user: UserId, at_ms: i64) -> Result<bool, ArchiveError> {
        erasure::remember(&self.database, user, at_ms).await
    }

    async fn erased_among(&self, users: &[UserId]) -> Result<BTreeSet<UserId>, ArchiveError> {
        erasure::remembered(&self.database, users).await
    }

    async fn rooms_with(&self, user: UserId) -> Result<Vec<RoomId>, ArchiveError> {
        erasure::rooms_with(&self.database, user).await
    }

    async fn erase_in(&self, room: RoomId, people: &BTreeSet<UserId>) -> Result<u64, ArchiveError> {
        let mut erased = 0;
        let mut after = None;
        for number in 0.. {
            pause_before(number).await;
            let chunk = erasure::erase(&self.database, room, people, after.as_ref()).await?;
            erased += chunk.erased;
            after = chunk.last;
            if after.is_none() {
                break;
            }
        }
        Ok(erased)
    }

    async fn erase_in_quarantine(&self, people: &BTreeSet<UserId>) -> Result<u64, ArchiveError> {
        let erased = quarantine::erased(&self.database, people).await?;
        self.put_erased(&erased).await?;
        Ok(erased.len() as u64)
    }

    async fn erase_message(&self, room: RoomId, seq: u64) -> Result<(), ArchiveError> {
        message::erase(&self.database, room, seq).await
    }

    async fn erased_messages(&self, room: RoomId) -> Result<BTreeSet<u64>, ArchiveError> {
        message::erased_of(&self.database, room).await
    }

    async fn ping(&self) -> Result<(), ArchiveError> {
        let one: i64 = query_scalar("SELECT 1").fetch_one(self.database.reader()).await?;
        debug_assert_eq!(one, 1);
        Ok(())
    }
}

impl From<sqlx::Error> for ArchiveError {
    fn from(error: sqlx::Error) -> Self {
        Self::Away(error.into())
    }
}

async fn pause_before(transaction: usize) {
    if transaction > 0 {
        tokio::time::sleep(TRANSACTION_PAUSE).await;
    }
}

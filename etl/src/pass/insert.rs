//! Step 4, second part: inserts the rooms of a group, in batches that do not care where one
//! room ends and the next begins.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemas::archive::{ArchivedEvent, HashChain};
use schemas::http::RoomStatus;
use schemas::ids::{RoomId, UserId};
use storage::archive::ArchiveError;
use storage::rooms::Closed;

use super::closed_room::ClosedRoom;
use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};
use crate::report::PartitionReport;

/// A room whose events are in the archive.
pub(super) struct InsertedRoom {
    pub(super) room: RoomId,
    pub(super) status: Option<RoomStatus>,
    pub(super) closed: Closed,
    pub(super) members: Vec<UserId>,
    /// Everyone who did something there; nobody is waited for who never did.
    pub(super) users: BTreeSet<UserId>,
    /// The chain that the events must give back.
    pub(super) expected: HashChain,
}

/// Inserts rooms. What is inserted twice is the same the second time: an event's identity is
/// its offset, and a closed room folds to the same events for ever. A room of which something
/// else is there already is told and left out.
pub(super) async fn insert(
    pass: &Pass,
    partition: u32,
    rooms: Vec<ClosedRoom>,
    report: &mut PartitionReport,
) -> Result<Vec<InsertedRoom>, PassError> {
    let epoch: Arc<str> = pass.ports.log.epoch().into();
    let mut batches = Batches { pass, partition, torn: BTreeSet::new(), batch: vec![], report };
    let mut inserted = vec![];
    for room in rooms {
        let mut users = BTreeSet::new();
        let mut expected = HashChain::default();
        for (offset, event) in room.offsets.into_iter().zip(room.events) {
            users.extend(event.user);
            let event = ArchivedEvent::new(room.room, Arc::clone(&epoch), offset, event)?;
            expected.add(event.hash());
            batches.add(event).await?;
        }
        let ClosedRoom { room, status, closed, members, .. } = room;
        inserted.push(InsertedRoom { room, status, closed, members, users, expected });
    }
    batches.insert().await?;
    inserted.retain(|inserted| !batches.torn.contains(&inserted.room));
    Ok(inserted)
}

/// Events on their way, a batch at a time.
struct Batches<'a> {
    pass: &'a Pass,
    partition: u32,
    /// Rooms in conflict with the archive.
    torn: BTreeSet<RoomId>,
    batch: Vec<ArchivedEvent>,
    report: &'a mut PartitionReport,
}

impl Batches<'_> {
    async fn add(&mut self, event: ArchivedEvent) -> Result<(), PassError> {
        if self.torn.contains(&event.room) {
            return Ok(());
        }
        self.batch.push(event);
        if self.batch.len() >= self.pass.limits.insert_events_max {
            self.insert().await?;
        }
        Ok(())
    }

    /// Inserts what there is; again without a room that is in conflict.
    async fn insert(&mut self) -> Result<(), PassError> {
        while !self.batch.is_empty() {
            self.pass.go_on()?;
            match self.pass.ports.archive.insert(&self.batch).await {
                Ok(_) => {
                    self.batch.clear();
                    reached(CrashPoint::InsertBatch);
                }
                Err(error @ ArchiveError::Conflict { room, .. }) => {
                    self.report.fail(self.partition, Some(room), &PassError::from(error));
                    self.torn.insert(room);
                    self.batch.retain(|event| event.room != room);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

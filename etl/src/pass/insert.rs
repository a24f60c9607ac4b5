//! Step 4, second part: inserts the rooms of a group, in batches that do not care where one
//! room ends and the next begins.

use std::collections::{BTreeMap, BTreeSet};

use schemas::archive::{ArchivedEvent, HashChain};
use schemas::ids::RoomId;
use storage::archive::ArchiveError;

use super::closed_room::ClosedRoom;
use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};
use crate::report::PartitionReport;

/// A room whose events are in the archive, and the chain that they must give back.
pub(super) struct InsertedRoom {
    pub(super) room: ClosedRoom,
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
    let mut torn = BTreeSet::new();
    let mut chains: BTreeMap<RoomId, HashChain> = BTreeMap::new();
    let mut events = rooms.iter().flat_map(|room| archived_events(pass, room));
    loop {
        let mut batch: Vec<_> = events.by_ref().take(pass.limits.insert_events_max).collect();
        if batch.is_empty() {
            break;
        }
        batch.retain(|event| !torn.contains(&event.room));
        for event in &batch {
            chains.entry(event.room).or_default().add(&event.hash()?);
        }
        while let Some((room, error)) = insert_batch(pass, &batch).await? {
            report.fail(partition, Some(room), &error);
            torn.insert(room);
            batch.retain(|event| event.room != room);
        }
        reached(CrashPoint::InsertBatch);
    }
    drop(events);
    let whole = rooms.into_iter().filter(|room| !torn.contains(&room.room));
    let inserted = whole
        .map(|room| InsertedRoom { expected: chains.remove(&room.room).unwrap_or_default(), room });
    Ok(inserted.collect())
}

/// Inserts events; answers which room of theirs is in conflict with the archive, if one is.
async fn insert_batch(
    pass: &Pass,
    batch: &[ArchivedEvent],
) -> Result<Option<(RoomId, PassError)>, PassError> {
    pass.go_on()?;
    match pass.ports.archive.insert(batch).await {
        Ok(_) => Ok(None),
        Err(error @ ArchiveError::Conflict { room, .. }) => Ok(Some((room, error.into()))),
        Err(error) => Err(error.into()),
    }
}

fn archived_events(pass: &Pass, room: &ClosedRoom) -> impl Iterator<Item = ArchivedEvent> {
    room.events().map(|(offset, event)| ArchivedEvent {
        room: room.room,
        epoch: pass.ports.log.epoch().to_owned(),
        offset,
        event: event.clone(),
    })
}

//! Step 4, second half: inserts a closed room, reads it back, seals it, marks its row.

use schemas::archive::{ArchivedEvent, HashChain, Seal};

use super::gather::ClosedRoom;
use super::{Pass, PassError, mark};
use crate::crash_point::{CrashPoint, reached};

/// Archives a room and answers its seal. What is inserted twice is the same the second time:
/// an event's identity is its offset, and a closed room folds to the same events for ever.
pub(super) async fn archive(
    pass: &Pass,
    partition: u32,
    room: &ClosedRoom,
) -> Result<Seal, PassError> {
    let expected = insert(pass, room).await?;
    let found = pass.ports.archive.read_back(&[room.room]).await?.pop().unwrap_or_default();
    if found != expected {
        return Err(PassError::NotWhole { found: found.count, expected: expected.count });
    }
    reached(CrashPoint::ReadBack);
    let seal = Seal {
        room: room.room,
        epoch: pass.ports.log.epoch().to_owned(),
        partition,
        count: expected.count,
        first_offset: room.closed.first_offset,
        close_offset: room.closed.close_offset,
        hash: expected.hash,
        sealed_at_ms: pass.clock.now_ms(),
        members: room.state().people().keys().copied().collect(),
    };
    pass.ports.archive.seal(&seal).await?;
    reached(CrashPoint::Seal);
    mark::archived(pass, room.room, room.status, &room.closed).await?;
    Ok(seal)
}

/// Inserts a room's events in batches and chains the hashes that the archive must give back.
async fn insert(pass: &Pass, room: &ClosedRoom) -> Result<HashChain, PassError> {
    let mut chain = HashChain::default();
    let mut events = room.events().map(|(offset, event)| ArchivedEvent {
        room: room.room,
        epoch: pass.ports.log.epoch().to_owned(),
        offset,
        event: event.clone(),
    });
    loop {
        let batch: Vec<_> = events.by_ref().take(pass.limits.insert_events_max).collect();
        if batch.is_empty() {
            return Ok(chain);
        }
        for event in &batch {
            chain.add(&event.hash()?);
        }
        pass.go_on()?;
        pass.ports.archive.insert(&batch).await?;
        reached(CrashPoint::InsertBatch);
    }
}

//! Step 4, last part: seals the rooms that are whole and marks their rows, side by side.

use schemas::archive::Seal;

use super::facts::PartitionScan;
use super::insert::InsertedRoom;
use super::side_by_side::side_by_side;
use super::{Pass, PassError, mark};
use crate::crash_point::{CrashPoint, reached};
use crate::report::PartitionReport;

/// Seals rooms. One that fails stops no other.
pub(super) async fn seal(
    pass: &Pass,
    scan: &mut PartitionScan<'_>,
    rooms: &[InsertedRoom],
    report: &mut PartitionReport,
) -> Result<(), PassError> {
    let partition = scan.partition;
    let sealing = rooms.iter().map(|room| seal_one(pass, partition, room));
    for (inserted, sealed) in rooms.iter().zip(side_by_side(sealing).await) {
        let room = inserted.room;
        match sealed {
            Ok((seal, is_new)) => {
                scan.sealed(room, seal.sealed_at_ms);
                if is_new {
                    report.counts.rooms_sealed += 1;
                    report.counts.events_archived += seal.count;
                } else {
                    report.counts.rooms_already_sealed += 1;
                }
            }
            Err(PassError::Stopped) => return Err(PassError::Stopped),
            Err(error) => report.fail(partition, Some(room), &error),
        }
    }
    Ok(())
}

/// Answers the seal, and whether it is new.
async fn seal_one(
    pass: &Pass,
    partition: u32,
    inserted: &InsertedRoom,
) -> Result<(Seal, bool), PassError> {
    pass.go_on()?;
    let seal = Seal {
        room: inserted.room,
        epoch: pass.ports.log.epoch().to_owned(),
        partition,
        count: inserted.expected.count,
        first_offset: inserted.closed.first_offset,
        close_offset: inserted.closed.close_offset,
        hash: inserted.expected.hash,
        sealed_at_ms: pass.clock.now_ms(),
        members: inserted.members.clone(),
    };
    let is_new = pass.ports.archive.seal(&seal).await?;
    reached(CrashPoint::Seal);
    mark::archived(pass, inserted.room, inserted.status, &inserted.closed).await?;
    Ok((seal, is_new))
}

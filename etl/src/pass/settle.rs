//! Step 3: brings rows up to what the log and the archive already prove.

use schemas::http::RoomStatus;
use schemas::ids::RoomId;

use super::mark;
use super::scan::{PartitionScan, RoomFacts};
use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};
use crate::report::PartitionReport;

/// Opens rows whose room began, finds the seals that stand already, and marks the rows that
/// lag behind them. Sealed rooms need none of their records again, even where only the end
/// of a room is left in the log.
pub(super) async fn settle(
    pass: &Pass,
    scan: &mut PartitionScan,
    report: &mut PartitionReport,
) -> Result<(), PassError> {
    for (room, facts) in &mut scan.rooms {
        pass.go_on()?;
        if facts.status == Some(RoomStatus::Creating)
            && let Some(first_offset) = facts.created
        {
            pass.ports.rooms.mark_open(*room, first_offset).await?;
            reached(CrashPoint::MarkOpen);
        }
        if !may_be_sealed(facts) {
            continue;
        }
        if let Some(seal) = pass.ports.archive.seal_of(*room).await? {
            mark::behind_seal(pass, &seal, facts.status).await?;
            facts.sealed_at_ms = Some(seal.sealed_at_ms);
            report.counts.rooms_already_sealed += 1;
        } else if facts.created.is_none() {
            let lost = PassError::BeginningLost { room: *room };
            report.fail(scan.partition, Some(*room), &lost);
        }
    }
    settle_unseen(pass, scan).await
}

/// A room whose records are all gone was sealed, or its row is too young to have any.
async fn settle_unseen(pass: &Pass, scan: &PartitionScan) -> Result<(), PassError> {
    let unseen = |room: &RoomId| !scan.rooms.contains_key(room);
    for (room, status) in scan.rows.iter().filter(|(room, _)| unseen(room)) {
        pass.go_on()?;
        if let Some(seal) = pass.ports.archive.seal_of(*room).await? {
            mark::behind_seal(pass, &seal, Some(*status)).await?;
        }
    }
    Ok(())
}

/// A room that has begun and not ended between the bounds cannot be sealed, unless its row
/// says so; that is most rooms, and saves asking for each.
fn may_be_sealed(facts: &RoomFacts) -> bool {
    match facts.status {
        None => facts.sealed_at_ms.is_some(),
        Some(RoomStatus::Aborted) => false,
        Some(RoomStatus::Archived) => true,
        Some(RoomStatus::Creating | RoomStatus::Open | RoomStatus::Closed) => {
            facts.last_close.is_some() || facts.created.is_none()
        }
    }
}

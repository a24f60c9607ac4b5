//! Step 3: brings rows up to what the log and the archive already prove.

use schemas::archive::Seal;
use schemas::http::RoomStatus;
use schemas::ids::RoomId;

use super::facts::{PartitionScan, RoomFacts};
use super::mark;
use super::side_by_side::side_by_side;
use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};
use crate::report::PartitionReport;

/// Opens rows whose room began, finds the seals that stand already, and marks the rows that
/// lag behind them. Sealed rooms need none of their records again, even where only the end
/// of a room is left in the log.
pub(super) async fn settle(
    pass: &Pass,
    scan: &mut PartitionScan<'_>,
    report: &mut PartitionReport,
) -> Result<(), PassError> {
    open_lagging_rows(pass, scan).await?;
    let asked = scan.rooms.iter().filter(|(_, facts)| may_be_sealed(facts));
    let asked = asked.map(|(room, _)| *room).collect();
    for (room, seal) in seals_of(pass, asked).await? {
        pass.go_on()?;
        let Some(facts) = scan.rooms.get_mut(&room) else {
            continue;
        };
        if let Some(seal) = seal {
            mark::behind_seal(pass, &seal, facts.status).await?;
            facts.sealed_at_ms = Some(seal.sealed_at_ms);
            report.counts.rooms_already_sealed += 1;
        } else if facts.created.is_none() {
            let lost = PassError::BeginningLost { room };
            report.fail(scan.partition, Some(room), &lost);
        }
    }
    settle_unseen(pass, scan).await
}

async fn open_lagging_rows(pass: &Pass, scan: &PartitionScan<'_>) -> Result<(), PassError> {
    let lagging = scan.rooms.iter().filter(|(_, facts)| facts.status == Some(RoomStatus::Creating));
    for (room, facts) in lagging {
        if let Some(first_offset) = facts.created {
            pass.go_on()?;
            pass.ports.rooms.mark_open(*room, first_offset).await?;
            reached(CrashPoint::MarkOpen);
        }
    }
    Ok(())
}

/// A room whose records are all gone was sealed, or its row is too young to have any.
async fn settle_unseen(pass: &Pass, scan: &PartitionScan<'_>) -> Result<(), PassError> {
    let unseen = scan.rows.keys().filter(|room| !scan.rooms.contains_key(room));
    let unseen = unseen.copied().collect();
    for (room, seal) in seals_of(pass, unseen).await? {
        pass.go_on()?;
        if let Some(seal) = seal {
            mark::behind_seal(pass, &seal, scan.rows.get(&room).copied()).await?;
        }
    }
    Ok(())
}

async fn seals_of(
    pass: &Pass,
    rooms: Vec<RoomId>,
) -> Result<Vec<(RoomId, Option<Seal>)>, PassError> {
    let asked = rooms.into_iter().map(|room| async move {
        pass.go_on()?;
        Ok((room, pass.ports.archive.seal_of(room).await?))
    });
    side_by_side(asked).await.into_iter().collect()
}

/// A room that has begun and not ended between the bounds cannot be sealed, unless its row
/// says so, and one that was folded on the way is told of already; that is most rooms, and
/// saves asking for each.
fn may_be_sealed(facts: &RoomFacts) -> bool {
    if facts.is_folded {
        return false;
    }
    match facts.status {
        None => facts.sealed_at_ms.is_some(),
        Some(RoomStatus::Aborted) => false,
        Some(RoomStatus::Archived) => true,
        Some(RoomStatus::Creating | RoomStatus::Open | RoomStatus::Closed) => {
            facts.last_close.is_some() || facts.created.is_none()
        }
    }
}

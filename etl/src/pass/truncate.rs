//! Step 5: deletes the records that nobody needs again. Only offsets that the scan saw and
//! whose room is proven to be elsewhere are ever passed.

use schemas::http::RoomStatus;

use super::facts::{PartitionScan, RoomFacts};
use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};
use crate::report::PartitionReport;

/// Truncates a partition.
pub(super) async fn truncate(
    pass: &Pass,
    scan: &PartitionScan<'_>,
    report: &mut PartitionReport,
) -> Result<(), PassError> {
    let now_ms = pass.clock.now_ms();
    report.oldest_open_at_ms = oldest_open_at_ms(scan);
    let before = first_needed(scan, now_ms, pass.limits.soak_ms);
    if before <= scan.bounds.low {
        return Ok(());
    }
    pass.go_on()?;
    pass.ports.log.truncate(scan.partition, before).await?;
    report.counts.records_truncated += before - scan.bounds.low;
    reached(CrashPoint::Truncate);
    Ok(())
}

/// The first offset that must stay.
fn first_needed(scan: &PartitionScan<'_>, now_ms: i64, soak_ms: i64) -> u64 {
    let needed = scan.rooms.values().filter(|facts| is_needed(facts, now_ms, soak_ms));
    needed
        .map(|facts| facts.first_seen)
        .chain(scan.unknown_held_from)
        .min()
        .unwrap_or(scan.bounds.high)
}

/// Whether a room's records must stay. Unknown rooms are set aside and held record by
/// record; a room that never opened had nobody in it.
fn is_needed(facts: &RoomFacts, now_ms: i64, soak_ms: i64) -> bool {
    match facts.sealed_at_ms {
        Some(sealed_at_ms) => now_ms.saturating_sub(sealed_at_ms) < soak_ms,
        None => !matches!(facts.status, None | Some(RoomStatus::Aborted)),
    }
}

fn oldest_open_at_ms(scan: &PartitionScan<'_>) -> Option<i64> {
    let is_open = |facts: &&RoomFacts| facts.sealed_at_ms.is_none() && is_needed(facts, 0, 0);
    let open = scan.rooms.values().filter(is_open);
    open.map(|facts| facts.first_seen_at_ms).min()
}

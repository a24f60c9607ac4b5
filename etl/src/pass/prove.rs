//! Step 4, third part: reads rooms back and lets through those that are whole.

use schemas::ids::RoomId;

use super::insert::InsertedRoom;
use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};
use crate::report::PartitionReport;

/// Rooms of which the archive gives back what was folded; others are told.
pub(super) async fn prove(
    pass: &Pass,
    partition: u32,
    inserted: Vec<InsertedRoom>,
    report: &mut PartitionReport,
) -> Result<Vec<InsertedRoom>, PassError> {
    pass.go_on()?;
    let ids: Vec<RoomId> = inserted.iter().map(|inserted| inserted.room).collect();
    let mut found = pass.ports.archive.read_back(&ids).await?.into_iter();
    let mut whole = vec![];
    for inserted in inserted {
        let found = found.next().unwrap_or_default();
        if found == inserted.expected {
            whole.push(inserted);
            continue;
        }
        let expected = inserted.expected.count;
        let not_whole = PassError::NotWhole { found: found.count, expected };
        report.fail(partition, Some(inserted.room), &not_whole);
    }
    reached(CrashPoint::ReadBack);
    Ok(whole)
}

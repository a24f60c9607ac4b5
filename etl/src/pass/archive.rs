//! Step 4: brings a group of closed rooms into the archive, and seals those that are whole.

use tokio::sync::SemaphorePermit;

use super::closed_room::ClosedRoom;
use super::facts::PartitionScan;
use super::{Pass, PassError, forget, insert, prove, seal};
use crate::report::PartitionReport;

/// Archives rooms together. One that fails stops no other. A place that is given, since nothing
/// is held after these rooms, is free once they are inserted.
pub(super) async fn archive(
    pass: &Pass,
    scan: &mut PartitionScan<'_>,
    closed: Vec<ClosedRoom>,
    place: Option<SemaphorePermit<'_>>,
    report: &mut PartitionReport,
) -> Result<(), PassError> {
    let inserted = insert::insert(pass, scan.partition, closed, report).await?;
    drop(place);
    if inserted.is_empty() {
        return Ok(());
    }
    let whole = prove::prove(pass, scan.partition, inserted, report).await?;
    forget::forget(pass, &whole).await?;
    seal::seal(pass, scan, &whole, report).await
}

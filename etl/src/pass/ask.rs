//! Step 1: takes the bounds and the rows of a few partitions at once, since most of them, as a
//! rule, have little or nothing, and two questions for each would take longer than the rest.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use storage::log::Watermarks;

use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};
use crate::report::{PartitionReport, PassReport};

/// Most partitions that are asked for at once; their rows are in memory together.
const PARTITIONS_AT_ONCE: u32 = 16;

/// A partition to be worked on.
pub(super) struct Partition {
    pub(super) number: u32,
    pub(super) bounds: Watermarks,
    /// Rows, other than archived and aborted ones, as they stood after the bounds were taken.
    pub(super) rows: BTreeMap<RoomId, RoomStatus>,
}

/// Partitions in their order, asked for when the last few are given away.
#[derive(Default)]
pub(super) struct Asked {
    partitions: VecDeque<Partition>,
    /// The first that is not asked for.
    next: u32,
}

impl Asked {
    /// The next partition; those that cannot be asked for are told and left out.
    pub(super) async fn next(&mut self, pass: &Pass, report: &mut PassReport) -> Option<Partition> {
        while self.partitions.is_empty() && self.next < report.partitions {
            let end = report.partitions.min(self.next + PARTITIONS_AT_ONCE);
            let numbers = self.next..end;
            self.next = end;
            match ask(pass, numbers.clone()).await {
                Ok(partitions) => self.partitions.extend(partitions),
                Err(PassError::Stopped) => report.stopped = true,
                Err(error) => {
                    for number in numbers {
                        let mut failed = PartitionReport::default();
                        failed.fail(number, None, &error);
                        report.add(failed, pass.clock.now_ms());
                    }
                }
            }
        }
        self.partitions.pop_front()
    }
}

async fn ask(pass: &Pass, numbers: Range<u32>) -> Result<Vec<Partition>, PassError> {
    pass.go_on()?;
    let bounds = pass.ports.log.bounds(numbers.clone()).await?;
    reached(CrashPoint::Bounds);
    // Read after the bounds: a room's row is older than its first record, so a room that is
    // not here and cannot be asked for is truly unknown.
    let rows = pass.ports.rooms.unarchived_in(numbers.clone()).await?;
    let partition = |(number, bounds)| Partition { number, bounds, rows: BTreeMap::new() };
    let mut partitions: Vec<Partition> = numbers.zip(bounds).map(partition).collect();
    for row in rows {
        let of = partitions.iter_mut().find(|partition| partition.number == row.partition);
        if let Some(partition) = of {
            partition.rows.insert(row.id, row.status);
        }
    }
    Ok(partitions)
}

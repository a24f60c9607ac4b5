//! Step 4 for the rooms that could not be folded on the way: those that did not fit, and those
//! whose rows lag their closes.
//!
//! They lie interleaved, and a log may have no index by room, so asking for one room after the
//! other could read the partition once a room. Instead as many as fit into memory are folded
//! together in one read of the span they cover.

use std::collections::HashMap;

use schemas::ids::RoomId;

use super::closed_room::{ClosedRoom, RoomFold};
use super::facts::{PartitionScan, RoomFacts};
use super::read::{Reader, read_record};
use super::{Pass, PassError, PassLimits};
use crate::crash_point::{CrashPoint, reached};

/// Rooms to archive together: as many as the limits allow, or a single one.
pub(super) fn groups(scan: &PartitionScan<'_>, limits: &PassLimits) -> Vec<Vec<RoomId>> {
    let mut closable: Vec<(&RoomId, &RoomFacts)> =
        scan.rooms.iter().filter(|(_, facts)| facts.is_left()).collect();
    closable.sort_unstable_by_key(|(_, facts)| facts.first_seen);
    let mut groups: Vec<Vec<RoomId>> = vec![];
    let (mut records, mut bytes) = (0, 0);
    for (room, facts) in closable {
        records += facts.records;
        bytes += facts.bytes;
        let fits = records <= limits.group_records_max && bytes <= limits.group_bytes_max;
        match groups.last_mut() {
            Some(group) if fits => group.push(*room),
            _ => {
                groups.push(vec![*room]);
                (records, bytes) = (facts.records, facts.bytes);
            }
        }
    }
    groups
}

/// Folds a group. A room whose `room_closed` the fold did not accept is still open and is
/// left out.
pub(super) async fn gather(
    pass: &Pass,
    scan: &PartitionScan<'_>,
    group: &[RoomId],
) -> Result<Vec<ClosedRoom>, PassError> {
    let facts: Vec<&RoomFacts> = group.iter().filter_map(|room| scan.rooms.get(room)).collect();
    let from = facts.iter().map(|facts| facts.first_seen).min();
    let last_close = facts.iter().filter_map(|facts| facts.last_close).max();
    let (Some(from), Some(last_close)) = (from, last_close) else {
        return Ok(vec![]);
    };
    let key = match group {
        [only] => Some(*only),
        _ => None,
    };
    let mut folds: HashMap<RoomId, RoomFold> =
        group.iter().map(|room| (*room, RoomFold::default())).collect();
    let mut reader = Reader::new(pass, scan.partition, from, last_close + 1, key);
    while let Some(records) = reader.next().await? {
        for stored in &records {
            if let Some(room_fold) = folds.get_mut(&stored.key)
                && let Some(record) = read_record(stored)
            {
                room_fold.take_in(stored, &record);
            }
        }
    }
    reached(CrashPoint::Gather);
    Ok(group
        .iter()
        .filter_map(|room| {
            let status = scan.rooms.get(room)?.status;
            folds.remove(room)?.into_closed(*room, status)
        })
        .collect())
}

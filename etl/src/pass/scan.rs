//! Step 2: goes over a partition once and remembers [`facts`](super::facts) of its rooms. Records
//! are kept only on the way to a close that is known to come ([`on_the_way`](super::on_the_way)).

use std::collections::{BTreeMap, BTreeSet};

use schemas::archive::{QuarantineReason, Quarantined};
use schemas::ids::RoomId;
use storage::log::StoredRecord;

use super::archive::archive;
use super::ask::Partition;
use super::facts::{Known, PartitionScan, RoomFacts};
use super::on_the_way::OnTheWay;
use super::read::{Reader, read_record};
use super::side_by_side::side_by_side;
use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};
use crate::report::PartitionReport;

/// Scans a partition, sets aside what belongs to no known room, and archives on the way.
pub(super) async fn scan<'a>(
    pass: &Pass,
    partition: &'a Partition,
    report: &mut PartitionReport,
) -> Result<PartitionScan<'a>, PassError> {
    let bounds = partition.bounds;
    let mut scan = PartitionScan {
        partition: partition.number,
        bounds,
        rooms: BTreeMap::new(),
        rows: &partition.rows,
        unknown_held_from: None,
        now_ms: pass.ports.log.now_ms(),
    };
    pass.progress.expect(bounds.high.saturating_sub(bounds.low));
    let place = pass.place().await?;
    let mut on_the_way = OnTheWay::new(&pass.limits);
    let mut reader = Reader::new(pass, scan.partition, bounds.low, bounds.high, None);
    while let Some(records) = reader.next().await? {
        let met = scan.meet(pass, &records).await?;
        let aside: Vec<Quarantined> = records
            .iter()
            .filter_map(|stored| scan.judge(pass, stored, &met, &mut on_the_way))
            .collect();
        set_aside(pass, &aside).await?;
        report.counts.records_quarantined += aside.len() as u64;
        report.counts.records_read += records.len() as u64;
        pass.progress.advance(records.len() as u64);
        reached(CrashPoint::ScanBatch);
        archive(pass, &mut scan, on_the_way.enough(), None, report).await?;
    }
    archive(pass, &mut scan, on_the_way.closed(), Some(place), report).await?;
    scan.warn_of_unknown_rooms();
    Ok(scan)
}

impl PartitionScan<'_> {
    /// Asks, once a room, what its row and, without one, its seal say.
    async fn meet(
        &self,
        pass: &Pass,
        records: &[StoredRecord],
    ) -> Result<BTreeMap<RoomId, Known>, PassError> {
        let keys: BTreeSet<RoomId> = records.iter().map(|stored| stored.key).collect();
        let new = keys.into_iter().filter(|room| !self.rooms.contains_key(room));
        let asked = new.map(|room| async move { Ok((room, self.ask(pass, room).await?)) });
        side_by_side(asked).await.into_iter().collect()
    }

    async fn ask(&self, pass: &Pass, room: RoomId) -> Result<Known, PassError> {
        if let Some(status) = self.rows.get(&room) {
            return Ok(Known { status: Some(*status), sealed_at_ms: None });
        }
        let row = pass.ports.rooms.get(room).await?;
        if let Some(row) = row.filter(|row| row.partition == self.partition) {
            return Ok(Known { status: Some(row.status), sealed_at_ms: None });
        }
        let seal = pass.ports.archive.seal_of(room).await?;
        Ok(Known { status: None, sealed_at_ms: seal.map(|seal| seal.sealed_at_ms) })
    }

    /// Takes a record in, or answers it with the reason why it must be set aside.
    fn judge(
        &mut self,
        pass: &Pass,
        stored: &StoredRecord,
        met: &BTreeMap<RoomId, Known>,
        on_the_way: &mut OnTheWay,
    ) -> Option<Quarantined> {
        let aside = |reason| Some(quarantined(pass, stored, reason));
        let Some(record) = read_record(stored) else {
            return aside(QuarantineReason::Undecodable);
        };
        let facts = self.rooms.entry(record.room).or_insert_with(|| {
            let unknown = Known { status: None, sealed_at_ms: None };
            RoomFacts::new(stored, met.get(&record.room).copied().unwrap_or(unknown))
        });
        facts.take_in(stored, &record);
        if !facts.is_unknown() {
            facts.is_folded |= on_the_way.take_in(facts, stored, &record);
            return None;
        }
        let age_ms = self.now_ms.saturating_sub(stored.at_ms);
        if age_ms < pass.limits.unknown_room_hold_ms {
            self.unknown_held_from.get_or_insert(stored.offset);
        }
        aside(QuarantineReason::UnknownRoom)
    }

    /// A database of rows restored from an old backup looks exactly like this.
    fn warn_of_unknown_rooms(&self) {
        for (room, facts) in self.rooms.iter().filter(|(_, facts)| facts.is_unknown()) {
            tracing::warn!(
                partition = self.partition,
                room.id = %room,
                offset = facts.first_seen,
                records = facts.records,
                "records of a room without a row: set aside, and held in the log for a while"
            );
        }
    }
}

fn quarantined(pass: &Pass, stored: &StoredRecord, reason: QuarantineReason) -> Quarantined {
    Quarantined {
        epoch: pass.ports.log.epoch().to_owned(),
        partition: stored.partition,
        offset: stored.offset,
        at_ms: stored.at_ms,
        reason,
        raw: stored.value.to_vec(),
    }
}

async fn set_aside(pass: &Pass, aside: &[Quarantined]) -> Result<(), PassError> {
    if aside.is_empty() {
        return Ok(());
    }
    pass.ports.archive.quarantine(aside).await?;
    let mut undecodable =
        aside.iter().filter(|bytes| bytes.reason == QuarantineReason::Undecodable);
    if let Some(first) = undecodable.next() {
        tracing::error!(
            partition = first.partition,
            offset = first.offset,
            records = 1 + undecodable.count(),
            "bytes that are no record: set aside"
        );
    }
    reached(CrashPoint::Quarantine);
    Ok(())
}

//! Step 2: goes over a partition once and remembers a few facts a room, so that memory grows
//! with the rooms and not with what was said in them. Records are kept only on the way to a
//! close that is known to come ([`on_the_way`](super::on_the_way)).

use std::collections::{BTreeMap, BTreeSet};

use schemas::archive::{QuarantineReason, Quarantined};
use schemas::fold::{Outcome, fold};
use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use schemas::record::{Entry, Record};
use storage::log::{StoredRecord, Watermarks};

use super::archive::archive;
use super::ask::Partition;
use super::on_the_way::OnTheWay;
use super::read::Reader;
use super::side_by_side::side_by_side;
use super::{Pass, PassError};
use crate::crash_point::{CrashPoint, reached};
use crate::report::PartitionReport;

/// What a scan remembers of a partition.
pub(super) struct PartitionScan<'a> {
    pub(super) partition: u32,
    pub(super) bounds: Watermarks,
    /// Every room with a record between the bounds.
    pub(super) rooms: BTreeMap<RoomId, RoomFacts>,
    /// The partition's rows, as they stood after the bounds were taken.
    pub(super) rows: &'a BTreeMap<RoomId, RoomStatus>,
    /// First record of an unknown room that is too young to be deleted.
    pub(super) unknown_held_from: Option<u64>,
    /// The log's time at the start.
    now_ms: i64,
}

/// What a scan remembers of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RoomFacts {
    /// Where its row stands; none if there is no such row in this partition.
    pub(super) status: Option<RoomStatus>,
    /// When it was sealed, once that is known.
    pub(super) sealed_at_ms: Option<i64>,
    /// Its first record between the bounds.
    pub(super) first_seen: u64,
    /// The log's time of that.
    pub(super) first_seen_at_ms: i64,
    /// Its `room_created`, if that is between the bounds.
    pub(super) created: Option<u64>,
    /// Its last `room_closed` between the bounds; whether one counts is for the fold to say.
    pub(super) last_close: Option<u64>,
    /// Its records between the bounds.
    pub(super) records: u64,
    /// Bytes of those.
    pub(super) bytes: u64,
    /// Whether it was folded to its close on the way, and so has been tried.
    pub(super) is_folded: bool,
}

/// What the stores say of a room that the scan meets.
#[derive(Clone, Copy)]
struct Known {
    status: Option<RoomStatus>,
    sealed_at_ms: Option<i64>,
}

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
    /// Remembers that a room was sealed.
    pub(super) fn sealed(&mut self, room: RoomId, at_ms: i64) {
        if let Some(facts) = self.rooms.get_mut(&room) {
            facts.sealed_at_ms = Some(at_ms);
        }
    }

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

impl RoomFacts {
    fn new(first: &StoredRecord, known: Known) -> Self {
        Self {
            status: known.status,
            sealed_at_ms: known.sealed_at_ms,
            first_seen: first.offset,
            first_seen_at_ms: first.at_ms,
            created: None,
            last_close: None,
            records: 0,
            bytes: 0,
            is_folded: false,
        }
    }

    /// Whether neither a row nor a seal knows the room.
    pub(super) fn is_unknown(&self) -> bool {
        self.status.is_none() && self.sealed_at_ms.is_none()
    }

    /// Whether the room seems to have begun and ended between the bounds, and was neither
    /// folded on the way nor sealed before.
    pub(super) fn is_left(&self) -> bool {
        let is_live = !matches!(self.status, None | Some(RoomStatus::Aborted));
        let is_whole = self.created.is_some() && self.created < self.last_close;
        is_live && is_whole && !self.is_folded && self.sealed_at_ms.is_none()
    }

    fn take_in(&mut self, stored: &StoredRecord, record: &Record) {
        self.records += 1;
        self.bytes += stored.value.len() as u64;
        match &record.entry {
            Entry::RoomCreated(_) if self.created.is_none() => {
                let outcome = fold(&mut None, record, stored.at_ms);
                if matches!(outcome, Outcome::Accepted { .. }) {
                    self.created = Some(stored.offset);
                }
            }
            Entry::RoomClosed(_) => self.last_close = Some(stored.offset),
            _ => {}
        }
    }
}

/// The record, unless its bytes are none or speak of another room than their key.
pub(super) fn read_record(stored: &StoredRecord) -> Option<Record> {
    Record::decode(&stored.value).ok().filter(|record| record.room == stored.key)
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

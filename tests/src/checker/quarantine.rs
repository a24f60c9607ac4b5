//! Bytes that are no record hold nothing up and are kept as they were.

use std::collections::BTreeMap;

use schemas::archive::{QuarantineReason, Quarantined};
use schemas::record::Record;
use storage::log::StoredRecord;

use super::evidence::{Evidence, Planted};
use super::finding::{Fault, Report};

pub(super) fn check(evidence: &Evidence, report: &mut Report) {
    let mut aside: BTreeMap<(u32, u64), &Quarantined> = BTreeMap::new();
    for quarantined in &evidence.quarantined {
        let place = (quarantined.partition, quarantined.offset);
        if aside.insert(place, quarantined).is_some() {
            report.find(Fault::Doubled, format!("set aside twice: {place:?}"));
        }
    }
    for planted in &evidence.planted {
        is_in_the_log(evidence, planted, report);
    }
    for stored in evidence.log.records() {
        let place = (stored.partition, stored.offset);
        let found = aside.remove(&place);
        let expected = reason(evidence, stored).map(|reason| Quarantined {
            epoch: evidence.epoch.clone(),
            partition: stored.partition,
            offset: stored.offset,
            at_ms: stored.at_ms,
            reason,
            raw: stored.value.to_vec(),
        });
        if found != expected.as_ref() {
            let what = format!("{place:?}: {found:?}, expected {expected:?}");
            report.find(Fault::QuarantineDiffers, what);
        }
    }
    for place in aside.keys() {
        report.find(Fault::Phantom, format!("set aside, and not in the log: {place:?}"));
    }
    held(evidence, report);
}

/// Why a record must be set aside, if it must.
fn reason(evidence: &Evidence, stored: &StoredRecord) -> Option<QuarantineReason> {
    let record = Record::decode(&stored.value).ok().filter(|record| record.room == stored.key);
    let Some(record) = record else { return Some(QuarantineReason::Undecodable) };
    let is_known = evidence.rooms.contains_key(&record.room);
    (!is_known).then_some(QuarantineReason::UnknownRoom)
}

fn is_in_the_log(evidence: &Evidence, planted: &Planted, report: &mut Report) {
    let Some(offset) = planted.offset else { return };
    let partition = evidence.log.partitions.get(planted.partition as usize);
    let stored = partition.and_then(|partition| partition.records.get(&offset));
    if stored.is_none_or(|stored| stored.value != planted.raw) {
        report.find(Fault::Lost, format!("planted, and not in the log: {planted:?}"));
    }
}

/// What no row knows stays in the log too, since the rows may be what is wrong.
fn held(evidence: &Evidence, report: &mut Report) {
    for planted in &evidence.planted {
        let (QuarantineReason::UnknownRoom, Some(offset)) = (planted.reason, planted.offset) else {
            continue;
        };
        let samples = evidence.samples.iter();
        let low = samples.filter(|sample| sample.partition == planted.partition);
        if let Some(low) = low.map(|sample| sample.low).max().filter(|low| *low > offset) {
            let what = format!("a record of an unknown room at {offset}, cut at {low}");
            report.find(Fault::TruncatedEarly, what);
        }
    }
}

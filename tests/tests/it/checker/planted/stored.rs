//! Faults of what is stored: the archive, the looks at it, what was set aside, the log.

use end_to_end::checker::{ArchivedRoom, Evidence, Planted, Sample, Unsealed};
use rand::RngExt;
use rand::rngs::StdRng;
use schemas::archive::QuarantineReason;
use schemas::http::RoomStatus;

use super::any;

pub(super) fn any_room<'a>(
    evidence: &'a mut Evidence,
    dice: &mut StdRng,
) -> Option<&'a mut ArchivedRoom> {
    any(dice, evidence.rooms.values_mut())
}

pub(super) fn seal_missing(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    any_room(evidence, dice)?.seal = None;
    Some(())
}

pub(super) fn row_lags(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    any_room(evidence, dice)?.status = RoomStatus::Closed;
    Some(())
}

pub(super) fn archived_gone(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let events = &mut any_room(evidence, dice)?.events;
    events.remove(dice.random_range(0..events.len()));
    Some(())
}

pub(super) fn archived_changed(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let archived = any_room(evidence, dice)?;
    any(dice, &mut archived.events)?.at_ms += 1;
    Some(())
}

pub(super) fn stored_differs(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    any_room(evidence, dice)?.read_back.hash[dice.random_range(0..32)] ^= 1;
    Some(())
}

pub(super) fn seal_differs(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    any_room(evidence, dice)?.seal.as_mut()?.count += 1;
    Some(())
}

pub(super) fn member_forgotten(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    any_room(evidence, dice)?.seal.as_mut()?.members.pop().map(drop)
}

pub(super) fn visible(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let unsealed = evidence.samples.iter_mut().flat_map(|sample| &mut sample.unsealed);
    any(dice, unsealed)?.visible = true;
    Some(())
}

pub(super) fn cut_early(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let (room, archived) = any(dice, &evidence.rooms)?;
    let seal = archived.seal.as_ref()?;
    let (partition, low) = (seal.partition, seal.first_offset + 1);
    let unsealed = vec![Unsealed { room: *room, visible: false }];
    evidence.samples.push(Sample { partition, low, unsealed });
    Some(())
}

pub(super) fn unknown_cut(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let unknown = |planted: &&Planted| planted.reason == QuarantineReason::UnknownRoom;
    let planted = any(dice, evidence.planted.iter().filter(unknown))?;
    let (partition, low) = (planted.partition, planted.offset? + 1);
    evidence.samples.push(Sample { partition, low, unsealed: vec![] });
    Some(())
}

pub(super) fn poison_changed(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let raw = &mut any(dice, &mut evidence.quarantined)?.raw;
    *any(dice, raw)? ^= 1;
    Some(())
}

pub(super) fn poison_forgotten(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let place = any(dice, 0..evidence.quarantined.len())?;
    evidence.quarantined.remove(place);
    Some(())
}

pub(super) fn good_set_aside(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let mut quarantined = any(dice, &evidence.quarantined)?.clone();
    let aside = |offset| {
        let mut places = evidence.quarantined.iter();
        places.any(|other| (other.partition, other.offset) == (quarantined.partition, offset))
    };
    let high = evidence.log.partitions[quarantined.partition as usize].high;
    quarantined.offset = any(dice, (0..high).filter(|offset| !aside(*offset)))?;
    evidence.quarantined.push(quarantined);
    Some(())
}

pub(super) fn log_changed(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let mut stored = any(dice, evidence.log.records())?.clone();
    stored.at_ms += 1;
    evidence.log.take(stored);
    Some(())
}

pub(super) fn uncollected(evidence: &mut Evidence, dice: &mut StdRng) -> Option<()> {
    let partition = any(dice, &mut evidence.log.partitions)?;
    let offset = any(dice, partition.records.keys().copied().collect::<Vec<_>>())?;
    partition.records.remove(&offset).map(drop)
}

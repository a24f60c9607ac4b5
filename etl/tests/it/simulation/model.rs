//! What must be true, by the plain fold of all that was ever in the log: looked at whenever
//! something leaves the log or is sealed, and in full at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use schemas::archive::{ArchivedEvent, HashChain, QuarantineReason, Quarantined, Seal};
use schemas::event::Event;
use schemas::fold::{Outcome, fold};
use schemas::http::RoomStatus;
use schemas::ids::UserId;
use schemas::record::Record;
use schemas::state::RoomState;
use storage::log::StoredRecord;
use storage::memory::{EPOCH, World};

use super::rooms::{Kind, Known};

/// Watches a world and keeps the first thing that is wrong with it.
pub(crate) struct Model {
    known: Arc<Mutex<Vec<Known>>>,
    unknown_room_hold_ms: i64,
    seen: Mutex<Seen>,
}

/// What was looked at last.
#[derive(Default)]
struct Seen {
    lows: BTreeMap<u32, u64>,
    seals: usize,
    finding: Option<String>,
    /// Who is to be erased.
    erasures: BTreeSet<UserId>,
    /// Who is erased, and has to stay it.
    erased: BTreeSet<UserId>,
}

impl Model {
    pub(crate) fn new(known: Arc<Mutex<Vec<Known>>>, unknown_room_hold_ms: i64) -> Self {
        Self { known, unknown_room_hold_ms, seen: Mutex::default() }
    }

    /// Called after whatever takes effect.
    pub(crate) fn look(&self, world: &World) {
        let mut seen = self.seen.lock().unwrap();
        if seen.finding.is_some() {
            return;
        }
        for partition in 0..world.partitions() {
            let low = world.watermarks(partition).low;
            let last = seen.lows.insert(partition, low).unwrap_or(0);
            if low > last {
                seen.finding = self.check_deleted(world, partition, last..low, &seen).err();
            }
        }
        let seals = world.seals_count();
        if seals != seen.seals {
            seen.seals = seals;
            seen.check_seals(self, world);
        }
    }

    /// Somebody asked for a person to be erased.
    pub(crate) fn erasure_begins(&self, user: UserId) {
        self.seen.lock().unwrap().erasures.insert(user);
    }

    /// Somebody was told that a person is erased.
    pub(crate) fn erasure_done(&self, world: &World, user: UserId) {
        let mut seen = self.seen.lock().unwrap();
        seen.erased.insert(user);
        seen.check_seals(self, world);
        seen.check_quarantine(world);
    }

    /// Who was ever asked to be erased.
    pub(crate) fn erasures(&self) -> BTreeSet<UserId> {
        self.seen.lock().unwrap().erasures.clone()
    }

    /// The first thing that was wrong at any moment so far.
    pub(crate) fn first_finding(&self) -> Result<(), String> {
        self.seen.lock().unwrap().finding.take().map_or(Ok(()), Err)
    }

    /// What must be true once nothing is left to do.
    pub(crate) fn check(&self, world: &World) -> Result<(), String> {
        let erasures = self.erasures();
        self.seen.lock().unwrap().erased.clone_from(&erasures);
        for known in self.known() {
            self.check_room(world, &known)?;
        }
        let kept: BTreeMap<_, _> =
            world.quarantined().into_iter().map(|kept| (place_of(&kept), kept)).collect();
        for partition in 0..world.partitions() {
            for stored in world.history(partition) {
                let wanted = self.set_aside(&stored).map(|wanted| blanked(&wanted, &erasures));
                let found = kept.get(&(partition, stored.offset));
                ensure(wanted.as_ref() == found, || {
                    format!("{found:?} is set aside, it should be {wanted:?}")
                })?;
            }
            let low = world.watermarks(partition).low;
            let wanted = self.first_needed(world, partition);
            ensure(low == wanted, || {
                format!("partition {partition} is deleted up to {low}, it should be {wanted}")
            })?;
        }
        Ok(())
    }

    /// Nothing leaves the log before its room is sealed, or it is set aside for good.
    fn check_deleted(
        &self,
        world: &World,
        partition: u32,
        offsets: std::ops::Range<u64>,
        seen: &Seen,
    ) -> Result<(), String> {
        let history = world.history(partition);
        let deleted = history.iter().filter(|stored| offsets.contains(&stored.offset));
        for stored in deleted {
            let offset = stored.offset;
            if let Some(wanted) = self.set_aside(stored) {
                let kept = world.quarantined();
                // Somebody may be erased at this very moment.
                let blanked = blanked(&wanted, &seen.erasures);
                ensure(kept.contains(&wanted) || kept.contains(&blanked), || {
                    format!("offset {offset} left the log and is not set aside as it was")
                })?;
                let age_ms = world.now_ms() - stored.at_ms;
                let held = wanted.reason == QuarantineReason::Undecodable
                    || age_ms >= self.unknown_room_hold_ms;
                ensure(held, || format!("offset {offset} left the log at the age of {age_ms} ms"))?;
            } else if self.is_archivable(stored) {
                ensure(world.is_sealed(stored.key), || {
                    format!("offset {offset} left the log, and its room is not sealed")
                })?;
            }
        }
        Ok(())
    }

    fn check_seal(&self, world: &World, seal: &Seal, seen: &Seen) -> Result<(), String> {
        let room = seal.room;
        let known = self.known().into_iter().find(|known| known.id == room);
        let known = known.ok_or_else(|| format!("a room that never was, {room}, is sealed"))?;
        let folded = Folded::of(world, &known);
        let wanted = folded.seal(&known).ok_or_else(|| format!("open room {room} is sealed"))?;
        let found = Seal { sealed_at_ms: 0, ..seal.clone() };
        ensure(found == wanted, || format!("{found:?} should be {wanted:?}"))?;
        let chain = world.chain_of(room);
        ensure((chain.count, chain.hash) == (seal.count, seal.hash), || {
            format!("room {room} is not proven by {seal:?}")
        })?;
        let archived = world.archived(room);
        let other = || format!("room {room} is archived with other events than the log's");
        let blanked = without(&archived, &seen.erasures);
        ensure(blanked == without(&folded.events, &seen.erasures), other)?;
        ensure(archived == without(&archived, &seen.erased), || {
            format!("room {room} tells of somebody who was erased")
        })
    }

    fn check_room(&self, world: &World, known: &Known) -> Result<(), String> {
        let room = known.id;
        let Some(row) = world.row(room) else {
            return ensure(!world.is_sealed(room), || format!("{room} is sealed without a row"));
        };
        let folded = Folded::of(world, known);
        let seal = world.seals().into_iter().find(|seal| seal.room == room);
        let wanted = match (known.kind, folded.seal(known), folded.offsets.first()) {
            (Kind::Aborted, _, _) => RoomStatus::Aborted,
            (_, Some(_), _) => RoomStatus::Archived,
            (_, None, Some(_)) => RoomStatus::Open,
            (_, None, None) => RoomStatus::Creating,
        };
        ensure(row.status == wanted, || format!("the row of {room} is {row:?}, not {wanted:?}"))?;
        ensure(seal.is_some() == (wanted == RoomStatus::Archived), || {
            format!("{room} is {wanted:?}, and its seal is {seal:?}")
        })?;
        let Some(seal) = seal else {
            return Ok(());
        };
        self.check_seal(world, &seal, &self.seen.lock().unwrap())?;
        let proven = (Some(seal.first_offset), Some(seal.close_offset), folded.closed());
        ensure((row.first_offset, row.close_offset, row.close_reason) == proven, || {
            format!("the row of {room} is {row:?}, its seal {seal:?}")
        })
    }

    /// How a record must be set aside, if it must.
    fn set_aside(&self, stored: &StoredRecord) -> Option<Quarantined> {
        let known = self.known().into_iter().find(|known| known.id == stored.key);
        let reason = match (read(stored), known.map(|known| known.kind)) {
            (None, _) => QuarantineReason::Undecodable,
            (Some(_), None | Some(Kind::Unknown)) => QuarantineReason::UnknownRoom,
            (Some(_), Some(_)) => return None,
        };
        Some(Quarantined {
            epoch: EPOCH.to_owned(),
            partition: stored.partition,
            offset: stored.offset,
            at_ms: stored.at_ms,
            reason,
            raw: stored.value.to_vec(),
        })
    }

    /// Whether a record belongs to a room that is to be archived one day.
    fn is_archivable(&self, stored: &StoredRecord) -> bool {
        let known = self.known().into_iter().find(|known| known.id == stored.key);
        let kind = known.map(|known| known.kind);
        read(stored).is_some() && matches!(kind, Some(Kind::Plain | Kind::Lagging))
    }

    /// The first record of a room that is not sealed, or the end.
    fn first_needed(&self, world: &World, partition: u32) -> u64 {
        let history = world.history(partition);
        let needed =
            |stored: &&StoredRecord| self.is_archivable(stored) && !world.is_sealed(stored.key);
        history.iter().find(needed).map_or(history.len() as u64, |stored| stored.offset)
    }

    fn known(&self) -> Vec<Known> {
        self.known.lock().unwrap().clone()
    }
}

impl Seen {
    fn check_seals(&mut self, model: &Model, world: &World) {
        let sealed = world.seals().iter().try_for_each(|seal| model.check_seal(world, seal, self));
        self.finding = self.finding.take().or(sealed.err());
    }

    fn check_quarantine(&mut self, world: &World) {
        let tells = |kept: &Quarantined| blanked(kept, &self.erased) != *kept;
        if let Some(kept) = world.quarantined().iter().find(|kept| tells(kept)) {
            let what = || format!("{kept:?} is set aside and tells of somebody who was erased");
            self.finding.get_or_insert_with(what);
        }
    }
}

/// What is set aside as it is once these people are erased.
fn blanked(kept: &Quarantined, people: &BTreeSet<UserId>) -> Quarantined {
    kept.erased(people).unwrap().unwrap_or_else(|| kept.clone())
}

/// Events as they are once these people are erased.
fn without(events: &[Event], people: &BTreeSet<UserId>) -> Vec<Event> {
    events.iter().map(|event| event.erased(people).unwrap_or_else(|| event.clone())).collect()
}

/// A room by the plain fold of the whole log.
struct Folded {
    state: Option<RoomState>,
    /// Of the accepted records, in seq order.
    offsets: Vec<u64>,
    events: Vec<Event>,
}

impl Folded {
    fn of(world: &World, known: &Known) -> Self {
        let mut state = None;
        let mut offsets = vec![];
        for stored in world.history(known.partition) {
            if stored.key == known.id
                && let Some(record) = read(&stored)
                && let Outcome::Accepted { .. } = fold(&mut state, &record, stored.at_ms)
            {
                offsets.push(stored.offset);
            }
        }
        let events = state.as_ref().map_or_else(Vec::new, |state| state.events().to_vec());
        Self { state, offsets, events }
    }

    fn closed(&self) -> Option<schemas::record::CloseReason> {
        self.state.as_ref().and_then(RoomState::closed)
    }

    /// What must prove the room; none while it is open.
    fn seal(&self, known: &Known) -> Option<Seal> {
        self.closed()?;
        let mut chain = HashChain::default();
        for (offset, event) in self.offsets.iter().zip(&self.events) {
            let archived = ArchivedEvent::new(known.id, EPOCH.into(), *offset, event.clone());
            chain.add(archived.unwrap().hash());
        }
        Some(Seal {
            room: known.id,
            epoch: EPOCH.to_owned(),
            partition: known.partition,
            count: chain.count,
            first_offset: *self.offsets.first()?,
            close_offset: *self.offsets.last()?,
            hash: chain.hash,
            sealed_at_ms: 0,
            members: self.state.as_ref()?.people().keys().copied().collect(),
        })
    }
}

fn read(stored: &StoredRecord) -> Option<Record> {
    Record::decode(&stored.value).ok().filter(|record| record.room == stored.key)
}

fn place_of(kept: &Quarantined) -> (u32, u64) {
    (kept.partition, kept.offset)
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

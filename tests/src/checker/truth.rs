//! What the log says happened: its records, plainly folded.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use schemas::archive::{ArchivedEvent, HashChain};
use schemas::event::Event;
use schemas::fold::{Outcome, fold};
use schemas::ids::{RoomId, SessionId, UserId};
use schemas::record::Record;
use schemas::state::RoomState;
use storage::log::StoredRecord;

use super::evidence::CollectedLog;
use super::finding::{Fault, Report};

/// Every room, folded.
#[derive(Debug, Default)]
pub struct Truth {
    /// Rooms whose `room_created` is in the log.
    pub rooms: BTreeMap<RoomId, RoomTruth>,
}

/// One room, folded.
#[derive(Debug)]
pub struct RoomTruth {
    /// Its partition.
    pub partition: u32,
    /// What was accepted, in seq order.
    pub told: Vec<Told>,
    /// Seq by session and number.
    pub accepted: HashMap<(SessionId, u64), u64>,
    /// Everyone who ever was a member.
    pub members: BTreeSet<UserId>,
    /// Whether `room_closed` was accepted.
    pub is_closed: bool,
}

/// One accepted record.
#[derive(Debug)]
pub struct Told {
    /// Its place in the partition.
    pub offset: u64,
    /// From which tab.
    pub session: Option<SessionId>,
    /// As it was shown when it happened.
    pub live: Event,
    /// As history keeps it, without what was taken back.
    pub kept: Event,
}

impl Truth {
    /// Folds a log, which must be whole.
    pub fn of(log: &CollectedLog, report: &mut Report) -> Self {
        for (number, partition) in log.partitions.iter().enumerate() {
            for offset in &partition.changed {
                report.find(Fault::LogChanged, format!("partition {number}, offset {offset}"));
            }
            let seen = partition.records.len() as u64;
            if seen != partition.high {
                let what = format!("partition {number}: {seen} of {} records", partition.high);
                report.find(Fault::Uncollected, what);
            }
        }
        let mut folds: BTreeMap<RoomId, RoomFold> = BTreeMap::new();
        for stored in log.records() {
            let Ok(record) = Record::decode(&stored.value) else { continue };
            if record.room == stored.key {
                folds.entry(record.room).or_default().take_in(stored, &record);
            }
        }
        let rooms = folds.into_iter();
        Self { rooms: rooms.filter_map(|(room, fold)| Some((room, fold.end()?))).collect() }
    }
}

impl RoomTruth {
    /// The event at a seq.
    pub fn at(&self, seq: u64) -> Option<&Told> {
        self.told.get(usize::try_from(seq.checked_sub(1)?).ok()?)
    }

    /// Number of the last event.
    pub fn seq(&self) -> u64 {
        self.told.len() as u64
    }

    /// Offset of `room_created`.
    pub fn first_offset(&self) -> u64 {
        self.told.first().map_or(0, |told| told.offset)
    }

    /// The proof that the archive must have come to.
    pub fn chain(&self, room: RoomId, epoch: &str) -> HashChain {
        let mut chain = HashChain::default();
        for told in &self.told {
            let event = told.kept.clone();
            let archived = ArchivedEvent::new(room, epoch.into(), told.offset, event);
            chain.add(archived.expect("events are JSON").hash());
        }
        chain
    }
}

#[derive(Default)]
struct RoomFold {
    state: Option<RoomState>,
    partition: u32,
    live: Vec<(u64, Option<SessionId>, Event)>,
    accepted: HashMap<(SessionId, u64), u64>,
}

impl RoomFold {
    fn take_in(&mut self, stored: &StoredRecord, record: &Record) {
        let Outcome::Accepted { seq } = fold(&mut self.state, record, stored.at_ms) else {
            return;
        };
        self.partition = stored.partition;
        let event = self.state.as_ref().and_then(|state| state.events().last());
        self.live.extend(event.map(|event| (stored.offset, record.session, event.clone())));
        if let (Some(session), Some(client_seq)) = (record.session, record.client_seq) {
            self.accepted.insert((session, client_seq), seq);
        }
    }

    fn end(self) -> Option<RoomTruth> {
        let state = self.state?;
        let told = self.live.into_iter().zip(state.events()).map(|(live, kept)| {
            let (offset, session, live) = live;
            Told { offset, session, live, kept: kept.clone() }
        });
        Some(RoomTruth {
            partition: self.partition,
            told: told.collect(),
            accepted: self.accepted,
            members: state.people().keys().copied().collect(),
            is_closed: state.closed().is_some(),
        })
    }
}

//! Closed rooms are in the archive, whole and as the log told them.

use schemas::archive::Seal;
use schemas::event::Event;
use schemas::http::RoomStatus;
use schemas::ids::RoomId;

use super::evidence::{ArchivedRoom, Evidence};
use super::finding::{Fault, Report};
use super::truth::{RoomTruth, Truth};

pub(super) fn check(evidence: &Evidence, truth: &Truth, report: &mut Report) {
    for (room, known) in &truth.rooms {
        let archived = evidence.rooms.get(room);
        match archived.and_then(|archived| Some((archived, archived.seal.as_ref()?))) {
            Some((archived, seal)) => {
                let judge = Judge { room: *room, known, archived, seal, report };
                judge.judge(&evidence.epoch);
            }
            // Its owner never heard of it, and nobody was ever let in.
            None if known.seq() <= 1 && is_aborted(archived) => {}
            None => {
                let status = archived.map(|archived| archived.status);
                let what =
                    format!("room {room}: no seal, row {status:?}, closed {}", known.is_closed);
                report.find(Fault::NotArchived, what);
            }
        }
    }
    for (room, archived) in &evidence.rooms {
        let is_known = truth.rooms.contains_key(room);
        if !is_known && (archived.seal.is_some() || !archived.events.is_empty()) {
            report.find(Fault::Phantom, format!("room {room} is archived and not in the log"));
        }
    }
}

fn is_aborted(archived: Option<&ArchivedRoom>) -> bool {
    archived.is_some_and(|archived| archived.status == RoomStatus::Aborted)
}

struct Judge<'a> {
    room: RoomId,
    known: &'a RoomTruth,
    archived: &'a ArchivedRoom,
    seal: &'a Seal,
    report: &'a mut Report,
}

impl Judge<'_> {
    fn judge(mut self, epoch: &str) {
        let Self { known, archived, seal, .. } = self;
        if !known.is_closed {
            self.find(Fault::Phantom, "sealed, and the log never closed it");
        }
        if archived.status != RoomStatus::Archived {
            let what = format!("sealed, and its row says {:?}", archived.status);
            self.find(Fault::NotArchived, &what);
        }
        self.events(&archived.events);
        let chain = known.chain(self.room, epoch);
        if archived.read_back != chain {
            let what = format!("its content proves {:?}, the log {chain:?}", archived.read_back);
            self.find(Fault::ArchiveDiffers, &what);
        }
        let expected = Seal {
            room: self.room,
            epoch: epoch.to_owned(),
            partition: known.partition,
            count: chain.count,
            first_offset: known.first_offset(),
            close_offset: known.told.last().map_or(0, |told| told.offset),
            hash: chain.hash,
            sealed_at_ms: seal.sealed_at_ms,
            members: known.members.iter().copied().collect(),
        };
        let mut seal = seal.clone();
        seal.members.sort_unstable();
        if seal != expected {
            let what = format!("sealed as {seal:?}, expected {expected:?}");
            self.find(Fault::ArchiveDiffers, &what);
        }
    }

    fn events(&mut self, events: &[Event]) {
        let known = self.known;
        if events.len() != known.told.len() {
            let what = format!("{} events, expected {}", events.len(), known.told.len());
            self.find(Fault::ArchiveDiffers, &what);
        }
        for (event, told) in events.iter().zip(&known.told) {
            if *event != told.kept {
                let what = format!("{event:?}, expected {:?}", told.kept);
                return self.find(Fault::ArchiveDiffers, &what);
            }
        }
    }

    fn find(&mut self, fault: Fault, what: &str) {
        self.report.find(fault, format!("room {}: {what}", self.room));
    }
}

//! What was answered over HTTP stands in the log.

use std::collections::BTreeMap;

use schemas::ids::{RoomId, UserId};
use schemas::record::{Entry, LeaveReason};

use super::evidence::{Act, ActKind, Answered, Evidence};
use super::finding::{Fault, Report};
use super::truth::{RoomTruth, Truth};

pub(super) fn check(evidence: &Evidence, truth: &Truth, report: &mut Report) {
    let mut done: BTreeMap<(RoomId, UserId), Done> = BTreeMap::new();
    for act in evidence.acts.iter().filter(|act| act.answered == Answered::Done) {
        let room = truth.rooms.get(&act.room);
        let is_there = match act.kind {
            ActKind::Create => room.is_some(),
            ActKind::Close => room.is_some_and(|room| room.is_closed),
            ActKind::Join | ActKind::Leave => {
                done.entry((act.room, act.user)).or_default().add(act);
                true
            }
        };
        if !is_there {
            report.find(Fault::Lost, format!("answered as done: {act:?}"));
        }
    }
    for ((room, user), done) in done {
        let said = truth.rooms.get(&room).map(|room| Done::of(room, user)).unwrap_or_default();
        if done.joins > said.joins || done.leaves > said.leaves {
            let what = format!("room {room}, user {user}: answered {done:?}, the log has {said:?}");
            report.find(Fault::Lost, what);
        }
    }
}

/// How often a person came and went.
#[derive(Debug, Default)]
struct Done {
    joins: u64,
    leaves: u64,
}

impl Done {
    fn add(&mut self, act: &Act) {
        match act.kind {
            ActKind::Join => self.joins += 1,
            ActKind::Leave => self.leaves += 1,
            ActKind::Create | ActKind::Close => {}
        }
    }

    fn of(room: &RoomTruth, user: UserId) -> Self {
        let mut done = Self::default();
        for told in room.told.iter().filter(|told| told.live.user == Some(user)) {
            match &told.live.entry {
                Entry::MemberJoined(_) => done.joins += 1,
                Entry::MemberLeft(body) if body.reason == LeaveReason::Left => done.leaves += 1,
                _ => {}
            }
        }
        done
    }
}

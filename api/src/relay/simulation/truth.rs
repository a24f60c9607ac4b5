//! What the plain fold of the log says of a room, and whether a tab saw just that.

use std::collections::BTreeMap;

use schemas::event::Event;
use schemas::fold::{Outcome, fold};
use schemas::ids::{RoomId, SessionId, UserId};
use schemas::record::{Entry, LeaveReason};
use schemas::state::RoomState;
use serde_json::{Value, json};
use storage::memory::World;

use super::diary::{Diary, Verdict};
use crate::relay::load::record_of;

/// How long whoever was absent may have to be back before the record that says so must have
/// arrived.
const GONE_UNDER_WAY_MS: i64 = 20_000;
/// How long a stop of a node may excuse what its members then suffer.
pub(super) const STOP_EXCUSES_MS: i64 = 60_000;

/// A room by the fold.
pub(super) struct Truth {
    pub(super) state: RoomState,
    /// As each was when it was accepted, the one with seq 1 first.
    events: Vec<Value>,
    /// Playback and members after each.
    after: Vec<(Value, Value)>,
    /// The seq of each accepted command.
    accepted: BTreeMap<(SessionId, u64), u64>,
    /// Who was said to be gone, and when.
    gone: Vec<(UserId, i64)>,
}

impl Truth {
    pub(super) fn of(world: &World, room: RoomId, partition: u32) -> Self {
        let mut state: Option<RoomState> = None;
        let (mut events, mut after, mut gone) = (vec![], vec![], vec![]);
        let mut accepted = BTreeMap::new();
        for stored in world.history(partition).iter().filter(|stored| stored.key == room) {
            let Some(record) = record_of(room, stored) else { continue };
            let Outcome::Accepted { seq } = fold(&mut state, &record, stored.at_ms) else {
                continue;
            };
            let state = state.as_ref().unwrap();
            events.push(json!(state.events().last()));
            after.push((json!(state.playback()), members(state)));
            if let (Some(session), Some(client_seq)) = (record.session, record.client_seq) {
                accepted.insert((session, client_seq), seq);
            }
            if let (Entry::MemberLeft(left), Some(user)) = (&record.entry, record.user)
                && left.reason == LeaveReason::Gone
            {
                gone.push((user, stored.at_ms));
            }
        }
        Self { state: state.unwrap(), events, after, accepted, gone }
    }

    /// Whether a tab saw what the fold says, and heard of its own commands what is true.
    pub(super) fn check(&self, diary: &Diary) -> Result<(), String> {
        let session = diary.session;
        for (seq, seen) in &diary.seen {
            let wanted = self.events.get(place(*seq));
            ensure(Some(seen) == wanted, || {
                format!("{session} saw {seen} at {seq}, the log says {wanted:?}")
            })?;
        }
        for (seq, playback, members) in &diary.welcomes {
            let wanted = self.after.get(place(*seq));
            let seen = (playback.clone(), members.clone());
            ensure(Some(&seen) == wanted, || {
                format!("{session} was welcomed at {seq} with {seen:?}, the log says {wanted:?}")
            })?;
        }
        for (client_seq, verdict) in &diary.verdicts {
            let accepted = self.accepted.get(&(session, *client_seq)).copied();
            let holds = match verdict {
                Verdict::Acked(seq) => accepted == Some(*seq),
                Verdict::Rejected => accepted.is_none(),
            };
            ensure(holds, || {
                format!("{session} heard {verdict:?} of {client_seq}, the log says {accepted:?}")
            })?;
        }
        let is_closed = self.state.closed().is_some();
        ensure(is_closed || diary.unresolved == 0, || {
            format!("{session} never heard what became of {} commands", diary.unresolved)
        })?;
        ensure(is_closed || !diary.was_closed, || format!("{session} was told of a close"))
    }

    /// Whether nobody was said to be gone who was connected to a node in good health.
    pub(super) fn check_gone(&self, diaries: &[Diary]) -> Result<(), String> {
        for (user, at_ms) in &self.gone {
            for diary in diaries.iter().filter(|diary| diary.user == *user) {
                let here = diary.stays.iter().find(|stay| {
                    stay.from_ms < at_ms - GONE_UNDER_WAY_MS
                        && stay.until_ms > *at_ms
                        && !stay.node.was_stopped(at_ms - STOP_EXCUSES_MS, *at_ms)
                });
                ensure(here.is_none(), || {
                    format!("{user} was said to be gone at {at_ms}, and sat connected")
                })?;
            }
        }
        Ok(())
    }

    /// A page of the whole history, as a node should give it: newest first.
    pub(super) fn history(&self) -> Vec<Event> {
        self.state.events().iter().rev().cloned().collect()
    }
}

fn members(state: &RoomState) -> Value {
    let people = state.people().iter();
    people
        .map(|(id, person)| json!({"user_id": id, "name": person.name, "present": person.joined}))
        .collect()
}

fn place(seq: u64) -> usize {
    usize::try_from(seq).unwrap().wrapping_sub(1)
}

pub(super) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

//! What holds for every log, tried on generated ones.

mod client;
mod history;

use proptest::prelude::*;
use schemas::fold::{Outcome, fold};
use schemas::limits::{HOLD_BUDGET_MS, HOLD_MS_MAX, HOLD_WINDOW_MS, LEAD_MS_MAX};
use schemas::record::{Entry, Record};
use schemas::state::RoomState;

use self::client::Client;
use self::history::{Step, extreme_history, history};

fn fold_all(steps: &[Step]) -> Option<RoomState> {
    let mut state = None;
    for step in steps {
        fold(&mut state, &step.record, step.at_ms);
    }
    state
}

proptest! {
    #[test]
    fn folding_any_prefix_twice_gives_equal_states(steps in history(), cut in any::<prop::sample::Index>()) {
        let prefix = &steps[..cut.index(steps.len() + 1)];
        let read_back: Vec<Step> = prefix
            .iter()
            .map(|step| Step {
                record: Record::decode(&step.record.encode().unwrap()).unwrap(),
                at_ms: step.at_ms,
            })
            .collect();
        prop_assert_eq!(fold_all(prefix), fold_all(&read_back));
    }

    #[test]
    fn resends_change_nothing_and_get_their_seq(
        steps in history(),
        resends in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..40),
    ) {
        let mut state = None;
        let mut first_times = vec![];
        for (index, step) in steps.iter().enumerate() {
            let outcome = fold(&mut state, &step.record, step.at_ms);
            if let (Outcome::Accepted { seq }, Some(_)) = (outcome, step.record.client_seq)
                && index > 0
            {
                first_times.push((index, seq));
            }
            for (what, when) in &resends {
                let due = when.index(steps.len()) == index;
                if !due || first_times.is_empty() {
                    continue;
                }
                let (resent, seq) = first_times[what.index(first_times.len())];
                let before = state.clone();
                let outcome = fold(&mut state, &steps[resent].record, step.at_ms + 5);
                prop_assert_eq!(outcome, Outcome::Repeat { seq: Some(seq) });
                prop_assert_eq!(&state, &before);
            }
        }
        prop_assert_eq!(state, fold_all(&steps));
    }

    #[test]
    fn what_is_void_changes_nothing_but_the_time(steps in history()) {
        let mut state = None;
        for step in &steps {
            let before = state.clone();
            if let Outcome::Void(_) = fold(&mut state, &step.record, step.at_ms) {
                prop_assert_eq!(&visible(state.as_ref()), &visible(before.as_ref()));
            }
        }
        let accepted: Vec<Step> = {
            let mut state = None;
            let kept = |step: &&Step| {
                matches!(fold(&mut state, &step.record, step.at_ms), Outcome::Accepted { .. })
            };
            steps.iter().filter(kept).cloned().collect()
        };
        prop_assert_eq!(visible(fold_all(&accepted).as_ref()), visible(fold_all(&steps).as_ref()));
    }

    #[test]
    fn a_snapshot_and_the_events_after_it_equal_the_whole(steps in history(), cut in any::<prop::sample::Index>()) {
        let cut = cut.index(steps.len()).max(1);
        let mut state = fold_all(&steps[..cut]);
        let mut live = Client::welcome(state.as_ref().unwrap());
        let mut resumed = live.clone();
        for step in &steps[cut..] {
            if let Outcome::Accepted { .. } = fold(&mut state, &step.record, step.at_ms) {
                live.apply(state.as_ref().unwrap().events().last().unwrap());
            }
        }
        let whole = state.unwrap();
        for event in whole.events_since(resumed.seq).unwrap() {
            resumed.apply(event);
        }
        let late = Client::welcome(&whole);
        prop_assert_eq!(live.at(whole.at_ms()), late.at(whole.at_ms()));
        prop_assert_eq!(resumed.at(whole.at_ms()), late.at(whole.at_ms()));
    }

    #[test]
    fn seqs_are_dense_and_times_never_go_back(steps in extreme_history()) {
        let mut state = None;
        let mut seq = 0;
        let mut at_ms = i64::MIN;
        for step in &steps {
            if let Outcome::Accepted { seq: given } = fold(&mut state, &step.record, step.at_ms) {
                seq += 1;
                prop_assert_eq!(given, seq);
            }
            let Some(state) = &state else { continue };
            prop_assert!(state.at_ms() >= at_ms);
            at_ms = state.at_ms();
            prop_assert_eq!(state.seq(), seq);
        }
        for (event, seq) in state.iter().flat_map(RoomState::events).zip(1..) {
            prop_assert_eq!(event.seq, seq);
        }
        let times = state.iter().flat_map(RoomState::events).map(|event| event.at_ms);
        prop_assert!(times.is_sorted());
    }

    #[test]
    fn playback_never_jumps_back(steps in history()) {
        let mut state: Option<RoomState> = None;
        for step in &steps {
            let before = state.clone();
            let outcome = fold(&mut state, &step.record, step.at_ms);
            let (Some(before), Some(after)) = (before, &state) else { continue };
            let then_ms = after.at_ms();
            let moved_ms = position_ms(after, then_ms) - position_ms(&before, then_ms);
            match (outcome, &step.record.entry) {
                (
                    Outcome::Accepted { .. },
                    Entry::Play(_) | Entry::Pause(_) | Entry::Seek(_) | Entry::Rate(_) | Entry::MovieChanged(_),
                ) => {}
                (Outcome::Accepted { .. }, Entry::Ended(_)) => prop_assert!((0..=5000).contains(&moved_ms)),
                _ => prop_assert_eq!(moved_ms, 0, "{:?}", step.record.entry),
            }
            let mut last_ms = position_ms(after, then_ms);
            for later_ms in [1, 2, 99, 100, 1000, 14_999, 15_000, 15_001, 60_000, 86_400_000] {
                let now_ms = position_ms(after, then_ms + later_ms);
                prop_assert!(now_ms >= last_ms);
                last_ms = now_ms;
            }
        }
    }

    #[test]
    fn a_hold_always_ends(steps in history()) {
        let mut state: Option<RoomState> = None;
        let mut waits = vec![];
        for step in &steps {
            fold(&mut state, &step.record, step.at_ms);
            let Some(state) = &state else { continue };
            let now_ms = state.at_ms();
            let playback = state.playback();
            for hold in &playback.holds {
                prop_assert!((now_ms + 1..=now_ms + HOLD_MS_MAX).contains(&hold.until_ms));
                waits.push((hold.user, now_ms, hold.until_ms));
            }
            // Without any further record, the film runs once the last wait is over.
            let runs_at_ms = playback.holds.iter().map(|hold| hold.until_ms).max().unwrap_or(now_ms);
            prop_assert!(playback.since_ms <= runs_at_ms.max(now_ms + LEAD_MS_MAX));
            if !playback.paused {
                let from_ms = runs_at_ms.max(now_ms + LEAD_MS_MAX);
                let there_ms = position_ms(state, from_ms);
                let runs = position_ms(state, from_ms + 10_000) > there_ms;
                prop_assert!(runs || there_ms == state.movie().duration_ms);
            }
        }
        let ends: Vec<i64> = waits.iter().map(|wait| wait.2).collect();
        for (user, _, end_ms) in &waits {
            let waited_ms = history::waited_ms(&steps, *user, end_ms - HOLD_WINDOW_MS, *end_ms);
            prop_assert!(waited_ms <= HOLD_BUDGET_MS, "{} ms of {:?}", waited_ms, ends);
        }
    }

    #[test]
    fn a_closed_room_never_changes(steps in history(), close in any::<prop::sample::Index>()) {
        let close = close.index(steps.len()).max(1);
        let mut state = fold_all(&steps[..close]);
        let at_ms = steps[close - 1].at_ms;
        let record = Record::of_node(crate::support::room(), None, crate::support::closed(schemas::record::CloseReason::Empty));
        fold(&mut state, &record, at_ms);
        let closed = state.clone();
        prop_assert!(closed.as_ref().unwrap().closed().is_some());
        for step in &steps[close..] {
            let outcome = fold(&mut state, &step.record, step.at_ms);
            let accepted = matches!(outcome, Outcome::Accepted { .. });
            prop_assert!(!accepted);
        }
        prop_assert_eq!(state, closed);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), at_ms in any::<i64>()) {
        let mut state = fold_all(&history::opening());
        if let Ok(record) = Record::decode(&bytes) {
            fold(&mut state, &record, at_ms);
        }
    }

    #[test]
    fn no_damage_to_a_record_makes_it_panic(
        steps in history(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut state = None;
        for step in &steps {
            let mut bytes = step.record.encode().unwrap();
            for (place, byte) in &damage {
                let index = place.index(bytes.len());
                bytes[index] = *byte;
            }
            if let Ok(record) = Record::decode(&bytes) {
                fold(&mut state, &record, step.at_ms);
            }
        }
    }

    #[test]
    fn no_values_make_it_panic(steps in extreme_history(), times in prop::collection::vec(any::<i64>(), 1..10)) {
        if let Some(state) = fold_all(&steps) {
            for at_ms in times {
                position_ms(&state, at_ms);
            }
            serde_json::to_string(state.events()).unwrap();
        }
    }
}

fn position_ms(state: &RoomState, at_ms: i64) -> i64 {
    let duration_ms = state.movie().duration_ms;
    state.playback().position_at(at_ms, duration_ms)
}

/// Everything of a room that anybody can see, but the time of the last record.
fn visible(state: Option<&RoomState>) -> Option<impl PartialEq + std::fmt::Debug + use<>> {
    state.map(|state| {
        (
            Client::welcome(state).at(i64::MAX),
            state.movie().clone(),
            state.ended_at_ms(),
            state.closed(),
            state.people().clone(),
        )
    })
}

//! Generated logs: sensible ones, in which most records are accepted, and extreme ones.

use proptest::prelude::*;
use schemas::fold::{Outcome, fold};
use schemas::ids::UserId;
use schemas::limits::POSITION_MS_MAX;
use schemas::record::{
    Chat, CloseReason, Control, Entry, HoldAsked, LeaveReason, MovieChanged, Record, RoomCreated,
};
use schemas::state::RoomState;

use crate::support::{
    DURATION_MS, START_MS, closed, command, created, ended, hold, joined, left, movie,
    movie_changed, pause, play, rate, redacted, release, reply, room, seek, session, user,
};

/// People who come and go in a generated room.
const PEOPLE: u128 = 4;
/// Tabs of each.
const TABS: u128 = 2;

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) record: Record,
    pub(crate) at_ms: i64,
}

/// The first record of every generated room.
pub(crate) fn opening() -> Vec<Step> {
    vec![Step {
        record: Record::of_node(room(), None, Entry::RoomCreated(Box::new(created()))),
        at_ms: START_MS,
    }]
}

/// A room in which people do what people do.
pub(crate) fn history() -> impl Strategy<Value = Vec<Step>> {
    let step = (0_i64..20_000, 1..=PEOPLE, 0..TABS, any::<u8>(), entry());
    prop::collection::vec(step, 1..80).prop_map(|steps| {
        let mut log = opening();
        let mut at_ms = START_MS;
        let mut numbers = [0_u64; (PEOPLE * TABS) as usize];
        for (delay_ms, person, tab, skew, entry) in steps {
            at_ms += delay_ms;
            let of_node = matches!(
                entry,
                Entry::MemberJoined(_) | Entry::MemberLeft(_) | Entry::RoomClosed(_)
            );
            let who = user(person);
            let record = if of_node {
                Record::of_node(room(), Some(who), entry)
            } else {
                let place = (person - 1) * TABS + tab;
                let number = &mut numbers[usize::try_from(place).unwrap()];
                // Now and then a number is left out, or used again for something else.
                *number = (*number + 1).saturating_add_signed(match skew {
                    0..=9 => 3,
                    10..=19 => -2,
                    _ => 0,
                });
                command(who, session(place), *number, entry)
            };
            log.push(Step { record, at_ms });
        }
        log
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let position = || 0..DURATION_MS;
    let leave = prop_oneof![Just(LeaveReason::Left), Just(LeaveReason::Gone)];
    let close = prop_oneof![Just(CloseReason::Owner), Just(CloseReason::Empty)];
    prop_oneof![
        8 => Just(joined("Petr")),
        4 => leave.prop_map(left),
        10 => ("[ a-zж]{0,5}", prop::option::weighted(0.2, 0_u64..30)).prop_map(|(text, to)| reply(&text, to)),
        6 => (position(), 0_i64..1500).prop_map(|(at, lead)| play(at, lead)),
        4 => position().prop_map(pause),
        4 => prop_oneof![position(), Just(DURATION_MS - 4000)].prop_map(seek),
        3 => (0.2_f64..2.2, position()).prop_map(|(speed, at)| rate(speed, at)),
        1 => (1_u128..4).prop_map(|number| movie_changed(number, "Mirror")),
        10 => (-1000_i64..30_000, 0_i64..1_600_000).prop_map(|(ms, past)| hold(START_MS + past + ms)),
        6 => Just(hold(i64::MAX)),
        5 => Just(release()),
        3 => Just(ended()),
        4 => (0_u64..40).prop_map(redacted),
        1 => close.prop_map(closed),
        1 => Just(applause()),
    ]
}

fn applause() -> Entry {
    let bytes =
        format!(r#"{{"v":1,"room":"{}","type":"applause","body":{{"claps":12.50}}}}"#, room());
    Record::decode(bytes.as_bytes()).unwrap().entry
}

/// Records that no node would write, at times that no log would give.
pub(crate) fn extreme_history() -> impl Strategy<Value = Vec<Step>> {
    let who = || prop::option::weighted(0.9, 1..=PEOPLE);
    let number = prop::option::weighted(0.9, prop_oneof![0_u64..20, any::<u64>()]);
    let entry = prop_oneof![entry(), extreme_entry()];
    let step = (extreme(), who(), who(), number, entry).prop_map(
        |(at_ms, person, place, client_seq, entry)| Step {
            record: Record {
                room: room(),
                user: person.map(user),
                session: place.map(session),
                client_seq,
                entry,
            },
            at_ms,
        },
    );
    let first = (extreme(), extreme()).prop_map(|(at_ms, duration_ms)| Step {
        record: Record::of_node(
            room(),
            None,
            Entry::RoomCreated(Box::new(RoomCreated {
                duration_ms,
                control: Control::Everyone,
                ..created()
            })),
        ),
        at_ms,
    });
    (first, prop::collection::vec(step, 0..60)).prop_map(|(first, steps)| {
        let mut log = vec![first];
        log.extend(steps);
        log
    })
}

fn extreme() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -2_i64..3,
        Just(i64::MIN),
        Just(i64::MAX),
        Just(POSITION_MS_MAX),
        START_MS..START_MS + 1_000_000,
    ]
}

fn extreme_entry() -> impl Strategy<Value = Entry> {
    prop_oneof![
        (extreme(), extreme()).prop_map(|(at, lead)| play(at, lead)),
        extreme().prop_map(pause),
        extreme().prop_map(seek),
        (any::<f64>(), extreme()).prop_map(|(speed, at)| rate(speed, at)),
        (0.25_f64..=2.0, extreme()).prop_map(|(speed, at)| rate(speed, at)),
        extreme().prop_map(|duration_ms| {
            Entry::MovieChanged(MovieChanged {
                movie_id: movie(9),
                title: "Mirror".to_owned(),
                duration_ms,
            })
        }),
        (".{0,70}", extreme())
            .prop_map(|(reason, until_ms)| { Entry::Hold(HoldAsked { reason, until_ms }) }),
        (".{0,2100}", any::<Option<u64>>(), any::<bool>()).prop_map(
            |(text, reply_to, redacted)| { Entry::Chat(Chat { text, reply_to, redacted }) }
        ),
        any::<u64>().prop_map(redacted),
        ".{0,70}".prop_map(|name| joined(&name)),
        Just(Entry::RoomCreated(Box::new(created()))),
    ]
}

/// How long the room waited for a person within a window, by what the events show.
pub(crate) fn waited_ms(steps: &[Step], person: UserId, from_ms: i64, to_ms: i64) -> i64 {
    let mut state: Option<RoomState> = None;
    let mut waits: Vec<(i64, i64)> = vec![];
    for step in steps {
        let outcome = fold(&mut state, &step.record, step.at_ms);
        let (Outcome::Accepted { .. }, Some(state)) = (outcome, &state) else {
            continue;
        };
        let now_ms = state.at_ms();
        if let Some(last) = waits.last_mut() {
            let holds = &mut state.playback().holds.iter();
            let same = holds.any(|hold| hold.user == person && hold.until_ms == last.1);
            if !same {
                last.1 = last.1.min(now_ms);
            }
        }
        let holds = &mut state.playback().holds.iter();
        if let Some(hold) = holds.find(|hold| hold.user == person)
            && waits.last().is_none_or(|last| last.1 != hold.until_ms)
        {
            waits.push((now_ms, hold.until_ms));
        }
    }
    let within = waits.iter().map(|(start_ms, end_ms)| {
        let start_ms = (*start_ms).max(from_ms);
        (*end_ms).min(to_ms).saturating_sub(start_ms).max(0)
    });
    within.sum()
}

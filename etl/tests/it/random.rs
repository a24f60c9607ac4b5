//! Rooms that open, talk and close in any order, with passes at any moment between, of any
//! batch size: in the end everything is archived once and the log is empty.

use etl::pass::PassLimits;
use proptest::prelude::*;
use schemas::archive::ArchivedEvent;
use storage::log::{StoredRecord, Watermarks};

use crate::world::{Place, Room, World, folded};

const ROOMS_MAX: usize = 6;
const ACTS_MAX: usize = 60;
const CASES: u32 = 24;

#[derive(Clone, Copy, Debug)]
enum Act {
    Open { partition: u32 },
    Say { room: usize },
    Redact { room: usize, seq: u64 },
    Close { room: usize, in_row: bool },
    Poison { partition: u32 },
    Pass(PassLimits),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (0..2_u32).prop_map(|partition| Act::Open { partition }),
        8 => (0..ROOMS_MAX).prop_map(|room| Act::Say { room }),
        1 => (0..ROOMS_MAX, 1..9_u64).prop_map(|(room, seq)| Act::Redact { room, seq }),
        2 => (0..ROOMS_MAX, any::<bool>()).prop_map(|(room, in_row)| Act::Close { room, in_row }),
        1 => (0..2_u32).prop_map(|partition| Act::Poison { partition }),
        2 => limits().prop_map(Act::Pass),
    ]
}

fn limits() -> impl Strategy<Value = PassLimits> {
    (1..9_usize, 1..2000_usize, 1..9_usize, 1..30_u64, 1..4_usize).prop_map(
        |(records, bytes, events, group, workers)| PassLimits {
            soak_ms: 0,
            read_records_max: records,
            read_bytes_max: bytes,
            insert_events_max: events,
            group_records_max: group,
            workers_max: workers,
            ..PassLimits::default()
        },
    )
}

/// A world and everything that was ever in its log.
struct Played {
    world: World,
    rooms: Vec<Room>,
    records: Vec<StoredRecord>,
}

impl Played {
    async fn act(&mut self, act: Act, number: u64) {
        let world = &self.world;
        match act {
            Act::Open { partition } if self.rooms.len() < ROOMS_MAX => {
                self.rooms.push(world.open_room(partition).await);
            }
            Act::Say { room } => {
                if let Some(room) = self.rooms.get(room) {
                    world.say(room, number, &format!("line {number}")).await;
                }
            }
            Act::Redact { room, seq } => {
                if let Some(room) = self.rooms.get(room) {
                    world.redact(room, number, seq).await;
                }
            }
            Act::Close { room, in_row } => match self.rooms.get(room) {
                Some(room) if in_row => drop(world.close(room).await),
                Some(room) => drop(world.close_in_log(room).await),
                None => {}
            },
            Act::Poison { partition } => {
                if let Some(room) = self.rooms.first() {
                    world.append_bytes(partition, room.id, b"poison".to_vec()).await;
                }
            }
            Act::Pass(limits) => {
                self.keep().await;
                let report = self.world.pass(limits).await;
                assert!(report.is_complete(), "{report:?}");
            }
            Act::Open { .. } => {}
        }
    }

    /// Keeps what a pass may delete.
    async fn keep(&mut self) {
        for record in self.world.records().await {
            let key = |record: &StoredRecord| (record.partition, record.offset);
            if !self.records.iter().any(|kept| key(kept) == key(&record)) {
                self.records.push(record);
            }
        }
        self.records.sort_by_key(|record| (record.partition, record.offset));
    }
}

async fn play(acts: Vec<Act>, last: PassLimits) {
    let mut played =
        Played { world: World::new(Place::File).await, rooms: vec![], records: vec![] };
    for (number, act) in (1..).zip(acts) {
        played.world.clock.advance(1000);
        played.act(act, number).await;
    }
    for room in 0..played.rooms.len() {
        played.act(Act::Close { room, in_row: true }, 0).await;
    }
    played.act(Act::Pass(last), 0).await;
    let world = &played.world;
    for room in &played.rooms {
        let expected = folded(&played.records, room, world.storage.log.epoch());
        let events: Vec<_> = expected.into_iter().map(ArchivedEvent::into_event).collect();
        assert_eq!(world.archived(room).await, Some(events));
    }
    for partition in 0..2 {
        let Watermarks { low, high } = world.watermarks(partition).await;
        assert_eq!(low, high);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_is_archived_once(
        acts in prop::collection::vec(act(), 1..ACTS_MAX),
        last in limits(),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(play(acts, last));
    }
}

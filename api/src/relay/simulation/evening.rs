//! One evening: tabs on nodes that are killed, stopped, drained and started; at the end nothing
//! fails any more, and what every tab and node has is compared with the log.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use schemas::http::RoomStatus;
use schemas::ids::{MovieId, RoomId, UserId};
use schemas::record::{Control, Entry, Record, RoomCreated};
use storage::memory::faults::Faults;
use storage::memory::{EPOCH, Lie, World};
use storage::rooms::RoomRow;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::diary::{Diary, Verdict};
use super::tab::Tab;
use super::town::{Place, Town};
use super::truth::{Truth, ensure};

pub(super) const PARTITIONS: u32 = 2;
const NODES_MAX: usize = 3;
/// Longest time, once nothing fails any more, until every tab knows what became of its words.
const RECOVERY_MAX: Duration = Duration::from_mins(10);
/// Longest time that a killed call may still take effect after.
const IN_FLIGHT: Duration = Duration::from_secs(10);

/// What an evening is made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evening {
    pub(super) seed: u64,
    /// How an adapter is broken, if one is.
    pub(super) lie: Option<Lie>,
}

impl Evening {
    pub(super) fn of(seed: u64) -> Self {
        Self { seed, lie: None }
    }
}

/// What came of an evening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Played {
    /// Hash of all that happened.
    pub(super) trace: u64,
    /// Commands that were acked.
    pub(super) acked: usize,
    /// Connections beyond the first of each tab.
    pub(super) returns: usize,
}

impl Played {
    fn of(world: &World, diaries: &[(RoomId, Diary)]) -> Self {
        let diaries = || diaries.iter().map(|(_, diary)| diary);
        let is_acked = |verdict: &&Verdict| matches!(verdict, Verdict::Acked(_));
        Self {
            trace: world.trace(),
            acked: diaries().flat_map(|diary| diary.verdicts.values()).filter(is_acked).count(),
            returns: diaries().map(|diary| diary.stays.len().saturating_sub(1)).sum(),
        }
    }
}

/// Plays an evening and answers what came of it.
pub(super) async fn play(evening: Evening) -> Result<Played, String> {
    let world = World::new(evening.seed, PARTITIONS, Faults::NONE);
    let dice = world.dice();
    let town = Town { world: world.clone(), nodes: Arc::default(), is_ending: Arc::default() };
    for _ in 0..=dice.place(NODES_MAX) {
        town.start_node();
    }
    let mut places = vec![];
    let mut tabs = JoinSet::new();
    for _ in 0..=dice.place(2) {
        let place = open_room(&world).await;
        for person in 0..=dice.place(3) {
            let user = if person == 0 { place.owner } else { UserId(dice.id()) };
            for _ in 0..=usize::from(dice.chance(0.3)) {
                let tab = Tab::new(town.clone(), place, user);
                tabs.spawn(async move { (place.room, tab.run().await) });
            }
        }
        places.push(place);
    }
    world.set_faults(Faults::draw(dice));
    if let Some(lie) = evening.lie {
        world.plant(lie);
    }
    for _ in 0..dice.within(3..=12) {
        sleep(Duration::from_millis(dice.within(0..=8000))).await;
        disturb(&town, &places).await;
    }

    world.set_faults(Faults::NONE);
    for node in town.all_nodes() {
        node.process.go_on();
    }
    sleep(IN_FLIGHT).await;
    town.is_ending.store(true, Ordering::Relaxed);
    let mut diaries = vec![];
    while let Some(ended) =
        timeout(RECOVERY_MAX, tabs.join_next()).await.map_err(|_elapsed| never())?
    {
        let (room, diary) = ended.map_err(|panicked| panicked.to_string())?;
        diaries.push((room, diary?));
    }
    let played = Played::of(&world, &diaries);
    for place in places {
        let of_room = |(room, diary)| (room == place.room).then_some(diary);
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            diaries.into_iter().partition(|(room, _)| *room == place.room);
        diaries = elsewhere;
        let here: Vec<Diary> = here.into_iter().filter_map(of_room).collect();
        check(&town, place, &here).await?;
    }
    Ok(played)
}

fn never() -> String {
    "a tab never learns what became of its words".to_owned()
}

async fn disturb(town: &Town, places: &[Place]) {
    let dice = town.world.dice();
    match dice.within(0..=9) {
        0..=2 => {
            town.start_node();
            town.take_node().kill();
        }
        3..=4 => {
            let pause_s = if dice.chance(0.3) { 40 } else { 6 };
            town.any_node().stop_for(Duration::from_millis(dice.within(0..=pause_s * 1000)));
        }
        5 => {
            town.start_node();
            let drained = town.take_node();
            drained.relay.stop().await;
            drained.kill();
        }
        6 => town.world.set_faults(Faults::NONE),
        7..=8 => town.world.set_faults(Faults::draw(dice)),
        _ => {
            let place = places[dice.place(places.len())];
            let node = town.any_node();
            if dice.chance(0.3) {
                let closing = node.close(place.room, place.owner);
                timeout(Duration::from_secs(6), closing).await.ok();
            }
        }
    }
}

pub(super) async fn open_room(world: &World) -> Place {
    let dice = world.dice();
    let storage = world.spared_process().storage();
    let partition = u32::try_from(dice.place(PARTITIONS as usize)).unwrap();
    let place = Place { room: RoomId(dice.id()), owner: UserId(dice.id()), partition };
    let row = RoomRow {
        id: place.room,
        owner: place.owner,
        owner_name: "Vasily".to_owned(),
        movie_id: MovieId(Uuid::nil()),
        title: "Solaris".to_owned(),
        duration_ms: 600_000,
        control: Control::Everyone,
        status: RoomStatus::Creating,
        partition,
        epoch: EPOCH.to_owned(),
        first_offset: None,
        close_offset: None,
        close_reason: None,
        created_at_ms: world.now_ms(),
        closed_at_ms: None,
    };
    storage.rooms.create(&row).await.unwrap();
    let created = Entry::RoomCreated(Box::new(RoomCreated {
        owner: row.owner,
        owner_name: row.owner_name,
        movie_id: row.movie_id,
        title: row.title,
        duration_ms: row.duration_ms,
        control: row.control,
    }));
    let value = Record::of_node(place.room, Some(place.owner), created).encode().unwrap();
    storage.log.append(partition, place.room, Bytes::from(value)).await.unwrap();
    place
}

/// Whether every tab saw what the log says, and every node gives it back.
async fn check(town: &Town, place: Place, diaries: &[Diary]) -> Result<(), String> {
    let truth = Truth::of(&town.world, place.room, place.partition);
    for diary in diaries {
        truth.check(diary)?;
    }
    truth.check_gone(diaries)?;
    for node in town.all_nodes() {
        let refused = |refusal| format!("a node in good health refuses: {refusal}");
        let handle = node.relay.room(place.room).await.map_err(refused)?;
        node.relay.catch_up(&handle).await.map_err(|error| error.to_string())?;
        let page = handle.history(place.owner, None, usize::MAX).await.map_err(refused)?;
        let wanted = truth.history();
        ensure(page.events == wanted, || format!("a node says {page:?}, the log {wanted:?}"))?;
    }
    Ok(())
}

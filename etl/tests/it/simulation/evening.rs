//! One evening: people act, passes run over and into each other, everything fails now and
//! then; at the end nothing fails any more, and what is left is compared with the model.

use std::sync::Arc;
use std::time::Duration;

use storage::memory::faults::Faults;
use storage::memory::{Lie, World};

use super::model::Model;
use super::passes::{Passes, settle};
use super::rooms::Rooms;

const PARTITIONS: u32 = 3;
const ACTS_MAX: u64 = 90;
/// Longest time that a killed call may still take effect after.
const IN_FLIGHT: Duration = Duration::from_mins(1);

/// What an evening is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Evening {
    pub(crate) seed: u64,
    /// How an adapter is broken, if one is.
    pub(crate) lie: Option<Lie>,
}

impl Evening {
    pub(crate) fn of(seed: u64) -> Self {
        Self { seed, lie: None }
    }
}

/// Plays an evening and answers the hash of all that happened.
pub(crate) async fn play(evening: Evening) -> Result<u64, String> {
    let world = World::new(evening.seed, PARTITIONS, Faults::NONE);
    world.set_faults(Faults::draw(world.dice()));
    if let Some(lie) = evening.lie {
        world.plant(lie);
    }
    let dice = world.dice();
    let mut rooms = Rooms::new(world.clone());
    let mut passes = Passes::new(world.clone());
    let model = Arc::new(Model::new(rooms.known(), passes.unknown_room_hold_ms()));
    world.watch({
        let model = Arc::clone(&model);
        move |world| model.look(world)
    });

    for _ in 0..dice.within(10..=ACTS_MAX) {
        match dice.within(0..=99) {
            0..=79 => rooms.act().await,
            80..=88 => passes.begin(),
            89 => {
                if let Some(user) = rooms.anyone() {
                    passes.erase(user, &model);
                }
            }
            90..=92 => passes.end_all().await,
            93..=95 => move_low_back(&world),
            _ => wait_long(&world).await,
        }
        tokio::time::sleep(Duration::from_millis(dice.within(0..=300))).await;
    }

    world.set_faults(Faults::NONE);
    passes.end_all().await;
    tokio::time::sleep(IN_FLIGHT).await;
    model.first_finding()?;
    let settled = settle(&world, &model).await;
    model.first_finding()?;
    settled?;
    model.check(&world)?;
    Ok(world.trace())
}

fn move_low_back(world: &World) {
    let partition = u32::try_from(world.dice().place(PARTITIONS as usize)).unwrap();
    let low = world.watermarks(partition).low;
    world.move_low_back(partition, world.dice().within(0..=low));
}

/// Lets seals soak, and now and then the hold of unknown rooms run out.
async fn wait_long(world: &World) {
    let hours_max = if world.dice().chance(0.2) { 30 } else { 2 };
    let ms = world.dice().within(0..=hours_max * 3_600_000);
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

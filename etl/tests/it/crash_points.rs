//! The binary is killed at every place it can be, and run again: nothing may come out
//! differently.

use std::os::unix::process::ExitStatusExt;

use etl::crash_point::{CrashPoint, VARIABLE};

use crate::binary::{etl_on, once_on};
use crate::seed::Seed;
use crate::world::{Place, World, at_places};

at_places! {
    killed_at_any_place_and_run_again_it_comes_to_the_same: file, mongo, engines;
    killed_again_and_again_it_still_gets_there: file, mongo, engines;
}

const SIGABRT: i32 = 6;
/// More turns than any place has in this world.
const TURNS_MAX: u32 = 100;
/// Turns that are tried on engines, where each takes seconds; the other places try all.
const ENGINE_TURNS_MAX: u32 = 2;

/// Runs a pass that is to be killed at a place; tells whether it got there.
fn killed_at(world: &World, point: CrashPoint, turn: u32) -> bool {
    let armed = format!("{}:{turn}", point.name());
    let output = etl_on(world).arg("--once").env(VARIABLE, armed).output().unwrap();
    if output.status.success() {
        return false;
    }
    assert_eq!(output.status.signal(), Some(SIGABRT), "{output:?}");
    true
}

async fn killed_at_any_place_and_run_again_it_comes_to_the_same(place: Place) {
    let seed = Seed::new(place);
    let undisturbed = seed.undisturbed().await;
    for point in CrashPoint::ALL {
        for turn in 1..=TURNS_MAX {
            let planted = seed.plant().await;
            let killed = killed_at(&planted.world, *point, turn);
            seed.check(&planted, &undisturbed).await;
            if !killed {
                assert!(turn > 1, "no pass ever reaches {}", point.name());
                assert_eq!(planted.world.rest(&seed.rooms).await, undisturbed);
                break;
            }
            assert!(turn < TURNS_MAX);
            let output = once_on(&planted.world);
            assert!(output.status.success(), "{} {turn}: {output:?}", point.name());
            let rest = planted.world.rest(&seed.rooms).await;
            assert_eq!(rest, undisturbed, "{} {turn}", point.name());
            if place == Place::Engines && turn == ENGINE_TURNS_MAX {
                break;
            }
        }
    }
}

async fn killed_again_and_again_it_still_gets_there(place: Place) {
    let seed = Seed::new(place);
    let undisturbed = seed.undisturbed().await;
    let planted = seed.plant().await;
    for point in CrashPoint::ALL.iter().rev().chain(CrashPoint::ALL) {
        killed_at(&planted.world, *point, 1);
        seed.check(&planted, &undisturbed).await;
    }
    assert!(once_on(&planted.world).status.success());
    assert_eq!(planted.world.rest(&seed.rooms).await, undisturbed);
}

//! The pass in a world where everything that may go wrong does: each seed is an evening of
//! rooms, passes and faults that comes out as the plain fold of the log says.
//!
//! One seed again: `SIMULATION_SEED=7 cargo test -p movie-together-etl --test it simulation`;
//! more of them: `SIMULATION_SEEDS=100000` in its place.

mod evening;
mod model;
mod passes;
mod rooms;

use storage::memory::Lie;
use storage::memory::seeds::{run, run_one};

use self::evening::{Evening, play};

/// Seeds of a plain test run.
const SEEDS: u64 = 2000;
/// Seeds whose history is made twice.
const REPEATED_SEEDS: u64 = 20;
/// Seeds on which a broken adapter must be found out at the latest.
const LIE_SEEDS: u64 = 40;
const COMMAND: &str = "cargo test -p movie-together-etl --test it simulation::every_seed";

#[test]
fn every_seed_comes_to_what_the_log_says() {
    if let Err(found) = run(SEEDS, COMMAND, async |seed| play(Evening::of(seed)).await.map(drop)) {
        panic!("{found}");
    }
}

#[test]
fn the_same_seed_gives_the_same_history() {
    for seed in 1..=REPEATED_SEEDS {
        let [first, again] = [(), ()].map(|()| run_one(|| play(Evening::of(seed))).unwrap());
        assert_eq!(first, again, "seed {seed}");
    }
}

#[test]
fn different_seeds_give_different_histories() {
    let [one, other] = [1, 2].map(|seed| run_one(|| play(Evening::of(seed))).unwrap());
    assert_ne!(one, other);
}

/// Seeds until a broken adapter is found out, and what was found.
fn found_out(lie: Lie) -> String {
    let evening = |seed| Evening { lie: Some(lie), ..Evening::of(seed) };
    let found = (1..=LIE_SEEDS).find_map(|seed| run_one(|| play(evening(seed))).err());
    found.unwrap_or_else(|| panic!("nobody noticed {lie:?}"))
}

#[test]
fn an_archive_that_forgets_an_event_is_found_out() {
    let found = found_out(Lie::InsertForgotten);
    assert!(found.contains("could not be finished"), "{found}");
}

#[test]
fn an_archive_that_forgets_an_event_and_proves_it_is_found_out() {
    let found = found_out(Lie::InsertForgottenAndProven);
    assert!(found.contains("is archived with other events"), "{found}");
}

#[test]
fn a_log_that_doubles_a_record_is_found_out() {
    let found = found_out(Lie::RecordDoubled);
    assert!(found.contains("could not be finished"), "{found}");
}

#[test]
fn a_log_that_swallows_a_record_is_found_out() {
    found_out(Lie::RecordSwallowed);
}

#[test]
fn a_log_that_deletes_too_much_is_found_out() {
    let found = found_out(Lie::TruncatedTooFar);
    assert!(found.contains("left the log"), "{found}");
}

#[test]
fn a_quarantine_that_cuts_bytes_is_found_out() {
    let found = found_out(Lie::QuarantineCut);
    assert!(found.contains("set aside"), "{found}");
}

#[test]
fn an_archive_that_forgets_to_forget_is_found_out() {
    let found = found_out(Lie::EraseForgotten);
    assert!(found.contains("tells of somebody who was erased"), "{found}");
}

#[test]
fn a_quarantine_that_forgets_to_forget_is_found_out() {
    let found = found_out(Lie::EraseInQuarantineForgotten);
    assert!(found.contains("is set aside"), "{found}");
}

#[test]
fn rows_that_forget_a_mark_are_found_out() {
    let found = found_out(Lie::MarkForgotten);
    assert!(found.contains("row"), "{found}");
}

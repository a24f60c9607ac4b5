//! The relay in a world where everything that may go wrong does: each seed is an evening on
//! two or three nodes that are killed, stopped and drained, with tabs that come and go between
//! them. What every tab saw must be what the plain fold of the log says.
//!
//! One seed again: `SIMULATION_SEED=7 cargo test -p movie-together-api --lib simulation`;
//! more of them: `SIMULATION_SEEDS=100000` in its place.

mod diary;
mod evening;
mod lease;
mod node;
mod socket;
mod tab;
mod town;
mod truth;

use storage::memory::Lie;
use storage::memory::seeds::{run, run_one};

use evening::{Evening, play};

/// Seeds of a plain test run.
const SEEDS: u64 = 500;
/// Seeds whose history is made twice.
const REPEATED_SEEDS: u64 = 10;
/// Seeds on which a broken adapter must be found out at the latest.
const LIE_SEEDS: u64 = 40;
const COMMAND: &str = "cargo test -p movie-together-api --lib simulation::every_seed";

#[test]
fn every_seed_shows_everyone_what_the_log_says() {
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

/// A simulation in which nobody gets a word in finds nothing.
#[test]
fn evenings_are_lively() {
    let played = (1..=LIE_SEEDS).map(|seed| run_one(|| play(Evening::of(seed))).unwrap());
    let (mut acked, mut returns) = (0, 0);
    for one in played {
        acked += one.acked;
        returns += one.returns;
    }
    assert!(acked > 1500, "{acked} commands were acked");
    assert!(returns > 200, "tabs came back {returns} times");
}

/// What is found first in a world with a broken adapter.
fn found_out(lie: Lie) -> String {
    let evening = |seed| Evening { lie: Some(lie), ..Evening::of(seed) };
    let found = (1..=LIE_SEEDS).find_map(|seed| run_one(|| play(evening(seed))).err());
    found.unwrap_or_else(|| panic!("nobody noticed {lie:?}"))
}

#[test]
fn a_log_that_forgets_what_it_took_is_found_out() {
    found_out(Lie::AppendForgotten);
}

#[test]
fn a_tail_that_skips_a_record_is_found_out() {
    found_out(Lie::TailSkips);
}

#[test]
fn a_tail_that_swaps_records_is_found_out() {
    found_out(Lie::TailSwaps);
}

//! The short form of `make faults`, on all real engines.

use std::env;
use std::num::NonZeroUsize;
use std::time::Duration;

use end_to_end::faults::{Deed, ETLS, Load, PlanOptions, RunOptions, Strike, Target, plan, run};

const SEED: u64 = 1;
const KILLS: u32 = 20;
const NODES: usize = 2;
const LIFE: (Duration, Duration) = (Duration::from_secs(8), Duration::from_secs(30));
const LOAD: Load = Load { rooms: 5, members: 3, rate: 1.0, life: LIFE, is_restless: true };

/// Goes on until so many are acked, however soon the strikes are over.
const ACKED_MIN: u64 = 200;

fn options(strikes: Vec<Strike>, load: Load) -> RunOptions {
    let keep = env::temp_dir().join("movie-together-faults");
    let brokers = NonZeroUsize::MIN;
    RunOptions { seed: SEED, strikes, nodes: NODES, brokers, load, acked_min: ACKED_MIN, keep }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_killed_nothing_is_lost_doubled_or_out_of_order() {
    let pause_max = Duration::from_secs(2);
    let (seed, kills) = (SEED, KILLS);
    let strikes =
        plan(PlanOptions { seed, kills, nodes: NODES, brokers: 1, etls: ETLS, pause_max });
    let outcome = run(&options(strikes, LOAD)).await.expect("there should be something to judge");
    assert!(outcome.report.is_clean(), "{outcome}");
    assert!(outcome.counts.kills() >= u64::from(KILLS) / 2, "{outcome}");
    assert!(outcome.sealed > 0 && outcome.set_aside > 0, "{outcome}");
}

/// Rows are needed to open, close and find rooms, and for nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_rooms_talk_on_while_postgres_is_dead_and_while_it_is_held() {
    let away = Duration::from_secs(8);
    let after = Duration::from_secs(2);
    let strikes = [Deed::Kill { down: away }, Deed::Hold { held: away }]
        .map(|deed| Strike { after, deeds: vec![(Target::Postgres, deed)] });
    let life = (Duration::from_mins(2), Duration::from_mins(2));
    let load = Load { rooms: 2, life, is_restless: false, ..LOAD };
    let options = RunOptions { acked_min: 0, ..options(strikes.to_vec(), load) };
    let outcome = run(&options).await.expect("there should be something to judge");
    assert!(outcome.report.is_clean(), "{outcome}");
    assert_eq!(outcome.struck.len(), 2);
    for struck in &outcome.struck {
        assert!(struck.acked > 0, "nobody could talk: {struck:?}");
        assert_eq!((struck.unknown, struck.connections), (0, 0), "{struck:?}");
    }
    assert_eq!(outcome.gone, 0, "{outcome}");
}

/// Whichever broker leads a partition, it dies once, and stays away until others lead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_dies_takes_no_acked_message_with_it() {
    let brokers = NonZeroUsize::new(3).expect("three is not none");
    let (after, down) = (Duration::from_secs(5), Duration::from_secs(20));
    let strike = |broker| {
        let deeds = vec![(Target::Kafka(broker), Deed::Kill { down })];
        Strike { after, deeds }
    };
    let strikes = (0..brokers.get()).map(strike).collect();
    let options = RunOptions { brokers, ..options(strikes, Load { is_restless: false, ..LOAD }) };
    let outcome = run(&options).await.expect("there should be something to judge");
    assert!(outcome.report.is_clean(), "{outcome}");
    assert!(outcome.struck.iter().all(|struck| struck.acked > 0), "{:?}", outcome.struck);
    assert!(outcome.counts.longest_wait() < down, "somebody waited for the dead: {outcome}");
}

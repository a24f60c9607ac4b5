//! The short form of `make faults`, on all real engines.

use std::env;
use std::time::Duration;

use end_to_end::faults::{RunOptions, run};

const SEED: u64 = 1;
const KILLS: u32 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_killed_nothing_is_lost_doubled_or_out_of_order() {
    let keep = env::temp_dir().join("movie-together-faults");
    let options = RunOptions {
        seed: SEED,
        kills: KILLS,
        pause_max: Duration::from_secs(2),
        rooms: 5,
        members: 3,
        rate: 1.0,
        nodes: 2,
        acked_min: 300,
        keep,
    };
    let outcome = run(&options).await.expect("there should be something to judge");
    assert!(outcome.report.is_clean(), "{outcome}");
    assert!(outcome.counts.kills() >= u64::from(KILLS), "{outcome}");
    assert!(outcome.sealed > 0 && outcome.set_aside > 0, "{outcome}");
}

//! Runs a simulation on many seeds, as many at a time as there are cores, each on a runtime of
//! its own whose clock is virtual.
//!
//! `SIMULATION_SEED=7` runs that one alone; `SIMULATION_SEEDS=100000` runs so many.

use std::any::Any;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::lock;

/// Runs one seed alone.
pub const ONE_SEED: &str = "SIMULATION_SEED";
/// Runs so many seeds.
pub const SEEDS: &str = "SIMULATION_SEEDS";

/// Longest virtual time of one simulation; past it, nothing can be waited for any more.
const VIRTUAL_TIME_MAX: Duration = Duration::from_hours(24 * 365);

/// A seed whose simulation found something, and how to see it again.
#[derive(Debug, thiserror::Error)]
#[error("seed {seed}: {finding}\nrun it again: {ONE_SEED}={seed} {command}")]
pub struct Found {
    /// The seed.
    pub seed: u64,
    /// What was seen.
    pub finding: String,
    /// Runs this simulation.
    pub command: String,
}

/// Runs a simulation on the seeds asked for, `count` of them unless the environment says
/// otherwise; `command` runs the same test. Ends at the first finding.
pub fn run<F>(
    count: u64,
    command: &str,
    simulate: impl Fn(u64) -> F + Sync,
) -> Result<(), Box<Found>>
where
    F: Future<Output = Result<(), String>>,
{
    let (first, last) = match (from_environment(ONE_SEED), from_environment(SEEDS)) {
        (Some(seed), _) => (seed, seed),
        (None, Some(count)) => (1, count),
        (None, None) => (1, count),
    };
    let (next, stop) = (AtomicU64::new(first), AtomicBool::new(false));
    let found: Mutex<Option<Found>> = Mutex::new(None);
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > last {
                return;
            }
            if let Err(finding) = run_one(|| simulate(seed)) {
                stop.store(true, Ordering::Relaxed);
                let mut found = lock(&found);
                if found.as_ref().is_none_or(|other| seed < other.seed) {
                    *found = Some(Found { seed, finding, command: command.to_owned() });
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
    let found = lock(&found).take();
    found.map_or(Ok(()), |found| Err(Box::new(found)))
}

/// Runs one simulation; a panic is a finding too.
pub fn run_one<T, F>(simulate: impl FnOnce() -> F) -> Result<T, String>
where
    F: Future<Output = Result<T, String>>,
{
    let simulation = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        runtime.block_on(async {
            let ended = tokio::time::timeout(VIRTUAL_TIME_MAX, simulate()).await;
            ended.unwrap_or_else(|_| Err("it waits for what never comes".to_owned()))
        })
    };
    catch_unwind(AssertUnwindSafe(simulation)).unwrap_or_else(|panic| Err(words_of(&*panic)))
}

fn from_environment(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked").to_owned()
}

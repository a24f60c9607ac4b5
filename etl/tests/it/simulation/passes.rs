//! Passes, one to three at a time, and erasures: killed at any call, told to stop, with clocks
//! that are off.

use std::sync::Arc;
use std::time::Duration;

use etl::erase::erase;
use etl::pass::{self, PassLimits};
use etl::progress::Terminal;
use etl::report::{Counts, PassReport};
use schemas::ids::UserId;
use storage::memory::{Moment, Process, World};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::model::Model;

/// A pass of an evening makes about so many calls.
const CALLS: u64 = 150;
/// Longer than any hold or soak of an evening.
const ALL_HOLDS: Duration = Duration::from_hours(30);

/// The passes of an evening.
pub(crate) struct Passes {
    world: World,
    limits: PassLimits,
    running: JoinSet<()>,
}

impl Passes {
    pub(crate) fn new(world: World) -> Self {
        let dice = world.dice();
        let limits = PassLimits {
            soak_ms: [0, 1000, 3_600_000][dice.place(3)],
            unknown_room_hold_ms: [60_000, 24 * 3_600_000][dice.place(2)],
            ..PassLimits::default()
        };
        Self { world, limits, running: JoinSet::new() }
    }

    pub(crate) fn unknown_room_hold_ms(&self) -> i64 {
        self.limits.unknown_room_hold_ms
    }

    /// Begins one to three passes.
    pub(crate) fn begin(&mut self) {
        for _ in 0..[1, 1, 2, 3][self.world.dice().place(4)] {
            let process = self.world.process();
            let stop = self.doom(&process);
            let limits = sized(&self.world, self.limits);
            self.running.spawn(async move {
                tokio::select! {
                    biased;
                    () = process.died() => {}
                    _report = run(&process, limits, stop) => {}
                }
            });
        }
    }

    /// Begins to erase a person.
    pub(crate) fn erase(&mut self, user: UserId, model: &Arc<Model>) {
        let process = self.world.process();
        let stop = self.doom(&process);
        let model = Arc::clone(model);
        model.erasure_begins(user);
        self.running.spawn(async move {
            tokio::select! {
                biased;
                () = process.died() => {}
                is_done = forget(&process, user, &stop) => if is_done {
                    model.erasure_done(process.world(), user);
                }
            }
        });
    }

    /// Waits until everything is over or dead.
    pub(crate) async fn end_all(&mut self) {
        while let Some(ended) = self.running.join_next().await {
            ended.unwrap();
        }
    }

    /// Draws how a pass ends: by itself, told to stop, or killed at a call.
    fn doom(&self, process: &Process) -> CancellationToken {
        let dice = self.world.dice();
        let stop = CancellationToken::new();
        match dice.within(0..=9) {
            0..=4 => {
                let moment = if dice.chance(0.5) { Moment::Before } else { Moment::After };
                process.kill_at_call(dice.within(0..=CALLS), moment);
            }
            5 => {
                let after = Duration::from_millis(dice.within(0..=5000));
                let stop = stop.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    stop.cancel();
                });
            }
            _ => {}
        }
        stop
    }
}

/// Sizes so small that every loop goes round more than once, each its own.
fn sized(world: &World, limits: PassLimits) -> PassLimits {
    let dice = world.dice();
    PassLimits {
        read_records_max: 1 + dice.place(40),
        read_bytes_max: 1 + dice.place(20_000),
        insert_events_max: 1 + dice.place(12),
        group_records_max: dice.within(1..=60),
        workers_max: 1 + dice.place(3),
        ..limits
    }
}

async fn run(process: &Process, limits: PassLimits, stop: CancellationToken) -> PassReport {
    pass::run(process.storage(), process.clock(), limits, stop, &Terminal::hidden()).await
}

/// Whether a person is erased wherever there is anything of them.
async fn forget(process: &Process, user: UserId, stop: &CancellationToken) -> bool {
    let (storage, clock) = (process.storage(), process.clock());
    let report = erase(&storage, &*clock, user, stop, &Terminal::hidden()).await;
    report.is_ok_and(|report| !report.stopped)
}

/// Repeats every erasure, and runs passes that nobody disturbs: one that archives, one that
/// deletes, and one that must find nothing left to do.
pub(crate) async fn settle(world: &World, model: &Model) -> Result<(), String> {
    for user in model.erasures() {
        if !forget(&world.process(), user, &CancellationToken::new()).await {
            return Err(format!("{user} could not be erased"));
        }
    }
    let mut counts = Counts::default();
    for _ in 0..3 {
        let limits = sized(world, PassLimits::default());
        let report = run(&world.process(), limits, CancellationToken::new()).await;
        if !report.is_complete() {
            return Err(format!("a room could not be finished: {:?}", report.failures));
        }
        counts = report.counts;
        tokio::time::sleep(ALL_HOLDS).await;
    }
    if counts.rooms_sealed > 0 || counts.records_truncated > 0 {
        return Err(format!("the passes never come to rest: {counts:?}"));
    }
    Ok(())
}

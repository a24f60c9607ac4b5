//! Breaks everything while people talk, and then proves that nothing was lost.
//!
//! 1. `world` starts the engines, the cinema, several nodes and one address before them.
//! 2. `room` and `tab` are the load: groups of friends who open rooms, talk and close them,
//!    with pages that come back after every loss. `passes` archives all the while.
//! 3. `nemesis` carries out the plan that `plan` drew from the seed: kills, holds, ends.
//! 4. `collect` follows the log and looks at what must hold at every moment.
//! 5. `harvest` heals, closes, archives and reads what is there in the end.
//! 6. [`crate::checker`] judges.
//!
//! The same seed gives the same plan of faults and the same wishes of the load; it cannot give
//! the same interleaving, which is the machine's.

mod account;
mod collect;
mod counts;
mod harvest;
mod keep;
mod nemesis;
mod passes;
mod plan;
mod program;
mod room;
mod stage;
mod tab;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use schemas::record::{Entry, LeaveReason};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, interval, sleep, timeout};

pub use self::counts::Counts;
pub use self::harvest::HarvestError;
pub use self::nemesis::Struck;
pub use self::plan::{Deed, PlanOptions, Strike, Target, plan};
pub use self::world::WorldError;

use self::collect::Collector;
use self::passes::Failures;
use self::room::{Friends, Played};
use self::stage::Stage;
use self::world::World;
use crate::checker::{Evidence, Planted, Report, Truth, check};

/// Archive passes at a time.
pub const ETLS: usize = 2;
/// Pause between two lines of progress.
const PROGRESS_PAUSE: Duration = Duration::from_secs(5);
/// Calm at the beginning, so that there is something to break.
const CALM: Duration = Duration::from_secs(3);
/// Longest wait for the load to end once nothing is broken any more.
const END_WAIT_MAX: Duration = Duration::from_mins(6);
/// Most records set aside that are read in the end, a partition.
const QUARANTINED_MAX: usize = 100_000;

/// What to do.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Of the load, and of what the passes find.
    pub seed: u64,
    /// What is done to whom.
    pub strikes: Vec<Strike>,
    /// API nodes.
    pub nodes: usize,
    /// Brokers of the log, each with all of it.
    pub brokers: NonZeroUsize,
    /// Who talks meanwhile.
    pub load: Load,
    /// Acked commands to go on for once the faults are over.
    pub acked_min: u64,
    /// Where everything seen is kept, should there be a finding.
    pub keep: PathBuf,
}

/// Who talks, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Rooms at a time.
    pub rooms: u64,
    /// Members a room.
    pub members: usize,
    /// Commands a second that a tab sends.
    pub rate: f64,
    /// Shortest and longest life of a room.
    pub life: (Duration, Duration),
    /// Whether tabs break their lines and leave by themselves, too.
    pub is_restless: bool,
}

/// Why there is nothing to judge.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Something did not start, or not again.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The end could not be read.
    #[error(transparent)]
    Harvest(#[from] HarvestError),
    /// What was seen could not be kept.
    #[error("the evidence could not be kept")]
    Keep(#[from] std::io::Error),
    /// The cinema, which nobody strikes.
    #[error("the cinema makes no accounts")]
    NoAccounts,
    /// A part of the load.
    #[error("a client broke")]
    Client(#[source] JoinError),
    /// The load did not end.
    #[error("some tabs did not end")]
    Stuck,
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What does not fit.
    pub report: Report,
    /// How much happened.
    pub counts: Arc<Counts>,
    /// What happened during each strike.
    pub struck: Vec<Struck>,
    /// Records of the log.
    pub records: usize,
    /// Events in the archive.
    pub archived: usize,
    /// Sealed rooms.
    pub sealed: usize,
    /// Poison set aside.
    pub set_aside: usize,
    /// Memberships that ended because the person was away.
    pub gone: usize,
    /// Why passes failed while things were broken.
    pub failures: BTreeMap<String, u64>,
    /// Where everything seen is kept, if there was a finding.
    pub kept: Option<PathBuf>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.counts)?;
        writeln!(
            formatter,
            "{} records in the log, {} rooms sealed with {} events, {} records set aside, {} \
             people gone",
            self.records, self.sealed, self.archived, self.set_aside, self.gone
        )?;
        for (reason, count) in &self.failures {
            writeln!(formatter, "passes failed {count} times: {reason}")?;
        }
        if let Some(kept) = &self.kept {
            writeln!(formatter, "everything seen is kept in {}", kept.display())?;
        }
        write!(formatter, "{}", self.report)
    }
}

/// Breaks everything, heals it, and judges.
pub async fn run(options: &RunOptions) -> Result<Outcome, RunError> {
    let world = Arc::new(World::start(options).await?);
    let counts: Arc<Counts> = Arc::default();
    let collector = Collector::default();
    let failures: Arc<Failures> = Arc::default();
    let planted: Arc<Mutex<Vec<Planted>>> = Arc::default();
    let mut watching = watch_all(&world, &counts, &collector);
    let mut disturbing = disturb(options.seed, &world, &counts, &failures, &planted);

    let (stop, stopped) = watch::channel(false);
    let stage = Stage::of(&world, options, Arc::clone(&counts), stopped);
    let mut friends = gather(options, Arc::new(stage)).await?;
    sleep(CALM).await;
    let struck = nemesis::strike_all(&world, &options.strikes, &counts).await?;
    world.heal().await?;
    enough_acked(options, &counts).await;
    // No more rooms; those there are close.
    stop.send_replace(true);
    let played = ended(&mut friends).await?;
    disturbing.shutdown().await;
    world.heal().await?;

    let unknown = passes::plant_unknown_room(&*world.storage.log).await;
    planted.lock().unwrap_or_else(PoisonError::into_inner).push(unknown);
    let owners: Vec<_> = played.iter().filter_map(|played| played.owner.clone()).collect();
    harvest::until_quiet(&world, &collector, &owners).await?;
    collector.finish(&*world.storage.log).await.map_err(HarvestError::from)?;
    watching.shutdown().await;
    let evidence = evidence(&world, &collector, played, &planted).await?;
    let report = check(&evidence);
    let failures = failures.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let kept = kept(options, &world, &evidence, &report)?;
    let rooms = evidence.rooms.values();
    Ok(Outcome {
        report,
        counts,
        struck,
        records: evidence.log.records().count(),
        archived: rooms.clone().map(|room| room.events.len()).sum(),
        sealed: rooms.filter(|room| room.seal.is_some()).count(),
        set_aside: evidence.quarantined.len(),
        gone: gone(&evidence),
        failures,
        kept,
    })
}

/// What goes on for the whole run.
fn watch_all(world: &Arc<World>, counts: &Arc<Counts>, collector: &Collector) -> JoinSet<()> {
    let mut watching = JoinSet::new();
    for partition in 0..world.storage.log.partitions() {
        let (collector, log) = (collector.clone(), Arc::clone(&world.storage.log));
        watching.spawn(async move { collector.follow(log, partition).await });
    }
    let (looking, storage) = (collector.clone(), world.storage.clone());
    watching.spawn(async move { looking.sample(&storage).await });
    let (world, counts, collector) = (Arc::clone(world), Arc::clone(counts), collector.clone());
    watching.spawn(async move {
        let mut pace = interval(PROGRESS_PAUSE);
        loop {
            pace.tick().await;
            tracing::info!("{counts}; {} records", collector.records());
            // A node gives up on engines that are away for too long; its manager restarts it.
            for node in world.nodes.iter().filter(|node| node.gave_up()) {
                counts::count(&counts.deaths);
                tracing::warn!("a node ended by itself:\n{}", world::tail(node.log()));
                if let Err(error) = node.start() {
                    tracing::warn!(%error, "it cannot be started again");
                }
            }
        }
    });
    watching
}

/// What goes on until all is healed.
fn disturb(
    seed: u64,
    world: &World,
    counts: &Arc<Counts>,
    failures: &Arc<Failures>,
    planted: &Arc<Mutex<Vec<Planted>>>,
) -> JoinSet<()> {
    let mut disturbing = JoinSet::new();
    for (number, pass) in (1..).zip(&world.etls) {
        let (pass, counts, failures) = (Arc::clone(pass), Arc::clone(counts), Arc::clone(failures));
        disturbing.spawn(async move {
            passes::pass_on(pass, seed.wrapping_add(number), &counts, &failures).await;
        });
    }
    let (log, planted) = (Arc::clone(&world.storage.log), Arc::clone(planted));
    disturbing.spawn(async move { passes::poison(&*log, seed, &planted).await });
    disturbing
}

async fn gather(options: &RunOptions, stage: Arc<Stage>) -> Result<JoinSet<Played>, RunError> {
    let mut friends = JoinSet::new();
    for number in 0..options.load.rooms {
        let gathered = Friends::gather(Arc::clone(&stage), number, options.load.members).await;
        friends.spawn(gathered.ok_or(RunError::NoAccounts)?.play());
    }
    Ok(friends)
}

async fn enough_acked(options: &RunOptions, counts: &Counts) {
    let deadline = Instant::now() + END_WAIT_MAX;
    while counts::of(&counts.acked) < options.acked_min && Instant::now() < deadline {
        sleep(CALM).await;
    }
}

async fn ended(friends: &mut JoinSet<Played>) -> Result<Vec<Played>, RunError> {
    let all = async {
        let mut played = vec![];
        while let Some(one) = friends.join_next().await {
            played.push(one.map_err(RunError::Client)?);
        }
        Ok(played)
    };
    timeout(END_WAIT_MAX, all).await.map_err(|_late| RunError::Stuck)?
}

async fn evidence(
    world: &World,
    collector: &Collector,
    played: Vec<Played>,
    planted: &Mutex<Vec<Planted>>,
) -> Result<Evidence, HarvestError> {
    let (log, samples) = collector.collected();
    let mut evidence = Evidence {
        epoch: world.storage.log.epoch().to_owned(),
        log,
        samples,
        rooms: harvest::archived_rooms(&world.storage, collector).await?,
        planted: planted.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        ..Evidence::default()
    };
    for played in played {
        evidence.clients.extend(played.clients);
        evidence.acts.extend(played.acts);
    }
    for partition in 0..world.storage.log.partitions() {
        let archive = &world.storage.archive;
        let aside = harvest::patiently(harvest::archive_is_away, async || {
            archive.quarantined(partition, QUARANTINED_MAX).await
        });
        evidence.quarantined.extend(aside.await?);
    }
    Ok(evidence)
}

fn kept(
    options: &RunOptions,
    world: &World,
    evidence: &Evidence,
    report: &Report,
) -> Result<Option<PathBuf>, RunError> {
    if report.is_clean() {
        return Ok(None);
    }
    let folder = options.keep.join(format!("seed-{}", options.seed));
    keep::keep(&folder, evidence, report, world.folder())?;
    Ok(Some(folder))
}

fn gone(evidence: &Evidence) -> usize {
    let truth = Truth::of(&evidence.log, &mut Report::default());
    let told = truth.rooms.values().flat_map(|room| &room.told);
    told.filter(|told| match &told.live.entry {
        Entry::MemberLeft(body) => body.reason == LeaveReason::Gone,
        _ => false,
    })
    .count()
}

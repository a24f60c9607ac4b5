//! The ports in memory, in a world where everything that may go wrong does, for simulations.
//!
//! A [`World`] holds the three stores, a clock, and the [`Dice`] from which every chance comes.
//! A [`Process`] is one program's access to it: ports whose calls are delayed, lost before or
//! after they took effect, or take effect long after their caller was told that they failed;
//! that can be stopped, continued and killed between any two calls. A call in flight outlives
//! the process that made it. With [`Faults::NONE`] the ports are plain, correct adapters that
//! pass the contracts.
//!
//! On a `current_thread` runtime whose clock is paused, time is virtual and a seed gives the
//! same history each time: [`World::trace`] is its hash.
//!
//! To add a fault: a rate in [`faults`], and the place where it strikes. To show that a check
//! finds a broken adapter: a [`Lie`].

mod archive;
mod attendance;
pub mod faults;
mod lie;
mod log;
mod process;
mod records;
mod rooms;
pub mod seeds;
mod sessions;
mod tail;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use schemas::archive::{HashChain, Quarantined, Seal};
use schemas::event::Event;
use schemas::ids::RoomId;
use tokio::time::Instant;

use self::archive::Content as ArchiveContent;
use self::faults::{Dice, Ending, Fate, Faults};
pub use self::lie::Lie;
pub use self::process::{Moment, Process};
use self::records::Content as LogContent;
use self::rooms::Content as RoomsContent;
use crate::log::{StoredRecord, Watermarks};
use crate::rooms::RoomRow;

/// When a world begins, in ms since 1970.
pub const START_MS: i64 = 1_800_000_000_000;
/// Name of the log of every world.
pub const EPOCH: &str = "memory";

/// Three stores that processes share; clones are the same world.
#[derive(Clone)]
pub struct World(Arc<Shared>);

struct Shared {
    dice: Dice,
    faults: Mutex<Faults>,
    lie: Mutex<Option<Lie>>,
    began: Instant,
    partitions: u32,
    log: Store<LogContent>,
    rooms: Store<RoomsContent>,
    archive: Store<ArchiveContent>,
    watcher: Mutex<Option<Watcher>>,
    trace: Mutex<DefaultHasher>,
    processes: AtomicU64,
}

/// Looks at a world after a change.
type Watcher = Arc<dyn Fn(&World) + Send + Sync>;

/// What one store holds, and until when it is away.
struct Store<Content> {
    content: Mutex<Content>,
    away_until: Mutex<Option<Instant>>,
}

impl<Content> Store<Content> {
    fn new(content: Content) -> Self {
        Self { content: Mutex::new(content), away_until: Mutex::new(None) }
    }
}

impl World {
    /// An empty world of a seed.
    pub fn new(seed: u64, partitions: u32, faults: Faults) -> Self {
        Self(Arc::new(Shared {
            dice: Dice::new(seed),
            faults: Mutex::new(faults),
            lie: Mutex::new(None),
            began: Instant::now(),
            partitions,
            log: Store::new(LogContent::new(partitions)),
            rooms: Store::new(RoomsContent::default()),
            archive: Store::new(ArchiveContent::default()),
            watcher: Mutex::new(None),
            trace: Mutex::new(DefaultHasher::new()),
            processes: AtomicU64::new(0),
        }))
    }

    /// A program that meets this world's faults.
    pub fn process(&self) -> Process {
        let most = self.faults().skew_ms_max;
        let skew = i64::try_from(self.dice().within(0..=most.unsigned_abs() * 2)).unwrap_or(most);
        let number = self.0.processes.fetch_add(1, Ordering::Relaxed);
        Process::new(self.clone(), number, skew - most, false)
    }

    /// A program that no fault befalls.
    pub fn spared_process(&self) -> Process {
        let number = self.0.processes.fetch_add(1, Ordering::Relaxed);
        Process::new(self.clone(), number, 0, true)
    }

    /// The chances of this world's seed, for whatever else needs one.
    pub fn dice(&self) -> &Dice {
        &self.0.dice
    }

    /// What goes wrong now.
    pub fn faults(&self) -> Faults {
        *lock(&self.0.faults)
    }

    /// Changes what goes wrong from now on; stores that are away come back.
    pub fn set_faults(&self, faults: Faults) {
        *lock(&self.0.faults) = faults;
        *lock(&self.0.log.away_until) = None;
        *lock(&self.0.rooms.away_until) = None;
        *lock(&self.0.archive.away_until) = None;
    }

    /// Breaks an adapter's contract from now on.
    pub fn plant(&self, lie: Lie) {
        *lock(&self.0.lie) = Some(lie);
    }

    /// Calls `watcher` after whatever took effect, from now on.
    pub fn watch(&self, watcher: impl Fn(&Self) + Send + Sync + 'static) {
        *lock(&self.0.watcher) = Some(Arc::new(watcher));
    }

    /// Hash of all that happened so far, in its order.
    pub fn trace(&self) -> u64 {
        lock(&self.0.trace).finish()
    }

    /// Adds something to the trace.
    pub fn note(&self, happened: &impl Hash) {
        let mut trace = lock(&self.0.trace);
        self.now_ms().hash(&mut *trace);
        happened.hash(&mut *trace);
    }

    /// The time, in ms since 1970.
    pub fn now_ms(&self) -> i64 {
        let since = i64::try_from(self.0.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        START_MS.saturating_add(since)
    }

    fn lies(&self, lie: Lie) -> bool {
        *lock(&self.0.lie) == Some(lie)
    }

    /// Draws what becomes of a call to a store, or of a whole store.
    fn fate<Content>(&self, store: fn(&Shared) -> &Store<Content>) -> Fate {
        let faults = self.faults();
        let now = Instant::now();
        let mut away_until = lock(&store(&self.0).away_until);
        if self.dice().chance(faults.outage) {
            let away_ms = self.dice().within(0..=faults.outage_ms_max);
            *away_until = Some(now + Duration::from_millis(away_ms));
        }
        if away_until.is_some_and(|until| now < until) {
            // Takes time, so that whoever tries again at once does get on.
            let before_ms = self.dice().within(1..=faults.delay_ms_max.max(1));
            return Fate { before_ms, ending: Ending::LostBefore, after_ms: 0 };
        }
        Fate::draw(self.dice(), &faults)
    }

    /// Does something to a store, and lets the watcher look at what came of it.
    fn apply<Content, T>(
        &self,
        store: fn(&Shared) -> &Store<Content>,
        effect: impl FnOnce(&mut Content) -> T,
    ) -> T {
        let done = effect(&mut lock(&store(&self.0).content));
        let watcher = lock(&self.0.watcher).clone();
        if let Some(watcher) = watcher {
            watcher(self);
        }
        done
    }
}

/// What a checker may see and do, at any moment and without faults.
impl World {
    /// Number of partitions.
    pub fn partitions(&self) -> u32 {
        self.0.partitions
    }

    /// Every record that was ever in a partition, whatever was truncated.
    pub fn history(&self, partition: u32) -> Vec<StoredRecord> {
        lock(&self.0.log.content).history(partition)
    }

    /// Bounds of a partition.
    pub fn watermarks(&self, partition: u32) -> Watermarks {
        lock(&self.0.log.content).watermarks(partition).unwrap_or(Watermarks { low: 0, high: 0 })
    }

    /// Moves a low watermark back, as a broker does that is restored from an older disk: what
    /// was truncated is there again.
    pub fn move_low_back(&self, partition: u32, to: u64) {
        lock(&self.0.log.content).move_low_back(partition, to);
    }

    /// How many rooms are sealed.
    pub fn seals_count(&self) -> usize {
        lock(&self.0.archive.content).seals().len()
    }

    /// Every seal.
    pub fn seals(&self) -> Vec<Seal> {
        lock(&self.0.archive.content).seals().values().cloned().collect()
    }

    /// Whether a room is sealed.
    pub fn is_sealed(&self, room: RoomId) -> bool {
        lock(&self.0.archive.content).seals().contains_key(&room)
    }

    /// A room's events at rest, sealed or not, in seq order; doubled ones too.
    pub fn archived(&self, room: RoomId) -> Vec<Event> {
        lock(&self.0.archive.content).events_of(room)
    }

    /// The chain that a room's events at rest make.
    pub fn chain_of(&self, room: RoomId) -> HashChain {
        lock(&self.0.archive.content).chain_of(room)
    }

    /// Everything that was set aside.
    pub fn quarantined(&self) -> Vec<Quarantined> {
        lock(&self.0.archive.content).quarantined().cloned().collect()
    }

    /// A room's row.
    pub fn row(&self, room: RoomId) -> Option<RoomRow> {
        lock(&self.0.rooms.content).row(room).cloned()
    }
}

/// What a call answers that failed, whether or not it took effect.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the simulation let the call fail")]
struct Lost;

/// Nobody panics with a lock in hand but a failing test.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

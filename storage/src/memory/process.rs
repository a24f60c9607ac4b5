//! One program in a world: its ports, and what may befall it.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use super::archive::MemoryArchive;
use super::faults::{Ending, Fate};
use super::log::MemoryLog;
use super::rooms::MemoryRooms;
use super::{Lost, Shared, Store, World, lock};
use crate::clock::Clock;
use crate::open::Storage;

/// One program's access to a world; clones are the same program.
#[derive(Clone)]
pub struct Process(Arc<Life>);

struct Life {
    world: World,
    number: u64,
    skew_ms: i64,
    /// Whether no fault befalls it.
    spared: bool,
    state: Mutex<State>,
    /// Signals each change of the state; wakes those who wait in the order in which they came.
    changed: Notify,
    doom: Mutex<Option<Doom>>,
    /// Names of calls of which the next gets no answer.
    losses: Mutex<Vec<&'static str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    Stopped,
    Dead,
}

/// At which of its calls a process dies.
#[derive(Clone, Copy, Debug)]
struct Doom {
    calls_left: u64,
    moment: Moment,
}

/// On which side of a call a process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The call is never made.
    Before,
    /// The call takes effect, and its answer finds nobody.
    After,
}

impl Process {
    pub(super) fn new(world: World, number: u64, skew_ms: i64, spared: bool) -> Self {
        Self(Arc::new(Life {
            world,
            number,
            skew_ms,
            spared,
            state: Mutex::new(State::Running),
            changed: Notify::new(),
            doom: Mutex::new(None),
            losses: Mutex::default(),
        }))
    }

    /// Its three ports.
    pub fn storage(&self) -> Storage {
        Storage {
            rooms: Arc::new(MemoryRooms(self.clone())),
            log: Arc::new(MemoryLog(self.clone())),
            archive: Arc::new(MemoryArchive(self.clone())),
        }
    }

    /// Its own clock, which may be off.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SkewedClock { world: self.0.world.clone(), skew_ms: self.0.skew_ms })
    }

    /// Stops it, as SIGSTOP does: its calls take effect, and no answer gets through.
    pub fn stop(&self) {
        self.move_to(State::Stopped);
    }

    /// Lets a stopped process go on.
    pub fn go_on(&self) {
        self.move_to(State::Running);
    }

    /// Kills it: no call of its own is made or answered again. What it has in flight may still
    /// take effect. Its tasks are for the caller to end.
    pub fn kill(&self) {
        self.move_to(State::Dead);
    }

    /// Kills it at the call after so many others.
    pub fn kill_at_call(&self, calls: u64, moment: Moment) {
        *lock(&self.0.doom) = Some(Doom { calls_left: calls, moment });
    }

    /// Loses the next call of a name, such as `nodes`: it has no effect and no answer.
    pub fn lose_next(&self, name: &'static str) {
        lock(&self.0.losses).push(name);
    }

    /// Waits until it is dead.
    pub async fn died(&self) {
        self.reaches(State::Dead).await;
    }

    /// The world it is in.
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// Makes a call: sooner or later `effect` is done to the store, or never; the answer says
    /// so, or is lost.
    pub(super) async fn call<Content: 'static, T: Send + 'static>(
        &self,
        name: &'static str,
        store: fn(&Shared) -> &Store<Content>,
        effect: impl FnOnce(&mut Content) -> T + Send + 'static,
    ) -> Result<T, Lost>
    where
        Store<Content>: Sync,
    {
        self.may_go_on().await;
        if self.takes_loss(name) {
            return Err(Lost);
        }
        let dies = self.approach_doom();
        if dies == Some(Moment::Before) {
            self.kill();
            self.may_go_on().await;
        }
        let world = self.world();
        let fate = if self.0.spared { Fate::GOOD } else { world.fate(store) };
        world.note(&(self.0.number, name, fate));
        tracing::trace!(process = self.0.number, name, ?fate, now_ms = world.now_ms(), "call");
        let answer = self.meet(fate, store, effect).await;
        if dies == Some(Moment::After) {
            self.kill();
        }
        self.may_go_on().await;
        answer
    }

    async fn meet<Content: 'static, T: Send + 'static>(
        &self,
        fate: Fate,
        store: fn(&Shared) -> &Store<Content>,
        effect: impl FnOnce(&mut Content) -> T + Send + 'static,
    ) -> Result<T, Lost>
    where
        Store<Content>: Sync,
    {
        if fate == Fate::GOOD {
            return Ok(self.world().apply(store, effect));
        }
        let before = Duration::from_millis(fate.before_ms);
        let in_flight = |after: Duration| {
            let world = self.world().clone();
            // A task of its own: what is on its way arrives, whatever becomes of the caller.
            tokio::spawn(async move {
                sleep(after).await;
                world.apply(store, effect)
            })
        };
        let effect_after = match fate.ending {
            Ending::Done | Ending::LostAfter => before,
            Ending::LostBefore => {
                sleep(before).await;
                return Err(Lost);
            }
            Ending::Late { by_ms } => {
                in_flight(before + Duration::from_millis(by_ms));
                sleep(before).await;
                return Err(Lost);
            }
        };
        let done = in_flight(effect_after).await.map_err(|_panicked| Lost);
        sleep(Duration::from_millis(fate.after_ms)).await;
        if fate.ending == Ending::LostAfter { Err(Lost) } else { done }
    }

    /// Whether no fault befalls it.
    pub(super) fn is_spared(&self) -> bool {
        self.0.spared
    }

    /// Waits while it is stopped; for ever once it is dead.
    pub async fn may_go_on(&self) {
        self.reaches(State::Running).await;
    }

    async fn reaches(&self, wanted: State) {
        loop {
            let mut changed = pin!(self.0.changed.notified());
            changed.as_mut().enable();
            if *lock(&self.0.state) == wanted {
                return;
            }
            changed.await;
        }
    }

    /// The dead stay dead.
    fn move_to(&self, next: State) {
        let mut state = lock(&self.0.state);
        if *state != State::Dead {
            *state = next;
        }
        drop(state);
        self.0.changed.notify_waiters();
    }

    fn takes_loss(&self, name: &str) -> bool {
        let mut losses = lock(&self.0.losses);
        let place = losses.iter().position(|lost| *lost == name);
        place.map(|place| losses.swap_remove(place)).is_some()
    }

    fn approach_doom(&self) -> Option<Moment> {
        let mut doom = lock(&self.0.doom);
        let Doom { calls_left, moment } = doom.as_mut()?;
        if *calls_left == 0 {
            return Some(*moment);
        }
        *calls_left -= 1;
        None
    }
}

struct SkewedClock {
    world: World,
    skew_ms: i64,
}

impl Clock for SkewedClock {
    fn now_ms(&self) -> i64 {
        self.world.now_ms().saturating_add(self.skew_ms)
    }
}

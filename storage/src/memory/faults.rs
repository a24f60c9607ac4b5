//! What may go wrong and how often, and the one seeded source of every chance.

use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

/// How often what goes wrong. Chances are from 0.0 to 1.0 a call; without a chance nothing is
/// drawn, so [`Faults::NONE`] makes plain, correct adapters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    /// Longest time until a call takes effect, and again until its answer arrives.
    pub delay_ms_max: u64,
    /// A call fails without effect.
    pub lost_before: f64,
    /// A call takes effect and fails all the same.
    pub lost_after: f64,
    /// A call fails and takes effect up to `late_ms_max` later.
    pub late: f64,
    /// Longest time by which an effect may come late.
    pub late_ms_max: u64,
    /// A call finds its whole store away, for up to `outage_ms_max`.
    pub outage: f64,
    /// Longest time that a store stays away.
    pub outage_ms_max: u64,
    /// An insert writes some of what it was given, and fails.
    pub partial: f64,
    /// An append writes its record twice, as a sender does whose report was lost.
    pub doubled: f64,
    /// A read answers with less than it might.
    pub short_read: f64,
    /// Longest time by which a tail lags behind, a batch.
    pub tail_lag_ms_max: u64,
    /// A tail breaks before a record.
    pub tail_break: f64,
    /// Furthest that a process's own clock is off, either way.
    pub skew_ms_max: i64,
}

impl Faults {
    /// Nothing goes wrong, and nothing takes time.
    pub const NONE: Self = Self {
        delay_ms_max: 0,
        lost_before: 0.0,
        lost_after: 0.0,
        late: 0.0,
        late_ms_max: 0,
        outage: 0.0,
        outage_ms_max: 0,
        partial: 0.0,
        doubled: 0.0,
        short_read: 0.0,
        tail_lag_ms_max: 0,
        tail_break: 0.0,
        skew_ms_max: 0,
    };

    /// Half of all kinds of faults, each at a rate of its own: what hides behind a frequent
    /// fault is found where that one is missing.
    pub fn draw(dice: &Dice) -> Self {
        let rate = |most: f64| if dice.chance(0.5) { most * dice.share() } else { 0.0 };
        Self {
            delay_ms_max: dice.within(0..=40),
            lost_before: rate(0.08),
            lost_after: rate(0.08),
            late: rate(0.05),
            late_ms_max: dice.within(1..=5000),
            outage: rate(0.01),
            outage_ms_max: dice.within(1..=5000),
            partial: rate(0.2),
            doubled: rate(0.1),
            short_read: rate(0.5),
            tail_lag_ms_max: if dice.chance(0.5) { dice.within(0..=400) } else { 0 },
            tail_break: rate(0.05),
            skew_ms_max: if dice.chance(0.5) { 3000 } else { 0 },
        }
    }
}

/// Every chance of a world, in the order in which it is asked for.
#[derive(Debug)]
pub struct Dice(Mutex<StdRng>);

impl Dice {
    /// The chances of a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Whether something of this chance happens; a chance of 0 draws nothing.
    pub fn chance(&self, chance: f64) -> bool {
        chance > 0.0 && self.share() < chance
    }

    /// A number within a range; a range of one number draws nothing.
    pub fn within(&self, range: RangeInclusive<u64>) -> u64 {
        if range.start() >= range.end() {
            return *range.start();
        }
        self.draw(|rng| rng.random_range(range))
    }

    /// A place in a list of so many; 0 for an empty one.
    pub fn place(&self, count: usize) -> usize {
        let last = u64::try_from(count).unwrap_or(u64::MAX).saturating_sub(1);
        usize::try_from(self.within(0..=last)).unwrap_or(0)
    }

    /// From 0.0, up to but not including 1.0.
    pub fn share(&self) -> f64 {
        self.draw(RngExt::random)
    }

    /// An id that no other draw gives again.
    pub fn id(&self) -> Uuid {
        Uuid::from_u128(self.draw(RngExt::random))
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut StdRng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What will become of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fate {
    /// Until it takes effect, or fails without one.
    pub(super) before_ms: u64,
    pub(super) ending: Ending,
    /// Until its answer arrives.
    pub(super) after_ms: u64,
}

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ending {
    /// With its effect and an answer.
    Done,
    /// With an error and no effect.
    LostBefore,
    /// With its effect and an error.
    LostAfter,
    /// With an error, and with its effect so much later.
    Late {
        /// After the error.
        by_ms: u64,
    },
}

impl Fate {
    /// What happens where nothing goes wrong.
    pub(super) const GOOD: Self = Self { before_ms: 0, ending: Ending::Done, after_ms: 0 };

    pub(super) fn draw(dice: &Dice, faults: &Faults) -> Self {
        let ending = if dice.chance(faults.lost_before) {
            Ending::LostBefore
        } else if dice.chance(faults.lost_after) {
            Ending::LostAfter
        } else if dice.chance(faults.late) {
            Ending::Late { by_ms: dice.within(0..=faults.late_ms_max) }
        } else {
            Ending::Done
        };
        Self {
            before_ms: dice.within(0..=faults.delay_ms_max),
            ending,
            after_ms: dice.within(0..=faults.delay_ms_max),
        }
    }
}

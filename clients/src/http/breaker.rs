//! The circuit breaker as a pure state machine: time comes in as an argument.
//!
//! Closed: everything passes, and failures in a row are counted. Open: nothing passes until
//! the pause is over. Probing: one call passes, and decides between the other two.

use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row after which the circuit opens.
pub const BREAKER_FAILURES_MAX: u32 = 8;
/// How long the circuit stays open before it lets one call try.
pub const BREAKER_PAUSE_MS: u64 = 2_000;

/// When to stop trying for a while, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct BreakerPolicy {
    /// Failures in a row after which the circuit opens; at least 1.
    pub failures_max: u32,
    /// How long it stays open before one call may try.
    pub pause: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self { failures_max: BREAKER_FAILURES_MAX, pause: Duration::from_millis(BREAKER_PAUSE_MS) }
    }
}

/// How an admitted attempt went, as far as the service's health is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It answered; a refusal is an answer too.
    Well,
    /// It was unreachable, broken or silent.
    Unwell,
    /// The caller went away before anything could be told.
    Unknown,
}

/// Permission for one attempt, to be given back with [`Breaker::report`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    generation: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    Probing,
}

#[derive(Debug)]
pub(super) struct Breaker {
    policy: BreakerPolicy,
    state: State,
    /// Counts the changes of state, so that reports from before a change are told apart.
    generation: u64,
}

impl Breaker {
    pub(super) fn new(policy: BreakerPolicy) -> Self {
        Self { policy, state: State::Closed { failures: 0 }, generation: 0 }
    }

    /// Whether calls are being turned away, all but the probe.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.state, State::Closed { .. })
    }

    /// Lets an attempt pass, or says after how long to ask again.
    pub(super) fn admit(&mut self, now: Instant) -> Result<Ticket, Duration> {
        match self.state {
            State::Closed { .. } => {}
            State::Open { until } if now < until => return Err(until - now),
            State::Open { .. } => self.enter(State::Probing),
            State::Probing => return Err(self.policy.pause),
        }
        Ok(Ticket { generation: self.generation })
    }

    /// Takes back a ticket. One from before the last change of state says nothing new.
    pub(super) fn report(&mut self, ticket: Ticket, health: Health, now: Instant) {
        if ticket.generation != self.generation {
            return;
        }
        match (self.state, health) {
            (State::Closed { .. }, Health::Well) => self.state = State::Closed { failures: 0 },
            (State::Closed { failures }, Health::Unwell) => {
                let failures = failures + 1;
                if failures < self.policy.failures_max {
                    self.state = State::Closed { failures };
                } else {
                    self.enter(State::Open { until: now + self.policy.pause });
                }
            }
            (State::Probing, Health::Well) => self.enter(State::Closed { failures: 0 }),
            (State::Probing, Health::Unwell) => {
                self.enter(State::Open { until: now + self.policy.pause });
            }
            // The probe told nothing: the next call may probe at once.
            (State::Probing, Health::Unknown) => self.enter(State::Open { until: now }),
            (State::Closed { .. }, Health::Unknown) | (State::Open { .. }, _) => {}
        }
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
    }
}

#[cfg(test)]
mod tests;

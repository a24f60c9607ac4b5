//! One service's breaker, shared by its calls, and its gauge.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::gauge;
use tokio::time::Instant;
use tracing::{info, warn};

use super::breaker::{Breaker, BreakerPolicy, Health, Ticket};

#[derive(Debug)]
pub(super) struct Circuit {
    service: &'static str,
    breaker: Mutex<Breaker>,
}

impl Circuit {
    pub(super) fn new(service: &'static str, policy: BreakerPolicy) -> Self {
        gauge!("upstream_circuit_open", "service" => service).set(0.0);
        Self { service, breaker: Mutex::new(Breaker::new(policy)) }
    }

    /// Lets an attempt pass, or says after how long to ask again.
    pub(super) fn enter(&self) -> Result<Pass<'_>, Duration> {
        let ticket = self.breaker().admit(Instant::now())?;
        Ok(Pass { circuit: self, ticket, health: Health::Unknown })
    }

    fn report(&self, ticket: Ticket, health: Health) {
        let mut breaker = self.breaker();
        let was_open = breaker.is_open();
        breaker.report(ticket, health, Instant::now());
        match (was_open, breaker.is_open()) {
            (false, true) => {
                gauge!("upstream_circuit_open", "service" => self.service).set(1.0);
                warn!(upstream.service = self.service, "Circuit opened");
            }
            (true, false) => {
                gauge!("upstream_circuit_open", "service" => self.service).set(0.0);
                info!(upstream.service = self.service, "Circuit closed");
            }
            (true, true) | (false, false) => {}
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        // No step of the breaker leaves it half changed, so a poisoned one is sound.
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt under way. Dropping it reports; a caller that gives up midway reports too.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    circuit: &'a Circuit,
    ticket: Ticket,
    health: Health,
}

impl Pass<'_> {
    /// Ends the attempt with what it told about the service.
    pub(super) fn settle(mut self, health: Health) {
        self.health = health;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.circuit.report(self.ticket, self.health);
    }
}

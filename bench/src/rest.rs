//! Waits until what came before is over: servers that compile, collect and write back once
//! their answers are given would take from what is measured next.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::Result;
use crate::figure::number;

/// The time over which the processors are looked at.
const LOOK: Duration = Duration::from_millis(250);
/// Longest wait, since a machine may never rest.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// The share of all processors' time that may be in use at rest.
const BUSY_MAX: f64 = 0.05;

/// Waits until the machine is at rest, or for as long as is reasonable.
pub(crate) async fn at_rest() -> Result<()> {
    let deadline = Instant::now() + WAIT_MAX;
    let mut before = Ticks::now()?;
    loop {
        sleep(LOOK).await;
        let now = Ticks::now()?;
        if now.busy_since(&before) <= BUSY_MAX || Instant::now() >= deadline {
            return Ok(());
        }
        before = now;
    }
}

/// What all processors together have spent, in ticks of the system.
struct Ticks {
    idle: u64,
    all: u64,
}

impl Ticks {
    fn now() -> Result<Self> {
        Self::parse(&std::fs::read_to_string("/proc/stat")?)
    }

    /// The first line (proc(5)): user, nice, system, idle, waiting for disks, and more.
    fn parse(text: &str) -> Result<Self> {
        let line = text.lines().next().and_then(|line| line.strip_prefix("cpu "));
        let spent = line.ok_or("/proc/stat has no line of all processors")?.split_whitespace();
        let spent = spent.map(str::parse).collect::<std::result::Result<Vec<u64>, _>>()?;
        Ok(Self { idle: spent.iter().skip(3).take(2).sum(), all: spent.iter().sum() })
    }

    /// From 0 to 1.
    fn busy_since(&self, before: &Self) -> f64 {
        let all = self.all.saturating_sub(before.all).max(1);
        let idle = self.idle.saturating_sub(before.idle);
        1.0 - number(idle) / number(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_disks_is_idle() {
        let before = Ticks::parse("cpu  10 0 10 100 20 0 0 0 0 0\ncpu0 1 1 1 1").unwrap();
        let now = Ticks::parse("cpu  15 0 15 170 40 0 0 0 0 0\n").unwrap();
        assert!((now.busy_since(&before) - 0.1).abs() < 1e-9);
        assert!(Ticks::parse("intr 1").is_err());
    }
}

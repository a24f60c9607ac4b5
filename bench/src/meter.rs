//! Processor time and memory of processes, by the kernel's counters.

use std::time::{Duration, Instant};

use crate::Result;
use crate::process::time;
use crate::relay::Running;

/// Counters at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    at: Instant,
    server: Duration,
    engines: Duration,
    tool: Duration,
}

/// What was used between two moments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    /// Time between them.
    pub(crate) elapsed: Duration,
    /// Processor time of all nodes of the relay.
    pub(crate) server: Duration,
    pub(crate) engines: Duration,
    /// Share of its core that this tool used, from 0 to 1.
    pub(crate) tool_share: f64,
}

impl Meter {
    /// Reads the counters of a relay, of its engines and of this process.
    pub(crate) fn read(running: &Running) -> Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server: running.pids()?.into_iter().map(tree_time).sum::<Result<_>>()?,
            engines: running.engine_pids().into_iter().map(tree_time).sum::<Result<_>>()?,
            tool: time(std::process::id())?.0,
        })
    }

    /// What has been used since.
    pub(crate) fn used(&self, running: &Running) -> Result<Used> {
        let now = Self::read(running)?;
        let elapsed = now.at.saturating_duration_since(self.at);
        let tool = now.tool.saturating_sub(self.tool);
        Ok(Used {
            elapsed,
            server: now.server.saturating_sub(self.server),
            engines: now.engines.saturating_sub(self.engines),
            tool_share: tool.as_secs_f64() / elapsed.as_secs_f64(),
        })
    }
}

/// Processor time of a process and of all below it.
fn tree_time(root: u32) -> Result<Duration> {
    let (mut total, _) = time(root)?;
    let mut above = vec![root];
    let processes: Vec<(u32, Duration, u32)> = std::fs::read_dir("/proc")?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        // Whoever ends meanwhile is not counted.
        .filter_map(|pid| time(pid).ok().map(|(time, parent)| (pid, time, parent)))
        .collect();
    while let Some(parent) = above.pop() {
        for (pid, time, _) in processes.iter().filter(|(_, _, other)| *other == parent) {
            total += *time;
            above.push(*pid);
        }
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_some_time() {
        let before = tree_time(std::process::id()).unwrap();
        let mut sum = 0_u64;
        while tree_time(std::process::id()).unwrap() == before {
            sum = (0..100_000).fold(sum, u64::wrapping_add);
        }
        assert!(tree_time(std::process::id()).unwrap() > before);
    }
}

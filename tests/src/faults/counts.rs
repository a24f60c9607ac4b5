//! What has happened so far, in numbers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::plan::{Deed, Target};

/// Counted by everyone at once.
#[derive(Debug, Default)]
pub struct Counts {
    /// Commands sent, each once however often it was sent again.
    pub sends: AtomicU64,
    /// Commands sent again.
    pub resends: AtomicU64,
    /// Commands acked, each once.
    pub acked: AtomicU64,
    longest_wait_ms: AtomicU64,
    /// Commands rejected.
    pub rejected: AtomicU64,
    /// Answers that said nobody knows.
    pub unknown: AtomicU64,
    /// Sockets opened.
    pub connections: AtomicU64,
    /// Rooms opened.
    pub rooms: AtomicU64,
    /// Archive passes that ended well.
    pub passes: AtomicU64,
    /// Nodes that ended by themselves.
    pub deaths: AtomicU64,
    deeds: Mutex<BTreeMap<(&'static str, String), u64>>,
}

/// One more.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// How many there are.
pub(super) fn of(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

impl Counts {
    pub(super) fn done(&self, target: Target, deed: Deed) {
        let name = match deed {
            Deed::Kill { .. } => KILLED,
            Deed::Hold { .. } => "held",
            Deed::Terminate { .. } => "ended",
        };
        let mut deeds = self.deeds.lock().unwrap_or_else(PoisonError::into_inner);
        *deeds.entry((name, target.to_string())).or_default() += 1;
    }

    pub(super) fn acked_after(&self, waited: Duration) {
        count(&self.acked);
        let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        self.longest_wait_ms.fetch_max(waited_ms, Ordering::Relaxed);
    }

    /// How long somebody waited for an ack, with all that they sent again meanwhile.
    pub fn longest_wait(&self) -> Duration {
        Duration::from_millis(of(&self.longest_wait_ms))
    }

    /// How many processes were killed.
    pub fn kills(&self) -> u64 {
        let deeds = self.deeds.lock().unwrap_or_else(PoisonError::into_inner);
        deeds.iter().filter(|((name, _), _)| *name == KILLED).map(|(_, count)| count).sum()
    }
}

const KILLED: &str = "killed";

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} kills, {} rooms, {} sends, {} acked after {:?} at most, {} rejected, \
             {} unknown, {} resends, {} connections, {} passes, {} nodes ended by themselves;",
            self.kills(),
            of(&self.rooms),
            of(&self.sends),
            of(&self.acked),
            self.longest_wait(),
            of(&self.rejected),
            of(&self.unknown),
            of(&self.resends),
            of(&self.connections),
            of(&self.passes),
            of(&self.deaths),
        )?;
        for ((deed, target), count) in &*self.deeds.lock().unwrap_or_else(PoisonError::into_inner) {
            write!(formatter, " {deed} {target} {count}")?;
        }
        Ok(())
    }
}

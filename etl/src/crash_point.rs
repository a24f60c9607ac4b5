//! Named places where a test may kill the process, to show that the next pass repairs
//! whatever it left behind.
//!
//! For tests only: `ETL_CRASH_POINT=<name>[:n]` aborts the process, as a crash would, when
//! the place is reached for the n-th time (the first, unless given). Without the variable a
//! place costs one load of a pointer.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Variable that arms one place.
pub const VARIABLE: &str = "ETL_CRASH_POINT";

macro_rules! crash_points {
    ($($(#[$doc:meta])* $point:ident = $name:literal,)*) => {
        /// A place where a pass may be killed, in the order in which a pass reaches them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CrashPoint {
            $($(#[$doc])* $point,)*
        }

        impl CrashPoint {
            /// Every place.
            pub const ALL: &[Self] = &[$(Self::$point,)*];

            /// What the variable calls it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name,)*
                }
            }
        }
    };
}

crash_points! {
    /// The bounds of a partition are known.
    Bounds = "bounds",
    /// The records of a batch that belong to no room were set aside.
    Quarantine = "quarantine",
    /// A batch of records was scanned.
    ScanBatch = "scan-batch",
    /// A batch of events was inserted.
    InsertBatch = "insert-batch",
    /// A group of rooms was read back and compared.
    ReadBack = "read-back",
    /// Erased people were blanked in a room.
    Erase = "erase",
    /// A room was sealed.
    Seal = "seal",
    /// A row was marked archived.
    MarkArchived = "mark-archived",
    /// A partition was scanned to its end.
    Scan = "scan",
    /// A row that lagged its log was opened.
    MarkOpen = "mark-open",
    /// A group of rooms that were left was folded.
    Gather = "gather",
    /// A row that lagged its log was closed.
    MarkClosed = "mark-closed",
    /// A partition was truncated.
    Truncate = "truncate",
}

/// Aborts the process if this place is armed and its turn has come.
pub(crate) fn reached(point: CrashPoint) {
    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
    if let Some(armed) = ARMED.get_or_init(|| Armed::parse(&std::env::var(VARIABLE).ok()?))
        && armed.hit(point)
    {
        std::process::abort();
    }
}

struct Armed {
    name: String,
    hits_left: AtomicU64,
}

impl Armed {
    fn parse(text: &str) -> Option<Self> {
        let (name, hit) = text.split_once(':').unwrap_or((text, "1"));
        Some(Self { name: name.to_owned(), hits_left: AtomicU64::new(hit.parse().ok()?) })
    }

    fn hit(&self, point: CrashPoint) -> bool {
        self.name == point.name() && self.hits_left.fetch_sub(1, Ordering::SeqCst) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_hit_at_its_turn_and_only_then() {
        let armed = Armed::parse("seal:2").unwrap();
        assert!(!armed.hit(CrashPoint::Scan));
        assert!(!armed.hit(CrashPoint::Seal));
        assert!(armed.hit(CrashPoint::Seal));
        assert!(!armed.hit(CrashPoint::Seal));
    }

    #[test]
    fn without_a_number_the_first_turn_counts() {
        assert!(Armed::parse("scan").unwrap().hit(CrashPoint::Scan));
        assert!(Armed::parse("scan:often").is_none());
    }
}

//! Whether a lease has gone on without a gap for long enough. Pure: time comes in.

use std::time::Duration;

use tokio::time::Instant;

/// How long the lease has been kept.
pub(super) struct Calm {
    lease: Duration,
    needed: Duration,
    renewed_at: Option<Instant>,
    kept_since: Option<Instant>,
}

impl Calm {
    /// A lease of this length, which counts as calm once it was kept for `needed`.
    pub(super) fn new(lease: Duration, needed: Duration) -> Self {
        Self { lease, needed, renewed_at: None, kept_since: None }
    }

    /// The lease was renewed by a call that began at `asked_at`; whether there was a gap, in
    /// which others may have taken this node for dead.
    pub(super) fn renewed(&mut self, asked_at: Instant, was_kept: bool) -> bool {
        let is_late = self.renewed_at.is_none_or(|at| asked_at.duration_since(at) >= self.lease);
        self.renewed_at = Some(asked_at);
        let has_gap = is_late || !was_kept;
        if has_gap {
            self.kept_since = Some(asked_at);
        }
        has_gap
    }

    /// Whether the lease still runs and has been kept for long enough.
    pub(super) fn is_calm(&self, now: Instant) -> bool {
        let (Some(renewed_at), Some(since)) = (self.renewed_at, self.kept_since) else {
            return false;
        };
        now.duration_since(renewed_at) < self.lease && now.duration_since(since) >= self.needed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(5);
    const NEEDED: Duration = Duration::from_secs(15);
    const SECOND: Duration = Duration::from_secs(1);

    /// Renewed each second until it is calm; when that was.
    fn renew_until_calm(calm: &mut Calm, from: Instant) -> Instant {
        let mut now = from;
        while !calm.is_calm(now) {
            now += SECOND;
            assert!(!calm.renewed(now, true));
        }
        now
    }

    #[test]
    fn a_new_lease_is_not_calm_before_its_time() {
        let mut calm = Calm::new(LEASE, NEEDED);
        let start = Instant::now();
        assert!(!calm.is_calm(start));
        assert!(calm.renewed(start, false));
        assert_eq!(renew_until_calm(&mut calm, start), start + NEEDED);
    }

    #[test]
    fn a_gap_begins_anew_though_the_store_saw_none() {
        let mut calm = Calm::new(LEASE, NEEDED);
        let start = Instant::now();
        calm.renewed(start, false);
        let now = renew_until_calm(&mut calm, start);
        assert!(calm.is_calm(now + LEASE - SECOND));
        assert!(!calm.is_calm(now + LEASE), "the lease has run out");
        let back = now + LEASE;
        assert!(calm.renewed(back, true), "stopped, or the store was away");
        assert_eq!(renew_until_calm(&mut calm, back), back + NEEDED);
    }

    #[test]
    fn being_taken_for_dead_is_a_gap_however_short() {
        let mut calm = Calm::new(LEASE, NEEDED);
        let start = Instant::now();
        calm.renewed(start, false);
        let now = renew_until_calm(&mut calm, start);
        assert!(calm.renewed(now + SECOND, false));
        assert!(!calm.is_calm(now + SECOND));
    }
}

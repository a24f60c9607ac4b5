//! Whether and when to try again.

use std::time::Duration;

/// Most retries of one call, after its first attempt.
pub const RETRIES_MAX: u32 = 2;
/// Longest pause before the first retry; it doubles with each further one.
pub const RETRY_PAUSE_MS_BASE: u64 = 50;
/// Longest pause before any retry, unless the service asks for a longer one.
pub const RETRY_PAUSE_MS_MAX: u64 = 1_000;

/// How often and after which pauses to try again.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Most retries of one call.
    pub retries_max: u32,
    /// Longest pause before the first retry.
    pub pause_base: Duration,
    /// Longest pause before any retry.
    pub pause_max: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            retries_max: RETRIES_MAX,
            pause_base: Duration::from_millis(RETRY_PAUSE_MS_BASE),
            pause_max: Duration::from_millis(RETRY_PAUSE_MS_MAX),
        }
    }
}

impl RetryPolicy {
    /// How long to wait before retry number `retry` (from 0); `None` if it must not be made.
    /// `asked` is the service's own wish, `remaining` what the deadline leaves. Full jitter:
    /// callers that failed together do not come back together.
    pub(super) fn pause(
        &self,
        retry: u32,
        asked: Option<Duration>,
        remaining: Duration,
    ) -> Option<Duration> {
        if retry >= self.retries_max {
            return None;
        }
        let ceiling = self.pause_base.saturating_mul(2_u32.saturating_pow(retry));
        let jitter = rand::random_range(Duration::ZERO..=ceiling.min(self.pause_max));
        let pause = jitter.max(asked.unwrap_or_default());
        (pause < remaining).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LONG: Duration = Duration::from_hours(1);

    #[test]
    fn retries_are_counted() {
        let policy = RetryPolicy::default();
        assert!(policy.pause(RETRIES_MAX - 1, None, LONG).is_some());
        assert_eq!(policy.pause(RETRIES_MAX, None, LONG), None);
    }

    #[test]
    fn a_wish_is_granted_only_within_the_deadline() {
        let policy = RetryPolicy::default();
        let asked = Duration::from_secs(5);
        assert_eq!(policy.pause(0, Some(asked), asked + Duration::from_nanos(1)), Some(asked));
        assert_eq!(policy.pause(0, Some(asked), asked), None);
    }

    proptest! {
        #[test]
        fn pauses_stay_in_their_bounds(retry in 0_u32..100, base_ms in 0_u64..10_000) {
            let policy = RetryPolicy {
                retries_max: u32::MAX,
                pause_base: Duration::from_millis(base_ms),
                ..RetryPolicy::default()
            };
            let pause = policy.pause(retry, None, LONG).unwrap();
            prop_assert!(pause <= policy.pause_max);
            if retry == 0 {
                prop_assert!(pause <= policy.pause_base);
            }
        }
    }
}

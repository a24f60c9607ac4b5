//! How often one user and one address may ask. Addresses are counted before anything is
//! read, users once their token is good.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use schemas::ids::UserId;

use super::problem::Problem;

/// How often those who have been quiet are forgotten.
pub(crate) const FORGET_EVERY: Duration = Duration::from_mins(1);
/// Bits of an IPv6 address that one customer of a provider holds.
const IPV6_PREFIX_BITS: u32 = 64;

/// How much one may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once after a quiet time.
    pub burst: NonZeroU32,
}

/// The counters of a node.
pub(crate) struct RateLimits {
    users: Counter<UserId>,
    addresses: Counter<IpAddr>,
}

impl RateLimits {
    pub(crate) fn new(user: Rate, address: Rate) -> Self {
        Self { users: Counter::new(user), addresses: Counter::new(address) }
    }

    /// Counts a request of a user.
    pub(crate) fn check_user(&self, user: UserId) -> Result<(), Problem> {
        self.users.check(&user)
    }

    /// Counts a request from an address.
    pub(super) fn check_address(&self, address: IpAddr) -> Result<(), Problem> {
        self.addresses.check(&subscriber(address))
    }

    /// Forgets those who have been quiet, or the counters would grow for ever.
    pub(crate) fn forget_quiet(&self) {
        self.users.forget_quiet();
        self.addresses.forget_quiet();
    }
}

struct Counter<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Counter<K> {
    fn new(rate: Rate) -> Self {
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        Self { limiter: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    fn check(&self, key: &K) -> Result<(), Problem> {
        self.limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            // A whole second at least, and never a moment too early.
            let seconds = wait.as_millis().div_ceil(1000).max(1);
            Problem::too_many_requests(u32::try_from(seconds).unwrap_or(u32::MAX))
        })
    }

    fn forget_quiet(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

/// One IPv6 customer has more addresses than could be counted.
fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let host_bits = u128::BITS - IPV6_PREFIX_BITS;
            let prefix = (address.to_bits() >> host_bits) << host_bits;
            IpAddr::V6(Ipv6Addr::from_bits(prefix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter(burst: u32) -> Counter<IpAddr> {
        Counter::new(Rate { per_second: NonZeroU32::MIN, burst: NonZeroU32::new(burst).unwrap() })
    }

    #[test]
    fn the_burst_passes_and_one_more_does_not() {
        let counter = counter(3);
        let (one, other) = ([127, 0, 0, 1].into(), [127, 0, 0, 2].into());
        for _ in 0..3 {
            counter.check(&one).unwrap();
        }
        assert!(counter.check(&one).is_err());
        counter.check(&other).unwrap();
    }

    #[test]
    fn those_who_ask_now_are_not_forgotten() {
        let counter = counter(1);
        let address = [127, 0, 0, 1].into();
        counter.check(&address).unwrap();
        counter.forget_quiet();
        assert!(counter.check(&address).is_err());
    }

    #[test]
    fn neighbours_of_one_ipv6_subscriber_share_a_counter() {
        let at = |text: &str| subscriber(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:1.2.3.4"), at("1.2.3.4"));
    }
}

//! How often one address may try to sign up, log in or refresh.
//!
//! Only the peer's own address counts: headers that name another can be written by anyone.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use poem::{FromRequest, Request, RequestBody, Result};

use crate::http::acceptor::peer_ip;
use crate::refusal::Refusal;

/// Checks between two sweeps of addresses that have been quiet.
const CHECKS_PER_SWEEP: u32 = 1024;

/// Tries an address has at once, and how fast they come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInLimit {
    /// Tries at once.
    pub burst: NonZeroU32,
    /// Tries that come back a second.
    pub per_second: NonZeroU32,
}

impl Default for SignInLimit {
    fn default() -> Self {
        const BURST: NonZeroU32 = NonZeroU32::new(30).unwrap();
        Self { burst: BURST, per_second: NonZeroU32::MIN }
    }
}

/// The tries of all addresses.
pub(crate) struct Throttle {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    checks: AtomicU32,
}

impl Throttle {
    pub(crate) fn new(limit: SignInLimit) -> Self {
        let quota = Quota::per_second(limit.per_second).allow_burst(limit.burst);
        Self { limiter: RateLimiter::keyed(quota), checks: AtomicU32::new(0) }
    }

    fn check(&self, address: IpAddr) -> Result<(), Refusal> {
        if self.checks.fetch_add(1, Ordering::Relaxed).is_multiple_of(CHECKS_PER_SWEEP) {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(&network(address)).map_err(|not_yet| {
            let wait = not_yet.wait_time_from(DefaultClock::default().now());
            Refusal::too_many(wait.as_secs().saturating_add(1))
        })
    }
}

/// A permission to try once, as an argument of a handler. It stands before the body, so that
/// a refused try costs nothing more.
pub(crate) struct SignInPermit;

impl<'a> FromRequest<'a> for SignInPermit {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        if let Some(throttle) = request.data::<Arc<Throttle>>() {
            let unknown = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
            throttle.check(peer_ip(request.remote_addr()).unwrap_or(unknown))?;
        }
        Ok(Self)
    }
}

/// One person holds a whole /64 of IPv6 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let prefix = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(prefix))
        }
    }
}

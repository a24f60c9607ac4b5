//! A talk at a relay, and what it cost.

use std::time::Duration;

use crate::Result;
use crate::figure::{Figure, Unit, number};
use crate::latencies::ms;
use crate::meter::{Meter, Used};
use crate::relay::Running;
use crate::talk::{Company, Heard, Talk};

/// Share of its core from which on this tool is taken to be the limit.
pub(super) const TOOL_SHARE_MAX: f64 = 0.9;
/// A tool that sends later than this would be measured itself.
pub(super) const LAG_MAX_MS: f64 = 10.0;

/// What was heard in a talk, and what was used meanwhile.
pub(super) struct Spoken {
    pub(super) heard: Heard,
    pub(super) used: Used,
}

impl Spoken {
    /// Holds a talk, after another of this length that is not measured.
    pub(super) async fn hold(
        talk: &Talk,
        warm_up: Duration,
        company: &mut Company,
        running: &Running,
    ) -> Result<Self> {
        Talk { duration: warm_up, ..*talk }.hold(company).await?;
        let meter = Meter::read(running)?;
        let heard = talk.hold(company).await?;
        Ok(Self { heard, used: meter.used(running)? })
    }

    /// Whether this tool may have been what was slow.
    pub(super) fn is_limited_by_tool(&self) -> bool {
        self.used.tool_share > TOOL_SHARE_MAX || self.heard.lags.quantile_ms(0.99) > LAG_MAX_MS
    }

    /// The latency that this share of the deliveries did not exceed.
    pub(super) fn latency(&self, name: impl Into<String>, share: f64) -> Figure {
        Figure::new(name, Unit::Milliseconds, self.heard.latencies.quantile_ms(share))
    }

    /// A time shared out among the deliveries.
    pub(super) fn each(&self, name: impl Into<String>, time: Duration) -> Figure {
        let each_us = ms(time) * 1000.0 / number(self.heard.deliveries);
        Figure::new(name, Unit::Microseconds, each_us)
    }
}

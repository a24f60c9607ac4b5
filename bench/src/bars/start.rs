//! Time from the start of the process to its first answer, and memory at rest.

use std::path::Path;
use std::time::Duration;

use tokio::time::sleep;

use crate::Result;
use crate::api::Api;
use crate::figure::{Figure, Unit, number};
use crate::latencies::Latencies;
use crate::options::StartOptions;
use crate::place::Place;
use crate::server::{Server, scratch};

/// Time to the first answer.
const BAR_MS: f64 = 1000.0;
/// Resident memory at rest.
const BAR_MB: f64 = 60.0;
const BYTES_PER_MB: f64 = 1e6;
/// First what a balancer asks, then what a person sees.
const CHECK: &str = "/health/ready";
const PAGE: &str = "/";

pub(super) fn method(options: &StartOptions) -> String {
    format!(
        "{} starts on an empty data folder and {} on a folder that a server has used before. The \
         time runs from the start of the process to its whole answer to `GET {CHECK}`; the page \
         is `GET {PAGE}`, asked next, by the same clock. At rest: resident memory (`VmRSS`) {} \
         after the last start of each kind, both requests answered.",
        options.starts,
        options.starts,
        humantime::format_duration(options.rest),
    )
}

pub(super) async fn run(options: &StartOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let binary = place.server();
    let (mut empty, mut used) = (Starts::new()?, Starts::new()?);
    for number in 1..=options.starts {
        let data = scratch(place.scratch)?;
        let rest = (number == options.starts).then_some(options.rest);
        empty.add(&binary, data.path(), rest).await?;
        used.add(&binary, data.path(), rest).await?;
    }
    let ms = |name, value| Figure::new(name, Unit::Milliseconds, value);
    let mb = |name, bytes| Figure::new(name, Unit::Megabytes, number(bytes) / BYTES_PER_MB);
    Ok(vec![
        ms("first answer, empty folder, median", empty.checks.quantile_ms(0.5)).under(BAR_MS),
        ms("first answer, empty folder, slowest", empty.checks.max_ms()),
        ms("first answer, used folder, median", used.checks.quantile_ms(0.5)).under(BAR_MS),
        ms("first answer, used folder, slowest", used.checks.max_ms()),
        ms("page, empty folder, median", empty.pages.quantile_ms(0.5)).under(BAR_MS),
        mb("memory at rest, empty folder", empty.resident_bytes).under(BAR_MB),
        mb("memory at rest, used folder", used.resident_bytes).under(BAR_MB),
    ])
}

/// Starts of one kind.
struct Starts {
    checks: Latencies,
    pages: Latencies,
    resident_bytes: u64,
}

impl Starts {
    fn new() -> Result<Self> {
        Ok(Self { checks: Latencies::new()?, pages: Latencies::new()?, resident_bytes: 0 })
    }

    /// One start; memory is read where there is a time to rest.
    async fn add(&mut self, binary: &Path, data: &Path, rest: Option<Duration>) -> Result<()> {
        let server = Server::start(binary, data, &[]).await?;
        let api = Api::new(server.address())?;
        api.get(CHECK).await?;
        self.checks.add(server.started_at().elapsed());
        api.get(PAGE).await?;
        self.pages.add(server.started_at().elapsed());
        if let Some(rest) = rest {
            sleep(rest.saturating_sub(server.started_at().elapsed())).await;
            self.resident_bytes = server.resident_bytes()?;
        }
        server.stop().await?;
        Ok(())
    }
}

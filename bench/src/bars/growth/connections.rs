//! Memory and processor time of ever more connections on which nothing happens.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::MEMBERS;
use super::watching::{self, watch};
use crate::Result;
use crate::bars::relay::idle::enter;
use crate::figure::{Figure, Unit, Work, number};
use crate::latencies::ms;
use crate::meter::{Meter, Used};
use crate::options::GrowthOptions;
use crate::place::Place;
use crate::process::allow_files;
use crate::relay::{Relay, Running};

/// How long the server may have to do with those who came last.
const SETTLE: Duration = Duration::from_secs(3);
const BYTES_PER_MB: f64 = 1e6;

pub(super) fn method(options: &GrowthOptions) -> String {
    format!(
        "Connections: in rooms of {MEMBERS} at one server on its embedded default, which they \
         come to in addition to those before. Idle: nobody does anything but answer the server's \
         pings for {}; resident memory then, and processor time meanwhile. {}",
        humantime::format_duration(options.sweep_idle),
        watching::method(),
    )
}

pub(super) async fn run(options: &GrowthOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let most = options.sweep_connections.iter().max().copied().unwrap_or_default();
    allow_files(most)?;
    let running = Running::start(Relay::OursSqlite, place).await?;
    let (mut crowd, mut mouths) = (JoinSet::new(), Vec::new());
    let mut figures = Vec::new();
    for amount in &options.sweep_connections {
        let missing = (amount / MEMBERS).saturating_sub(crowd.len() / MEMBERS);
        mouths.extend(enter(&running, missing, MEMBERS, &mut crowd).await?);
        sleep(SETTLE).await;
        let meter = Meter::read(&running)?;
        sleep(options.sweep_idle).await;
        let idle = meter.used(&running)?;
        let resident = number(running.resident_bytes()?);
        let meter = Meter::read(&running)?;
        watch(&mut mouths).await?;
        let watching = meter.used(&running)?;
        if crowd.try_join_next().is_some() {
            return Err("the server has closed an idle connection".into());
        }
        let work = Work { of: "connections", amount: crowd.len() };
        figures.extend([
            Figure::new("memory", Unit::Megabytes, resident / BYTES_PER_MB).at(work),
            each_second("idle CPU", &idle).at(work),
            each_second("watching CPU", &watching).at(work),
        ]);
    }
    drop((crowd, mouths));
    running.stop().await?;
    Ok(figures)
}

fn each_second(name: &str, used: &Used) -> Figure {
    let value = ms(used.server) / used.elapsed.as_secs_f64();
    Figure::new(name, Unit::MillisecondsPerSecond, value)
}

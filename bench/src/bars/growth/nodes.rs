//! Latency and processor time of the same rooms, spread over ever more nodes.

use super::{MEMBERS, talk, warn};
use crate::Result;
use crate::bars::spoken::Spoken;
use crate::figure::{Figure, Unit, Work, number};
use crate::options::GrowthOptions;
use crate::place::Place;
use crate::process::allow_files;
use crate::relay::Running;
use crate::talk::Company;

/// Rooms of all nodes together.
const ROOMS: usize = 100;
const BYTES_PER_MB: f64 = 1e6;

pub(super) fn method() -> String {
    format!(
        "Nodes: on the same Postgres and Kafka, all on this machine, so that they share its cores \
         and only the price of being many can be seen, not what is gained; {ROOMS} rooms of \
         {MEMBERS} in all, each asked of the next node, its people connected where their tickets \
         lead. Processor time and memory are of all nodes together."
    )
}

pub(super) async fn run(options: &GrowthOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    allow_files(ROOMS * MEMBERS)?;
    let talk = talk(options, ROOMS, MEMBERS);
    let mut figures = Vec::new();
    for &amount in &options.sweep_nodes {
        let running = Running::nodes(amount, place).await?;
        let mut company = Company::new(running.open(ROOMS, MEMBERS).await?);
        let spoken = Spoken::hold(&talk, options.sweep_warm_up, &mut company, &running).await?;
        let resident = number(running.resident_bytes()?);
        drop(company);
        running.stop().await?;
        let work = Work { of: "nodes", amount };
        warn(work, &spoken)?;
        let one = [
            spoken.latency("p50", 0.5),
            spoken.latency("p99", 0.99),
            spoken.each("CPU a delivery", spoken.used.server),
            spoken.each("engines' CPU a delivery", spoken.used.engines),
            Figure::new("memory", Unit::Megabytes, resident / BYTES_PER_MB),
            Figure::new("faults", Unit::Count, number(spoken.heard.faults)),
        ];
        figures.extend(one.map(|figure| figure.at(work)));
    }
    Ok(figures)
}

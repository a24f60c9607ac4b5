//! Latency and processor time of ever more rooms in which people talk.

use super::{MEMBERS, talk, warn};
use crate::Result;
use crate::bars::spoken::Spoken;
use crate::figure::{Figure, Unit, Work, number};
use crate::options::GrowthOptions;
use crate::place::Place;
use crate::process::allow_files;
use crate::relay::{Relay, Running};
use crate::talk::Company;

pub(super) fn method() -> String {
    format!(
        "Rooms: of {MEMBERS}, opened in addition to those before, at a server on its embedded \
         default, then at one on Postgres and Kafka, whose own processor time is apart."
    )
}

pub(super) async fn run(options: &GrowthOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let mut figures = through(Relay::OursSqlite, "SQLite", options, place).await?;
    figures.extend(through(Relay::OursKafka, "Kafka", options, place).await?);
    Ok(figures)
}

async fn through(
    relay: Relay,
    log: &str,
    options: &GrowthOptions,
    place: Place<'_>,
) -> Result<Vec<Figure>> {
    let most = options.sweep_rooms.iter().max().copied().unwrap_or_default();
    allow_files(most * MEMBERS)?;
    let running = Running::start(relay, place).await?;
    let mut company = Company::default();
    let mut figures = Vec::new();
    for amount in &options.sweep_rooms {
        let missing = amount.saturating_sub(company.rooms());
        company.add(running.open(missing, MEMBERS).await?);
        let work = Work { of: "rooms", amount: company.rooms() };
        let talk = talk(options, work.amount, MEMBERS);
        let spoken = Spoken::hold(&talk, options.sweep_warm_up, &mut company, &running).await?;
        warn(work, &spoken)?;
        let mut one = vec![
            spoken.latency(format!("{log} p50"), 0.5),
            spoken.latency(format!("{log} p99"), 0.99),
            spoken.each(format!("{log} CPU a delivery"), spoken.used.server),
        ];
        if !running.engine_pids().is_empty() {
            one.push(spoken.each("engines' CPU a delivery", spoken.used.engines));
        }
        let faults = number(spoken.heard.faults);
        one.push(Figure::new(format!("{log} faults"), Unit::Count, faults));
        figures.extend(one.into_iter().map(|figure| figure.at(work)));
    }
    running.stop().await?;
    Ok(figures)
}

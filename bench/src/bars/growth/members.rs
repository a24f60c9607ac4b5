//! Latency and processor time of one room with ever more members.

use super::{talk, warn};
use crate::Result;
use crate::bars::spoken::Spoken;
use crate::figure::{Figure, Unit, Work, number};
use crate::options::GrowthOptions;
use crate::place::Place;
use crate::process::allow_files;
use crate::relay::{Relay, Running};
use crate::talk::Company;

pub(super) fn method() -> String {
    "Members: one room, new for each size, at a server of its own on its embedded default. Every \
     message is a delivery for each of the others, so their number a second grows with the room."
        .to_owned()
}

pub(super) async fn run(options: &GrowthOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for &amount in &options.sweep_members {
        allow_files(amount)?;
        let talk = talk(options, 1, amount);
        talk.check()?;
        let running = Running::start(Relay::OursSqlite, place).await?;
        let mut company = Company::new(running.open(1, amount).await?);
        let spoken = Spoken::hold(&talk, options.sweep_warm_up, &mut company, &running).await?;
        drop(company);
        running.stop().await?;
        let work = Work { of: "members", amount };
        warn(work, &spoken)?;
        let one = [
            spoken.latency("p50", 0.5),
            spoken.latency("p99", 0.99),
            spoken.each("CPU a delivery", spoken.used.server),
            Figure::new("deliveries", Unit::Count, number(spoken.heard.deliveries)),
            Figure::new("faults", Unit::Count, number(spoken.heard.faults)),
        ];
        figures.extend(one.map(|figure| figure.at(work)));
    }
    Ok(figures)
}

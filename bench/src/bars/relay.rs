//! Relays beside each other: the same talk, by the same clients, in the same run.

mod capacity;
pub(super) mod idle;
mod ratios;
mod replay;
mod rooms;
mod shapes;
mod storm;

use crate::Result;
use crate::cores;
use crate::figure::Figure;
use crate::options::{Measure, RelayOptions};
use crate::place::Place;

pub(super) fn method(options: &RelayOptions) -> String {
    let measures = options.measures();
    let methods = measures.iter().map(|measure| match measure {
        Measure::Shapes => shapes::method(options),
        Measure::Capacity => capacity::method(options),
        Measure::Idle => idle::method(options),
        Measure::Rooms => rooms::method(options),
        Measure::Storm => storm::method(options),
    });
    let methods: Vec<String> = methods.collect();
    format!(
        "Relays, one after the other, each in a process of its own on the first core together \
         with the engines it needs; this tool alone on the second. Kafka compiles its code while \
         it runs, so it first takes and gives tens of thousands of records of another topic. \
         Clients are the same for all but for the protocol. Peers are those of `bench/peers`. {}",
        methods.join(" ")
    )
}

pub(super) async fn run(options: &RelayOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let (here, options) = (place.owned(), options.clone());
    cores::apart(move || async move { measure(&options, here.place()).await }).await
}

async fn measure(options: &RelayOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for measure in options.measures() {
        for relay in options.against() {
            figures.extend(match measure {
                Measure::Shapes => shapes::run(options, relay, place).await?,
                Measure::Capacity => capacity::run(options, relay, place).await?,
                Measure::Idle => idle::run(options, relay, place).await?,
                Measure::Rooms => rooms::run(options, relay, place).await?,
                Measure::Storm => storm::run(options, relay, place).await?,
            });
        }
    }
    figures.extend(ratios::of(&figures, &options.shapes));
    Ok(figures)
}

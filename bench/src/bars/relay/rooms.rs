//! Rooms created a second, where a relay knows rooms.

use std::time::Instant;

use futures_util::{TryStreamExt, stream};

use crate::Result;
use crate::figure::{Figure, Unit, number};
use crate::meter::Meter;
use crate::options::RelayOptions;
use crate::place::Place;
use crate::relay::{Creator, Relay, Running};

/// Calls at a time.
const CALLS_AT_ONCE: usize = 32;

pub(super) fn method(options: &RelayOptions) -> String {
    format!(
        "Rooms: {} created after as many that are not counted, {CALLS_AT_ONCE} calls at a time \
         over connections that stay open, by an owner each. Ours writes the row, appends to the \
         log, and opens the row with its first member and invite, waiting for each, and reads \
         rooms into memory beside that, 8 at a time at most; FastAPI inserts a document.",
        options.created_rooms,
    )
}

pub(super) async fn run(
    options: &RelayOptions,
    relay: Relay,
    place: Place<'_>,
) -> Result<Vec<Figure>> {
    if !relay.has_rooms() {
        return Ok(Vec::new());
    }
    let running = Running::start(relay, place).await?;
    let count = options.created_rooms;
    // As many before anything is measured: connections are open then, and the engines have
    // compiled themselves.
    create(&running, count).await?;
    let meter = Meter::read(&running)?;
    let took_s = create(&running, count).await?;
    let used = meter.used(&running)?;
    running.stop().await?;
    let count = number(count as u64);
    let core_s = used.server.as_secs_f64();
    let figure = |what: &str, value| Figure::new(format!("{relay} {what}"), Unit::PerSecond, value);
    Ok(vec![
        figure("rooms created", count / took_s),
        figure("rooms created, of its own processor time", count / core_s),
    ])
}

/// Creates rooms; seconds that it took.
async fn create(running: &Running, count: usize) -> Result<f64> {
    let creators = running.creators(count).await?;
    let calls = stream::iter(creators.iter().map(Ok));
    let started_at = Instant::now();
    calls.try_for_each_concurrent(CALLS_AT_ONCE, Creator::create).await?;
    Ok(started_at.elapsed().as_secs_f64())
}

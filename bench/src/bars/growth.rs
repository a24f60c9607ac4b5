//! Cost as work grows: connections, rooms, members of a room, its history, nodes.

mod connections;
mod history;
mod members;
mod nodes;
mod rooms;
mod watching;

use std::time::Duration;

use super::spoken::Spoken;
use crate::Result;
use crate::cores;
use crate::figure::{Figure, Work};
use crate::options::{GrowthOptions, Sweep};
use crate::place::Place;
use crate::say::say;
use crate::talk::Talk;

/// Messages a second in each room.
const ROOM_RATE: f64 = 5.0;
/// Members of each room, where it is not they who grow.
const MEMBERS: usize = 4;

pub(super) fn method(options: &GrowthOptions) -> String {
    let sweeps = options.sweeps();
    let methods = sweeps.iter().map(|sweep| match sweep {
        Sweep::Connections => connections::method(options),
        Sweep::Rooms => rooms::method(),
        Sweep::Members => members::method(),
        Sweep::History => history::method(),
        Sweep::Nodes => nodes::method(),
    });
    let methods: Vec<String> = methods.collect();
    format!(
        "The same work in ever larger amounts. Talks are of {ROOM_RATE} messages a second in each \
         room, for {} after {} that do not count; deliveries, latencies and faults are those of \
         `room`, processor time (`utime` and `stime`) that of `relay`, shared out among the \
         deliveries. The server has the first core to itself, with the engines it needs, and this \
         tool the second, except in the sweeps of history and nodes, which share both. Both scales \
         of the pictures are logarithmic: a cost in proportion to the work is a straight line \
         upwards, a cost that does not depend on it a level one. {}",
        humantime::format_duration(options.sweep_talk),
        humantime::format_duration(options.sweep_warm_up),
        methods.join(" "),
    )
}

pub(super) async fn run(options: &GrowthOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for sweep in options.sweeps() {
        figures.extend(match sweep {
            Sweep::Connections | Sweep::Rooms | Sweep::Members => {
                on_own_cores(sweep, options, place).await?
            }
            Sweep::History => history::run(options, place).await?,
            Sweep::Nodes => nodes::run(options, place).await?,
        });
    }
    Ok(figures)
}

async fn on_own_cores(
    sweep: Sweep,
    options: &GrowthOptions,
    place: Place<'_>,
) -> Result<Vec<Figure>> {
    let (here, options) = (place.owned(), options.clone());
    cores::apart(move || async move {
        match sweep {
            Sweep::Connections => connections::run(&options, here.place()).await,
            Sweep::Rooms => rooms::run(&options, here.place()).await,
            Sweep::Members => members::run(&options, here.place()).await,
            Sweep::History | Sweep::Nodes => Err("measured on all cores".into()),
        }
    })
    .await
}

/// The talk of these rooms.
fn talk(options: &GrowthOptions, rooms: usize, members: usize) -> Talk {
    Talk {
        rooms,
        members,
        room_rate: ROOM_RATE,
        warm_up: Duration::ZERO,
        duration: options.sweep_talk,
    }
}

/// Says where this tool may have been what was slow.
fn warn(work: Work, spoken: &Spoken) -> Result<()> {
    if spoken.is_limited_by_tool() {
        say(&format!("  {} {}: this tool is the limit", work.amount, work.of))?;
    }
    Ok(())
}

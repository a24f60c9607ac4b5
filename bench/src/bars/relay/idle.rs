//! Memory of connections on which nothing happens.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::Result;
use crate::figure::{Figure, Unit, number};
use crate::line::{Ear, Line, Mouth};
use crate::options::RelayOptions;
use crate::place::Place;
use crate::process::allow_files;
use crate::relay::{Relay, Running};

/// Members of each room.
const MEMBERS: usize = 4;
const BYTES_PER_KIB: f64 = 1024.0;

pub(super) fn method(options: &RelayOptions) -> String {
    format!(
        "Idle connections: {} in rooms of {MEMBERS}; resident memory of the relay after a first \
         room and after all, each time {} later, and the difference a connection.",
        options.crowd,
        humantime::format_duration(options.hush),
    )
}

pub(super) async fn run(
    options: &RelayOptions,
    relay: Relay,
    place: Place<'_>,
) -> Result<Vec<Figure>> {
    allow_files(options.crowd + MEMBERS)?;
    let running = Running::start(relay, place).await?;
    let mut crowd = JoinSet::new();
    let before = fill(&running, 1, options.hush, &mut crowd).await?;
    let rooms = options.crowd / MEMBERS;
    let after = fill(&running, rooms, options.hush, &mut crowd).await?;
    if let Some(gone) = crowd.try_join_next() {
        gone?;
        return Err(format!("{relay} has closed an idle connection").into());
    }
    drop(crowd);
    running.stop().await?;
    let each = (number(after) - number(before)) / BYTES_PER_KIB / number((rooms * MEMBERS) as u64);
    let name = format!("{relay} memory of an idle connection");
    Ok(vec![Figure::new(name, Unit::Kibibytes, each)])
}

/// Lets more in; the relay's memory once they are at rest.
async fn fill(
    running: &Running,
    rooms: usize,
    hush: Duration,
    crowd: &mut JoinSet<()>,
) -> Result<u64> {
    let mouths = enter(running, rooms, MEMBERS, crowd).await?;
    sleep(hush).await;
    drop(mouths);
    running.resident_bytes()
}

/// Opens rooms whose members only answer pings; they may speak later.
pub(in crate::bars) async fn enter(
    running: &Running,
    rooms: usize,
    members: usize,
    crowd: &mut JoinSet<()>,
) -> Result<Vec<Mouth>> {
    let lines = running.open(rooms, members).await?.into_iter().flatten();
    let sit_down = |line: Line| {
        crowd.spawn(listen(line.ear));
        line.mouth
    };
    Ok(lines.map(sit_down).collect())
}

async fn listen(mut ear: Ear) {
    while let Ok(Some(_word)) = ear.next().await {}
}

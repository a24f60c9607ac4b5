//! Latencies and processor time of talks that a relay should not find hard.

use std::time::Duration;

use crate::Result;
use crate::bars::spoken::{LAG_MAX_MS, Spoken, TOOL_SHARE_MAX};
use crate::figure::{Figure, Unit, number};
use crate::options::{RelayOptions, Shape};
use crate::place::Place;
use crate::process::allow_files;
use crate::relay::{Relay, Running};
use crate::say::say;
use crate::talk::{Company, Talk};

const BYTES_PER_MB: f64 = 1e6;

pub(super) fn method(options: &RelayOptions) -> String {
    format!(
        "Talks of rooms × members × messages a second in each room, for {} after {} that do not \
         count: deliveries, latencies and faults are those of `room` (peers number nothing, so \
         gaps are found by the messages alone). Processor time (`utime` and `stime`) of the \
         relay, and of the engines behind it, over the talk, a delivery; resident memory after \
         it. The tool is the limit where it uses more than {:.0} % of its core or sends later \
         than {LAG_MAX_MS} ms (p99).",
        humantime::format_duration(options.speech),
        humantime::format_duration(options.speech_warm_up),
        TOOL_SHARE_MAX * 100.0,
    )
}

pub(super) async fn run(
    options: &RelayOptions,
    relay: Relay,
    place: Place<'_>,
) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for shape in &options.shapes {
        allow_files(shape.rooms * shape.members)?;
        let running = Running::start(relay, place).await?;
        figures.extend(hold(options, &running, relay, *shape).await?);
        running.stop().await?;
    }
    Ok(figures)
}

async fn hold(
    options: &RelayOptions,
    running: &Running,
    relay: Relay,
    shape: Shape,
) -> Result<Vec<Figure>> {
    let talk = Talk {
        rooms: shape.rooms,
        members: shape.members,
        room_rate: f64::from(shape.room_rate),
        warm_up: Duration::ZERO,
        duration: options.speech,
    };
    talk.check()?;
    let mut company = Company::new(running.open(shape.rooms, shape.members).await?);
    let spoken = Spoken::hold(&talk, options.speech_warm_up, &mut company, running).await?;
    let resident = running.resident_bytes()?;

    let name = format!("{relay} {shape}");
    if spoken.is_limited_by_tool() {
        say(&format!("  {name}: this tool is the limit"))?;
    }
    Ok(figures(&name, &spoken, resident))
}

fn figures(name: &str, spoken: &Spoken, resident: u64) -> Vec<Figure> {
    let Spoken { heard, used } = spoken;
    let figure = |what: &str, unit, value| Figure::new(format!("{name} {what}"), unit, value);
    let latency = |what, share| spoken.latency(format!("{name} {what}"), share);
    let each = |what, time| spoken.each(format!("{name} {what}"), time);
    vec![
        latency("p50", 0.5),
        latency("p90", 0.9),
        latency("p99", 0.99),
        latency("p99.9", 0.999),
        figure("deliveries", Unit::Count, number(heard.deliveries)),
        figure("faults", Unit::Count, number(heard.faults)),
        each("CPU a delivery", used.server),
        each("engines' CPU a delivery", used.engines),
        figure("memory", Unit::Megabytes, number(resident) / BYTES_PER_MB),
        figure("tool, of its core", Unit::Percent, used.tool_share * 100.0),
        figure("tool's lag, p99", Unit::Milliseconds, heard.lags.quantile_ms(0.99)),
    ]
}
